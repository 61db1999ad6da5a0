/** What authorization servers without introspection say about a token that is shown to them. */
import { retryAfter } from '../lib/net/bounded-fetch.js'
import { abandon } from '../lib/net/bounded-text.js'
import { headOf, jsonIn } from '../upstream/exchange.js'
import { faultOf, NoAnswerError } from '../upstream/no-answer.js'
import type { Claims } from '../access-token.js'
import type { Fetch, FetchInit } from '../lib/net/bounded-fetch.js'

/** A place that says whose application a token was made for, and how to read it. */
export interface TokenInfo {
  /** Must be https, or loopback. */
  readonly url: string
  /** How the token gets there. */
  readonly send: 'header' | 'query'
  /** What is said when the token is bad. Any other status is nobody's word on the token. */
  readonly refusedWith: readonly number[]
  /** Makes claims of the answer: at least `aud`, and `exp`, in seconds. `now`: for servers that say how long from now. */
  readonly claims: (answer: Readonly<Record<string, unknown>>, now: number) => Claims
  /** How its tokens begin, where that is known. */
  readonly prefix?: string | undefined
  readonly issuer?: string | undefined
}

/**
 * Google's access tokens, by its `tokeninfo`. The audience is the client identifier of your application, such as
 * `123-abc.apps.googleusercontent.com`.
 */
export const googleTokenInfo: TokenInfo = Object.freeze<TokenInfo>({
  url: 'https://oauth2.googleapis.com/tokeninfo',
  send: 'query',
  refusedWith: [400, 401],
  prefix: 'ya29.',
  issuer: 'https://accounts.google.com',
  // Google writes numbers and booleans as text.
  claims: ({ exp, expires_in: _, email_verified: verified, ...rest }) => ({
    ...rest,
    iss: 'https://accounts.google.com',
    ...(typeof exp === 'string' && /^\d{1,11}$/.test(exp) && { exp: Number(exp) }),
    ...(verified !== undefined && { email_verified: verified === 'true' || verified === true }),
  }),
})

/** Discord's access tokens, by `/oauth2/@me`. The audience is the identifier of your application. */
export const discordTokenInfo: TokenInfo = Object.freeze<TokenInfo>({
  url: 'https://discord.com/api/v10/oauth2/@me',
  send: 'header',
  refusedWith: [401],
  claims: ({ application, scopes, expires, user }) => {
    const app = memberOf(application, 'id')
    const end = typeof expires === 'string' ? Date.parse(expires) / 1000 : Number.NaN
    return {
      ...(app !== undefined && { aud: app, client_id: app }),
      ...(memberOf(user, 'id') !== undefined && { sub: memberOf(user, 'id') }),
      ...(memberOf(user, 'username') !== undefined && { preferred_username: memberOf(user, 'username') }),
      ...(Array.isArray(scopes) && { scope: scopes.filter((scope) => typeof scope === 'string').join(' ') }),
      ...(Number.isFinite(end) && { exp: end }),
    } as Claims // texts and a number, each looked at
  },
})

export interface TokenInfoEndpoint {
  readonly url: string
  readonly send: TokenInfo['send']
  readonly refusedWith: readonly number[]
}

/** What a place says about a token, or null where it refuses it. @throws NoAnswerError */
export async function askAbout(
  token: string,
  { url, send, refusedWith }: TokenInfoEndpoint,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  const { host } = new URL(url)
  const place = new URL(url)
  if (send === 'query') place.searchParams.set('access_token', token)
  const headers = { Accept: 'application/json', ...(send === 'header' && { Authorization: `Bearer ${token}` }) }
  const init: FetchInit = { headers, signal }
  const response = await headOf(fetch, place.href, init)
  if (response.status !== 200) {
    abandon(response.body)
    if (refusedWith.includes(response.status)) return null
    throw new NoAnswerError(faultOf(response.status), `${host} answered ${response.status}`, { retryAfter: retryAfter(response) })
  }
  const answer = await jsonIn(response, host)
  if (isObject(answer)) return answer
  throw new NoAnswerError('unreadable', `the answer of ${host} is no JSON object`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(value: unknown, name: string): string | undefined {
  const member: unknown = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof member === 'string' ? member : undefined
}
