/** This file finds out who calls: by the token that the request presents, and what the provider says of it. */
import { toAccessToken } from '../access-token.js'
import { isUnavailable } from '../errors.js'
import { warnOfBug } from '../lib/warn.js'
import { readCredentials } from './request/gate-request.js'
import type { AccessToken } from '../access-token.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

/** Asks again about the token, unless the answer is younger than so many seconds. */
export type Verify = (maxAge: number | undefined) => Promise<AccessToken | null>

/** Who calls; null where nobody has to. */
export interface Caller {
  readonly token: AccessToken | null
  readonly verify: Verify | undefined
}

export const NOBODY: Caller = { token: null, verify: undefined }

/** The caller, or the denial for what was presented. An exception is a bug of the provider. */
export function callerOf(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Caller | Answer> {
  const { answers, tokenCookie: cookie } = policy
  const { tokenHeader: header } = provider
  const credentials = readCredentials(request, { header, cookie })
  if (credentials.kind === 'none') return policy.optional ? NOBODY : answers.unauthenticated()
  if (credentials.kind === 'malformed') return answers.malformed(header)
  const { token } = credentials
  return verifiedCaller((maxAge) => verified(provider, token, maxAge, policy), policy.maxAge, policy)
}

/** The caller on an answer that is not older than so many seconds, or the denial. */
export async function verifiedCaller(verify: Verify, maxAge: number | undefined, { answers }: GatePolicy): Promise<Caller | Answer> {
  try {
    const token = await verify(maxAge)
    return token === null ? answers.invalidToken() : { token, verify }
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return answers.unavailable(error)
  }
}

/** Of several servers behind one provider, each takes the tokens that were issued for it (RFC 9068 section 4, RFC 8707). */
function isForAudience({ claims }: AccessToken, audience: readonly string[] | undefined): boolean {
  return audience === undefined || [claims.aud ?? []].flat().some((one) => typeof one === 'string' && audience.includes(one))
}

async function verified(provider: BearerAuthProvider, text: string, maxAge: number | undefined, { audience }: GatePolicy): Promise<AccessToken | null> {
  let token: AccessToken | null
  try {
    token = toAccessToken(await provider.verifyToken(text, maxAge === undefined ? undefined : { maxAge }))
  } catch (error) {
    throw isUnavailable(error) ? error : asBug(error)
  }
  // RFC 9449 section 7.1, RFC 8705 section 3: a token that is bound to a key is worth nothing without the proof.
  return token?.claims.cnf === undefined && (token === null || isForAudience(token, audience)) ? token : null
}

/**
 * A provider's bug as the framework may have it: with nothing of the error's own status, headers, message or stack, all
 * of which frameworks send. They also take an error that is nothing for "go on", and Express the word "route" for "skip".
 */
function asBug(thrown: unknown): Error {
  const cause = thrown instanceof Error ? thrown : new TypeError('verifyToken must throw an Error', { cause: thrown })
  warnOfBug(cause)
  return new Error('the provider failed', { cause })
}
