/** One exchange with an authorization server in the words of OAuth: its answer, or its error (RFC 6749 section 5.2). */
import { retryAfter, slashAdvice } from '../lib/net/bounded-fetch.js'
import { abandon } from '../lib/net/bounded-text.js'
import { ownProperty } from '../lib/own-property.js'
import { headOf, mediaTypeOf, textIn } from './exchange.js'
import { faultOf, NoAnswerError } from './no-answer.js'
import type { Fetch, FetchAnswer, FetchInit } from '../lib/net/bounded-fetch.js'

export const JSON_TYPE = 'application/json'

export interface OAuthAnswer {
  readonly status: 200 | 400
  readonly text: string
  /** What a 400 says. */
  readonly error: string | undefined
}

/** Asks, and gives the answer as `answerIn` does. @throws NoAnswerError */
export async function answerTo(fetch: Fetch, url: string, init: FetchInit, mediaType: string): Promise<OAuthAnswer> {
  return answerIn(await headOf(fetch, url, init), url, mediaType)
}

/** Gives a 200 of this media type, or a 400 that is an OAuth error, with a small body. @throws NoAnswerError for everything else. */
export async function answerIn(response: FetchAnswer, url: string, mediaType = JSON_TYPE): Promise<OAuthAnswer> {
  const { host } = new URL(url)
  const { status } = response
  if (status !== 200 && status !== 400) {
    abandon(response.body)
    const fault = faultOf(status)
    const advice = fault === 'redirect' ? slashAdvice(url, response) : ''
    throw new NoAnswerError(fault, `${host} answered ${status}${advice}`, { retryAfter: retryAfter(response) })
  }
  const text = await textIn(response, host)
  const error = status === 400 ? errorIn(text) : undefined
  if (status === 400 && error === undefined) throw new NoAnswerError('status', `${host} answered 400 without a reason`)
  if (status === 200 && mediaTypeOf(response) !== mediaType) {
    throw new NoAnswerError('unreadable', `${host} answered with another content type than ${mediaType}`)
  }
  return { status, text, error }
}

/** A 400 may be about one odd token, and one that nobody can read is an outage. */
function errorIn(text: string): string | undefined {
  try {
    const error = ownProperty(JSON.parse(text), 'error')
    return typeof error === 'string' ? error : undefined
  } catch {
    return undefined
  }
}

/** True for an OAuth error that is about our credentials, whatever its status. */
export function isAboutUs(error: string | undefined): boolean {
  return error === 'invalid_client' || error === 'unauthorized_client'
}
