/** Reads a text from another server, bounded in time and size, without following redirects. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { readText, respond, retryAfter, slashAdvice } from './bounded-fetch.js'
import { abandon } from './bounded-text.js'
import { NotHereError } from './not-here.js'
import { withinSpan } from '../deadline.js'
import type { Closed } from '../closing.js'
import type { Fetch, FetchAnswer } from './bounded-fetch.js'

export interface FetchTextOptions {
  readonly fetch: Fetch
  /** Seconds for the whole answer, body and a second attempt included. */
  readonly timeout: number
  /** Bytes of the body, after decoding. */
  readonly maxBytes: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Fires when nobody wants the answer any more. */
  readonly closed?: Closed | undefined
  /** Whether to try a second time where no connection came about. Default true. */
  readonly retry?: boolean | undefined
}

export interface TextAnswer {
  /** `'absent'`: the server says that nothing is there (any 4xx but 429). `'unchanged'`: a 304. */
  readonly kind: 'found' | 'absent' | 'unchanged'
  readonly status: number
  readonly text: string
  readonly headers: FetchAnswer['headers']
}

/**
 * Gets a URL. One second attempt where no connection came about, within the same time.
 *
 * @throws AuthUnavailableError for all that is no answer: no connection, too slow, too large, a redirect, a rate limit,
 * a server error.
 */
export async function fetchText(url: string, options: FetchTextOptions): Promise<TextAnswer> {
  const tooLate = (): Error => new AuthUnavailableError(`no answer from ${new URL(url).host} in time`)
  // Held to it even where a `fetch` that was handed in ignores the signal.
  return withinSpan(options, (signal) => exchange(url, options, signal), tooLate)
}

async function exchange(url: string, { fetch, headers, maxBytes, retry = true }: FetchTextOptions, signal: AbortSignal): Promise<TextAnswer> {
  const { host } = new URL(url)
  const attempt = (): Promise<FetchAnswer> => respond(fetch, url, { ...(headers && { headers }), signal })
  const response = await attempt().catch((error: unknown) => {
    if (signal.aborted || !retry) throw error
    return attempt() // a connection that was closed while idle fails once
  })
  if (response.status === 200) return { kind: 'found', status: 200, text: await textOf(response, host, maxBytes), headers: response.headers }
  abandon(response.body)
  if (response.status === 304) return { kind: 'unchanged', status: 304, text: '', headers: response.headers }
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    return { kind: 'absent', status: response.status, text: '', headers: response.headers }
  }
  // Never followed. To whoever looks in several places, an app that sends all it does not know to its sign-in is another place.
  if (response.status >= 300 && response.status < 400) throw new NotHereError(`${placeOf(url)} answered ${response.status}${slashAdvice(url, response) || ', a redirect, which is not followed'}`)
  throw new AuthUnavailableError(`${placeOf(url)} answered ${response.status}`, { retryAfter: retryAfter(response) })
}

async function textOf(response: FetchAnswer, host: string, maxBytes: number): Promise<string> {
  try {
    return await readText(response, host, maxBytes)
  } catch (error) {
    // The page of an app may be larger than any document.
    throw isHtml(response) && isUnavailable(error) ? new NotHereError(error.message) : error
  }
}

/** Host and path: what stands behind the `?` may be a key. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname === '/' ? '' : pathname}`
}

function isHtml({ headers }: FetchAnswer): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '')
}
