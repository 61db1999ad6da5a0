/** Keeps one issuer's keys at hand: fresh, refreshed in the background, and through an outage for a while. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { mayShareBetweenRequests } from '../../lib/runtime.js'
import { SingleFlight } from '../../lib/single-flight.js'
import { ageOf, backOff, freshnessOf, LONGEST_BACK_OFF } from './key-age.js'
import type { AgeLimits, FetchedKeys, KeyAge } from './key-age.js'
import type { KeySet } from './key-set.js'

/** One answer of the issuer, or of whoever kept one. */
export interface LoadedKeys extends FetchedKeys {
  readonly set: KeySet
  /** There is nobody to ask for newer ones: a key that is not among them does not exist. */
  readonly final?: boolean | undefined
}

export interface KeyRequest {
  /** The set held, for a conditional request. */
  readonly held: KeySet | undefined
  /** The name of the key that is looked for, where the set is read for its sake. */
  readonly wanted?: string | undefined
  /** Attempts that failed in a row before this one. */
  readonly failures: number
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
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  readonly tell: (news: KeyNews) => void
}

/** Names of keys remembered as taken away. */
const MAX_REMOVED = 1000
interface Held extends KeyAge {
  readonly set: KeySet
  readonly final: boolean
}

interface Failure {
  readonly error: AuthUnavailableError
  readonly count: number
  readonly retryAt: number
}

export class KeySource {
  readonly #options: KeySourceOptions
  /** Names that the issuer took away. */
  #removed: ReadonlySet<string> = new Set()
  #held: Held | undefined
  #failure: Failure | undefined
  readonly #reading = new SingleFlight<KeySet>()

  constructor(options: KeySourceOptions) {
    this.#options = options
  }

  /** The set held, when it was fetched, in seconds since the epoch, and whether there is nobody to ask for a newer one. */
  get held(): Pick<Held, 'set' | 'fetchedAt' | 'final'> | undefined {
    return this.#held
  }

  /** What is being fetched. */
  get underWay(): Promise<KeySet> | undefined {
    return this.#reading.underWay()
  }

  /** Takes a set from elsewhere, with the age it had there. */
  adopt(set: KeySet, fetchedAt: number): void {
    this.#hold({ set, fetchedAt })
  }

  /** A set that needs no waiting: fresh, or old while the issuer is away. Sees to it that it is renewed in time. */
  usable(): KeySet | undefined {
    const held = this.#held
    if (held === undefined) return undefined
    const now = this.#options.now()
    const freshness = freshnessOf(held, this.#options, now)
    if (freshness === 'fresh') return held.set
    // A failure of long ago says nothing about now: the issuer is asked first, and the old set serves only if it is away.
    const isAway = this.#failure !== undefined && now < this.#failure.retryAt + LONGEST_BACK_OFF
    if (freshness === 'ended' || (freshness === 'stale' && !isAway)) return undefined
    // Whoever needs the answer of this one waits for it elsewhere; here its failure was told already. Where it would end with
    // the request that began it, the next one would begin it again: there, the set is renewed at its end.
    if (mayShareBetweenRequests && this.mayLoad()) this.load(undefined).catch(() => undefined)
    return held.set
  }

  /** A set to look in for this key, fetched anew where that can be; an old one while the issuer is away. @throws AuthUnavailableError */
  async current(wanted: string | undefined): Promise<KeySet> {
    try {
      return await this.load(wanted)
    } catch (error) {
      const old = isUnavailable(error) ? this.#stillGood() : undefined
      if (old !== undefined) return old
      throw error
    }
  }

  /** True for the name of a key that the issuer took away. */
  wasWithdrawn(kid: string): boolean {
    return this.#removed.has(kid)
  }

  /** False while a failure is young: nobody is asked then. */
  mayLoad(): boolean {
    return this.#failure === undefined || this.#options.now() >= this.#failure.retryAt
  }

  /** Reads the set anew: one fetch at a time; after a failure none at all for a while. @throws AuthUnavailableError */
  async load(wanted: string | undefined): Promise<KeySet> {
    const underWay = this.#reading.underWay()
    if (underWay !== undefined) return underWay
    if (this.#failure !== undefined && !this.mayLoad()) throw this.#failure.error
    return this.#reading.run(() => this.#fetch(wanted))
  }

  #stillGood(): KeySet | undefined {
    const held = this.#held
    return held !== undefined && this.#options.now() < held.freshUntil + this.#options.maxStale ? held.set : undefined
  }

  async #fetch(wanted: string | undefined): Promise<KeySet> {
    const kept = this.#held === undefined ? await this.#options.recall?.() : undefined
    if (kept !== undefined && this.#hold(kept).freshUntil > this.#options.now()) return this.#took(kept.set, undefined)
    let loaded: LoadedKeys
    try {
      loaded = await this.#options.load({ held: this.#held?.set, wanted, failures: this.#failure?.count ?? 0 })
    } catch (error) {
      throw isUnavailable(error) ? this.#noteFailure(error) : error
    }
    const before = this.#held?.set
    this.#hold(loaded)
    return this.#took(loaded.set, before)
  }

  #took(set: KeySet, before: KeySet | undefined): KeySet {
    this.#failure = undefined
    const names = set.kids()
    this.#removed = new Set([...this.#removed, ...(before?.kids() ?? [])].filter((name) => !names.has(name)).slice(-MAX_REMOVED))
    this.#options.tell({ type: 'fetched', set, rotated: before !== undefined && !before.equals(set) })
    return set
  }

  /** The set is replaced whole: a key that was taken away is gone. */
  #hold({ set, final = false, ...fetched }: LoadedKeys): Held {
    const { now, random } = this.#options
    const held = { set, final, ...ageOf(fetched, this.#options, now(), random()) }
    this.#held = held
    return held
  }

  #noteFailure(error: AuthUnavailableError): AuthUnavailableError {
    const count = (this.#failure?.count ?? 0) + 1
    // An issuer that is back must be found: it is given what it asks for, but not an hour. Nor are clients told to wait one.
    const told = bounded(error)
    const retryAfter = Math.max(backOff(count, this.#options.random()), told.retryAfter ?? 0)
    this.#failure = { error: told, count, retryAt: this.#options.now() + retryAfter }
    this.#options.tell({ type: 'failed', error: told, usable: this.#stillGood() !== undefined, retryAfter })
    return told
  }
}

function bounded(error: AuthUnavailableError): AuthUnavailableError {
  const { message, cause, retryAfter = 0 } = error
  return retryAfter > LONGEST_BACK_OFF ? new AuthUnavailableError(message, { cause, retryAfter: LONGEST_BACK_OFF }) : error
}
