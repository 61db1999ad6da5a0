/** Keeps some of an application's calls for tokens that were good before, so that a flood of bad ones signs nobody out. (D45) */
import { lruMemory } from '../../lib/lru-memory.js'
import { sha256 } from '../../lib/digest.js'
import type { Budget } from './github-answer.js'

/** Parts of the budget: below the first, strangers come one by one; what is below the second is not for them. */
const PACED_BELOW = 1 / 2
const KEPT = 1 / 4
/** Seconds that GitHub's budgets last. What ends later than that was told before a clock was set back. */
const WINDOW = 3600
const MOST_GOOD = 10_000

export class Reserve {
  readonly #now: () => number
  /** Digests. */
  readonly #good = lruMemory<true>(MOST_GOOD)
  #left: { readonly limit: number; readonly remaining: number; readonly endsAt: number } | undefined
  #nextStranger = 0

  /** `now`: a clock in seconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** 0 when GitHub may be asked about this token now, else the seconds until it may. Every 0 is for one question. */
  wait(token: string): number {
    const left = this.#left
    const now = this.#now()
    const seconds = (left?.endsAt ?? now) - now
    if (left === undefined || seconds <= 0 || seconds > WINDOW) return 0
    if (left.remaining > left.limit * PACED_BELOW || this.#good.has(sha256(token))) return 0
    const spare = left.remaining - left.limit * KEPT
    if (spare <= 0) return seconds
    const pause = this.#nextStranger - now
    // One that outlives the budget is of before a clock was set back.
    if (pause > 0 && pause <= seconds) return pause
    this.#nextStranger = now + seconds / Math.max(1, spare)
    return 0
  }

  /** GitHub said how much is left. */
  heed({ limit, remaining, resetsIn }: Budget): void {
    this.#left = { limit, remaining, endsAt: this.#now() + resetsIn }
  }

  /** GitHub knows this one. */
  remember(token: string): void {
    this.#good.set(sha256(token), true)
  }
}
