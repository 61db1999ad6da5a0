/** What the holder of a static token is and may do, and when. */
import { frozenCopy } from '../lib/frozen-copy.js'
import { atEpochSeconds } from '../lib/options.js'
import { checkedScopes } from '../lib/scope-match.js'
import { accept } from '../verdict.js'
import type { Claims } from '../access-token.js'
import type { Accepted } from '../verdict.js'

export interface StaticGrant {
  /** Who this is: at least a `sub`. */
  claims: Claims
  /** Written into the `scope` claim, so that they take the same road as everybody's. */
  scopes?: readonly string[] | undefined
  /** Seconds since the epoch. Default: no end. */
  expiresAt?: number | undefined
  /** Seconds since the epoch, from which on the token is good. Default: at once. */
  notBefore?: number | undefined
  /**
   * Your word for this key, such as `'ci 2026'`; no person's, it stands in logs. It is the `key` of events and the `jti`
   * claim, so that handlers see which key was used, and `revoke({ jti: 'ci 2026' })` ends it.
   */
  name?: string | undefined
}

/** A grant as it is looked up. */
export interface StaticKey {
  readonly verdict: Accepted
  /** Seconds since the epoch. */
  readonly notBefore: number
  readonly name: string | undefined
}

/** @throws TypeError for a grant that is wrong; says what to write instead and shows nothing of what was written. */
export function staticKey(grant: unknown): StaticKey {
  checkMembers(grant)
  const { claims, scopes, expiresAt, notBefore = 0, name } = grant
  if (typeof claims !== 'object' || claims === null) throw new TypeError('"claims" must say whose it is: { sub: "ci" }')
  if (scopes !== undefined && claims.scope !== undefined) throw new TypeError('give "scopes" or the claim "scope", not both')
  if (name !== undefined && claims.jti !== undefined) throw new TypeError('give "name" or the claim "jti", not both: the name is written there')
  if (notBefore !== 0) atEpochSeconds('notBefore', notBefore)
  const scope = scopes !== undefined && { scope: checkedScopes('scopes', scopes).join(' ') }
  const jti = name !== undefined && { jti: checkedName(name) }
  const verdict = accept(frozenCopy('claims', { ...frozenCopy('claims', claims), ...scope, ...jti }), expiresAt)
  if (expiresAt !== undefined && expiresAt <= notBefore) throw new TypeError('"expiresAt" must be later than "notBefore"')
  return { verdict, notBefore: Math.max(notBefore, instantIn(claims.nbf)), name }
}

// As `exp` does, which every provider looks at.
function instantIn(nbf: unknown): number {
  if (nbf === undefined) return 0
  return atEpochSeconds('nbf', nbf)
}

const NAMES = ['claims', 'scopes', 'expiresAt', 'notBefore', 'name']

/** What is written in their place, and what was meant. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['sub', 'client_id', 'email', 'iss', 'aud'].map((claim) => [claim, `write it into "claims"`] as const),
  ...['scope', 'permissions', 'roles'].map((name) => [name, 'write "scopes", a list'] as const),
  ...['exp', 'expires', 'expires_at', 'expiry', 'expiresIn'].map((name) => [name, 'write "expiresAt", in seconds since the epoch'] as const),
  ...['nbf', 'not_before', 'notbefore'].map((name) => [name, 'write "notBefore", in seconds since the epoch'] as const),
  ...['token', 'key', 'digest', 'sha256'].map((name) => [name, 'the token or its digest is the name of the whole entry'] as const),
])

// Whatever stands in the wrong place may be a token: only words that were expected are shown.
function checkMembers(grant: unknown): asserts grant is StaticGrant {
  if (typeof grant !== 'object' || grant === null || Array.isArray(grant)) throw new TypeError(`a grant is an object with ${NAMES.join(', ')}`)
  const stranger = Object.keys(grant).find((name) => !NAMES.includes(name))
  if (stranger === undefined) return
  const meant = MEANT.get(stranger)
  throw new TypeError(meant === undefined ? `a member is none of those that a grant has: ${NAMES.join(', ')}` : `"${stranger}" is not an option of a grant; ${meant}`)
}

// It goes into logs: one line, and nothing that turns the reading direction round.
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u

function checkedName(name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name
  throw new TypeError('"name" must be your word for this key, of 1 to 64 characters in one line: "ci 2026"')
}
