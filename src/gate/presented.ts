/** This file finds out who calls where tokens come in several headers: every credential must be good, and all name one caller. */
import { nameIn } from '../access-token.js'
import { isAnswer } from '../answer.js'
import { readCredentials } from './request/gate-request.js'
import type { AccessToken } from '../access-token.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider, HeaderSource } from '../provider.js'
import type { Reported } from './report/reported.js'
import type { GateRequest, Scheme } from './request/gate-request.js'
import type { GatePolicy } from './policy.js'

/** Who calls, as far as it matters here. */
interface SomeCaller {
  readonly token: AccessToken | null
  readonly reported?: Reported
}

/** What is done about one credential. */
interface OfOne<Caller extends SomeCaller> {
  readonly nobody: Caller
  /** The caller by it, who has yet to prove that it is his where it is bound to a key. */
  readonly unproven: (
    provider: Pick<BearerAuthProvider, 'verifyToken'>,
    credential: { readonly token: string; readonly scheme: Scheme },
    policy: GatePolicy,
  ) => Awaitable<Caller | Answer>
  /** The same once that was proved, or the denial. */
  readonly proved: (request: GateRequest, caller: Caller, policy: GatePolicy) => Awaitable<Caller | Answer>
}

/** Each credential must be good, and the first of them says who calls. Nothing of the others comes to it. */
export async function callerOfSeveral<Caller extends SomeCaller>(
  request: GateRequest,
  sources: readonly HeaderSource[],
  policy: GatePolicy,
  ofOne: OfOne<Caller>,
): Promise<Caller | Answer> {
  const { Bearer } = policy.answers
  const presented = presentedBy(request, sources, policy)
  if ('header' in presented) return Bearer.malformed(presented.header)
  const callers: { readonly caller: Caller; readonly byProxy: boolean }[] = []
  for (const { source, credential } of presented) {
    const caller = await ofOne.unproven(source.provider, credential, policy)
    if (isAnswer(caller)) return caller
    callers.push({ caller, byProxy: source.byProxy })
  }
  if (!isOneCaller(callers.map(({ caller: { token }, byProxy }) => ({ token, byProxy })))) return Bearer.severalCallers()
  // Proofs last: none is used up for a request that is refused for what stands beside it. (D98)
  const proved: Caller[] = []
  for (const { caller } of callers) {
    const one = await ofOne.proved(request, caller, policy)
    if (isAnswer(one)) return one
    proved.push(one)
  }
  const [first] = proved
  if (first === undefined) return policy.optional ? ofOne.nobody : Bearer.unauthenticated()
  const reported = proved.map((one) => one.reported).find((one) => one !== undefined)
  return reported === undefined ? first : { ...first, reported }
}

/** One credential, and who decides about it. */
interface Presented {
  readonly source: HeaderSource
  readonly credential: { readonly token: string; readonly scheme: Scheme }
}

/** What is presented, in the order of the sources; or the source whose header holds no credential and is not empty. */
function presentedBy(
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
function isOneCaller(callers: readonly { readonly token: AccessToken | null; readonly byProxy: boolean }[]): boolean {
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
