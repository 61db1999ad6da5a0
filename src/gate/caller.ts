/** This file finds out who calls: by the token that the request presents, and what the provider says of it. */
import { hasScopes, toAccessToken } from '../access-token.js'
import { bindingOf, isSameBinding } from '../binding.js'
import { errorAnswer, isAnswer } from '../answer.js'
import { isUnavailable } from '../errors.js'
import { atOnce } from '../lib/at-once.js'
import { andThen, isPending, orElse } from '../lib/awaitable.js'
import { onDemand } from '../lib/loaded.js'
import { warnOfBug } from '../lib/warn.js'
import { withoutToken } from '../lib/without-token.js'
import { readCredentials } from './request/gate-request.js'
import type { AccessToken } from '../access-token.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider, HeaderSource, VerifyOptions } from '../provider.js'
import type { Answers } from './challenge/challenge.js'
import type { GatePolicy } from './policy.js'
import type { ProofCheck } from '../events.js'
import type { Reported } from './report/reported.js'
import type { GateRequest, Scheme } from './request/gate-request.js'

/** Asks again about the token, unless the answer is younger than so many seconds. */
export type Verify = (maxAge: number | undefined) => Promise<AccessToken | null>

/** Who calls; null where nobody has to. */
export interface Caller {
  readonly token: AccessToken | null
  /** How the token was presented, in whose words a denial is sent. */
  readonly scheme: Scheme
  readonly verify: Verify | undefined
  /** What this caller would have been denied for, where the gate only reports that. */
  readonly reported?: Reported
}

export const NOBODY: Caller = { token: null, scheme: 'Bearer', verify: undefined }

