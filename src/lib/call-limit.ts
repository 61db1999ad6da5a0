/** Limits how many calls run at once; the rest wait in line until their time is over. */
import { whenAborted } from './deadline.js'
import { mayShareBetweenRequests } from './runtime.js'

/** Beyond this many in a line, whoever comes is turned away at once. */
const LONGEST_LINE = 4096

export interface Places {
  /** Calls at once. */
  readonly most: number
  /** Of these, kept for callers who are known: strangers never take more than the rest. Default: none. */
  readonly keptForKnown?: number | undefined
}

/** Whose turn it is. */
export type Standing = 'known' | 'stranger'

type Line = Set<() => void>

export class CallLimit {
  readonly #most: number
  readonly #mostStrangers: number
  /** Who is known goes first. */
  readonly #lines: Readonly<Record<Standing, Line>> = { known: new Set(), stranger: new Set() }
  readonly #running = { known: 0, stranger: 0 }

  constructor({ most, keptForKnown = 0 }: Places) {
    this.#most = most
    this.#mostStrangers = most - keptForKnown
  }

  /** Calls under way. */
  get running(): number {
    return this.#running.known + this.#running.stranger
  }

  /** Does the work when it is its turn. The signal ends the wait, and never the work. @throws what `busy()` gives */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, busy: () => Error, standing: Standing = 'stranger'): Promise<T> {
    if (this.#mayBegin(standing)) this.#running[standing] += 1
    else await this.#turn(standing, signal, busy) // who was called is counted already
    try {
      return await work()
    } finally {
      this.#running[standing] -= 1
      this.#callNext()
    }
  }

  #mayBegin(standing: Standing): boolean {
    if (this.running >= this.#most) return false
    return standing === 'known' || this.#running.stranger < this.#mostStrangers
  }

  #turn(standing: Standing, signal: AbortSignal, busy: () => Error): Promise<void> {
    const line = this.#lines[standing]
    // One request cannot wake another where they share no promises.
    if (signal.aborted || line.size >= LONGEST_LINE || !mayShareBetweenRequests) return Promise.reject(busy())
    return new Promise((resolve, reject) => {
      const called = (): void => {
        leave()
        resolve()
      }
      const gaveUp = (): void => {
        line.delete(called)
        reject(busy())
      }
      line.add(called)
      const leave = whenAborted(signal, gaveUp)
    })
  }

  #callNext(): void {
    const standing = this.#lines.known.size > 0 ? 'known' : 'stranger'
    const [next] = this.#lines[standing]
    if (next === undefined || !this.#mayBegin(standing)) return
    this.#lines[standing].delete(next)
    this.#running[standing] += 1
    next()
  }
}
