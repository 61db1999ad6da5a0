/** Writes and reads what is in a shared store, before it is sealed: an answer and its expiry, or that somebody is asking. */
import { frozenCopy } from '../lib/frozen-copy.js'
import { ownProperty } from '../lib/own-property.js'
import { accept, reject } from '../verdict.js'
import type { Claims } from '../access-token.js'
import type { RejectReason, Verdict } from '../verdict.js'

/** Of this format. Another one has names of its own in the store, and neither reads the other's. */
export const FORMAT = 2

/** What stands in the store. Times in seconds since the epoch. */
export interface Stored {
  /** When it was asked, and not when the answer came. */
  readonly since: number
  readonly until: number
  /** Undefined for the mark of somebody who is asking, and has until then. */
  readonly answer: Verdict | 'not shared' | undefined
}

/** Without what did not fit: expected and actual are for the eyes of those who asked. @throws for claims that are no JSON. */
export function writeStored({ since, until, answer }: Stored): string {
  const times = { since, until }
  if (answer === undefined) return JSON.stringify(times)
  if (answer === 'not shared') return JSON.stringify({ ...times, answer })
  if (answer.accepted) return JSON.stringify({ ...times, claims: answer.claims, expiresAt: answer.expiresAt })
  const { reason, detail } = answer
  return JSON.stringify({ ...times, reason, claim: detail?.claim, hint: detail?.hint })
}

/** undefined for what is not understood. Claims come frozen. */
export function readStored(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const [since, until] = [ownProperty(value, 'since'), ownProperty(value, 'until')]
    if (typeof since !== 'number' || typeof until !== 'number') return undefined
    if (ownProperty(value, 'claims') !== undefined) return { since, until, answer: readAccepted(value) }
    if (ownProperty(value, 'reason') !== undefined) return { since, until, answer: readRejected(value) }
    return { since, until, answer: ownProperty(value, 'answer') === 'not shared' ? 'not shared' : undefined }
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
