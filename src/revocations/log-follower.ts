/** Reads a log to its end, again and again: at once when its bell rings, and every few seconds whether it rang or not. */
import { inTime } from '../lib/timer.js'
import type { After } from '../lib/timer.js'
import type { RevocationLog } from './revocation-log.js'

export interface LogFollowerOptions {
  readonly log: Pick<RevocationLog, 'read' | 'listen'>
  /** Seconds between two looks. */
  readonly every: number
  readonly after: After
  /** Takes a page. False where there was no room: the same page comes again with the next look. */
  readonly take: (entries: readonly string[]) => Promise<boolean>
  /** Told after every look that failed. */
  readonly failed: (message: string) => void
}

/** Follows a log. It never rejects and never throws: what fails is told, and tried again. */
export class LogFollower {
  /** Settles when the first look is over, however it went. */
  readonly first: Promise<void>
  readonly #options: LogFollowerOptions
  #position: string | undefined
  #looking: Promise<void> | undefined
  #rang = false
  #caughtUp = false
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

  /** Looks once at a time; a bell in the middle of a look means another right after it. */
  #look(): Promise<void> {
    this.#rang = this.#looking !== undefined
    // The work begins inside a promise: a bell that rings while it is hung up finds this look under way.
    this.#looking ??= Promise.resolve().then(() => this.#lookOnce()).finally(() => this.#lookAgain())
    return this.#looking
  }

  #lookAgain(): void {
    this.#looking = undefined
    if (this.#closed) return
    if (this.#rang) void this.#look()
    else this.#callOff = this.#options.after(this.#options.every, () => void this.#look())
  }

  async #lookOnce(): Promise<void> {
    this.#callOff()
    void this.#listen()
    try {
      this.#caughtUp = (await this.#readOn()) || this.#caughtUp
    } catch {
      this.#rang = false // what cannot be read now is not read sooner because somebody rings
      // The client's words are left out: they may name hosts and users, and an event must not.
      this.#options.failed('the log of revocations could not be read')
    }
  }

  /** Reads pages. False where the log was not read to its end. */
  async #readOn(): Promise<boolean> {
    const { log, after, take } = this.#options
    for (let page = 0; page < MAX_PAGES && !this.#closed; page += 1) {
      const { entries, position } = await inTime(ANSWER_WITHIN, after, () => log.read(this.#position), () => new Error('too late'))
      if (!(await take(entries))) return false
      const moved = position !== this.#position
      this.#position = position
      if (entries.length === 0 || !moved) return true
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

/** Seconds that the log may take for an answer. */
const ANSWER_WITHIN = 5

/** Per look. What is left over is for the next one. */
const MAX_PAGES = 10_000

async function quietly(work: (() => Promise<unknown>) | undefined): Promise<void> {
  try {
    await work?.()
  } catch {
    return // the connection is gone, and with it the bell
  }
}
