/** Finds the verdict on a token: in the memory of this process, in the one that several share, or by asking. */
import { cachePlan } from './cache-options.js'
import { sizeOf } from './remembered.js'
import { VerdictCache } from './verdict-cache.js'
import { andThen, orElse } from '../lib/awaitable.js'
import { sha256 } from '../lib/digest.js'
import { loaded } from '../lib/loaded.js'
import { checkedVerdict, whenCaughtUp } from './lookup.js'
import { checkedSecrets, checkedStore } from '../shared/shared-checks.js'
import type { CacheOptions } from './cache-options.js'
import type { RememberedVerdict } from './remembered.js'
import type { Asked, CacheNews } from './verdict-cache.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { Lookup, LookupOptions, LookupStats } from './lookup.js'
import type { SharedOptions } from '../shared/shared-store.js'
import type { SharedNews, SharedVerdicts, SharedVerdictsOptions } from '../shared/shared-verdicts.js'
import type { Verdict } from '../verdict.js'

export class VerdictLookup implements Lookup {
  readonly #options: LookupOptions
  readonly #cache: VerdictCache<RememberedVerdict>
  readonly #shared: (() => Awaitable<SharedVerdicts>) | undefined
  readonly #sharedCounts = { hits: 0, misses: 0 }

  /** @throws TypeError for an option that is wrong. */
  constructor(cache: CacheOptions, options: LookupOptions) {
    this.#options = options
    const { context, policy } = options
    const { keep: _, ...plan } = cachePlan(cache)
    const { now } = context
    this.#cache = new VerdictCache({ ...plan, sizeOf, tell: (what) => this.#tellOfCache(what), now })
    this.#shared = cache.shared && secondLevel(cache.shared, {
      policy: () => JSON.stringify([plan.ttl, plan.rejectedTtl, policy()]),
      now,
      tell: (news) => this.#tellOfSharing(news),
    })
  }

  keyOf(token: string): string {
    return sha256(token)
  }

  /** The verdict in memory, where it is not older than so many seconds. One near its end is asked for anew, in the background. */
  recall(key: string, token: string, maxAge: number | undefined): RememberedVerdict | undefined {
    const cache = this.#cache
    const now = this.#options.context.now()
    const entry = cache.recall(key, now, maxAge)
    if (entry === undefined) return undefined
    if (cache.isDue(entry, now)) cache.renew(key, () => this.#find(key, token))
    return entry.verdict
  }

  /** The verdict of the second level or of a check. With `maxAge` of a check, whatever others heard before. */
  ask(key: string, token: string, maxAge: number | undefined): Awaitable<RememberedVerdict> {
    const find = (): Awaitable<RememberedVerdict> => (maxAge === undefined ? this.#find(key, token) : this.#check(key, token, maxAge))
    // Who wants a young answer must not get the second level's, by way of somebody who waits for that.
    return this.#cache.ask(key, find, maxAge)
  }

  holdsYes(token: string, maxAge: number | undefined): boolean {
    return this.#cache.holdsYes(sha256(token), this.#options.context.now(), maxAge)
  }

  clear(): void {
    this.#cache.clear()
  }

  stats(): LookupStats {
    return { ...this.#cache.stats(), shared: { ...this.#sharedCounts } }
  }

  #find(key: string, token: string): Awaitable<RememberedVerdict> {
    const shared = this.#shared
    const cache = this.#cache
    if (shared === undefined) return this.#check(key, token, undefined)
    return whenCaughtUp(this.#options.revocations(), async () => {
      const check = async (): Promise<Verdict> => checkedVerdict(await this.#options.check(token, { maxAge: undefined }))
      const { verdict, since, until } = await (await shared()).ask(key, check, (one) => cache.endOf(one))
      return this.#judged(token, verdict, { since, until })
    })
  }

  #check(key: string, token: string, maxAge: number | undefined): Awaitable<RememberedVerdict> {
    return whenCaughtUp(this.#options.revocations(), () => {
      const since = this.#options.context.now()
      return andThen(this.#options.check(token, { maxAge }), (verdict) => {
        const cache = this.#cache
        // What is younger goes for all: else a token that was just refused is good again, by an older answer of the others.
        const checked = checkedVerdict(verdict)
        const shared = this.#shared
        // Not waited for: a store is never an error to a request.
        const replaced = (level: SharedVerdicts): void => level.replace(key, checked, since, (one) => cache.endOf(one))
        if (shared !== undefined) void orElse(() => andThen(shared(), replaced), () => undefined)
        return this.#judged(token, checked, undefined)
      })
    })
  }

  #judged(token: string, verdict: Verdict, asked: Asked | undefined): Awaitable<RememberedVerdict> {
    return this.#options.process(token, this.#options.judge(verdict), asked)
  }

  #tellOfCache(what: CacheNews): void {
    const { provider, tell } = this.#options.context
    tell({ type: 'cache', provider, what })
  }

  #tellOfSharing(news: SharedNews): void {
    if (news.type === 'shared_missed') this.#sharedCounts.misses += 1
    else if (news.type === 'shared_hit' || news.type === 'shared_joined') this.#sharedCounts.hits += 1
    const { provider, tell } = this.#options.context
    tell({ ...news, provider })
  }
}

/** What shares is loaded by the providers that share. @throws TypeError for an option that is wrong. */
function secondLevel({ store, secret }: SharedOptions, rest: Omit<SharedVerdictsOptions, 'store' | 'secret'>): () => Awaitable<SharedVerdicts> {
  const options = { ...rest, store: checkedStore(store), secret }
  checkedSecrets(secret)
  return loaded(import('../shared/shared-verdicts.js').then((level) => new level.SharedVerdicts(options)))
}
