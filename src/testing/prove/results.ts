/** Says what the results of a proof are, and puts them into words. */
import type { CheckName } from './check-names.js'

/** `open`: the check failed. `cannot tell`: it could not be tried in earnest. */
export type Verdict = 'holds' | 'open' | 'cannot tell'

/** One request of a check, and its answer. No text of a token is in it. */
export interface Trial {
  readonly sent: string
  readonly came: string
  readonly verdict: Verdict
  /** True where a request got in that should not. False where the answer is wrong in another way, such as 401 for 503. */
  readonly letIn: boolean
  /** Why, where it does not hold. */
  readonly why: string
}

export interface CheckResult {
  readonly check: CheckName
  /** What must hold. */
  readonly promise: string
  /** The clause that says so. */
  readonly clause: string
  /** The worst of its trials. */
  readonly verdict: Verdict
  readonly trials: readonly Trial[]
}

/** A check that was left out, and what it would have to be told. */
export interface CheckNotTried {
  readonly check: CheckName
  readonly promise: string
  readonly wants: string
}

/** What went wrong in a check, in lines. */
export function linesOf({ check, promise, clause, verdict, trials }: CheckResult): readonly string[] {
  const telling = trials.filter((trial) => trial.verdict === verdict)
  const shown = telling.slice(0, MOST).map(({ sent, came, why }) => `    ${sent} → ${came}${why === '' ? '' : `: ${why}`}`)
  return [`- ${check}, ${verdict}: ${promise} (${clause})`, ...shown, ...(telling.length > MOST ? [`    and ${telling.length - MOST} more`] : [])]
}

const MOST = 4

/** The worst verdict. */
export function worstOf(trials: readonly Trial[]): Verdict {
  const verdicts = new Set(trials.map(({ verdict }) => verdict))
  if (verdicts.has('open')) return 'open'
  return verdicts.has('cannot tell') || verdicts.size === 0 ? 'cannot tell' : 'holds'
}
