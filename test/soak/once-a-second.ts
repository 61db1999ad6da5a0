/** What anybody would write in five minutes: asks, and after a failure asks nobody for a second. What ours is measured by. */

/** Seconds. */
const PAUSE = 1

/** Calls with one plain retry a second, shared by all who ask. `now`: a clock in seconds. */
export class OnceASecond {
  readonly #now: () => number
  #heldUntil = 0
  calls = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** What the call gives; undefined where it fails, and while the pause lasts. */
  async call<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#now() < this.#heldUntil) return undefined
    this.calls += 1
    try {
      return await work()
    } catch {
      this.#heldUntil = this.#now() + PAUSE
      return undefined
    }
  }
}
