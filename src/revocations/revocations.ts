/** Revokes tokens before they expire, in this process at once and in every other that shares a log with it. */
import { AuthUnavailableError } from '../errors.js'
import { notify } from '../events.js'
import { loaded } from '../lib/loaded.js'
import { checkOptions, clockInSeconds, countOf, optionalFunction, spanInSeconds } from '../lib/options.js'
import { after, inTime, nextTurn } from '../lib/timer.js'
import { LogFollower } from './log-follower.js'
import { marksOf } from './revocation-marks.js'
import { LogRepair } from './log-repair.js'
import { RevocationWatch } from './revocation-watch.js'
import { RevocationTable } from './revocation-table.js'
import { readRevocation, writeRevocation } from './revocation-text.js'
import { revocationEntry } from './revocation.js'
import { checkedSecrets } from '../shared/shared-checks.js'
import type { Claims } from '../access-token.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { Observe } from '../events.js'
import type { OptionNames } from '../lib/options.js'
import type { After } from '../lib/timer.js'
import type { PageOutcome } from './log-follower.js'
import type { LogEntry, LoggedEntries, RevocationLog } from './revocation-log.js'
import type { RevocationMarks } from './revocation-marks.js'
import type { Revocation, RevocationEntry, RevokedBy } from './revocation.js'
import type { Watcher } from './revocation-watch.js'
import type { Seal } from '../shared/seal.js'
import type { Secret } from '../shared/shared-store.js'

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

const OPTIONS = {
  maxEntries: true, keepFor: true, log: true, secret: true, catchUpEvery: true, now: true, observe: true,
} as const satisfies OptionNames<RevocationsOptions>

/** What is handed in from inside of this package. */
export interface RevocationsParts {
  readonly seal?: EntrySeal | undefined
  readonly after?: After | undefined
}

/** What seals entries. */
export type EntrySeal = Pick<Seal, 'close' | 'open'> & Partial<Pick<Seal, 'isOfAnotherSecret'>>

/** One object for all providers of a process: `new JwksProvider({ revocations, … })`. */
export class Revocations {
  readonly #now: () => number
  readonly #observe: Observe | undefined
  readonly #keepFor: number
  readonly #table: RevocationTable
  readonly #shared: SealedLog | undefined
  readonly #watch = new RevocationWatch()
  readonly #after: After
  readonly #follower: LogFollower | undefined
  readonly #repair: LogRepair
  /** Until then, in seconds since the epoch, entries may be in force that another secret sealed. */
  #strangeUntil = Number.NEGATIVE_INFINITY
  /** Entries of this look that nobody of ours sealed. */
  #junk = 0
  #isSweeping = false

