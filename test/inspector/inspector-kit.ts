/** An inspector under test, and requests as browsers and others send them. */
import { inspectorWith } from '../../src/inspector/inspector.js'
import { oneTimeLink } from '../../src/inspector/one-time-link.js'
import { PageFiles } from '../../src/inspector/page-files.js'
import { StaticProvider } from '../../src/index.js'
import { clock } from '../oauth-kit.js'
import type { BearerAuthProvider } from '../../src/index.js'
import type { InspectorParts } from '../../src/inspector/inspector.js'
import type { InspectorOptions } from '../../src/inspector/inspector-options.js'

export const KEY = 'the-key-of-an-operator'
export const ORIGIN = 'https://mcp.example.com'

/** The code of the page lies where the build puts it. */
export const FILES = new PageFiles(new URL('../../dist/src/inspector/page/', import.meta.url))

export const operators = (): StaticProvider => new StaticProvider({ [KEY]: { claims: { sub: 'operator' } } })
export const callers = (): StaticProvider => new StaticProvider({ 'the-key-of-a-caller': { claims: { sub: 'caller' } } })

/** `told`: the links that were told. */
export function inspected(options: Partial<InspectorOptions> = {}, parts: InspectorParts = {}, provider: BearerAuthProvider = callers()) {
  const time = clock()
  const inspect = inspectorWith(provider, { access: operators(), now: time.now, ...options }, { files: FILES, ...parts })
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => inspect(new Request(`${ORIGIN}${path}`, { headers }))
  /** As the page itself does, from a browser on https; a header that is empty is left out. */
  const post = (path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> => {
    const all = { 'content-type': 'application/json', origin: ORIGIN, 'sec-fetch-site': 'same-origin', ...headers }
    const sent = Object.entries(all).filter(([, value]) => value !== '')
    return inspect(new Request(`${ORIGIN}${path}`, { method, body: JSON.stringify(body), headers: sent }))
  }
  /** The cookie of somebody who signed in. */
  const signIn = async (key = KEY): Promise<string> => cookieOf(await post('/inspector/session', { key }))
  return { inspect, get, post, signIn, time, provider }
}

/** With links in the place of keys. */
export function inspectedByLink(options: Partial<InspectorOptions> = {}) {
  const told: string[] = []
  return { ...inspected({ access: oneTimeLink((path) => void told.push(path)), ...options }), told, code: () => told.at(-1)?.split('#')[1] ?? '' }
}

/** What a browser would send again. */
export function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}
