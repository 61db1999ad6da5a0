/** This file keeps the looks at open streams in a lane of their own, below the requests. */

/** Looks at once. More than this would stand in the way of requests, which ask the same authorization server. */
const MOST_LOOKS = 16

/** Does work in turn, a few at once. */
export class Lane {
  readonly #waiting: (() => void)[] = []
  #running = 0

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_LOOKS) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next() // whose place it is now
    }
  }
}
