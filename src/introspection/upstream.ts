/** One exchange with the identity provider on openid-client's behalf, and whose fault it is when no answer comes. */
import { AuthUnavailableError, isUnavailable } from '../errors.js'
import { readText, respond, retryAfter } from '../lib/bounded-fetch.js'
import { abandon } from '../lib/bounded-text.js'
import { ownProperty } from '../lib/own-property.js'
import type { CustomFetch } from 'openid-client'
import type { Fetch, FetchAnswer } from '../lib/bounded-fetch.js'
import type { OpenidClient } from './client-auth.js'

/** Why there is no answer. None of them says anything about the token. */
export type Fault =
  /** The endpoint could not be found out. */
  | 'discovery'
  /** We have nothing to authenticate with: a key that is not usable, a token that is not to be had. */
  | 'own proof'
  /** No connection came about. */
  | 'connection'
  | 'too slow'
  /** Too many questions at once; this one was not asked. */
  | 'busy'
  /** Held back while the server does not answer; this one was not asked. */
  | 'held back'
  | 'redirect'
  /** 401, or `invalid_client`: our credentials. */
  | 'credentials'
  /** 403: our credentials, as far as this question goes. */
  | 'forbidden'
  | 'rate limit'
  | 'server error'
  /** Another status, such as 404. */
  | 'status'
  /** HTML, JSON that is none, too large, broken off, or not what RFC 7662 and RFC 9701 ask for. */
  | 'unreadable'

/** Which faults are the server's as a whole, and not of one question: these make the breaker open. */
export const IS_OUTAGE = {
  discovery: true,
  'own proof': true,
  connection: true,
  'too slow': true,
  busy: false,
  'held back': false,
  redirect: true,
  credentials: true,
  // Some servers and firewalls answer so to one odd token: whoever sends it must not shut out the others.
  forbidden: false,
  'rate limit': true,
  'server error': true,
  status: false,
  unreadable: true,
} as const satisfies Record<Fault, boolean>

/** Nobody knows, and why. */
export class NoAnswer extends AuthUnavailableError {
  readonly fault: Fault

  constructor(fault: Fault, message: string, options?: ConstructorParameters<typeof AuthUnavailableError>[1]) {
    super(message, options)
    this.fault = fault
  }
}

/** Bytes of one answer, after decoding. */
export const MAX_BYTES = 64 * 1024

export interface ExchangeOptions {
  readonly fetch: Fetch
  /** Ends the exchange. */
  readonly signal: AbortSignal
  /** Sent along, such as the key of a gateway. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Media type that the answer must have. Default `application/json`. */
  readonly mediaType?: string | undefined
  /** Makes JSON of the text of an answer; throws `AuthUnavailableError` where it is not to be trusted. */
  readonly open?: ((text: string) => Promise<unknown>) | undefined
}

const JSON_TYPE = 'application/json'

/**
 * The `fetch` that openid-client gets: it sees 200 and 400, each with a small body that is there already.
 *
 * @throws NoAnswer for everything else.
 */
export function exchange({ fetch, signal, headers, mediaType = JSON_TYPE, open }: ExchangeOptions): CustomFetch {
  return async (url, { method, headers: own, body }) => {
    const { host } = new URL(url)
    const init = { method, headers: { ...headers, ...own, ...(open && { accept: mediaType }) }, body: String(body), signal } // a form, by openid-client
    const response = await respond(fetch, url, init).catch((error: Error) => {
      throw new NoAnswer('connection', error.message)
    })
    // Credentials have gone there, by a `fetch` that follows where it was told not to: what comes from there is not taken.
    if (response.redirected) throw new NoAnswer('redirect', `${host} redirected, and "fetch" followed`)
    const fault = response.status === 200 || response.status === 400 ? undefined : faultOf(response.status)
    if (fault !== undefined) {
      abandon(response.body)
      throw new NoAnswer(fault, `${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
    }
    const text = await blaming('unreadable', () => readText(response, host, MAX_BYTES))
    if (response.status === 400 && !isOAuthError(text)) throw new NoAnswer('status', `${host} answered 400 without a reason`)
    if (response.status === 200 && mediaTypeOf(response) !== mediaType) {
      throw new NoAnswer('unreadable', `${host} answered with another content type than ${mediaType}`)
    }
    const json = response.status === 200 && open !== undefined ? await blaming('unreadable', () => open(text)) : undefined
    return new Response(json === undefined ? text : JSON.stringify(json), { status: response.status, headers: { 'content-type': JSON_TYPE } })
  }
}

/** RFC 6749 section 5.2. Looked at here, since a 400 may be about one odd token, and an unreadable answer is an outage. */
function isOAuthError(text: string): boolean {
  try {
    return typeof ownProperty(JSON.parse(text), 'error') === 'string'
  } catch {
    return false
  }
}

/** True for an OAuth error that is about our credentials (RFC 6749 section 5.2), whatever its status. */
export function isAboutUs(openid: OpenidClient, error: unknown): boolean {
  return error instanceof openid.ResponseBodyError && (error.error === 'invalid_client' || error.error === 'unauthorized_client')
}

/** Whose fault a status is that is no answer. */
export function faultOf(status: number): Fault {
  if (status === 401) return 'credentials'
  if (status === 403) return 'forbidden'
  if (status === 429) return 'rate limit'
  if (status >= 500) return 'server error'
  // 0: what browsers and workers make of a redirect that they must not follow.
  return status === 0 || (status >= 300 && status < 400) ? 'redirect' : 'status'
}

/** The content type without its parameters. */
export function mediaTypeOf({ headers }: FetchAnswer): string | undefined {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
}

/** What the work gives; its "nobody knows" becomes a fault of this kind, unless it has a kind already. */
export async function blaming<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUnavailable(error) || error instanceof NoAnswer) throw error
    const { message, cause, retryAfter: seconds } = error
    throw new NoAnswer(fault, message, { cause, retryAfter: seconds })
  }
}
