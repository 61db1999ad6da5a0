/** Signs in: by the code behind the hash of a link, which no server is sent by itself, or by a key. */
import { ask, find, say } from './dom.js'

const status = find('status', HTMLElement)
const form = find('enter-form', HTMLFormElement)
const key = find('key', HTMLInputElement)
const code = location.hash.slice(1)

/** The code is taken out of the address before anything else: it is not to stay in the history. */
if (code !== '') {
  history.replaceState(undefined, '', location.pathname)
  void enter(code)
}

form?.addEventListener('submit', (event) => {
  event.preventDefault()
  void enter(key?.value ?? '')
})

/** A link that is opened in a window which shows this page already changes its hash, and loads nothing. */
addEventListener('hashchange', () => location.reload())

async function enter(secret: string): Promise<void> {
  say(status, 'One moment…')
  const answered = await ask('session', { key: secret })
  if ('value' in answered) return location.replace(location.pathname)
  say(status, answered.problem)
  key?.focus()
}
