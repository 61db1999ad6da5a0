/** Limits how often one issuer is asked for unknown keys: three times at once, then once in thirty seconds. */

const AT_ONCE = 3
/** Seconds. */
const ONE_EVERY = 30

/** A bucket that holds three and gains one every thirty seconds, whatever the flood. */
export class RefetchBudget {
  readonly #now: () => number
  #left = AT_ONCE
  #countedAt: number

  constructor(now: () => number) {
    this.#now = now
    this.#countedAt = now()
  }

  /** Takes one and answers 0, or answers how many seconds it is until there is one again. */
  spend(): number {
    const now = this.#now()
    const gained = Math.max(0, now - this.#countedAt) / ONE_EVERY
    this.#left = Math.min(AT_ONCE, this.#left + gained)
    this.#countedAt = now
    if (this.#left < 1) return (1 - this.#left) * ONE_EVERY
    this.#left -= 1
    return 0
  }
}
