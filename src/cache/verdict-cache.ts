/** Remembers verdicts by the digest of the token, never the token, and lets one check run at a time per token. */
import { LRUCache } from 'lru-cache'
import { andThen, isPending } from '../lib/awaitable.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { RejectReason, Verdict } from '../verdict.js'
import type { CachePlan } from './cache-options.js'

/** A verdict and the times that belong to it, in seconds since the epoch. */
export interface CacheEntry<V> {
  readonly verdict: V
  readonly since: number
  readonly until: number
}

/** Counts what the cache did since it was made, and what it holds now. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  /** Requests that waited for a check which another one had started. */
  readonly joined: number
  /** Hits near their expiry, which were given out while they were asked for anew in the background (`refreshAhead`). */
  readonly stale: number
  /** Answers that were asked for anew in the background, before they expired. */
  readonly renewed: number
  /** Verdicts that were dropped before they expired, for want of room. */
  readonly evicted: number
  readonly accepted: Holding
  readonly rejected: Holding
}

interface Holding {
  readonly entries: number
  /** Estimated bytes of memory. */
  readonly bytes: number
}

/** Tells how a verdict was come by, which a count alone does not show. */
export type CacheNews = 'joined' | 'stale' | 'renewed' | 'evicted'

export interface VerdictCacheOptions<V> extends Omit<CachePlan, 'keep'> {
  /** Estimates how many bytes of memory a verdict takes. */
  readonly sizeOf: (verdict: V) => number
  readonly tell: (what: CacheNews) => void
  readonly now: () => number
}

/** "Nobody knows" is a throw, and a throw is never remembered. A verdict that was asked for earlier brings its end as `until`. */
export class VerdictCache<V extends Verdict & { readonly until?: number | undefined }> {
  readonly #options: VerdictCacheOptions<V>
  readonly #accepted: LRUCache<string, CacheEntry<V>>
  readonly #rejected: LRUCache<string, CacheEntry<V>>
  readonly #underWay = new Map<string, Promise<V>>()
  readonly #counts = { hits: 0, misses: 0, joined: 0, stale: 0, renewed: 0, evicted: 0 }

  constructor(options: VerdictCacheOptions<V>) {
    this.#options = options
    const memory = (max: number, maxSize: number): LRUCache<string, CacheEntry<V>> =>
      new LRUCache({ max, maxSize, dispose: (_verdict, _key, reason) => void (reason === 'evict' && this.#count('evicted')) })
    this.#accepted = memory(options.maxEntries, options.maxBytes)
    this.#rejected = memory(options.maxRejectedEntries, options.maxRejectedBytes)
  }

  /** Gives the verdict under this key while it is fresh, and not older than `maxAge` seconds. */
  recall(key: string, now: number, maxAge = Number.POSITIVE_INFINITY): CacheEntry<V> | undefined {
    const found = fresh(this.#accepted, key, now) ?? fresh(this.#rejected, key, now)
    if (found === undefined || now - found.since > maxAge) {
      this.#counts.misses += 1
      return undefined
    }
    this.#counts.hits += 1
    return found
  }

  /** Asks, unless the same question is being asked already, and remembers the answer under the key. */
  ask(key: string, check: () => Awaitable<V>, question = key): Awaitable<V> {
    const underWay = this.#underWay.get(question)
    if (underWay === undefined) return this.#start(key, check, question)
    this.#count('joined')
    return underWay
  }

  /** True for a yes that will soon be forgotten, and that asking again could prolong. */
  isDue({ verdict, until }: CacheEntry<V>, now: number): boolean {
    const { refreshAhead } = this.#options
    return refreshAhead > 0 && now >= until - refreshAhead && verdict.accepted && verdict.expiresAt !== until
  }

  /** Asks in the background. Where that fails, the older verdict serves until it expires, and the next request asks again. */
  renew(key: string, check: () => Awaitable<V>): void {
    this.#count('stale')
    if (this.#underWay.has(key) || !mayShareBetweenRequests) return
    this.#count('renewed')
    // A bug of the check's must not reach a request that has its answer: in here, a throw is a rejection.
    const asked = async (): Promise<V> => this.ask(key, check)
    asked().catch(() => undefined)
  }

  /** Tells when a verdict that came now would be forgotten, in seconds since the epoch; undefined for one that is not remembered. */
  endOf(verdict: Verdict, now = this.#options.now()): number | undefined {
    const { ttl, rejectedTtl } = this.#options
    if (!verdict.accepted) return REMEMBERED[verdict.reason] ? now + rejectedTtl : undefined
    return Math.min(now + ttl, verdict.expiresAt ?? Number.POSITIVE_INFINITY)
  }

  clear(): void {
    this.#accepted.clear()
    this.#rejected.clear()
  }

  stats(): CacheStats {
    return { ...this.#counts, accepted: holding(this.#accepted), rejected: holding(this.#rejected) }
  }

  #start(key: string, check: () => Awaitable<V>, question: string): Awaitable<V> {
    const asked = andThen(check(), (verdict) => this.#remember(key, verdict))
    if (!isPending(asked) || !mayShareBetweenRequests) return asked
    const shared = asked.finally(() => this.#underWay.delete(question))
    this.#underWay.set(question, shared)
    return shared
  }

  #remember(key: string, verdict: V): V {
    const { ttl, sizeOf } = this.#options
    const now = this.#options.now()
    const until = Math.min(this.endOf(verdict, now) ?? 0, verdict.until ?? Number.POSITIVE_INFINITY)
    if (until <= now) return verdict
    const since = verdict.until === undefined ? now : Math.min(now, verdict.until - ttl)
    const [memory, other] = verdict.accepted ? [this.#accepted, this.#rejected] : [this.#rejected, this.#accepted]
    if (other.size > 0) other.delete(key)
    memory.set(key, { verdict, since, until }, { size: sizeOf(verdict) })
    return verdict
  }

  #count(what: CacheNews): void {
    this.#counts[what] += 1
    this.#options.tell(what)
  }
}

/** Seconds into the past after which a clock was set back: what was remembered in that future would stay for too long. */
const CLOCK_SET_BACK = 60

function fresh<V>(memory: LRUCache<string, CacheEntry<V>>, key: string, now: number): CacheEntry<V> | undefined {
  const found = memory.size === 0 ? undefined : memory.get(key)
  if (found === undefined) return undefined
  if (now < found.until && now > found.since - CLOCK_SET_BACK) return found
  memory.delete(key)
  return undefined
}

function holding<V>(memory: LRUCache<string, CacheEntry<V>>): Holding {
  return { entries: memory.size, bytes: memory.calculatedSize }
}

/** Tells which noes are remembered: none that time or a new key can turn into a yes. */
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
  unproven: false, // it is said beside the memory, and hangs on who asks
} as const satisfies Record<RejectReason, boolean>
