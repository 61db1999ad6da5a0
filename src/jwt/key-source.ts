/** Keeps one issuer's keys at hand: fresh for ten minutes, and through an outage for an hour more. */
import { isUnavailable } from '../errors.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import type { CryptoKey } from 'jose'
import type { AuthUnavailableError } from '../errors.js'
import type { Algorithm } from './algorithms.js'
import type { KeySet } from './key-set.js'

/** Seconds a key set is used without asking again. */
const FRESH = 600
/** Seconds beyond that in which an old set is better than none. */
const STALE = 3600
/** Seconds between two fetches for the sake of a `kid` that nobody has seen. */
const COOLDOWN = 30
/** Seconds without a new attempt after a failed one, doubled with each further failure. */
const FIRST_BACK_OFF = 1
const LONGEST_BACK_OFF = 30

export interface KeySourceOptions {
  /** Reads the whole set anew, or throws `AuthUnavailableError`. */
  readonly load: () => Promise<KeySet>
  readonly now: () => number
  readonly onFetched?: (keys: KeySet) => void
  readonly onFailed?: (error: AuthUnavailableError, usable: boolean) => void
}

export class KeySource {
  readonly #options: KeySourceOptions
  #keys: { readonly set: KeySet; readonly fetchedAt: number } | undefined
  #failure: { readonly error: AuthUnavailableError; readonly count: number; readonly retryAt: number } | undefined
  #underWay: Promise<KeySet> | undefined

  constructor(options: KeySourceOptions) {
    this.#options = options
  }

  /**
   * The keys that may have signed a token with this header; none when the issuer does not have such a key.
   *
   * @throws AuthUnavailableError when the keys cannot be had, or when a key that we do not know may be a new one that
   * we could not fetch.
   */
  async candidates(alg: Algorithm, kid: unknown): Promise<readonly CryptoKey[]> {
    const known = await (await this.#current()).candidates(alg, kid)
    if (known.length > 0 || this.#age() < COOLDOWN) return known
    return (await this.#load()).candidates(alg, kid)
  }

  async #current(): Promise<KeySet> {
    const held = this.#keys
    if (held !== undefined && this.#age() < FRESH) return held.set
    try {
      return await this.#load()
    } catch (error) {
      if (held !== undefined && isUnavailable(error) && this.#age() < FRESH + STALE) return held.set
      throw error
    }
  }

  #age(): number {
    return this.#keys === undefined ? Number.POSITIVE_INFINITY : this.#options.now() - this.#keys.fetchedAt
  }

  /** One fetch at a time; after a failure none at all for a while. */
  async #load(): Promise<KeySet> {
    if (this.#underWay !== undefined) return this.#underWay
    const failure = this.#failure
    if (failure !== undefined && this.#options.now() < failure.retryAt) throw failure.error
    const loading = this.#fetch()
    if (!mayShareBetweenRequests) return loading
    this.#underWay = loading
    try {
      return await loading
    } finally {
      this.#underWay = undefined
    }
  }

  async #fetch(): Promise<KeySet> {
    try {
      const set = await this.#options.load()
      this.#keys = { set, fetchedAt: this.#options.now() }
      this.#failure = undefined
      this.#options.onFetched?.(set)
      return set
    } catch (error) {
      if (isUnavailable(error)) this.#noteFailure(error)
      throw error
    }
  }

  #noteFailure(error: AuthUnavailableError): void {
    const count = (this.#failure?.count ?? 0) + 1
    const backOff = Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** (count - 1))
    this.#failure = { error, count, retryAt: this.#options.now() + Math.max(backOff, error.retryAfter ?? 0) }
    this.#options.onFailed?.(error, this.#age() < FRESH + STALE)
  }
}
