/** Reads a log to its end, again and again: at once when its bell rings, and every few seconds whether it rang or not. */
import { inTime } from '../lib/timer.js'
import type { After } from '../lib/timer.js'
import type { LoggedEntries, RevocationLog } from './revocation-log.js'

export interface LogFollowerOptions {
  readonly log: Pick<RevocationLog, 'ready' | 'read' | 'listen'>
  /** Seconds. */
  readonly every: number
  readonly after: After
  /** Takes a page. */
  readonly take: (page: LoggedEntries) => Promise<PageOutcome>
  /** Called when the log was read to its end. */
  readonly ended: () => void
  /** Told after every look that failed. */
  readonly failed: (message: string) => void
}

/**
 * `'taken'`: on to the next page. `'enough'`: taken, and the rest is for the next look. `'no room'`: the same page comes
 * again with the next look.
 */
export type PageOutcome = 'taken' | 'enough' | 'no room'

/** Never rejects and never throws: what fails is told, and tried again. */
export class LogFollower {
  /** Settles when the first look is over, however it went. */
  readonly first: Promise<void>
  readonly #options: LogFollowerOptions
  #position: string | undefined
  #looking: Promise<void> | undefined
  #rang = false
  #caughtUp = false
  /** The log answered that it is empty; the second time, a few seconds later, it is believed. */
  #wasEmpty = false
  #hasMet = false
  #closed = false
  #listening = false
  #deafen: (() => Promise<unknown>) | undefined
  #callOff = (): void => undefined

  constructor(options: LogFollowerOptions) {
    this.#options = options
    this.first = this.#look()
  }

  /** True once everything that was in the log has been read. */
  get caughtUp(): boolean {
    return this.#caughtUp
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#callOff()
    const deafen = this.#deafen
    this.#deafen = undefined
    await quietly(deafen)
  }

  /** One look at a time; a bell in the middle of one means another right after it. */
  #look(isTimed = false): Promise<void> {
    this.#rang = this.#looking !== undefined
    // Begun inside a promise: a bell that rings while it is hung up finds this look under way.
    this.#looking ??= Promise.resolve().then(() => this.#lookOnce(isTimed)).finally(() => this.#lookAgain())
    return this.#looking
  }

  #lookAgain(): void {
    this.#looking = undefined
    if (this.#closed) return
    if (this.#rang) void this.#look()
    else this.#callOff = this.#options.after(this.#options.every, () => void this.#look(true))
  }

  async #lookOnce(isTimed: boolean): Promise<void> {
    this.#callOff()
    try {
      await this.#meet()
      void this.#listen()
      if (!(await this.#readOn())) return
      // A log that was emptied a moment ago is written again by those who know what was in it.
      const isBelieved = this.#position !== undefined || (this.#wasEmpty && isTimed)
      this.#wasEmpty ||= this.#position === undefined
      this.#caughtUp ||= isBelieved
      this.#options.ended()
    } catch {
      void this.#listen()
      this.#rang = false // what cannot be read now is not read sooner because somebody rings
      // The client's words are left out: they may name hosts and users, and an event must not.
      this.#options.failed('the log of revocations could not be read')
    }
  }

  /** A client may be about to connect: to call that "could not be read" would let through what was revoked. */
  async #meet(): Promise<void> {
    const { log, after } = this.#options
    if (this.#hasMet || log.ready === undefined) return
    this.#hasMet = true
    await inTime(ANSWER_WITHIN, after, async () => log.ready?.(), tooLate)
  }

  /** False where the log was not read to its end. Each page has its own time, and a position of its own. */
  async #readOn(): Promise<boolean> {
    const { log, after, take } = this.#options
    while (!this.#closed) {
      const page = await inTime(ANSWER_WITHIN, after, () => log.read(this.#position), tooLate)
      if (page.isAnew === true) this.#caughtUp = this.#wasEmpty = false
      const outcome = await take(page)
      if (outcome === 'no room') return false
      const moved = page.position !== this.#position
      this.#position = page.position
      if (!moved) return true
      if (outcome === 'enough') return false
    }
    return false
  }

  // Listening has no time limit: who hangs here costs nobody anything, and the looks go on without a bell.
  async #listen(): Promise<void> {
    if (this.#listening) return
    this.#listening = true
    try {
      this.#deafen = await this.#options.log.listen(() => void (this.#closed || this.#look()))
    } catch {
      this.#listening = false // and once more with the next look
      return
    }
    if (this.#closed) return this.close()
    void this.#look() // for what was added after the look and before the bell was there
  }
}

const tooLate = (): Error => new Error('too late')

/** Seconds. */
const ANSWER_WITHIN = 5

async function quietly(work: (() => Promise<unknown>) | undefined): Promise<void> {
  try {
    await work?.()
  } catch {
    return // the connection is gone, and with it the bell
  }
}
