/** Keeps one issuer's keys at hand: fresh, refreshed in the background, and for a while through an outage. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { mayShareBetweenRequests } from '../../lib/runtime.js'
import { SingleFlight } from '../../lib/single-flight.js'
import { ageOf, backOff, freshnessOf, LONGEST_BACK_OFF } from './key-age.js'
import { RefetchBudget } from './refetch-budget.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { AgeLimits, FetchedKeys, KeyAge } from './key-age.js'
import type { KeySet } from './key-set.js'

/** One answer of the issuer, or of whoever kept one. */
export interface LoadedKeys extends FetchedKeys {
  readonly set: KeySet
  /** Seconds that a cache on the way kept it (RFC 9111 section 5.1). Default: none did. */
  readonly cachedFor?: number | undefined
  /** It holds the keys that were asked for, and says nothing about others. */
  readonly partial?: boolean | undefined
  /** There is nobody to ask for newer ones: a key that is not among them does not exist. */
  readonly final?: boolean | undefined
}

interface KeyRequest {
  /** The set held, for a conditional request. */
  readonly held: KeySet | undefined
  /** The name of the key that is looked for, where the set is read for its sake. */
  readonly wanted?: string | undefined
  /** Attempts that failed in a row before this one. */
  readonly failures: number
  /** Seconds since the first of them failed. */
  readonly failingFor?: number | undefined
}

/** What happened to the keys, for events. */
export type KeyNews =
  | { readonly type: 'fetched'; readonly set: KeySet; readonly rotated: boolean }
  | { readonly type: 'failed'; readonly error: AuthUnavailableError; readonly usable: boolean; readonly retryAfter: number }
  | { readonly type: 'unknown'; readonly asked: boolean }

export interface KeySourceOptions extends AgeLimits {
  /** Reads the whole set anew, or throws `AuthUnavailableError`. */
  readonly load: (request: KeyRequest) => Promise<LoadedKeys>
  /** What another process kept, where nothing is at hand: it serves while fresh, and past that if the issuer is away. */
  readonly recall?: (() => Promise<LoadedKeys | undefined>) | undefined
  readonly now: () => number
  /** A source of numbers from 0 to 1, for jitter. */
  readonly random: () => number
  readonly tell: (news: KeyNews) => void
}

/** Keys as they are held, and what they say about those that are not among them. */
export interface HeldKeys extends KeyAge {
  readonly set: KeySet
  readonly final: boolean
  /** When they were asked for, in seconds since the epoch. */
  readonly begunAt: number
  /** A key that the issuer published before this instant is among them: the issuer said so then. */
  readonly completeAt: number
  /** The name they were read for, and whether they say nothing about others. */
  readonly wanted: string | undefined
  readonly partial: boolean
  /** Names that the issuer took away. */
  readonly withdrawn: ReadonlySet<string>
}

/** Why others than those at hand are wanted. Only unknown names are paid for here: whoever asks bounds the other looks. */
export type LookReason = 'unknown name' | 'no name' | 'bad signature'

/** What became of the last attempts, for `health()`. */
export interface KeyHistory {
  /** When this process last saw the set change, in seconds since the epoch. */
  readonly rotatedAt: number | undefined
  /** The last attempt that failed, in whatever row of failures it stood. */
  readonly failed: { readonly message: string; readonly at: number } | undefined
  /** Failures in a row, and when the issuer is asked again; undefined where the last attempt went well. */
  readonly failing: { readonly count: number; readonly retryAt: number } | undefined
}

/** Names of keys remembered as taken away. */
const MAX_REMOVED = 1000

interface Failure {
  readonly error: AuthUnavailableError
  readonly count: number
  readonly since: number
  readonly retryAt: number
}

export class KeySource {
  readonly #options: KeySourceOptions
  readonly #budget: RefetchBudget
  readonly #reading = new SingleFlight<HeldKeys>()
  #held: HeldKeys | undefined
  #failure: Failure | undefined
  #tooMany: AuthUnavailableError | undefined
  #rotatedAt: number | undefined
  #failed: KeyHistory['failed']

  constructor(options: KeySourceOptions) {
    this.#options = options
    this.#budget = new RefetchBudget(options.now)
  }

  /** The keys held, however old. */
  get held(): HeldKeys | undefined {
    return this.#held
  }

