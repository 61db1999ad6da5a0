/** One exchange with the authorization server on openid-client's behalf. */
import { retryAfter, slashAdvice } from '../lib/net/bounded-fetch.js'
import { abandon } from '../lib/net/bounded-text.js'
import { ownProperty } from '../lib/own-property.js'
import { headOf, mediaTypeOf, textIn } from './exchange.js'
import { blaming, faultOf, NoAnswerError } from './no-answer.js'
import type { CustomFetch } from 'openid-client'
import type { Fetch, FetchAnswer } from '../lib/net/bounded-fetch.js'

/** `openid-client`, once it is loaded. */
export type OpenidClient = typeof import('openid-client')

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
 * The `fetch` that openid-client gets: it sees 200 and 400, each with a small body that is there already, and a 401 that asks
 * for a DPoP nonce.
 *
 * @throws NoAnswerError for everything else.
 */
export function exchange({ fetch, signal, headers, mediaType = JSON_TYPE, open }: ExchangeOptions): CustomFetch {
  return async (url, { method, headers: own, body }) => {
    const { host } = new URL(url)
    const init = { method, headers: { ...headers, ...own, ...(open && { accept: mediaType }) }, body: String(body), signal } // a form, by openid-client
    const response = await headOf(fetch, url, init)
    const nonce = nonceIn(response)
    if (isAskedForNonce(response, own)) {
      abandon(response.body)
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', ...nonce } })
    }
    const fault = response.status === 200 || response.status === 400 ? undefined : faultOf(response.status)
    if (fault !== undefined) {
      abandon(response.body)
      const advice = fault === 'redirect' ? slashAdvice(url, response) : ''
      throw new NoAnswerError(fault, `${host} answered ${response.status}${advice}`, { retryAfter: retryAfter(response) })
    }
    const text = await textIn(response, host)
    if (response.status === 400 && !isOAuthError(text)) throw new NoAnswerError('status', `${host} answered 400 without a reason`)
    if (response.status === 200 && mediaTypeOf(response) !== mediaType) {
      throw new NoAnswerError('unreadable', `${host} answered with another content type than ${mediaType}`)
    }
    const json = response.status === 200 && open !== undefined ? await blaming('unreadable', () => open(text)) : undefined
    return new Response(json === undefined ? text : JSON.stringify(json), { status: response.status, headers: { 'content-type': JSON_TYPE, ...nonce } })
  }
}

/** For the next DPoP proof (RFC 9449 section 8.2). openid-client keeps it, and writes it into proofs: one without end is none. */
function nonceIn({ headers }: FetchAnswer): Readonly<Record<string, string>> {
  const nonce = headers.get('dpop-nonce') ?? ''
  return NONCE.test(nonce) ? { 'dpop-nonce': nonce } : {}
}

/** RFC 9449 section 8.1, as characters of RFC 6749 appendix A. */
const NONCE = /^[!#-[\]-~]{1,1024}$/

/** RFC 9449 section 9: a proof was sent, and has to be sent again with a nonce. */
function isAskedForNonce({ status, headers }: FetchAnswer, sent: Readonly<Record<string, string>>): boolean {
  return status === 401 && 'dpop' in sent && /\buse_dpop_nonce\b/.test(headers.get('www-authenticate') ?? '')
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
