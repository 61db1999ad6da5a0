/** One exchange with the identity provider on openid-client's behalf. */
import { retryAfter } from '../lib/bounded-fetch.js'
import { abandon } from '../lib/bounded-text.js'
import { headOf, mediaTypeOf, textIn } from '../upstream/exchange.js'
import { blaming, faultOf, NoAnswer } from '../upstream/no-answer.js'
import type { CustomFetch } from 'openid-client'
import type { Fetch } from '../lib/bounded-fetch.js'

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
    const response = await headOf(fetch, url, init)
    const fault = response.status === 200 || response.status === 400 ? undefined : faultOf(response.status)
    if (fault !== undefined) {
      abandon(response.body)
      throw new NoAnswer(fault, `${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
    }
    const text = await textIn(response, host)
    const expected = response.status === 200 ? mediaType : JSON_TYPE
    if (response.status === 200 && mediaTypeOf(response) !== expected) {
      throw new NoAnswer('unreadable', `${host} answered with another content type than ${expected}`)
    }
    const json = response.status === 200 && open !== undefined ? await blaming('unreadable', () => open(text)) : undefined
    return new Response(json === undefined ? text : JSON.stringify(json), { status: response.status, headers: { 'content-type': JSON_TYPE } })
  }
}
