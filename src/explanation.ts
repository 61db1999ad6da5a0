/** Says step by step what was looked at in one token, and what each step found: for a person who wants to know why. */
import { bindingOf } from './binding.js'
import { reject } from './verdict.js'
import type { Claims } from './access-token.js'
import type { AuthUnavailableError } from './errors.js'
import type { Rejected, RejectReason } from './verdict.js'

/**
 * What one step found about one token. Holds values of claims: for your own eyes, not for a log. A token is taken where every
 * step passed; a step after one that did not is there only where it could be looked at without asking anybody.
 */
export interface ExplainedStep {
  /** The name of the step: `shape`, `iss`, `signature`, `introspection`, `claims`, `revoked` … */
  readonly rule: string
  readonly passed: boolean
  /** Absent for a step that passed by itself, and for one where nobody knows: `hint` then says what gave no answer. */
  readonly reason?: RejectReason
  readonly expected?: unknown
  readonly actual?: unknown
  /** What it almost was, or what to do. */
  readonly hint?: string
  /** True for a rule that refuses nothing: what `reason` would refuse the token for passed all the same. */
  readonly reportOnly?: true
  /** Which member of a chain looked. */
  readonly provider?: string
}

/** What is nearly right about a token that a provider does not take for its own. Constant texts only: they go into events. */
export interface NearMiss {
  readonly hint: string
  readonly claim?: string
  /** True where the hint says exactly what is wrong, and not only what the token looks like. */
  readonly isExact: boolean
}

export function passedStep(rule: string): ExplainedStep {
  return { rule, passed: true }
}

export function failedStep(rule: string, { reason, detail }: Pick<Rejected, 'reason' | 'detail'>): ExplainedStep {
  return { rule, passed: false, reason, ...(detail && { expected: detail.expected, actual: detail.actual }), ...(detail?.hint && { hint: detail.hint }) }
}

/** The same step of a rule that refuses nothing. */
export function asReported(step: ExplainedStep): ExplainedStep {
  return { ...step, passed: true, reportOnly: true }
}

/** What marked rules would refuse, as one step beside those of others, which do not name it yet. */
export function reportedBeside(steps: readonly ExplainedStep[], reported: Pick<Rejected, 'reason' | 'detail'> | undefined): readonly ExplainedStep[] {
  return reported === undefined || steps.some(({ reportOnly }) => reportOnly) ? [] : [asReported(failedStep('rules', reported))]
}

/** A step where nobody knows. */
export function unknownStep(rule: string, { message }: Pick<AuthUnavailableError, 'message'>): ExplainedStep {
  return { rule, passed: false, hint: message }
}

/** True where every step passed. */
export function isTaken(steps: readonly ExplainedStep[]): boolean {
  return steps.every(({ passed }) => passed)
}

/** Of what several would say, the nearest: what says exactly what is wrong, else the first. */
export function nearestOf(misses: readonly (NearMiss | undefined)[]): NearMiss | undefined {
  const there = misses.filter((miss) => miss !== undefined)
  return there.find(({ isExact }) => isExact) ?? there[0]
}

/** The step beyond the last. */
export const PROOF = 'proof'

/** Beyond it, of a token that is good with the proof of its holder only: here nobody shows one. Says what it is bound to. */
export function unproven(claims: Claims): Rejected & { readonly at: string } {
  const expected = bindingOf(claims) ?? 'the proof of whoever holds the key'
  return { ...reject('unproven', { claim: 'cnf', expected, actual: undefined, hint: BOUND }), at: PROOF }
}

const BOUND = 'the token is bound to a key: it is good with the proof of its holder only, where the option "proof" of the gate takes that'
