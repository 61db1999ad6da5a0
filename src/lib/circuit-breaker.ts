/** Spares a server that does not answer, and those who wait for it: after five failures in a row, now and then one attempt. */

const FAILURES_IN_A_ROW = 5

/** Seconds between two attempts while a server does not answer. */
export interface ProbePace {
  /** Before the first; each wait after it is twice as long as the one before. */
  readonly first: number
  /** While the server was well a moment ago: one that flaps is found in its good times. */
  readonly longest: number
  /** Once it has been away for longer. */
  readonly longestOfAll: number
}

/** R7. */
const PACE: ProbePace = { first: 0.25, longest: 0.5, longestOfAll: 2 }
/** Seconds without an answer after which a server does not flap, but is down. (D84) */
const DOWN = 4

/** Opens after failures. A caller that was allowed to call reports afterwards how it went. */
export class CircuitBreaker {
  readonly #now: () => number
  readonly #pace: ProbePace
  #failures = 0
  #openedAt = 0
  #pause = 0
  #nextProbe = 0

  /** `now`: a clock in seconds. */
  constructor(now: () => number, pace: ProbePace = PACE) {
    this.#now = now
    this.#pace = pace
  }

  /** True while calls are held back. */
  get isOpen(): boolean {
    return this.#failures >= FAILURES_IN_A_ROW
  }

  /** `half-open`: the next call, or one under way, finds out whether the server is back. */
  get state(): 'closed' | 'open' | 'half-open' {
    if (!this.isOpen) return 'closed'
    return this.#now() < this.#nextProbe ? 'open' : 'half-open'
  }

  /** Seconds since it opened; undefined while it is closed. */
  get openFor(): number | undefined {
    return this.isOpen ? Math.max(0, this.#now() - this.#openedAt) : undefined
  }

  /** 0 when a call may be made now, else the seconds until one may. While open, every 0 is a probe, and nobody else's. */
  wait(): number {
    if (!this.isOpen) return 0
    const now = this.#now()
    // A clock that was set back must not close the door for as long.
    const left = Math.min(this.#nextProbe - now, this.#pause)
    if (left > 0) return left
    // From the beginning of a probe, and not from its end: one that hangs holds up none of those after it.
    this.#pauseFrom(now, this.#pause * 2)
    return 0
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): void {
    const wasOpen = this.isOpen
    this.#failures += 1
    if (wasOpen || !this.isOpen) return
    this.#openedAt = this.#now()
    this.#pauseFrom(this.#openedAt, this.#pace.first)
  }

  #pauseFrom(now: number, seconds: number): void {
    const { longest, longestOfAll } = this.#pace
    this.#pause = Math.min(seconds, now - this.#openedAt < DOWN ? longest : longestOfAll)
    this.#nextProbe = now + this.#pause
  }
}
