/** Holds the keys of a closed list of issuers, each with its own: one issuer's key never vouches for another's token. */
import { checkOptions, spanInSeconds } from '../../lib/options.js'
import { notify } from '../../events.js'
import { keyHealthOf } from './key-health.js'
import { KeySearch } from './key-search.js'
import { parseKeySet } from './key-set.js'
import { keptIn, recall } from './key-store.js'
import type { Listeners } from '../../events.js'
import type { KeyHealth } from '../../health.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm } from '../signature/algorithms.js'
import type { AgeLimits } from './key-age.js'
import type { Keys } from './key-search.js'
import type { KeyNews, KeySourceOptions } from './key-source.js'
import type { KeyFault } from './key-set.js'
import type { KeyStore } from './key-store.js'

/** Options about how keys are kept. */
export interface KeyOptions {
  /** Seconds a set is used when its server says nothing in `Cache-Control`. Default 600. */
  maxAge?: number | undefined
  /** Seconds beyond that in which an old set serves while the issuer is away. Default 3600; 0: none. */
  maxStale?: number | undefined
  /** What `keys.snapshot()` gave in an earlier life of this process: no fetch at a cold start. */
  snapshot?: KeySnapshot | undefined
  /**
   * Shared between processes: read at a cold start, written after each fetch, for as long as keys can serve. Whoever can
   * write to it can sign tokens.
   */
  store?: KeyStore | undefined
}

/** Seconds. @public for the model of a fleet */
export const MAX_AGE = 600
/** @public for the model of a fleet */
export const MAX_STALE = 3600

/** Public keys by issuer. Plain JSON. */
export type KeySnapshot = Readonly<Record<string, { readonly keys: readonly unknown[]; readonly fetchedAt: number }>>

export interface IssuerKeysOptions {
  readonly issuers: readonly string[]
  /** Issuers whose keys are read with their first token, and never ahead of it. */
  readonly later?: readonly string[] | undefined
  readonly load: (issuer: string) => KeySourceOptions['load']
  readonly keys: KeyOptions
  readonly now: () => number
  readonly random: () => number
  readonly provider: string
  /** Hear of the keys; undefined where there is nothing to tell. */
  readonly listeners: Pick<Listeners, 'observe'> | undefined
}

export class IssuerKeys {
  readonly #searches: ReadonlyMap<string, KeySearch>
  readonly #ahead: readonly string[]
  readonly #limits: AgeLimits
  readonly #now: () => number

  constructor({ issuers, later = [], load, keys, now, random, provider, listeners }: IssuerKeysOptions) {
    checkOptions('keys', keys, ['maxAge', 'maxStale', 'snapshot', 'store'])
    const maxAge = spanInSeconds('keys.maxAge', keys.maxAge ?? MAX_AGE, { min: 1, max: 86_400 })
    const maxStale = spanInSeconds('keys.maxStale', keys.maxStale ?? MAX_STALE, { min: 0, max: 604_800 })
    const { store, snapshot } = keys
    if (store !== undefined && (typeof store?.get !== 'function' || typeof store.set !== 'function')) {
      throw new TypeError('"keys.store" must have get and set: sharedKeys({ store, secret }), or your own')
    }
    if (snapshot !== undefined && (typeof snapshot !== 'object' || snapshot === null)) throw new TypeError('"keys.snapshot" must be what keys.snapshot() gave')
    const search = (issuer: string): KeySearch => {
      const fetch = load(issuer)
      const tell = (news: KeyNews): void => {
        const { observe } = listeners ?? {}
        if (observe !== undefined) notify(observe, { ...eventOf(news), provider, issuer })
      }
      const options = { now, random, maxAge, maxStale, tell }
      if (store === undefined) return new KeySearch({ ...options, load: fetch })
      const kept = { store, issuer, now, maxAge, maxStale }
      return new KeySearch({ ...options, load: keptIn(kept, fetch), recall: () => recall(kept) })
    }
    this.#limits = { maxAge, maxStale }
    this.#now = now
    this.#ahead = issuers.filter((issuer) => !later.includes(issuer))
    this.#searches = new Map(issuers.map((issuer) => [issuer, search(issuer)]))
    if (snapshot !== undefined) this.#adopt(snapshot)
  }

  /** Finds the keys of this issuer that may have signed a token with this header and this `iat`. @throws AuthUnavailableError */
  candidates(issuer: string, alg: Algorithm, kid: string | undefined, iat?: unknown): Awaitable<Keys> {
    return this.#searches.get(issuer)?.candidates(alg, kid, iat) ?? []
  }

  /**
   * As `candidates`, after another look at the issuer for the sake of a bad signature; undefined where no look was made.
   *
   * @throws AuthUnavailableError for a token that names no key, where nobody knows.
   */
  newer(issuer: string, alg: Algorithm, kid: string | undefined, iat?: unknown): Awaitable<Keys | undefined> {
    return this.#searches.get(issuer)?.newer(alg, kid, iat)
  }

  /** Why the keys at hand do not check what has this header, where there is more to say than that there is none of this name. Asks nobody. */
  faultOf(issuer: string, alg: Algorithm, kid: string | undefined): KeyFault | undefined {
    return this.#searches.get(issuer)?.source.held?.set.faultOf(alg, kid)
  }

  /** True where more keys at hand fit this header than are tried. */
  isCrowded(issuer: string, alg: Algorithm, kid: string | undefined): boolean {
    return this.#searches.get(issuer)?.source.held?.set.isCrowded(alg, kid) === true
  }

  /** Fetches what is not at hand, so that the first request need not. @throws AuthUnavailableError */
  async warm(): Promise<void> {
    const searches = this.#ahead.map((issuer) => this.#searches.get(issuer)).filter((search) => search !== undefined)
    await Promise.all(searches.map(async ({ source }) => source.keys(undefined)))
  }

  /** How the keys of each issuer are doing. Asks nobody. */
  health(): readonly KeyHealth[] {
    const now = this.#now()
    return [...this.#searches].map(([issuer, { source }]) => keyHealthOf(issuer, source, this.#limits, now))
  }

  /** Gives the public keys at hand, for the next process as `keys: { snapshot }`. */
  snapshot(): KeySnapshot {
    const held = [...this.#searches].flatMap(([issuer, { source: { held } }]) =>
      held === undefined ? [] : [[issuer, { keys: held.set.toJSON().keys, fetchedAt: held.fetchedAt }] as const],
    )
    return Object.fromEntries(held)
  }

  #adopt(snapshot: KeySnapshot): void {
    for (const [issuer, { source }] of this.#searches) {
      const kept = Object.hasOwn(snapshot, issuer) ? snapshot[issuer] : undefined
      const set = parseKeySet(kept)
      if (set !== null && typeof kept?.fetchedAt === 'number') source.adopt(set, kept.fetchedAt)
    }
  }
}

function eventOf(news: KeyNews) {
  switch (news.type) {
    case 'fetched':
      return { type: news.rotated ? 'keys_rotated' : 'keys_fetched', keys: news.set.size, ...(news.set.leftOut > 0 && { leftOut: news.set.leftOut }) } as const
    case 'failed':
      return { type: 'keys_unavailable', message: news.error.message, usable: news.usable, retryAfter: news.retryAfter } as const
    case 'unknown':
      return { type: 'key_unknown', asked: news.asked } as const
  }
}
