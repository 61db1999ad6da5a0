/** Limits how many calls run at once; the rest wait in line until their time is over. */
import { mayShareBetweenRequests } from './runtime.js'

/** Longest line: a call beyond it is turned away at once. */
const LONGEST_LINE = 4096

export class CallLimit {
  readonly #most: number
  readonly #line = new Set<() => void>()
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Does the work when it is its turn. The signal ends the wait, and never the work. @throws what `busy()` gives */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, busy: () => Error): Promise<T> {
    if (this.#running < this.#most) this.#running += 1
    else await this.#turn(signal, busy) // whose place was handed over is counted already
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  #turn(signal: AbortSignal, busy: () => Error): Promise<void> {
    // One request cannot wake another where they share no promises.
    if (signal.aborted || this.#line.size >= LONGEST_LINE || !mayShareBetweenRequests) return Promise.reject(busy())
    return new Promise((resolve, reject) => {
      const called = (): void => {
        signal.removeEventListener('abort', gaveUp)
        resolve()
      }
      const gaveUp = (): void => {
        this.#line.delete(called)
        reject(busy())
      }
      this.#line.add(called)
      signal.addEventListener('abort', gaveUp, { once: true })
    })
  }

  #leave(): void {
    const [next] = this.#line
    if (next === undefined) {
      this.#running -= 1
      return
    }
    this.#line.delete(next)
    next()
  }
}
