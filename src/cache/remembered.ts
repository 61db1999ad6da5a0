/** What is remembered of a token: a yes with its scopes, or a no without what the sender wrote. */
import { reject } from '../verdict.js'
import type { Accepted, Rejected } from '../verdict.js'
import type { Asked } from './verdict-cache.js'
import type { Claims } from '../access-token.js'
import type { RevocationMarks } from '../revocations/revocation-marks.js'

export interface RememberedAcceptParts {
  readonly claims: Claims
  /** Seconds since the epoch. */
  readonly expiresAt: number | undefined
  readonly scopes: readonly string[]
  /** The scopes with all that they imply, where `scopes` does not list it. */
  readonly held: readonly string[] | undefined
  /** Approximate length of the claims' JSON, in characters. */
  readonly length: number
  /** Where the answer was asked for earlier. */
  readonly asked: Asked | undefined
  /** Where the claims do not hold them any more. */
  readonly marks: RevocationMarks | undefined
  /** As `AccessToken` has them. */
  readonly issuer: string | undefined
  readonly subject: string | undefined
  /** What it would be rejected for. */
  readonly reported: Accepted['reported']
}

/** A yes as it is remembered. Its scopes are mapped once. */
export class RememberedAccept implements Accepted {
  readonly accepted = true
  readonly claims: Claims
  readonly expiresAt: number | undefined
  readonly scopes: readonly string[]
  readonly held: readonly string[] | undefined
  readonly length: number
  readonly since: number | undefined
  readonly until: number | undefined
  readonly marks: RevocationMarks | undefined
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly reported: Accepted['reported']
  /** The version of the revocations at which none covered it. */
  seen = 0

  constructor({ claims, expiresAt, scopes, held, length, asked, marks, issuer, subject, reported }: RememberedAcceptParts) {
    this.claims = claims
    this.expiresAt = expiresAt
    this.scopes = scopes
    this.held = held
    this.length = length
    this.since = asked?.since
    this.until = asked?.until
    this.marks = marks
    this.issuer = issuer
    this.subject = subject
    this.reported = reported
  }
}

export type RememberedReject = Rejected & Asked

export type RememberedVerdict = RememberedAccept | RememberedReject

/** A no as it is remembered: what did not fit was written by whoever sent the token, and would fill the memory. (D49) */
export function rememberedReject({ reason, detail, provisional, at }: Rejected, asked?: Asked): RememberedReject {
  return { ...withoutValues({ reason, detail }), ...asked, provisional, ...(at !== undefined && { at }) }
}

/** The same no, of which nothing is left that the sender wrote. */
export function withoutValues({ reason, detail }: Pick<Rejected, 'reason' | 'detail'>): Rejected {
  if (detail === undefined) return reject(reason)
  const { claim, hint } = detail
  return reject(reason, { claim, expected: undefined, actual: undefined, ...(hint !== undefined && { hint }) })
}

/** Bytes of memory that an entry takes beside its claims: for the key, the entry itself and the scopes. */
const SIZE_OF_ENTRY = 500

/** Estimates how many bytes of memory an entry takes. */
export function sizeOf(finding: RememberedVerdict): number {
  return SIZE_OF_ENTRY + (finding.accepted ? finding.length : 0)
}

/** Measures the claims' JSON, in characters. */
export function lengthOf(claims: Claims): number {
  return JSON.stringify(claims).length
}
