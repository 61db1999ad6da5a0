/** Reads JSON from another server, bounded in time and size, without following redirects. */
import { AuthUnavailableError } from '../errors.js'
import { readText, respond, retryAfter } from './bounded-fetch.js'
import { abandon } from './bounded-text.js'
import { withinSpan } from './deadline.js'
import type { Fetch, FetchAnswer } from './bounded-fetch.js'

export type { Fetch } from './bounded-fetch.js'

export interface FetchJsonOptions {
  readonly fetch: Fetch
  /** Seconds for the whole answer, body and a second attempt included. */
  readonly timeout: number
  /** Bytes of the body, after decoding. */
  readonly maxBytes: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Fires when nobody wants the answer any more. */
  readonly closed?: AbortSignal | undefined
  /** Whether to try a second time where no connection came about. Default true. */
  readonly retry?: boolean | undefined
}

export interface JsonAnswer {
  /** `'absent'`: the server says that nothing is there (any 4xx but 429). `'unchanged'`: a 304. */
  readonly kind: 'found' | 'absent' | 'unchanged'
  readonly json: unknown
  readonly headers: FetchAnswer['headers']
}

/**
 * Gets a URL. One second attempt where no connection came about, within the same time.
 *
 * @throws AuthUnavailableError for all that is no answer: no connection, too slow, too large, a redirect, a rate limit,
 * a server error, a body that is no JSON.
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  const tooLate = (): Error => new AuthUnavailableError(`no answer from ${new URL(url).host} in time`)
  // Held to it even where a `fetch` that was handed in ignores the signal.
  return withinSpan(options, (signal) => exchange(url, options, signal), tooLate)
}

async function exchange(url: string, { fetch, headers, maxBytes, retry = true }: FetchJsonOptions, signal: AbortSignal): Promise<JsonAnswer> {
  const { host } = new URL(url)
  const attempt = (): Promise<FetchAnswer> => respond(fetch, url, { headers: { Accept: 'application/json', ...headers }, signal })
  const response = await attempt().catch((error: unknown) => {
    if (signal.aborted || !retry) throw error
    return attempt() // a connection that was closed while idle fails once
  })
  if (response.status !== 200) {
    abandon(response.body)
    if (response.status === 304) return { kind: 'unchanged', json: undefined, headers: response.headers }
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      return { kind: 'absent', json: undefined, headers: response.headers }
    }
    throw new AuthUnavailableError(`${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
  }
  const text = await readText(response, host, maxBytes)
  try {
    return { kind: 'found', json: JSON.parse(text), headers: response.headers }
  } catch {
    // Without the parser's words as cause: they quote the body.
    throw new AuthUnavailableError(`the answer of ${host} is not JSON`)
  }
}
