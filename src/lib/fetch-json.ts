/** Reads JSON from another server, bounded in time and size, without following redirects. */
import { AuthUnavailableError } from '../errors.js'

export type Fetch = typeof globalThis.fetch

export interface FetchJsonOptions {
  readonly fetch: Fetch
  /** Seconds for the whole answer, body included. */
  readonly timeout: number
  /** Bytes of the body, after decoding. */
  readonly maxBytes: number
}

/**
 * The JSON found at a URL, or undefined where the server says that nothing is there (any 4xx but 429).
 *
 * @throws AuthUnavailableError for everything else that is no answer: no connection, too slow, too large, a redirect,
 * a rate limit, a server error, a body that is no JSON.
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<unknown> {
  const host = new URL(url).host
  const signal = AbortSignal.timeout(options.timeout * 1000)
  let response: Response
  try {
    response = await options.fetch(url, { headers: { Accept: 'application/json' }, redirect: 'manual', signal })
  } catch (cause) {
    throw new AuthUnavailableError(`no answer from ${host}`, { cause })
  }
  if (response.status !== 200) {
    // A body that nobody reads keeps its connection busy.
    await response.body?.cancel().catch(() => undefined)
    if (response.status >= 400 && response.status < 500 && response.status !== 429) return undefined
    throw new AuthUnavailableError(`${host} answered ${statusText(response)}`, { retryAfter: retryAfter(response) })
  }
  let text: string
  try {
    text = await boundedText(response, options.maxBytes)
  } catch (cause) {
    throw new AuthUnavailableError(`the answer of ${host} broke off or is larger than ${options.maxBytes} bytes`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch {
    // Without the parser's words as cause: they quote the body.
    throw new AuthUnavailableError(`the answer of ${host} is not JSON`)
  }
}

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  let text = ''
  // The types of Node's ReadableStream know that it can be iterated; every supported runtime can.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new RangeError('too large') // leaving the loop cancels the stream
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

// With `redirect: 'manual'` browsers-like runtimes hide the status of a redirect.
function statusText(response: Response): string {
  return response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400) ? 'with a redirect' : `${response.status}`
}

/** RFC 9110 section 10.2.3, in seconds; the date form is left to the default. */
function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : undefined
}
