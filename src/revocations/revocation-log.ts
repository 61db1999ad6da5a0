/** Describes a log that several processes write and read: every revocation reaches every process, at once or a little later. */

/** The log is the truth; the bell only says that it is worth a look. What the bell missed, the next look finds. */
export interface RevocationLog {
  /** Adds an entry that is worth keeping for so many seconds, and rings the bell of every process. */
  append(entry: string, seconds: number): Promise<unknown>
  /** Reads what was added after this position, in order; from the beginning when there is none yet. */
  read(after: string | undefined): Promise<LoggedEntries>
  /** Calls `rung` whenever somebody added something. Gives the function that ends this. */
  listen(rung: () => void): Promise<() => Promise<unknown>>
}

export interface LoggedEntries {
  readonly entries: readonly string[]
  /** For the next `read`. */
  readonly position: string | undefined
}
