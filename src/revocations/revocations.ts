/** Revokes tokens before they expire, in this process at once and in every other that shares a log with it. */
import { AuthUnavailableError } from '../errors.js'
import { notify } from '../events.js'
import { checkOptions, clockInSeconds, countOf, optionalFunction, spanInSeconds } from '../lib/options.js'
import { after, inTime } from '../lib/timer.js'
import { LogFollower } from './log-follower.js'
import { marksOf } from './revocation-marks.js'
import { RevocationTable } from './revocation-table.js'
import { readRevocation, writeRevocation } from './revocation-text.js'
import { revocationEntry } from './revocation.js'
import { Seal } from '../shared/seal.js'
import type { Claims } from '../access-token.js'
import type { Observe } from '../events.js'
import type { After } from '../lib/timer.js'
import type { RevocationLog } from './revocation-log.js'
import type { RevocationMarks } from './revocation-marks.js'
import type { Revocation, RevocationEntry, RevokedBy } from './revocation.js'
import type { Secret } from '../shared/seal.js'

export interface RevocationsOptions {
  /** How many are held. Default 100 000, about 20 MB. A full memory refuses new ones, loudly, and drops none. */
  maxEntries?: number | undefined
  /** Seconds a revocation is held where nothing says when its tokens expire: as long as access tokens live. Default 86 400. */
  keepFor?: number | undefined
  /** A log that is shared with other processes. Default: this process alone. */
  log?: RevocationLog | undefined
  /** The secret that seals what is in the log, so that nobody else reads or writes it: at least 32 random characters. Needed with `log`. */
  secret?: Secret | undefined
  /** Seconds after which a revocation is found in the log even if its message was lost. Default 5, at most 300. */
  catchUpEvery?: number | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
  /** Takes what happened, for logs and metrics. */
  observe?: Observe | undefined
}

/** Parts that are handed in from inside of this package. */
export interface RevocationsParts {
  readonly seal?: Pick<Seal, 'close' | 'open'> | undefined
  readonly after?: After | undefined
}

/** Holds the revocations. One object serves all providers of a process: `new JwksProvider({ revocations, … })`. */
export class Revocations {
  readonly #now: () => number
  readonly #observe: Observe | undefined
  readonly #keepFor: number
  readonly #table: RevocationTable
  readonly #shared: { readonly log: RevocationLog; readonly seal: Pick<Seal, 'close' | 'open'> } | undefined
  readonly #watching = new Set<() => void>()
  readonly #after: After
  readonly #follower: LogFollower | undefined

