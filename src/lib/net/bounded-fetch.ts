/** Talks to another server with bounds: no redirects, a body of limited size. Its time is the caller's signal. */
import { AuthUnavailableError } from '../../errors.js'
import { boundedText } from './bounded-text.js'
import { errorWord } from './error-word.js'
import type { ReadableBody } from './bounded-text.js'

/** What we send. */
export interface FetchInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
  /** `'error'`, with `window`, to the runtime's own only: Node keeps no second copy of the body then, for a redirect that it might follow. */
  readonly redirect?: 'manual' | 'error'
  readonly window?: null
}

/** What we read of an answer: described by its members, since the types of undici, Node and the browsers do not agree. (D81) */
export interface FetchAnswer {
  readonly status: number
  readonly redirected: boolean
  readonly headers: { get(name: string): string | null }
  readonly body: ReadableBody | null
}

/** The global `fetch`, or a function around it or undici's: for a proxy, a private certificate authority, a client certificate. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>

/**
 * Gets the head of an answer, whatever its status. Redirects are not followed: credentials would go where they lead. With
 * `redirect: 'error'` one is no connection, and only without it can be told apart.
 *
 * @throws AuthUnavailableError when no connection came about. Without its cause, which may hold what was sent (a `fetch`
 * that was handed in) or what came (undici's parser), secrets and all. (D6)
 */
export async function respond(fetch: Fetch, url: string, init: FetchInit): Promise<FetchAnswer> {
  try {
    return await fetch(url, { ...init, headers: { ...IN_THE_CLEAR, ...init.headers }, redirect: init.redirect ?? 'manual' })
  } catch (error) {
    throw new AuthUnavailableError(`no answer from ${new URL(url).host}${errorWord(error)}`)
  }
}

/** Not compressed: a runtime may decompress far more of a bomb than is read. */
const IN_THE_CLEAR = { 'Accept-Encoding': 'identity' }

/**
 * Reads the body of an answer. `maxBytes` counts after decoding, so that a gzip bomb is cut off as well.
 *
 * @throws AuthUnavailableError for a body that breaks off, is larger, or is no UTF-8. Without its cause, as above.
 */
export function readText(response: FetchAnswer, host: string, maxBytes: number): Promise<string> {
  return boundedText(response.body, maxBytes).catch((error: unknown) => {
    throw new AuthUnavailableError(`the answer of ${host} broke off, is no UTF-8, or is larger than ${maxBytes} bytes${errorWord(error)}`)
  })
}

/** Reads `Retry-After` (RFC 9110 section 10.2.3) in seconds: at most an hour, and a date by the clock of the server that wrote it. */
export function retryAfter({ headers }: Pick<FetchAnswer, 'headers'>): number | undefined {
  const text = headers.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1000
  return seconds > 0 ? Math.min(seconds, LONGEST_WAIT) : undefined
}

/** Says what to do about a redirect to the same URL with a slash at its end, as Django sends; nothing about any other. */
export function slashAdvice(url: string, { headers }: Pick<FetchAnswer, 'headers'>): string {
  const location = headers.get('location')
  const isSame = location !== null && URL.canParse(location, url) && new URL(location, url).href === `${url}/`
  return isSame ? ', to the same URL with a slash at its end: set that one' : ''
}

const LONGEST_WAIT = 3600
