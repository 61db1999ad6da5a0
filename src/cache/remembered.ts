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
  /** All that the scopes stand for, where they do not list it. */
  readonly held: readonly string[] | undefined
  /** Of the claims as text, in characters, about. */
  readonly length: number
  /** Seconds since the epoch, where the answer was asked for earlier, elsewhere. */
  readonly until: number | undefined
  /** Where the claims do not hold them any more. */
  readonly marks: RevocationMarks | undefined
}

/** A yes. Its scopes are mapped once. */
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

/** A no as it is remembered: what did not fit was written by whoever sent the token, and would fill the memory. */
export function rememberedReject({ reason, detail, provisional }: Rejected, until?: number): RememberedReject {
  if (detail === undefined) return { ...reject(reason), until, provisional }
  const { claim, hint } = detail
  return { ...reject(reason, { claim, expected: undefined, actual: undefined, ...(hint !== undefined && { hint }) }), until, provisional }
}

/** Bytes of memory beside the claims: the key, the entry, the scopes. */
const SIZE_OF_ENTRY = 500

/** About how many bytes of memory it takes. */
export function sizeOf(finding: RememberedVerdict): number {
  return SIZE_OF_ENTRY + (finding.accepted ? finding.length : 0)
}

/** Of the claims as text, in characters. */
export function lengthOf(claims: Claims): number {
  return JSON.stringify(claims).length
}
