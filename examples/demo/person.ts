/** A person with a browser, without either: follows redirects, keeps cookies, and presses a button where there is one. */
import type { Watch } from './watch.js'

/** What is said to a page that asks for consent, by what its button says. */
export type Answer = (button: string) => boolean

export const yes: Answer = (button) => button.startsWith('Sign in')
export const no: Answer = (button) => button === 'No'

/** Pages and redirects. */
const PATIENCE = 10

export class Person {
  readonly #watch: Watch
  readonly #fetch: typeof fetch
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()

  constructor(watch: Watch) {
    this.#watch = watch
    this.#fetch = watch.fetchOf('browser')
  }

  /** Goes where a client sends the browser, and returns the URL by which the browser comes back to `redirectUri`. */
  async visit(start: URL, redirectUri: string, answer: Answer): Promise<URL> {
    let [url, method] = [start, 'GET']
    for (let step = 0; step < PATIENCE; step++) {
      if (url.href.startsWith(`${redirectUri}?`)) return url
      const response = await this.#request(url, method)
      const location = response.headers.get('Location')
      const next = location ?? this.#press(await response.text(), answer)
      method = location === null ? 'POST' : 'GET'
      url = new URL(next, url)
    }
    throw new Error(`sent round in circles, ${PATIENCE} times`)
  }

  async #request(url: URL, method: string): Promise<Response> {
    const sent = [...this.#cookies].filter(([, { path }]) => url.pathname.startsWith(path))
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const response = await this.#fetch(url, { method, redirect: 'manual', headers: { cookie } })
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, { value, path: /; path=([^;]*)/i.exec(header)?.[1] ?? '/' })
    }
    return response
  }

  /** Returns where the form goes. */
  #press(page: string, answer: Answer): string {
    const buttons = [...page.matchAll(/<button(?: formaction="(.*?)")?>(.*?)<\/button>/g)]
    const button = buttons.find(([, , text = '']) => answer(text))
    if (button === undefined) throw new Error(`no button to press on this page: ${page}`)
    const [, action = '', text = ''] = button
    this.#watch.note('browser', `\u201C${text}\u201D`)
    return action
  }
}