  constructor(options: RevocationsOptions = {}, parts: RevocationsParts = {}) {
    checkOptions('Revocations', options, ['maxEntries', 'keepFor', 'log', 'secret', 'catchUpEvery', 'now', 'observe'])
    const { maxEntries = 100_000, keepFor = 86_400, log, catchUpEvery = 5 } = options
    this.#now = clockInSeconds(options.now)
    this.#observe = optionalFunction('observe', options.observe)
    this.#keepFor = spanInSeconds('keepFor', keepFor, { min: 1, max: 31_536_000 })
    this.#table = new RevocationTable(countOf('maxEntries', maxEntries), this.#now())
    this.#after = parts.after ?? after
    const every = spanInSeconds('catchUpEvery', catchUpEvery, { min: 0.1, max: 300 })
    this.#shared = log === undefined ? undefined : shared(log, parts.seal ?? (options.secret === undefined ? undefined : new Seal(options.secret)))
    this.#follower = log && new LogFollower({
      log,
      every,
      after: this.#after,
      take: (sealed) => this.#take(sealed),
      failed: (message) => notify(this.#observe, { type: 'revocations_unavailable', provider: NAME, message }),
    })
  }

  /** A version that goes up with every revocation, from wherever: what was not covered at this version need not be looked at again. */
  get version(): number {
    return this.#table.version
  }

  /** Number of revocations that are held. */
  get size(): number {
    return this.#table.size
  }

  /** True once everything in the log was read, and without a log: for a probe of readiness. */
  get caughtUp(): boolean {
    return this.#follower?.caughtUp ?? true
  }

  /**
   * Refuses these tokens from now on. This process does before the call returns; the promise is fulfilled once the others
   * are told.
   *
   * @throws TypeError for what names nothing to revoke.
   * @throws AuthUnavailableError when the others could not be told, or when there is no room and nobody refuses anything:
   * call again.
   */
  async revoke(what: Revocation): Promise<void> {
    const now = this.#now()
    const entry = revocationEntry(what, now, this.#keepFor)
    if (entry.until <= now) return // these tokens have expired
    const added = this.#table.add(entry, now)
    if (added === 'full') {
      this.#tellFull('here')
      throw new AuthUnavailableError('there is no room for another revocation; raise "maxEntries"')
    }
    if (added === 'added') this.#tell(entry.by, 'here', 1)
    await this.#append(entry, entry.until - now)
  }

  /** Collects what this token can be revoked by. `issuer`: whose it is where the claims do not say. */
  marksOf(token: string, claims: Claims, issuer?: string): RevocationMarks {
    return marksOf(token, claims, issuer)
  }

  /** True when the token with these marks is revoked. */
  covers(marks: RevocationMarks): boolean {
    return this.#table.covers(marks)
  }

  /** Settles when the log was read for the first time, or could not be: `caughtUp` tells which. Never rejects. */
  async ready(): Promise<void> {
    await this.#follower?.first
  }

  /** Calls back with every revocation, from wherever. Gives the function that ends it. */
  watch(rung: () => void): () => void {
    this.#watching.add(rung)
    return () => void this.#watching.delete(rung)
  }

  /** Ends the timer and the bell. What is revoked stays so. */
  async close(): Promise<void> {
    await this.#follower?.close()
  }

  async #append(entry: RevocationEntry, seconds: number): Promise<void> {
    if (this.#shared === undefined) return
    const { log, seal } = this.#shared
    const sealed = await seal.close(ENTRY, writeRevocation(entry))
    try {
      await inTime(TOLD_WITHIN, this.#after, () => log.append(sealed, seconds), () => new Error('no answer in time'))
    } catch (cause) {
      throw new AuthUnavailableError('revoked here, but the log of revocations could not be written', { cause })
    }
  }

  /** Takes entries of the log. False when one of them found no room. */
  async #take(sealed: readonly string[]): Promise<boolean> {
    const entries = await Promise.all(sealed.map((text) => this.#open(text)))
    const now = this.#now()
    this.#table.sweep(now)
    const added = new Map<RevokedBy, number>()
    let unreadable = 0
    let full = false
    for (const entry of entries) {
      if (entry === undefined) unreadable += 1
      if (entry === undefined || entry.until <= now) continue
      const outcome = this.#table.add(entry, now)
      if (outcome === 'added') added.set(entry.by, (added.get(entry.by) ?? 0) + 1)
      full ||= outcome === 'full'
    }
    for (const [by, count] of added) this.#tell(by, 'log', count)
    if (unreadable > 0) notify(this.#observe, { type: 'revocations_unreadable', provider: NAME, count: unreadable })
    if (full) this.#tellFull('log')
    return !full
  }

  async #open(sealed: string): Promise<RevocationEntry | undefined> {
    let text: string | undefined
    try {
      text = await this.#shared?.seal.open(ENTRY, sealed)
    } catch {
      return undefined // nobody of ours wrote it
    }
    return text === undefined ? undefined : readRevocation(text)
  }

  #tell(by: RevokedBy, from: 'here' | 'log', count: number): void {
    notify(this.#observe, { type: 'revoked', provider: NAME, by, from, count })
    for (const rung of this.#watching) rung()
  }

  #tellFull(from: 'here' | 'log'): void {
    notify(this.#observe, { type: 'revocations_full', provider: NAME, from, held: this.size })
  }
}

function shared(log: RevocationLog, seal: Pick<Seal, 'close' | 'open'> | undefined): { readonly log: RevocationLog; readonly seal: Pick<Seal, 'close' | 'open'> } {
  if (typeof log?.append !== 'function' || typeof log.read !== 'function' || typeof log.listen !== 'function') {
    throw new TypeError('"log" must be a log of revocations: { append, read, listen }')
  }
  if (seal === undefined) throw new TypeError('"secret" must be given with "log": what is in the log is sealed with it')
  return { log, seal }
}

/** The name in events, beside the names of providers. */
const NAME = 'revocations'

/** The name that an entry is sealed under: nothing else of ours passes for one. */
const ENTRY = 'revocation'

/** Seconds that telling the other processes may take. */
const TOLD_WITHIN = 2
