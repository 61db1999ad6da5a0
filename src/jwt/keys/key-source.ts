/** Keeps one issuer's keys at hand: fresh, refreshed in the background, and for a while through an outage. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { mayShareBetweenRequests } from '../../lib/runtime.js'
import type { KeySet } from './key-set.js'

/** One answer of the issuer, or of whoever kept one. */
export interface LoadedKeys {
  readonly set: KeySet
  /** When they were fetched, in seconds since the epoch. Default: now. */
  readonly fetchedAt?: number | undefined
  /** Seconds that the issuer wants them used, from `Cache-Control`. */
  readonly maxAge?: number | undefined
  /** True where there is nobody to ask for newer ones: a key that is not among them does not exist. */
  readonly final?: boolean | undefined
}

interface KeyRequest {
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

export interface KeySourceOptions {
  /** Reads the whole set anew, or throws `AuthUnavailableError`. */
  readonly load: (request: KeyRequest) => Promise<LoadedKeys>
  /** What another process kept, where nothing is at hand: it serves while fresh, and past that if the issuer is away. */
  readonly recall?: (() => Promise<LoadedKeys | undefined>) | undefined
  readonly now: () => number
  /** A source of numbers from 0 to 1, for jitter. */
  readonly random: () => number
  /** Seconds that a set is used when the issuer does not say. */
  readonly maxAge: number
  /** Seconds beyond that in which, while the issuer is away, an old set is better than none. 0: none. */
  readonly maxStale: number
  readonly tell: (news: KeyNews) => void
}

/** Bounds in seconds of what an issuer writes into `Cache-Control`: a minute and a day. */
const SHORTEST_AGE = 60
const LONGEST_AGE = 86_400
/** Part of its age at which a set is refreshed in the background, give or take a tenth of the age. */
const REFRESH_AT = 0.8
const JITTER = 0.1
/** Seconds without a new attempt after a failed one, doubled with each further failure, and up to a tenth more of each. */
const FIRST_BACK_OFF = 1
const LONGEST_BACK_OFF = 30
/** Most names of keys that are remembered as withdrawn. */
const MAX_REMOVED = 1000
/** Seconds into the past after which a clock was set back: a set from that future would never age. */
const CLOCK_SET_BACK = 60

interface Held {
  readonly set: KeySet
  readonly final: boolean
  readonly fetchedAt: number
  readonly refreshAt: number
  readonly freshUntil: number
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
  #underWay: Promise<KeySet> | undefined

  constructor(options: KeySourceOptions) {
    this.#options = options
  }

  /** The set held, when it was fetched, in seconds since the epoch, and whether there is nobody to ask for a newer one. */
  get held(): Pick<Held, 'set' | 'fetchedAt' | 'final'> | undefined {
    return this.#held
  }

  /** What is being fetched. */
  get underWay(): Promise<KeySet> | undefined {
    return this.#underWay
  }

  /** Takes a set from elsewhere, with the age it had there. */
  adopt(set: KeySet, fetchedAt: number): void {
    this.#hold({ set, fetchedAt })
  }

  /** Gives a set that needs no waiting: fresh, or old while the issuer is away. Renews it in time. */
  usable(): KeySet | undefined {
    const held = this.#held
    if (held === undefined) return undefined
    const now = this.#options.now()
    if (now < held.fetchedAt - CLOCK_SET_BACK) return undefined
    if (now < held.refreshAt) return held.set
    // A failure of long ago says nothing about now: the issuer is asked first, and the old set serves only if it is away.
    const away = this.#failure !== undefined && now < this.#failure.retryAt + LONGEST_BACK_OFF && now < held.freshUntil + this.#options.maxStale
    if (now >= held.freshUntil && !away) return undefined
    // Whoever needs the answer of this one waits for it elsewhere; here its failure was told already. Where it would end with
    // the request that began it, the next one would begin it again: there, the set is renewed at its end.
    if (mayShareBetweenRequests && this.mayLoad()) this.load(undefined).catch(() => undefined)
    return held.set
  }

  /** Gives a set to look in for this key, fetched anew where that can be; an old one while the issuer is away. @throws AuthUnavailableError */
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
    if (this.#underWay !== undefined) return this.#underWay
    if (this.#failure !== undefined && !this.mayLoad()) throw this.#failure.error
    const loading = this.#fetch(wanted)
    if (!mayShareBetweenRequests) return loading
    this.#underWay = loading
    try {
      return await loading
    } finally {
      this.#underWay = undefined
    }
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

  /** Replaces the whole set: a key that was withdrawn is gone. */
  #hold({ set, maxAge, fetchedAt: stated, final = false }: LoadedKeys): Held {
    const now = this.#options.now()
    const fetchedAt = Math.min(stated ?? now, now)
    const age = maxAge === undefined ? this.#options.maxAge : Math.min(LONGEST_AGE, Math.max(SHORTEST_AGE, maxAge))
    const jitter = (this.#options.random() * 2 - 1) * JITTER
    const held = { set, final, fetchedAt, refreshAt: fetchedAt + age * (REFRESH_AT + jitter), freshUntil: fetchedAt + age }
    this.#held = held
    return held
  }

  #noteFailure(error: AuthUnavailableError): AuthUnavailableError {
    const count = (this.#failure?.count ?? 0) + 1
    const backOff = Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** (count - 1) * (1 + this.#options.random() * JITTER))
    // An issuer that is back must be found: it is given what it asks for, but not an hour. Nor are clients told to wait one.
    const told = bounded(error)
    const retryAfter = Math.max(backOff, told.retryAfter ?? 0)
    this.#failure = { error: told, count, retryAt: this.#options.now() + retryAfter }
    this.#options.tell({ type: 'failed', error: told, usable: this.#stillGood() !== undefined, retryAfter })
    return told
  }
}

function bounded(error: AuthUnavailableError): AuthUnavailableError {
  const { message, cause, retryAfter = 0 } = error
  return retryAfter > LONGEST_BACK_OFF ? new AuthUnavailableError(message, { cause, retryAfter: LONGEST_BACK_OFF }) : error
}
