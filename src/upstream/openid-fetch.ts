/** The `fetch` that openid-client gets: an exchange with the authorization server, for a token of our own or a proof of it. */
import { abandon } from '../lib/net/bounded-text.js'
import { headOf } from './exchange.js'
import { answerIn, isAboutUs as isOfUs, JSON_TYPE } from './oauth-answer.js'
import type { CustomFetch } from 'openid-client'
import type { Fetch, FetchAnswer } from '../lib/net/bounded-fetch.js'

/** `openid-client`, once it is loaded. */
export type OpenidClient = typeof import('openid-client')

export interface ExchangeOptions {
  readonly fetch: Fetch
  /** Ends the exchange. */
  readonly signal: AbortSignal
  /** What the answer must be. Default `application/json`, which openid-client is told in any case. */
  readonly mediaType?: string | undefined
}

/**
 * It sees 200 and 400, each with a small body that is there already, and a 401 that asks for a DPoP nonce.
 *
 * @throws NoAnswerError for everything else.
 */
export function exchange({ fetch, signal, mediaType }: ExchangeOptions): CustomFetch {
  return async (url, { method, headers, body }) => {
    const response = await headOf(fetch, url, { method, headers, body: String(body), signal }) // a form, by openid-client
    const nonce = nonceIn(response)
    if (isAskedForNonce(response, headers)) {
      abandon(response.body)
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', ...nonce } })
    }
    const { status, text } = await answerIn(response, url, mediaType)
    return new Response(text, { status, headers: { 'content-type': JSON_TYPE, ...nonce } })
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

/** True for an OAuth error that is about our credentials (RFC 6749 section 5.2), whatever its status. */
export function isAboutUs(openid: OpenidClient, error: unknown): boolean {
  return error instanceof openid.ResponseBodyError && isOfUs(error.error)
}
