/** Reads JSON from another server, bounded in time and size, without following redirects. */
import { AuthUnavailableError } from '../errors.js'
import { within } from './deadline.js'

export type Fetch = typeof globalThis.fetch

export interface FetchJsonOptions {
  readonly fetch: Fetch
  /** Seconds for the whole answer, body and a second attempt included. */
  readonly timeout: number
  /** Bytes of the body, after decoding. */
  readonly maxBytes: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Fires when nobody wants the answer any more. */
  readonly closed?: AbortSignal | undefined
}

export interface JsonAnswer {
  /** `'absent'`: the server says that nothing is there (any 4xx but 429). `'unchanged'`: a 304. */
  readonly kind: 'found' | 'absent' | 'unchanged'
  readonly json: unknown
  readonly headers: Headers
}

/**
 * Gets a URL. One second attempt where no connection came about.
 *
 * @throws AuthUnavailableError for all that is no answer: no connection, too slow, too large, a redirect, a rate limit,
 * a server error, a body that is no JSON.
 */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  const call = new AbortController()
  // By hand: a timeout inside AbortSignal.any may be collected before it fires, and nothing ends (nodejs/node#57736).
  AbortSignal.timeout(options.timeout * 1000).addEventListener('abort', () => call.abort(), { once: true })
  const leave = options.closed && join(options.closed, call)
  const tooLate = (): Error => new AuthUnavailableError(`no answer from ${new URL(url).host} in time`)
  try {
    // Held to it even where a `fetch` that was handed in ignores the signal.
    return await within(call.signal, () => exchange(url, options, call.signal), tooLate)
  } finally {
    leave?.()
  }
}

/** Calls under way, by the signal that ends them. One listener for all: Node warns of leaks at the eleventh. */
const callsOf = new WeakMap<AbortSignal, Set<AbortController>>()

/** Ends this call when the signal fires, until it has left. */
function join(closed: AbortSignal, call: AbortController): () => void {
  if (closed.aborted) call.abort()
  const calls = callsOf.get(closed) ?? new Set<AbortController>()
  if (!callsOf.has(closed)) {
    callsOf.set(closed, calls)
    closed.addEventListener('abort', () => calls.forEach((one) => one.abort()), { once: true })
  }
  calls.add(call)
  return () => void calls.delete(call)
}

async function exchange(url: string, options: FetchJsonOptions, signal: AbortSignal): Promise<JsonAnswer> {
  const { host } = new URL(url)
  const response = await respond(url, options, signal)
  if (response.status !== 200) {
    abandon(response.body)
    if (response.status === 304) return { kind: 'unchanged', json: undefined, headers: response.headers }
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      return { kind: 'absent', json: undefined, headers: response.headers }
    }
    throw new AuthUnavailableError(`${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
  }
  let text: string
  try {
    text = await boundedText(response, options.maxBytes)
  } catch (cause) {
    throw new AuthUnavailableError(`the answer of ${host} broke off, is no UTF-8, or is larger than ${options.maxBytes} bytes`, { cause })
  }
  try {
    return { kind: 'found', json: JSON.parse(text), headers: response.headers }
  } catch {
    // Without the parser's words as cause: they quote the body.
    throw new AuthUnavailableError(`the answer of ${host} is not JSON`)
  }
}

async function respond(url: string, { fetch, headers }: FetchJsonOptions, signal: AbortSignal): Promise<Response> {
  const attempt = (): Promise<Response> =>
    fetch(url, { headers: { Accept: 'application/json', ...headers }, redirect: 'manual', signal })
  try {
    return await attempt().catch((error: unknown) => {
      if (signal.aborted) throw error
      return attempt() // a connection that was closed while idle fails once
    })
  } catch (cause) {
    throw new AuthUnavailableError(`no answer from ${new URL(url).host}`, { cause })
  }
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
