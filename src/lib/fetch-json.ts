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
  const signal = AbortSignal.timeout(options.timeout * 1000)
  // The race holds even where a `fetch` that was handed in ignores the signal.
  return Promise.race([exchange(url, options, signal), tooSlow(signal, new URL(url).host)])
}

async function exchange(url: string, { fetch, maxBytes }: FetchJsonOptions, signal: AbortSignal): Promise<unknown> {
  const { host } = new URL(url)
  let response: Response
  try {
    response = await fetch(url, { headers: { Accept: 'application/json' }, redirect: 'manual', signal })
  } catch (cause) {
    throw new AuthUnavailableError(`no answer from ${host}`, { cause })
  }
  if (response.status !== 200) {
    abandon(response.body)
    if (response.status >= 400 && response.status < 500 && response.status !== 429) return undefined
    throw new AuthUnavailableError(`${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
  }
  let text: string
  try {
    text = await boundedText(response, maxBytes)
  } catch (cause) {
    throw new AuthUnavailableError(`the answer of ${host} broke off, is no UTF-8, or is larger than ${maxBytes} bytes`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch {
    // Without the parser's words as cause: they quote the body.
    throw new AuthUnavailableError(`the answer of ${host} is not JSON`)
  }
}

function tooSlow(signal: AbortSignal, host: string): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(new AuthUnavailableError(`no answer from ${host} in time`))
    signal.addEventListener('abort', give, { once: true })
  })
}

async function boundedText({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let bytes = 0
  let text = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength
      if (bytes > maxBytes) throw new RangeError('too large')
      text += decoder.decode(part.value, { stream: true })
    }
    return text + decoder.decode()
  } finally {
    reader.releaseLock()
    abandon(body)
  }
}

// Frees the connection. Not waited for: some streams end a cancellation only when somebody else reads them.
function abandon(body: Response['body']): void {
  body?.cancel().catch(() => undefined)
}

/** RFC 9110 section 10.2.3, in seconds; the date form is left to the default. */
function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : undefined
}
