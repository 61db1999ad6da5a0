/** Finds the verdict on a token: in the memory of this process, in the one that several share, or by asking. */
import { cachePlan } from './cache/cache-options.js'
import { sizeOf } from './cache/remembered.js'
import { VerdictCache } from './cache/verdict-cache.js'
import { andThen, orElse } from './lib/awaitable.js'
import { sha256 } from './lib/digest.js'
import { loaded } from './lib/loaded.js'
import { checkedSecrets, checkedStore } from './shared/shared-checks.js'
import type { CacheOptions } from './cache/cache-options.js'
import type { RememberedVerdict } from './cache/remembered.js'
import type { Asked, CacheNews, CacheStats } from './cache/verdict-cache.js'
import type { Awaitable } from './lib/awaitable.js'
import type { ProviderContext } from './provider-context.js'
import type { Revocations } from './revocations/revocations.js'
import type { SharedOptions } from './shared/shared-store.js'
import type { SharedNews, SharedVerdicts, SharedVerdictsOptions } from './shared/shared-verdicts.js'
import type { Verdict } from './verdict.js'

/** What is asked of one check. */
export interface CheckRequest {
  /** Seconds: what the answer rests on must not be older. Undefined: as the options of the provider have it. */
  readonly maxAge: number | undefined
}

export interface VerdictLookupOptions {
  /** False: each token is asked about each time. */
  readonly cache: CacheOptions | false
  readonly context: ProviderContext
  /** Everything that decides an answer. @throws TypeError where nobody wrote it. */
  readonly policy: () => string
  readonly check: (token: string, request: CheckRequest) => Awaitable<Verdict>
  /**
   * What the user's own code makes of an answer: rules, hints, claims out of it. In every process, since functions cannot be
   * told apart and two processes may share what was asked.
   */
  readonly judge: (verdict: Verdict) => Verdict
  /** Makes of that what is remembered. `asked`: where it was asked for earlier, elsewhere. */
  readonly process: (token: string, verdict: Verdict, asked?: Asked) => Awaitable<RememberedVerdict>
  /** Undefined until there is something to revoke. */
  readonly revocations: () => Revocations | undefined
}

/** Counts since the lookup was made. */
export interface LookupStats extends CacheStats {
  /** Answers that another process had asked for, where there is a second level. */
  readonly shared: { readonly hits: number; readonly misses: number }
}

export class VerdictLookup {
  readonly #options: VerdictLookupOptions
  readonly #cache: VerdictCache<RememberedVerdict> | undefined
  readonly #shared: (() => Awaitable<SharedVerdicts>) | undefined
  readonly #sharedCounts = { hits: 0, misses: 0 }

  /** @throws TypeError for an option that is wrong. */
  constructor(options: VerdictLookupOptions) {
    this.#options = options
    const { cache, context, policy } = options
    if (cache === false) return
    const { keep: _, ...plan } = cachePlan(cache)
    const { now } = context
    this.#cache = new VerdictCache({ ...plan, sizeOf, tell: (what) => this.#tellOfCache(what), now })
    this.#shared = cache.shared && secondLevel(cache.shared, {
      policy: () => JSON.stringify([plan.ttl, plan.rejectedTtl, policy()]),
      now,
      tell: (news) => this.#tellOfSharing(news),
    })
  }

  /** What the token is remembered by; without a memory it is not looked at. */
  keyOf(token: string): string {
    return this.#cache === undefined ? '' : sha256(token)
  }

  /** The verdict in memory, where it is not older than so many seconds. One near its end is asked for anew, in the background. */
  recall(key: string, token: string, maxAge: number | undefined): RememberedVerdict | undefined {
    const cache = this.#cache
    if (cache === undefined) return undefined
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
    return this.#cache === undefined ? find() : this.#cache.ask(key, find, maxAge)
  }

  /** True for a yes that `recall` would give. */
  holdsYes(token: string, maxAge: number | undefined): boolean {
    return this.#cache?.holdsYes(sha256(token), this.#options.context.now(), maxAge) === true
  }

  clear(): void {
    this.#cache?.clear()
  }

  stats(): LookupStats {
    return { ...(this.#cache?.stats() ?? NO_MEMORY), shared: { ...this.#sharedCounts } }
  }

  #find(key: string, token: string): Awaitable<RememberedVerdict> {
    const shared = this.#shared
    const cache = this.#cache
    if (shared === undefined || cache === undefined) return this.#check(key, token, undefined)
    return this.#whenReady(async () => {
      const check = async (): Promise<Verdict> => checkedVerdict(await this.#options.check(token, { maxAge: undefined }))
      const { verdict, since, until } = await (await shared()).ask(key, check, (one) => cache.endOf(one))
      return this.#judged(token, verdict, { since, until })
    })
  }

  #check(key: string, token: string, maxAge: number | undefined): Awaitable<RememberedVerdict> {
    return this.#whenReady(() => {
      const since = this.#options.context.now()
      return andThen(this.#options.check(token, { maxAge }), (verdict) => {
        const cache = this.#cache
        // What is younger goes for all: else a token that was just refused is good again, by an older answer of the others.
        const checked = checkedVerdict(verdict)
        const shared = this.#shared
        // Not waited for: a store is never an error to a request.
        const replaced = (level: SharedVerdicts): void => cache && level.replace(key, checked, since, (one) => cache.endOf(one))
        if (shared !== undefined) void orElse(() => andThen(shared(), replaced), () => undefined)
        return this.#judged(token, checked, undefined)
      })
    })
  }

  #judged(token: string, verdict: Verdict, asked: Asked | undefined): Awaitable<RememberedVerdict> {
    return this.#options.process(token, this.#options.judge(verdict), asked)
  }

  /** Before the first look at what others revoked, a token could pass that no longer should. */
  #whenReady(find: () => Awaitable<RememberedVerdict>): Awaitable<RememberedVerdict> {
    const revocations = this.#options.revocations()
    return revocations?.caughtUp === false ? revocations.ready().then(find) : find()
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
  return loaded(import('./shared/shared-verdicts.js').then((level) => new level.SharedVerdicts(options)))
}

function checkedVerdict(verdict: Verdict): Verdict {
  if (typeof verdict?.accepted === 'boolean') return verdict
  throw new TypeError('check must answer accept(claims) or reject(reason)')
}

const NOTHING = { entries: 0, bytes: 0 }
const NO_MEMORY: CacheStats = { hits: 0, misses: 0, joined: 0, stale: 0, renewed: 0, evicted: 0, accepted: NOTHING, rejected: NOTHING }
