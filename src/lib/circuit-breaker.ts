/** Spares a server that does not answer, and those who wait for it: after five failures in a row, one attempt a second. */

const FAILURES_IN_A_ROW = 5
/** Seconds from one attempt to the next while it is open. */
const ONE_EVERY = 1

/** Opens after failures. A caller that was allowed to call reports afterwards how it went. */
export class CircuitBreaker {
  readonly #now: () => number
  #failures = 0
  #nextProbe = 0

  /** `now`: a clock in seconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** True while calls are held back. */
  get isOpen(): boolean {
    return this.#failures >= FAILURES_IN_A_ROW
  }

  /** 0 when a call may be made now, else the seconds until one may. While open, every 0 is the one probe of its second. */
  wait(): number {
    if (!this.isOpen) return 0
    const now = this.#now()
    // A clock that was set back must not close the door for as long.
    const left = Math.min(this.#nextProbe - now, ONE_EVERY)
    if (left > 0) return left
    this.#nextProbe = now + ONE_EVERY
    return 0
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): void {
    this.#failures += 1
    if (this.isOpen) this.#nextProbe = this.#now() + ONE_EVERY
  }
}
