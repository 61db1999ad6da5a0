/** Writes back what a log has lost, such as a Redis without persistence that was restarted: by those who know what was in it. */
import { nextTurn } from '../lib/timer.js'
import type { After } from '../lib/timer.js'
import type { RevocationEntry } from './revocation.js'

export interface LogRepairOptions {
  /** Seconds within which each process begins, at a time of its own: the first one writes, and the others find little to add. */
  readonly every: number
  readonly after: After
  /** All that this process holds. */
  readonly entries: () => Iterable<RevocationEntry>
  /** Writes up to fifty. Rejects where the log cannot be written. */
  readonly write: (entries: readonly RevocationEntry[]) => Promise<void>
}

export class LogRepair {
  readonly #options: LogRepairOptions
  /** What the log holds since it began anew; undefined while nothing is to be repaired. */
  #seen: Set<string> | undefined
  #isWriting = false
  #callOff = (): void => undefined

  constructor(options: LogRepairOptions) {
    this.#options = options
  }

  /** True while the log may lack what this process knows. */
  get isDue(): boolean {
    return this.#seen !== undefined
  }

  /** The log began anew. */
  begin(): void {
    this.#seen = new Set()
  }

  /** An entry was read. */
  seen(entry: RevocationEntry): void {
    this.#seen?.add(idOf(entry))
  }

  /** The log was read to its end: what is missing is written back, unless somebody else does so first. */
  ended(): void {
    if (this.#seen === undefined || this.#isWriting) return
    this.#isWriting = true
    this.#callOff = this.#options.after(Math.random() * this.#options.every, () => void this.#write())
  }

  close(): void {
    this.#callOff()
  }

  async #write(): Promise<void> {
    const seen = this.#seen
    try {
      let looked = 0
      let missing: RevocationEntry[] = []
      for (const entry of await shuffled(this.#options.entries())) {
        if (seen?.has(idOf(entry)) === false) missing.push(entry)
        if ((looked += 1) % SLICE === 0) await nextTurn()
        if (missing.length < WRITTEN_AT_ONCE) continue
        await this.#options.write(missing)
        missing = []
      }
      if (missing.length > 0) await this.#options.write(missing)
      if (this.#seen === seen) this.#seen = undefined
    } catch {
      return // and once more after the next look
    } finally {
      this.#isWriting = false
    }
  }
}

/** In an order of its own (Fisher and Yates): processes that write at the same time then write what the others have not. */
async function shuffled<T>(all: Iterable<T>): Promise<readonly T[]> {
  const mixed: T[] = []
  for (const one of all) {
    if (mixed.length % SLICE === SLICE - 1) await nextTurn()
    const at = Math.floor(Math.random() * (mixed.length + 1))
    const moved = mixed[at]
    if (moved !== undefined) mixed.push(moved)
    mixed[at] = one
  }
  return mixed
}

/** Entries that are looked at before others have their turn. */
const SLICE = 1_000

/** A hundred thousand one by one would be a hundred thousand ways to the log and back. */
const WRITTEN_AT_ONCE = 50

function idOf({ by, issuer, value, before }: RevocationEntry): string {
  return JSON.stringify([by, issuer, value, before])
}
