/** Writes and reads what is in a shared store, before it is sealed: an answer and its expiry, or that somebody is asking. */
import { frozenCopy } from '../lib/frozen-copy.js'
import { ownProperty } from '../lib/own-property.js'
import { accept, reject } from '../verdict.js'
import type { Claims } from '../access-token.js'
import type { RejectReason, Verdict } from '../verdict.js'

/** A stored answer. `until`: seconds since the epoch. Without a verdict: somebody is asking, and has until then. */
export interface Stored {
  readonly until: number
  readonly verdict?: Verdict | undefined
}

/** Writes a verdict without what did not fit: expected and actual are for those who asked. @throws for claims that are no JSON. */
export function writeStored({ until, verdict }: Stored): string {
  if (verdict === undefined) return JSON.stringify({ until })
  if (verdict.accepted) return JSON.stringify({ until, claims: verdict.claims, expiresAt: verdict.expiresAt })
  const { reason, detail } = verdict
  return JSON.stringify({ until, reason, claim: detail?.claim, hint: detail?.hint })
}

/** Reads a stored answer; undefined for what another version of this library wrote and this one does not understand. Claims come frozen. */
export function readStored(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const until = ownProperty(value, 'until')
    if (typeof until !== 'number') return undefined
    if (ownProperty(value, 'claims') !== undefined) return { until, verdict: readAccepted(value) }
    if (ownProperty(value, 'reason') !== undefined) return { until, verdict: readRejected(value) }
    return { until }
  } catch {
    return undefined
  }
}

function readAccepted(value: unknown): Verdict {
  const expiresAt = ownProperty(value, 'expiresAt')
  if (expiresAt !== undefined && typeof expiresAt !== 'number') throw new TypeError('no end')
  const claims = frozenCopy('claims', ownProperty(value, 'claims') as Claims) // which refuses what is no object
  return accept(claims, expiresAt)
}

function readRejected(value: unknown): Verdict {
  const reason = ownProperty(value, 'reason')
  const claim = ownProperty(value, 'claim')
  const hint = ownProperty(value, 'hint')
  if (!isReason(reason)) throw new TypeError('no reason')
  if (typeof claim !== 'string') return reject(reason)
  return reject(reason, { claim, expected: undefined, actual: undefined, ...(typeof hint === 'string' && { hint }) })
}

function isReason(value: unknown): value is RejectReason {
  return typeof value === 'string' && Object.hasOwn(REASONS, value)
}

const REASONS = {
  malformed: true,
  unsupported_algorithm: true,
  unknown_key: true,
  bad_signature: true,
  wrong_type: true,
  wrong_issuer: true,
  wrong_audience: true,
  expired: true,
  not_yet_valid: true,
  missing_claim: true,
  invalid_claim: true,
  unknown_token: true,
  no_owner: true,
  revoked: true,
  unproven: true,
} as const satisfies Record<RejectReason, true>