  constructor(options: RevocationsOptions = {}, parts: RevocationsParts = {}) {
    checkOptions('Revocations', options, OPTIONS)
    const { maxEntries = 100_000, keepFor = 86_400, log, catchUpEvery = 5 } = options
    this.#now = clockInSeconds(options.now)
    this.#observe = optionalFunction('observe', options.observe)
    this.#keepFor = spanInSeconds('keepFor', keepFor, { min: 1, max: 31_536_000 })
    this.#table = new RevocationTable(countOf('maxEntries', maxEntries), this.#now())
    this.#after = parts.after ?? after
    const every = spanInSeconds('catchUpEvery', catchUpEvery, { min: 0.1, max: 300 })
    if (log === undefined && options.secret !== undefined) throw new TypeError(NO_LOG)
    this.#shared = log === undefined ? undefined : shared(log, parts.seal ?? (options.secret === undefined ? undefined : sealBy(options.secret)))
    this.#repair = new LogRepair({ every, after: this.#after, entries: () => this.#table.entries(), write: (entries) => this.#writeBack(entries) })
    this.#follower = log && new LogFollower({
      log,
      every,
      after: this.#after,
      take: (page) => this.#take(page),
      ended: () => this.#ended(),
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

  /**
   * True once everything in the log was read, and without a log: for a probe of readiness. False while there may be
   * revocations that this process does not know: the log cannot be read, holds entries that were sealed with another
   * secret, lost its entries a moment ago, or answered for the first time just now, and was empty.
   */
  get caughtUp(): boolean {
    if (this.#follower === undefined) return true
    return this.#follower.caughtUp && !this.#repair.isDue && this.#now() >= this.#strangeUntil
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
    if (added === 'added') this.#watch.ring(entry)
    try {
      await this.#append([entry])
    } finally {
      void this.#sweep() // also where there was no room: a log that is full has to shrink
    }
  }

  /** Collects what this token can be revoked by. `issuer`: whose it is where the claims do not say. */
  marksOf(token: string, claims: Claims, issuer?: string): RevocationMarks {
    return marksOf(token, claims, { issuer })
  }

  /** True when the token with these marks is revoked. */
  covers(marks: RevocationMarks): boolean {
    return this.#table.covers(marks)
  }

  /** Settles when the log was read for the first time, or could not be: `caughtUp` tells which. Never rejects. */
  async ready(): Promise<void> {
    await this.#follower?.first
  }

  /** Calls the watcher when its token is revoked, from wherever, until `unwatch`. */
  watch(watcher: Watcher): void {
    this.#watch.add(watcher)
  }

  unwatch(watcher: Watcher): void {
    this.#watch.remove(watcher)
  }

  /** Ends the timer and the bell. What is revoked stays so. */
  async close(): Promise<void> {
    this.#repair.close()
    await this.#follower?.close()
  }

  async #writeBack(entries: readonly RevocationEntry[]): Promise<void> {
    if (this.#shared?.log.appendAll !== undefined) return this.#append(entries)
    for (const entry of entries) await this.#append([entry]) // each within its own time
  }

  async #append(entries: readonly RevocationEntry[]): Promise<void> {
    if (this.#shared === undefined) return
    const { log } = this.#shared
    const seal = await this.#shared.seal()
    const now = this.#now()
    const sealed = await Promise.all(entries.map(async (entry) => ({ entry: await seal.close(ENTRY, writeRevocation(entry)), seconds: entry.until - now })))
    try {
      await inTime(TOLD_WITHIN, this.#after, () => appended(log, sealed), () => new Error('no answer in time'))
    } catch (cause) {
      throw new AuthUnavailableError('revoked here, but the log of revocations could not be written', { cause })
    }
  }

  /** One at a time: a thousand revocations in a moment are no thousand searches of a hundred entries. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    try {
      await inTime(SWEPT_WITHIN, this.#after, async () => this.#shared?.log.sweep?.((text, at) => this.#isOver(text, at)), () => new Error('no answer in time'))
    } catch {
      return // and once more with the next revocation
    } finally {
      this.#isSweeping = false
    }
  }

  /** By the end that is sealed in the entry, and by the clock of the log and ours: a jump of one of them drops nothing. */
  async #isOver(sealed: string, at: number): Promise<boolean | undefined> {
    const entry = await this.#open(await this.#shared?.seal(), sealed)
    return entry && entry.until <= Math.min(at, this.#now())
  }

  async #take({ entries: sealed, isAnew }: LoggedEntries): Promise<PageOutcome> {
    if (isAnew === true) this.#lost()
    const entries = await this.#openAll(sealed)
    const now = this.#now()
    this.#table.sweep(now)
    const added = new Map<RevokedBy, number>()
    let unreadable = 0
    let full = false
    for (const entry of entries) {
      if (entry === undefined) unreadable += 1
      if (entry === undefined || entry.until <= now) continue
      this.#repair.seen(entry)
      const outcome = this.#table.add(entry, now)
      if (outcome === 'added') added.set(entry.by, (added.get(entry.by) ?? 0) + 1)
      if (outcome === 'added') this.#watch.ring(entry)
      full ||= outcome === 'full'
    }
    for (const [by, count] of added) this.#tell(by, 'log', count)
    if (unreadable > 0) notify(this.#observe, { type: 'revocations_unreadable', provider: NAME, count: unreadable })
    if (full) this.#tellFull('log')
    if (full) return 'no room'
    this.#junk += unreadable
    if (this.#junk < MOST_JUNK) return 'taken'
    this.#junk = 0
    return 'enough'
  }

  #ended(): void {
    this.#junk = 0
    this.#repair.ended()
  }

  #lost(): void {
    this.#repair.begin()
    notify(this.#observe, { type: 'revocations_lost', provider: NAME, held: this.size })
  }

  /** In slices, so that a log of a hundred thousand holds up nobody. */
  async #openAll(sealed: readonly string[]): Promise<readonly (RevocationEntry | undefined)[]> {
    const entries: (RevocationEntry | undefined)[] = []
    const seal = await this.#shared?.seal()
    for (const [index, text] of sealed.entries()) {
      if (index % SLICE === SLICE - 1) await nextTurn()
      const entry = await this.#open(seal, text)
      if (entry === undefined && (await seal?.isOfAnotherSecret?.(text)) === true) this.#strangeUntil = this.#now() + this.#keepFor
      entries.push(entry)
    }
    return entries
  }

  async #open(seal: EntrySeal | undefined, sealed: string): Promise<RevocationEntry | undefined> {
    if (sealed.length > LONGEST) return undefined
    let text: string | undefined
    try {
      text = await seal?.open(ENTRY, sealed)
    } catch {
      return undefined // nobody of ours wrote it
    }
    return text === undefined ? undefined : readRevocation(text)
  }

  #tell(by: RevokedBy, from: 'here' | 'log', count: number): void {
    notify(this.#observe, { type: 'revoked', provider: NAME, by, from, count })
  }

  #tellFull(from: 'here' | 'log'): void {
    notify(this.#observe, { type: 'revocations_full', provider: NAME, from, held: this.size })
  }
}

async function appended(log: RevocationLog, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length > 1 && log.appendAll !== undefined) return void (await log.appendAll(entries))
  for (const { entry, seconds } of entries) await log.append(entry, seconds)
}

/** What seals is loaded by those who share a log. */
function sealBy(secret: Secret): () => Awaitable<EntrySeal> {
  checkedSecrets(secret)
  return loaded(import('../shared/seal.js').then(({ Seal }) => new Seal(secret)))
}

interface SealedLog {
  readonly log: RevocationLog
  readonly seal: () => Awaitable<EntrySeal>
}

function shared(log: RevocationLog, seal: EntrySeal | SealedLog['seal'] | undefined): SealedLog {
  if (typeof log?.append !== 'function' || typeof log.read !== 'function' || typeof log.listen !== 'function') {
    throw new TypeError('"log" must be a log of revocations: { append, read, listen }')
  }
  if (seal === undefined) throw new TypeError('"secret" must be given with "log": what is in the log is sealed with it')
  return { log, seal: typeof seal === 'function' ? seal : () => seal }
}

const NO_LOG = '"secret" seals what stands in "log", which is missing: without one, what is revoked here is good in every other process. Give both, or none'

/** The name in events, beside the names of providers. */
const NAME = 'revocations'

/** The name that an entry is sealed under: nothing else of ours passes for one. */
const ENTRY = 'revocation'

/** Seconds that telling the other processes may take. */
const TOLD_WITHIN = 2

/** Seconds after which a search for what has expired is given up. */
const SWEPT_WITHIN = 5

/** Entries that are opened before everything else has its turn. */
const SLICE = 250

/** Characters: more than every entry of ours has. */
const LONGEST = 4_096

/** Entries of somebody without the secret that one look puts up with. */
const MOST_JUNK = 10_000
