/** Adds an issuer's own words to a refusal: "Keycloak: add an Audience mapper to the client scope". */
import { isTable } from '../../lib/plain-table.js'
import { EXACT } from './near-miss.js'
import type { Mismatch, RejectReason } from '../../verdict.js'

/** Hints by reason. They are constant texts, which go into events. A rule of your own has its own `hint`. */
export type Hints = Readonly<Partial<Record<Exclude<RejectReason, 'invalid_claim'>, string>>>

interface Explained {
  readonly reason: RejectReason
  readonly detail?: Mismatch | undefined
}

/** Copies hints. @throws TypeError for what are no hints. */
export function checkedHints(hints: unknown): Hints | undefined {
  if (hints === undefined) return undefined
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string'
  if (isTable(hints) && Object.values(hints).every(isText)) return { ...hints }
  throw new TypeError('"hints" must have a text for each reason: { wrong_audience: "name the API when you ask for a token" }')
}

/** Puts a refusal into the issuer's own words, where it has any and nothing more exact is known. (D75) */
export function inOwnWords<F extends Explained>(found: F, hints: Hints | undefined): F {
  const { reason, detail } = found
  const hint = hints === undefined || reason === 'invalid_claim' ? undefined : hints[reason]
  if (hint === undefined || EXACT.has(detail?.hint)) return found
  return { ...found, detail: { claim: 'token', expected: undefined, actual: undefined, ...detail, hint } }
}
