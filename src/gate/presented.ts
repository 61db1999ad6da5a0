/** This file reads every credential of a request where tokens come in several headers, and says whether they name one caller. */
import { nameIn } from '../access-token.js'
import { readCredentials } from './request/gate-request.js'
import type { AccessToken } from '../access-token.js'
import type { HeaderSource } from '../provider.js'
import type { GateRequest } from './request/gate-request.js'
import type { Scheme } from './request/gate-request.js'
import type { GatePolicy } from './policy.js'

/** One credential, and who decides about it. */
export interface Presented {
  readonly source: HeaderSource
  readonly credential: { readonly token: string; readonly scheme: Scheme }
}

/** What is presented, in the order of the sources; or the source whose header holds no credential and is not empty. */
export function presentedBy(
  request: GateRequest,
  sources: readonly HeaderSource[],
  { tokenCookie: cookie, schemes }: Pick<GatePolicy, 'schemes' | 'tokenCookie'>,
): readonly Presented[] | HeaderSource {
  const presented: Presented[] = []
  for (const source of sources) {
    const credentials = readCredentials(request, { header: source.header, cookie, schemes })
    if (credentials.kind === 'malformed') return source
    if (credentials.kind === 'token') presented.push({ source, credential: credentials })
  }
  return presented
}

/** False where two credentials of the client name different callers. One that names nobody, or that a proxy put there, contradicts none. */
export function isOneCaller(callers: readonly { readonly token: AccessToken | null; readonly byProxy: boolean }[]): boolean {
  const [first, ...others] = callers.flatMap(({ token, byProxy }) => (token === null || byProxy || nameOf(token) === undefined ? [] : [token]))
  return first === undefined || others.every((other) => isSame(first, other))
}

/** A list of keys has no issuer: whoever wrote it says by the subject alone whose a key is. */
function isSame(one: AccessToken, other: AccessToken): boolean {
  const issuers = new Set([one.issuer, other.issuer].filter((issuer) => issuer !== undefined))
  return issuers.size <= 1 && nameOf(one) === nameOf(other)
}

function nameOf({ subject, clientId }: AccessToken): string | undefined {
  const [user, client] = [nameIn(subject), nameIn(clientId)]
  return user === undefined ? client && `client ${client}` : `user ${user}`
}
