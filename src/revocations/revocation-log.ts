/** A log that several processes write and read: every revocation reaches every process, sooner or a little later. */
import type { Awaitable } from '../lib/awaitable.js'

/** The log is the truth; the bell only says that it is worth a look. What the bell missed, the next look finds. */
export interface RevocationLog {
  /** Settles when the log can be asked. The first look waits for it, for at most 5 seconds. Left out: at once. */
  ready?(): Promise<unknown>
  /** Adds an entry that is worth keeping for so many seconds, and rings the bell of every process. */
  append(entry: string, seconds: number): Promise<unknown>
  /** The same for some dozens at once, with one bell: a log that lost its entries is written back so. Left out: one by one. */
  appendAll?(entries: readonly LogEntry[]): Promise<unknown>
  /** One page of what was added after this position, in order; from the beginning when there is none yet. Empty at the end. */
  read(after: string | undefined): Promise<LoggedEntries>
  /** Calls `rung` whenever somebody added something. Gives the function that ends this. */
  listen(rung: () => void): Promise<() => Promise<unknown>>
  /** Takes out some of the entries that have expired. Called after an `append`, also where that failed, and never twice at a time. */
  sweep?(isOver: IsOver): Promise<unknown>
}

/**
 * Whether an entry has expired at this time, in seconds since the epoch by the clock of the log: undefined for one that
 * nobody with this secret wrote. Who can write to the log can neither prolong nor cut short what it says of itself.
 */
export type IsOver = (entry: string, at: number) => Awaitable<boolean | undefined>

export interface LogEntry {
  readonly entry: string
  /** That it is worth keeping. */
  readonly seconds: number
}

export interface LoggedEntries {
  readonly entries: readonly string[]
  /** For the next `read`. */
  readonly position: string | undefined
  /** True where what stood at `after` is not there any more: the log lost its entries, and this page is the first of it. */
  readonly isAnew?: boolean | undefined
}
