/** What a check found out about a token: yes with claims, or no with a reason. "Nobody knows" is not a verdict but a throw. */
import { atEpochSeconds } from './lib/options.js'
import type { Claims } from './access-token.js'

/** Every way to say no. The client is never told which one: reasons are for events and logs. */
export type RejectReason =
  | 'malformed'
  | 'unsupported_algorithm'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_type'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'missing_claim'
  | 'invalid_claim'
  | 'unknown_token'
  /** No member of a chain takes it for its own, and none may know it. */
  | 'no_owner'
  | 'revoked'
  /** It is bound to a key (`cnf`), and nobody checks the proof. */
  | 'unproven'

/** Which claim did not fit. Expected and actual are for your own eyes: never send or log them. */
export interface Mismatch {
  readonly claim: string
  readonly expected: unknown
  readonly actual: unknown
  /** What it almost was, or what to do. One of a few constant texts. */
  readonly hint?: string | undefined
}

export interface Accepted {
  readonly accepted: true
  readonly claims: Claims
  /** Seconds since the epoch, or undefined for a token without an end. */
  readonly expiresAt: number | undefined
  /** Seconds since the epoch: when what it rests on was asked for, where that was before the check. */
  readonly since?: number | undefined
  /** What it would be rejected for, were that not reported only (`reportOnly`). Where processes share answers: of `judge`. */
  readonly reported?: Pick<Rejected, 'reason' | 'detail'> | undefined
}

export interface Rejected {
  readonly accepted: false
  readonly reason: RejectReason
  readonly detail?: Mismatch | undefined
  /** True for a no that is not remembered: another look could turn it into a yes, or costs less than to remember it. */
  readonly provisional?: true | undefined
  /** Which step said no, for `explain`. Default: the check itself. */
  readonly at?: string | undefined
}

export type Verdict = Accepted | Rejected

/**
 * Yes. `expiresAt` in seconds since the epoch; leave it out when the `exp` claim says it, or for a token without an end.
 *
 * @throws TypeError for an end that is no number of seconds.
 */
export function accept(claims: Claims, expiresAt?: number): Accepted {
  if (expiresAt !== undefined) atEpochSeconds('expiresAt', expiresAt)
  return { accepted: true, claims, expiresAt }
}

/** Yes, on claims that were read here and are frozen to the bottom: nobody needs to copy them. Not public. */
export class AcceptedFrozen implements Accepted {
  readonly accepted = true
  readonly claims: Claims
  /** Its `exp` is its end. */
  readonly expiresAt = undefined
  readonly since: number | undefined
  readonly reported: Accepted['reported']

  /** Approximate length of the claims' JSON, in characters. Undefined: at most the token's. */
  readonly length: number | undefined

  constructor(claims: Claims, since?: number, reported?: Accepted['reported'], length?: number) {
    this.claims = claims
    this.since = since
    this.length = length
    this.reported = reported
  }
}

/** No, and why. */
export function reject(reason: RejectReason, detail?: Mismatch): Rejected {
  return detail ? { accepted: false, reason, detail } : { accepted: false, reason }
}