  get history(): KeyHistory {
    return { rotatedAt: this.#rotatedAt, failed: this.#failed, failing: this.#failure }
  }

  /** Takes a set from elsewhere, with the age it had there. */
  adopt(set: KeySet, fetchedAt: number): void {
    this.#hold({ set, fetchedAt }, Number.NEGATIVE_INFINITY)
  }

  /**
   * Keys to look in for this name: at hand, as nearly always, and then without a promise; or read anew. `beyond`: those at
   * hand do not do, so others are wanted, where the issuer may be asked for them.
   *
   * @throws AuthUnavailableError, at once too: for a flood of unknown names nothing is waited for.
   */
  keys(wanted: string | undefined, beyond?: HeldKeys, because: LookReason = 'unknown name'): Awaitable<HeldKeys> {
    if (beyond === undefined) return this.#usable() ?? this.#current(wanted)
    if (this.#held !== undefined && this.#held !== beyond) return this.#held
    const underWay = this.#reading.underWay()
    if (underWay !== undefined) return underWay
    // While the back-off forbids a look anyway, none is paid for: the first one after it must be affordable.
    if (this.#failure !== undefined && this.#isHeldBack()) throw this.#failure.error
    if (because !== 'unknown name') return this.#read(wanted)
    const wait = this.#budget.spend()
    if (wait > 0) throw this.#tooManyAsked(Math.ceil(wait))
    return this.#read(wanted)
  }

  /** Keys that need no waiting: fresh, or old while the issuer is away. Sees to it that they are renewed in time. */
  #usable(): HeldKeys | undefined {
    const held = this.#held
    if (held === undefined) return undefined
    const now = this.#options.now()
    const freshness = freshnessOf(held, this.#options, now)
    if (freshness === 'fresh') return held
    // A failure of long ago says nothing about now: the issuer is asked first, and the old set serves only if it is away.
    const isAway = this.#failure !== undefined && now < this.#failure.retryAt + LONGEST_BACK_OFF
    if (freshness === 'ended' || (freshness === 'stale' && !isAway)) return undefined
    // Whoever needs the answer of this one waits for it elsewhere; here its failure was told already. Where it would end with
    // the request that began it, the next one would begin it again: there, the set is renewed at its end.
    if (mayShareBetweenRequests && !this.#isHeldBack()) this.#read(undefined).catch(() => undefined)
    return held
  }

  /** Read anew where that can be; old ones while the issuer is away. @throws AuthUnavailableError */
  async #current(wanted: string | undefined): Promise<HeldKeys> {
    try {
      if (this.#failure !== undefined && this.#isHeldBack()) throw this.#failure.error
      const isFirst = this.#reading.underWay() === undefined
      const read = await this.#read(wanted)
      // The first look of three: whoever floods a process that starts gets no more than any other.
      if (isFirst) this.#budget.spend()
      return read
    } catch (error) {
      const held = this.#held
      if (held !== undefined && isUnavailable(error) && this.#isStillGood(held)) return held
      throw error
    }
  }

  #isHeldBack(): boolean {
    return this.#failure !== undefined && this.#options.now() < this.#failure.retryAt
  }

  #isStillGood({ freshUntil }: HeldKeys): boolean {
    return this.#options.now() < freshUntil + this.#options.maxStale
  }

  /** One reading at a time. */
  #read(wanted: string | undefined): Promise<HeldKeys> {
    return this.#reading.run(() => this.#fetch(wanted))
  }

  async #fetch(wanted: string | undefined): Promise<HeldKeys> {
    const { recall, load, now } = this.#options
    const kept = this.#held === undefined ? await recall?.() : undefined
    if (kept !== undefined) {
      const held = this.#hold(kept, Number.NEGATIVE_INFINITY)
      if (held.freshUntil > now()) return this.#took(held, undefined)
    }
    const before = this.#held
    const begunAt = now()
    const { count: failures = 0, since = begunAt } = this.#failure ?? {}
    let loaded: LoadedKeys
    try {
      loaded = await load({ held: before?.set, wanted, failures, failingFor: begunAt - since })
    } catch (error) {
      throw isUnavailable(error) ? this.#noteFailure(error) : error
    }
    return this.#took(this.#hold(loaded, begunAt, wanted), before)
  }

  #took(held: HeldKeys, before: HeldKeys | undefined): HeldKeys {
    this.#failure = undefined
    const rotated = before !== undefined && !before.set.equals(held.set)
    if (rotated) this.#rotatedAt = this.#options.now()
    this.#options.tell({ type: 'fetched', set: held.set, rotated })
    return held
  }

  /** The set is replaced whole: a key that was taken away is gone. */
  #hold({ set, final = false, partial = false, cachedFor = 0, ...fetched }: LoadedKeys, begunAt: number, wanted?: string): HeldKeys {
    const { now, random } = this.#options
    const completeAt = partial ? Number.NEGATIVE_INFINITY : begunAt - cachedFor
    const about = { set, final, partial, wanted, begunAt, completeAt, withdrawn: withdrawnIn(set, this.#held) }
    this.#held = { ...about, ...ageOf(fetched, this.#options, now(), random()) }
    return this.#held
  }

  #noteFailure(error: AuthUnavailableError): AuthUnavailableError {
    const { now, random, tell } = this.#options
    const { count: before = 0, since = now() } = this.#failure ?? {}
    const count = before + 1
    const usable = this.#held !== undefined && this.#isStillGood(this.#held)
    // An issuer that is back must be found: it is given what it asks for, but not an hour. Nor are clients told to wait one.
    const told = bounded(error)
    const retryAfter = Math.max(backOff(count, usable, random()), told.retryAfter ?? 0)
    this.#failure = { error: told, count, since, retryAt: now() + retryAfter }
    this.#failed = { message: told.message, at: now() }
    tell({ type: 'failed', error: told, usable, retryAfter })
    return told
  }

  // One error serves all who ask within a second: a flood is what this is for. (D32)
  #tooManyAsked(retryAfter: number): AuthUnavailableError {
    if (this.#tooMany?.retryAfter === retryAfter) return this.#tooMany
    this.#tooMany = tooManyNames(retryAfter)
    return this.#tooMany
  }
}

/** A key that nobody knows may be the first of a rotation, and the issuer is not asked for it now: nobody is to blame. */
export function tooManyNames(retryAfter: number): AuthUnavailableError {
  return new AuthUnavailableError('a key that is not known may be new, and too many were asked for', { retryAfter, overloaded: true })
}

function withdrawnIn(set: KeySet, before: HeldKeys | undefined): ReadonlySet<string> {
  if (before === undefined || before.set === set) return before?.withdrawn ?? new Set()
  const kids = set.kids()
  return new Set([...before.withdrawn, ...before.set.kids()].filter((kid) => !kids.has(kid)).slice(-MAX_REMOVED))
}

function bounded(error: AuthUnavailableError): AuthUnavailableError {
  const { message, cause, retryAfter = 0 } = error
  return retryAfter > LONGEST_BACK_OFF ? new AuthUnavailableError(message, { cause, retryAfter: LONGEST_BACK_OFF }) : error
}
