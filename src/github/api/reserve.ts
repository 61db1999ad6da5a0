/** Keeps some of an application's calls for tokens that were good before, so that a flood of bad ones signs nobody out. (D45) */
import { KnownTokens } from '../../upstream/known-tokens.js'
import type { Standing } from '../../lib/call-limit.js'
import type { Budget } from './github-answer.js'

/** Parts of the budget: below the first, strangers come one by one; what is below the second is not for them. */
const PACED_BELOW = 1 / 2
const KEPT = 1 / 4
/** Seconds that GitHub's budgets last. What ends later than that was told before a clock was set back. */
const WINDOW = 3600
/**
 * Of 180 questions a minute that GitHub's secondary limit allows (900 points, five for each), strangers get a third: thirty at
 * once, and one more every two seconds.
 */
const STRANGERS_AT_ONCE = 30
const STRANGER_EVERY = 2

export class Reserve {
  readonly #now: () => number
  readonly #good = new KnownTokens()
  #left: { readonly limit: number; readonly remaining: number; readonly endsAt: number } | undefined
  #nextStranger = 0
  /** When the places for strangers are all free again, in seconds since the epoch. */
  #strangersUntil = 0

  /** `now`: a clock in seconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  standing(token: string): Standing {
    return this.#good.standing(token)
  }

  /** 0 when GitHub may be asked about this token now, else the seconds until it may. Every 0 is for one question. */
  wait(token: string): number {
    const left = this.#left
    const now = this.#now()
    const seconds = (left?.endsAt ?? now) - now
    if (left === undefined || seconds <= 0 || seconds > WINDOW) return 0
    if (this.#good.standing(token) === 'known') return 0
    const crowd = this.#waitOfTheMinute(now)
    if (crowd > 0) return crowd
    if (left.remaining <= left.limit * PACED_BELOW) {
      const wait = this.#waitOfTheHour(left.remaining - left.limit * KEPT, seconds, now)
      if (wait > 0) return wait
    }
    this.#strangersUntil = Math.max(this.#strangersUntil, now) + STRANGER_EVERY
    return 0
  }

  /** GitHub said how much is left. */
  heed({ limit, remaining, resetsIn }: Budget): void {
    this.#left = { limit, remaining, endsAt: this.#now() + resetsIn }
  }

  /** GitHub knows this one. */
  remember(token: string): void {
    this.#good.add(token)
  }

  #waitOfTheMinute(now: number): number {
    const wait = this.#strangersUntil - now - (STRANGERS_AT_ONCE - 1) * STRANGER_EVERY
    if (wait <= STRANGER_EVERY) return Math.max(0, wait)
    this.#strangersUntil = 0 // of before a clock was set back
    return 0
  }

  #waitOfTheHour(spare: number, seconds: number, now: number): number {
    if (spare <= 0) return seconds
    const pause = this.#nextStranger - now
    // One that outlives the budget is of before a clock was set back.
    if (pause > 0 && pause <= seconds) return pause
    this.#nextStranger = now + seconds / Math.max(1, spare)
    return 0
  }
}