/** The caller, or the denial for what was presented. An exception is a bug of the provider. */
export function callerOf(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Caller | Answer> {
  if (provider.headerSources !== undefined) return callerOfSeveral(request, provider.headerSources, policy)
  const { tokenCookie: cookie, schemes } = policy
  const { tokenHeader: header = policy.tokenHeader } = provider
  const credentials = readCredentials(request, { header, cookie, schemes })
  if (credentials.kind === 'none') return policy.optional ? NOBODY : policy.answers.Bearer.unauthenticated()
  if (credentials.kind === 'malformed') return policy.answers.Bearer.malformed(header)
  return andThen(unprovenCaller(provider, credentials, policy), (caller) => (isAnswer(caller) ? caller : provedCaller(request, caller, policy)))
}

async function callerOfSeveral(request: GateRequest, sources: readonly HeaderSource[], policy: GatePolicy): Promise<Caller | Answer> {
  const loading = several()
  const by = isPending(loading) ? await loading : loading
  return by.callerOfSeveral(request, sources, policy, { nobody: NOBODY, unproven: unprovenCaller, proved: provedCaller })
}

/** Loaded by the first request to a provider whose tokens come in several headers. */
const several = onDemand(() => import('./presented.js'))

/** The caller by one credential, who has yet to prove that it is his where it is bound to a key. */
function unprovenCaller(
  provider: Pick<BearerAuthProvider, 'verifyToken'>,
  { token: text, scheme }: { readonly token: string; readonly scheme: Scheme },
  policy: GatePolicy,
): Awaitable<Caller | Answer> {
  const verify = verifyBy(provider, text, policy)
  return unlessUnavailable(policy, () =>
    andThen(verified(provider, text, policy.maxAge, policy), (token) =>
      token === null ? policy.answers[scheme].invalidToken() : { token, scheme, verify, ...reportOn(token, policy) },
    ),
  )
}

/** The same once that was proved, or the denial. */
function provedCaller(request: GateRequest, caller: Caller, policy: GatePolicy): Awaitable<Caller | Answer> {
  const { bindings } = policy
  const { token, scheme, verify } = caller
  if (bindings === undefined || token === null || verify === undefined) return caller // and none that is bound to a key is ever found
  return unlessUnavailable(policy, async () => {
    const failure = await bindings.failing(request, scheme, token)
    return failure === undefined ? { ...caller, verify: asProved(verify, token) } : refusal(failure.check, policy.answers[scheme])
  })
}

/** The proof was of one request, and is not used twice; the token must still be bound to what was proved. */
function asProved(verify: Verify, { claims }: AccessToken): Verify {
  const proved = bindingOf(claims)
  return async (maxAge) => {
    const again = await verify(maxAge)
    return again !== null && isSameBinding(bindingOf(again.claims), proved) ? again : null
  }
}

/** What is said of a good token that does not fit what is only reported. */
function reportOn(token: AccessToken, { reportedAudience, reportedScopes, bindings }: GatePolicy): { readonly reported?: Reported } {
  if (!isForAudience(token, reportedAudience)) return { reported: { status: 401, reason: 'wrong_audience' } }
  const lacking = reportedScopes.filter((scope) => !hasScopes(token, [scope]))
  if (lacking.length > 0) return { reported: { status: 403, reason: 'insufficient_scope', hint: `the token lacks ${lacking.join(' ')}` } }
  return bindings?.reports(token) === true ? { reported: { status: 401, reason: 'bound_to_key', check: 'unbound', hint: UNBOUND } } : {}
}

const UNBOUND = 'the token is bound to no key, and DPoP is going to be required'

/** RFC 9449 section 7.1: what is wrong with the proof, and what with the token; section 9 for the nonce. */
function refusal(failing: ProofCheck, answers: Answers): Answer {
  if (failing === 'nonce') return answers.unproven('use_dpop_nonce')
  return OF_THE_TOKEN.has(failing) ? answers.invalidToken() : answers.unproven('invalid_dpop_proof')
}

const OF_THE_TOKEN: ReadonlySet<ProofCheck> = new Set<ProofCheck>(['binding', 'scheme', 'unbound', 'certificate'])

/** Of several servers behind one provider, each takes the tokens that were issued for it (RFC 9068 section 4, RFC 8707). */
export function isForAudience({ claims }: AccessToken, audience: readonly string[] | undefined): boolean {
  return audience === undefined || [claims.aud ?? []].flat().some((one) => typeof one === 'string' && audience.includes(one))
}

// Outside of its caller: as long as a stream is open it is kept, with all that the function around it works with.
function verifyBy(provider: Pick<BearerAuthProvider, 'verifyToken'>, text: string, policy: GatePolicy): Verify {
  return async (maxAge) => verified(provider, text, maxAge, policy)
}

function verified(
  by: Pick<BearerAuthProvider, 'verifyToken'>,
  text: string,
  maxAge: number | undefined,
  { audience, bindings }: GatePolicy,
): Awaitable<AccessToken | null> {
  const question = questionOf(maxAge, bindings !== undefined)
  const asked = orElse(() => andThen(atOnce(by.verifyToken).call(by, text, question), toAccessToken), (error) => thrownByProvider(error, text))
  return andThen(asked, (token) => {
    // RFC 9449 section 7.1, RFC 8705 section 3: a token that is bound to a key is worth nothing without the proof.
    if (token === null || (token.claims.cnf !== undefined && bindings === undefined)) return null
    return isForAudience(token, audience) ? token : null
  })
}

function questionOf(maxAge: number | undefined, checksProof: boolean): VerifyOptions | undefined {
  if (!checksProof) return maxAge === undefined ? undefined : { maxAge }
  return maxAge === undefined ? PROVED_HERE : { ...PROVED_HERE, maxAge }
}

const PROVED_HERE: VerifyOptions = { proof: 'checked' }

function thrownByProvider(error: unknown, token: string): never {
  throw isUnavailable(error) ? error : asBug(error, token)
}

/**
 * A provider's bug as the framework may have it: with nothing of the error's own status, headers, message or stack, all
 * of which frameworks send. They also take an error that is nothing for "go on", and Express the word "route" for "skip".
 * The cause is printed, by us and by loggers: what it quotes of the token is cut out.
 */
function asBug(thrown: unknown, token: string): Error {
  const told = withoutToken(thrown, token)
  const cause = told instanceof Error ? told : new TypeError('verifyToken must throw an Error', { cause: told })
  warnOfBug(cause)
  return new Error('the provider failed', { cause })
}

/** What the work gives, or the denial for "nobody knows". Any other exception is a bug. */
export function unlessUnavailable<T>(policy: GatePolicy, work: () => Awaitable<T>): Awaitable<T | Answer> {
  return orElse(work, (error) => unavailableOr(error, policy))
}

function unavailableOr(error: unknown, { answers, reportsAll }: GatePolicy): Answer {
  if (isUnavailable(error)) return answers.Bearer.unavailable(error)
  // Told already where it is the provider's.
  if (reportsAll && error instanceof Error && error.cause === undefined) warnOfBug(error)
  if (reportsAll) return BUG
  throw error
}

/** What a gate that only reports notes in the place of an exception. It is never sent. */
export const BUG = errorAnswer(500, 'server_error', 'The provider failed', {})
