/** Holds calls back for as long as GitHub asks, then lets one through at a time until it is answered. */
import { NoAnswerError } from '../../upstream/no-answer.js'
import type { Unavailable } from '../../answer.js'

/** The longest wait that is believed; in seconds. A clock that was set back must not close the door for longer. */
const LONGEST = 3600

/** Who asked too often. */
export type Blame = Pick<Unavailable, 'tooManyRequests' | 'overloaded'>

export class Pause {
  readonly #now: () => number
  readonly #probeTime: number
  readonly #blame: Blame
  #until = 0
  /** Held once, and not answered since. */
  #isSuspect = false

  /** `now`: a clock in seconds. `probeTime`: the seconds that one call may take. */
  constructor(now: () => number, probeTime: number, blame: Blame = {}) {
    this.#now = now
    this.#probeTime = probeTime
    this.#blame = blame
  }

  /** Does the work, unless it must wait. @throws NoAnswerError */
  async run<T>(host: string, work: () => Promise<T>): Promise<T> {
    if (!this.#isSuspect) return work()
    const wait = Math.min(this.#until - this.#now(), LONGEST)
    if (wait > 0) throw new NoAnswerError('held back', `${host} asked for a pause`, { ...this.#blame, retryAfter: Math.ceil(wait) })
    const probeEnds = this.#now() + this.#probeTime
    this.#until = probeEnds
    const result = await work()
    // Unless another was told to wait meanwhile.
    if (this.#until === probeEnds) this.#isSuspect = false
    return result
  }

  /** GitHub asked not to be called for so many seconds. */
  hold(seconds: number): void {
    this.#isSuspect = true
    this.#until = this.#now() + Math.min(seconds, LONGEST)
  }
}
