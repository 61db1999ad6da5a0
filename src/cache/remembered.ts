/** What is remembered of a token: a yes with its scopes, or a no without what the sender wrote. */
import { reject } from '../verdict.js'
import type { Accepted, Rejected } from '../verdict.js'
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
  /** When the answer must be forgotten, in seconds since the epoch, where another process asked for it earlier. */
  readonly until: number | undefined
  /** What the token can be revoked by, where the slimmed claims do not tell any more. */
  readonly marks: RevocationMarks | undefined
}

/** A yes as it is remembered. Its scopes are mapped once. */
export class RememberedAccept implements Accepted {
  readonly accepted = true
  readonly claims: Claims
  readonly expiresAt: number | undefined
  readonly scopes: readonly string[]
  readonly held: readonly string[] | undefined
  readonly length: number
  readonly until: number | undefined
  readonly marks: RevocationMarks | undefined
  /** The version of the revocations at which none covered it. */
  seen = 0

  constructor({ claims, expiresAt, scopes, held, length, until, marks }: RememberedAcceptParts) {
    this.claims = claims
    this.expiresAt = expiresAt
    this.scopes = scopes
    this.held = held
    this.length = length
    this.until = until
    this.marks = marks
  }
}

export type RememberedReject = Rejected & { readonly until?: number | undefined }

export type RememberedVerdict = RememberedAccept | RememberedReject

/** A no as it is remembered: what did not fit was written by whoever sent the token, and would fill the memory. (D49) */
export function rememberedReject({ reason, detail, provisional }: Rejected, until?: number): RememberedReject {
  if (detail === undefined) return { ...reject(reason), until, provisional }
  const { claim, hint } = detail
  return { ...reject(reason, { claim, expected: undefined, actual: undefined, ...(hint !== undefined && { hint }) }), until, provisional }
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
