/** Talks to another server with bounds: no redirects, a body of limited size. Its time is the caller's signal. */
import { AuthUnavailableError } from '../errors.js'
import { boundedText } from './bounded-text.js'

export type Fetch = typeof globalThis.fetch

/** The options of the `fetch` that users hand in. */
export type FetchInit = NonNullable<Parameters<Fetch>[1]>

/**
 * The head of an answer, whatever its status. Redirects are not followed: credentials would go where they lead.
 *
 * @throws AuthUnavailableError when no connection came about.
 */
export async function respond(fetch: Fetch, url: string, init: FetchInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual' })
  } catch (cause) {
    throw new AuthUnavailableError(`no answer from ${new URL(url).host}`, { cause })
  }
}

/**
 * The body of an answer. `maxBytes` counts after decoding, so that a gzip bomb is cut off as well.
 *
 * @throws AuthUnavailableError for a body that breaks off, is larger, or is no UTF-8.
 */
export async function readText(response: Response, host: string, maxBytes: number): Promise<string> {
  try {
    return await boundedText(response.body, maxBytes)
  } catch (cause) {
    throw new AuthUnavailableError(`the answer of ${host} broke off, is no UTF-8, or is larger than ${maxBytes} bytes`, { cause })
  }
}

/** RFC 9110 section 10.2.3, in seconds; the date form is left to the default. */
export function retryAfter({ headers }: Pick<Response, 'headers'>): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : undefined
}
