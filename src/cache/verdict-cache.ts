/** Remembers verdicts by the digest of the token, never the token, and lets one check run at a time per token. */
import { LRUCache } from 'lru-cache'
import { andThen } from '../lib/awaitable.js'
import { OrderedQuestions } from '../lib/ordered-questions.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { RejectReason, Verdict } from '../verdict.js'
import type { CachePlan } from './cache-options.js'

/** A verdict and the times that belong to it, in seconds since the epoch. */
export interface CacheEntry<V> {
  readonly verdict: V
  /** When it was asked for, or what it rests on was: not when it arrived. */
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

export interface Holding {
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

/** When an answer was asked for and when it ends, where that was earlier than the question at hand: elsewhere, or before. */
export interface Asked {
  /** Seconds since the epoch. */
  readonly since?: number | undefined
  /** Seconds since the epoch. */
  readonly until?: number | undefined
}

/** "Nobody knows" is a throw, and a throw is never remembered. Of two answers the one that was asked for later counts. */
export class VerdictCache<V extends Verdict & Asked> {
  readonly #options: VerdictCacheOptions<V>
  readonly #accepted: LRUCache<string, CacheEntry<V>>
  readonly #rejected: LRUCache<string, CacheEntry<V>>
  readonly #questions = new OrderedQuestions<V>()
  readonly #counts = { hits: 0, misses: 0, joined: 0, stale: 0, renewed: 0, evicted: 0 }

  constructor(options: VerdictCacheOptions<V>) {
    this.#options = options
    // Without `max`, for which lru-cache allocates ahead: what is empty takes no room.
    const memory = (maxSize: number): LRUCache<string, CacheEntry<V>> =>
      new LRUCache({ maxSize, dispose: (_verdict, _key, reason) => void (reason === 'evict' && this.#count('evicted')) })
    this.#accepted = memory(options.maxBytes)
    this.#rejected = memory(options.maxRejectedBytes)
  }

  /** The verdict remembered under this key while it is fresh, and was asked for at most `maxAge` seconds ago; with 0 none. */
  recall(key: string, now: number, maxAge = Number.POSITIVE_INFINITY): CacheEntry<V> | undefined {
    const found = fresh(this.#accepted, key, now) ?? fresh(this.#rejected, key, now)
    if (found === undefined || maxAge <= 0 || now - found.since > maxAge) {
      this.#counts.misses += 1
      return undefined
    }
    this.#counts.hits += 1
    return found
  }

  /** True for a yes that `recall` would give. Does not count as a hit or a miss. */
  holdsYes(key: string, now: number, maxAge = Number.POSITIVE_INFINITY): boolean {
    const found = fresh(this.#accepted, key, now)
    return found !== undefined && maxAge > 0 && now - found.since <= maxAge
  }

  /**
   * Asks, and remembers the answer under the key; or joins the question of somebody else. With `maxAge` only one that asks
   * for a young answer too, and began at most so many seconds ago: none with 0.
   */
  ask(key: string, check: () => Awaitable<V>, maxAge?: number): Awaitable<V> {
    const now = this.#options.now()
    const keep = (verdict: V): V => this.#remember(key, verdict, now)
    let hasJoined = false
    const joined = (): void => {
      hasJoined = true
      this.#count('joined')
    }
    const asked = this.#questions.ask({ key, now, maxAge, ask: check, keep, joined })
    if (!hasJoined || maxAge === undefined) return asked
    // What it rests on may be older than the question was.
    return andThen(asked, (verdict) => (now - (verdict.since ?? now) > maxAge ? this.ask(key, check, 0) : verdict))
  }

  /** True for a yes that will soon be forgotten, and that asking again could prolong. */
  isDue({ verdict, until }: CacheEntry<V>, now: number): boolean {
    const { refreshAhead } = this.#options
    return refreshAhead > 0 && now >= until - refreshAhead && verdict.accepted && verdict.expiresAt !== until
  }

  /** Asks in the background. Where that fails, the older verdict serves until it expires, and the next request asks again. */
  renew(key: string, check: () => Awaitable<V>): void {
    this.#count('stale')
    if (this.#questions.isAsking(key) || !mayShareBetweenRequests) return
    this.#count('renewed')
    // A bug of the check's must not reach a request that has its answer: in here, a throw is a rejection.
    const asked = async (): Promise<V> => this.ask(key, check)
    asked().catch(() => undefined)
  }

  /** Tells when a verdict that came now would be forgotten, in seconds since the epoch; undefined for one that is not remembered. */
  endOf(verdict: Verdict, now = this.#options.now()): number | undefined {
    const { ttl, rejectedTtl } = this.#options
    if (!verdict.accepted) return REMEMBERED[verdict.reason] && verdict.provisional !== true ? now + rejectedTtl : undefined
    return Math.min(now + ttl, verdict.expiresAt ?? Number.POSITIVE_INFINITY)
  }

  clear(): void {
    this.#accepted.clear()
    this.#rejected.clear()
  }

  stats(): CacheStats {
    return { ...this.#counts, accepted: holding(this.#accepted), rejected: holding(this.#rejected) }
  }

  /** `asked`: when the question began. Gives the verdict that counts. */
  #remember(key: string, verdict: V, asked: number): V {
    const { sizeOf, maxEntries, maxRejectedEntries } = this.#options
    const now = this.#options.now()
    const since = Math.min(asked, verdict.since ?? asked)
    // One of the second level may be older than what was heard here.
    const before = verdict.since === undefined ? undefined : (fresh(this.#accepted, key, now) ?? fresh(this.#rejected, key, now))
    if (before !== undefined && before.since > since) return before.verdict
    const until = Math.min(this.endOf(verdict, now) ?? 0, verdict.until ?? Number.POSITIVE_INFINITY)
    const memory = until <= now ? undefined : verdict.accepted ? this.#accepted : this.#rejected
    // Also where it is not remembered itself: the older one must not serve on.
    for (const one of [this.#accepted, this.#rejected]) if (one !== memory && one.size > 0) one.delete(key)
    memory?.set(key, { verdict, since, until }, { size: sizeOf(verdict) })
    if (memory !== undefined && memory.size > (verdict.accepted ? maxEntries : maxRejectedEntries)) memory.pop()
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
