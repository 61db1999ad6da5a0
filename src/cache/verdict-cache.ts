/** Remembers verdicts by the digest of the token, never the token, and lets one check run at a time per token. */
import { LRUCache } from 'lru-cache'
import { andThen, isPending } from '../lib/awaitable.js'
import { checkOptions, countOf, spanInSeconds } from '../lib/options.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { RejectReason, Verdict } from '../verdict.js'

export interface CacheOptions {
  /** Seconds a yes is remembered, never beyond the token's own end. Default 30, at most an hour: a revoked token is refused within this. */
  ttl?: number | undefined
  /** Seconds a no is remembered. Default 10. */
  rejectedTtl?: number | undefined
  /** How many yeses are remembered. Default 10 000. */
  maxEntries?: number | undefined
  /** How many noes are remembered, in a memory of their own: a flood of junk cannot push out the good. Default 2 000. */
  maxRejectedEntries?: number | undefined
}

/** "Nobody knows" is a throw, and a throw is never remembered. */
export class VerdictCache<V extends Verdict> {
  readonly #accepted: LRUCache<string, Entry<V>>
  readonly #rejected: LRUCache<string, Entry<V>>
  readonly #underWay = new Map<string, Promise<V>>()
  readonly #ttl: number
  readonly #rejectedTtl: number
  readonly #now: () => number

  constructor(options: CacheOptions, now: () => number) {
    if (typeof options !== 'object' || options === null) throw new TypeError('"cache" must be false or an object such as { ttl: 30 }')
    checkOptions('cache', options, ['ttl', 'rejectedTtl', 'maxEntries', 'maxRejectedEntries'])
    const { ttl = 30, rejectedTtl = 10, maxEntries = 10_000, maxRejectedEntries = 2_000 } = options
    this.#ttl = spanInSeconds('cache.ttl', ttl, ONE_HOUR)
    this.#rejectedTtl = spanInSeconds('cache.rejectedTtl', rejectedTtl, ONE_HOUR)
    this.#accepted = new LRUCache({ max: countOf('cache.maxEntries', maxEntries) })
    this.#rejected = new LRUCache({ max: countOf('cache.maxRejectedEntries', maxRejectedEntries) })
    this.#now = now
  }

  /** The verdict remembered under this key, while it is fresh. */
  recall(key: string): V | undefined {
    return this.#fresh(this.#accepted, key) ?? this.#fresh(this.#rejected, key)
  }

  /** Asks, unless the same question is being asked already, and remembers the answer. */
  ask(key: string, check: () => Awaitable<V>): Awaitable<V> {
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return underWay
    const asked = andThen(check(), (verdict) => this.#remember(key, verdict))
    if (!isPending(asked) || !mayShareBetweenRequests) return asked
    const shared = asked.finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, shared)
    return shared
  }

  clear(): void {
    this.#accepted.clear()
    this.#rejected.clear()
  }

  #remember(key: string, verdict: V): V {
    const now = this.#now()
    if (!verdict.accepted) {
      if (REMEMBERED[verdict.reason]) this.#rejected.set(key, { verdict, until: now + this.#rejectedTtl })
      return verdict
    }
    const until = Math.min(now + this.#ttl, verdict.expiresAt ?? Number.POSITIVE_INFINITY)
    if (until <= now) return verdict
    this.#accepted.set(key, { verdict, until })
    return verdict
  }

  #fresh(store: LRUCache<string, Entry<V>>, key: string): V | undefined {
    const entry = store.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#now()) return entry.verdict
    store.delete(key)
    return undefined
  }
}

interface Entry<V> {
  readonly verdict: V
  readonly until: number
}

const ONE_HOUR = { min: 0, max: 3_600 }

/** A no that time or a new key can turn into a yes is not remembered. */
const REMEMBERED = {
  malformed: true,
  unsupported_algorithm: true,
  unknown_key: false,
  bad_signature: true,
  wrong_type: true,
  wrong_issuer: true,
  wrong_audience: true,
  expired: true,
  not_yet_valid: false,
  missing_claim: true,
  invalid_claim: true,
  unknown_token: true,
  no_owner: true,
  revoked: true,
} as const satisfies Record<RejectReason, boolean>
