/** How every ready-made provider works, around one `check()`: alphabet, memory, clock, scopes, events. */
import { VerifiedAccessToken } from './access-token.js'
import { cachePlan } from './cache/cache-options.js'
import { sizeOf } from './cache/remembered.js'
import { marksOf } from './revocations/revocation-marks.js'
import { Revocations } from './revocations/revocations.js'
import { SharedVerdicts } from './shared/shared-verdicts.js'
import { VerdictCache } from './cache/verdict-cache.js'
import { isUnavailable } from './errors.js'
import { notify } from './events.js'
import { ClaimPipeline } from './claim-pipeline.js'
import { andThen, isPending } from './lib/awaitable.js'
import { isBearerToken, isBoundedText } from './lib/bearer-token.js'
import { unlessAborted } from './lib/deadline.js'
import { sha256 } from './lib/digest.js'
import { clockInSeconds, headerName, optionalFunction, spanInSeconds } from './lib/options.js'
import { BearerAuthProvider } from './provider.js'
import { reject } from './verdict.js'
import type { AccessToken, Claims } from './access-token.js'
import type { RememberedVerdict, RememberedAccept } from './cache/remembered.js'
import type { Revocation } from './revocations/revocation.js'
import type { RevocationMarks } from './revocations/revocation-marks.js'
import type { SharedNews } from './shared/shared-verdicts.js'
import type { CacheNews, CacheStats } from './cache/verdict-cache.js'
import type { AuthEvent, Observe } from './events.js'
import type { Awaitable } from './lib/awaitable.js'
import type { ProviderOptions } from './provider-options.js'
import type { Refusal, VerifyOptions } from './provider.js'
import type { ScopesExplained } from './scopes/explain.js'
import type { Rejected, Verdict } from './verdict.js'

/** What is asked of one check. */
export interface CheckRequest {
  /** Seconds: what the answer rests on must not be older. Undefined: as the options of the provider have it. */
  readonly maxAge: number | undefined
}

/** Counts since the provider was made, for a page of figures. */
export interface ProviderStats extends CacheStats {
  /** Answers that another process had asked for, where there is a second level. */
  readonly shared: { readonly hits: number; readonly misses: number }
  /** Revocations in force. */
  readonly revocations: number
}

/** Extend this and write `check` to get memory, single flight, revocations, scopes, events and the clock. */
export abstract class StandardProvider<Output = unknown> extends BearerAuthProvider {
  readonly name: string
  declare readonly tokenHeader?: string
  declare readonly requestAs?: (scope: string) => string | undefined
  /** Those that the tables of `scopes` name; the issuer may write others. */
  override readonly scopesSupported: readonly string[]
  protected readonly now: () => number
  protected readonly clockTolerance: number
  readonly #observe: Observe | undefined
  readonly #grants: ClaimPipeline
  readonly #cache: VerdictCache<RememberedVerdict> | undefined
  readonly #shared: SharedVerdicts | undefined
  readonly #sharedCounts = { hits: 0, misses: 0 }
  #revocations: Revocations | undefined
  readonly #watching = new Set<(how: 'revoked' | 'closed') => void>()
  /** Of tokens whose claims are not all kept (`cache.keep`). */
  readonly #slimMarks = new WeakMap<AccessToken, RevocationMarks>()

  constructor(options: ProviderOptions<Output> = {}) {
    super()
    const { cache = {}, clockTolerance = 5, name = 'custom' } = options
    if (typeof name !== 'string' || name === '') throw new TypeError('"name" must be a name')
    this.name = name
    if (options.tokenHeader !== undefined) this.tokenHeader = headerName('tokenHeader', options.tokenHeader)
    const requestAs = optionalFunction('requestAs', options.requestAs)
    if (requestAs !== undefined) this.requestAs = requestAs
    this.now = clockInSeconds(options.now)
    this.clockTolerance = spanInSeconds('clockTolerance', clockTolerance, { min: 0, max: 60 })
    this.#observe = optionalFunction('observe', options.observe)
    this.#revocations = checkedRevocations(options.revocations)
    const { keep, ...plan } = cachePlan(cache === false ? {} : cache)
    this.#grants = new ClaimPipeline(options, {
      ...{ provider: name, clockTolerance: this.clockTolerance, now: this.now, observe: this.#observe, keep },
      marksOf: (token, claims) => this.#marksOf(token, claims),
    })
    this.scopesSupported = this.#grants.scopesSupported
    if (cache === false) return
    this.#cache = new VerdictCache({ ...plan, sizeOf, tell: (what) => this.#tellOfCache(what), now: this.now })
    this.#shared =
      cache.shared &&
      new SharedVerdicts({
        ...cache.shared,
        policy: () => JSON.stringify([plan.ttl, plan.rejectedTtl, this.policy]),
        now: this.now,
        tell: (news) => this.#tellOfSharing(news),
      })
  }

  /**
   * Finds out about one token. Give `accept(claims, expiresAt)` or `reject(reason)`; throw `AuthUnavailableError` when
   * you could not find out. Called once per token and memory span, however many requests ask at once. `request` matters
   * to those who remember something of their own.
   */
  protected abstract check(token: string, request: CheckRequest): Awaitable<Verdict>

  /** What can be a token of this provider at all, at a glance. Default: RFC 6750's alphabet. */
  protected isWellFormed(token: string): boolean {
    return isBearerToken(token)
  }

  /** The operator's own word for this token, for events; no part of it, and no person. Asked for only where somebody observes. */
  protected keyOf?(token: string): string | undefined

  /**
   * Everything that decides an answer (endpoint, issuer, audience …), and no secret. Processes with the same policy share
   * their answers by `cache: { shared }`. Write it in a provider whose answers cost a call.
   *
   * @throws TypeError where nobody wrote it.
   */
  protected get policy(): string {
    throw new TypeError('"cache.shared" needs a policy: protected override get policy() { return "https://…/introspect for my-api" }')
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken<Output> | null> {
    if (!isBoundedText(token)) return this.#refuse(reject('malformed'), false, options)
    const key = this.#cache === undefined ? '' : sha256(token) // for the memory only
    const now = this.now()
    const remembered = this.#cache?.recall(key, now, options?.maxAge)
    if (remembered !== undefined) {
      if (this.#cache?.isDue(remembered, now) === true) this.#cache.renew(key, () => this.#examine(key, token, undefined))
      return this.#conclude(token, remembered.verdict, true, options)
    }
    // What is remembered passed this before.
    if (!this.isWellFormed(token)) return this.#refuse(reject('malformed'), false, options)
    options?.signal?.throwIfAborted() // nobody is asked for someone who has left
    const asked = this.#ask(key, token, options)
    // Not waited for where it is at hand: that costs as much as reading the token.
    return this.#conclude(token, isPending(asked) ? await asked : asked, false, options)
  }

  /**
   * Refuses tokens from now on: by `jti`, `sub`, `sid`, `clientId`, or the token itself. In this process, before the call
   * returns; in all that share `revocations` with a log, soon after.
   *
   * @throws AuthUnavailableError when the others could not be told.
   */
  async revoke(what: Revocation): Promise<void> {
    return this.#own().revoke(what)
  }

  /** Rings when tokens are revoked, here or by another process. */
  override watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const marks = this.#slimMarks.get(token) ?? this.#marksOf(token.token, token.claims)
    const revocations = this.#own()
    // Between the yes and this call it may have been revoked.
    if (revocations.covers(marks)) ended('revoked')
    const stop = revocations.watch(marks, () => ended('revoked'))
    this.#watching.add(ended)
    return () => {
      stop()
      this.#watching.delete(ended)
    }
  }

  /** What the memory was good for. */
  stats(): ProviderStats {
    return { ...(this.#cache?.stats() ?? NO_MEMORY), shared: { ...this.#sharedCounts }, revocations: this.#revocations?.size ?? 0 }
  }

  /** Which rule made which scope of these claims, and what a wanted one would take: for a person who set this up. */
  explainScopes(claims: Claims, wanted: readonly string[] = []): ScopesExplained {
    return this.#grants.explain(claims, wanted)
  }

  /** Forgets every verdict. Subclasses that hold timers or sockets end them too. */
  override async close(): Promise<void> {
    for (const ended of [...this.#watching]) ended('closed')
    this.#grants.close()
    this.#cache?.clear()
  }

  /** Tells the observer, if there is one. Never put a token, a secret or the value of a claim into an event. */
  protected emit(event: AuthEvent): void {
    notify(this.#observe, event)
  }

  #own(): Revocations {
    this.#revocations ??= new Revocations({ now: this.now, observe: this.#observe })
    return this.#revocations
  }

  #ask(key: string, token: string, options: VerifyOptions | undefined): Awaitable<RememberedVerdict> {
    const examine = (): Awaitable<RememberedVerdict> => this.#examine(key, token, options)
    // Who wants a young answer must not get the second level's, by way of somebody who waits for that.
    const question = options?.maxAge === undefined ? key : `${key} young`
    try {
      const asked = this.#cache === undefined ? examine() : this.#cache.ask(key, examine, question)
      return isPending(asked) ? this.#answer(asked, options?.signal) : asked
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #answer(asked: Promise<RememberedVerdict>, signal: AbortSignal | undefined): Promise<RememberedVerdict> {
    try {
      return await (signal === undefined ? asked : unlessAborted(asked, signal))
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #failed(error: unknown): Promise<never> {
    if (isUnavailable(error)) this.emit({ type: 'unavailable', provider: this.name, message: error.message })
    // A turn later, when whoever asked listens: Node takes the time to note a rejection that nobody has heard yet. (D9)
    await undefined // oxlint-disable-line await-thenable
    throw error
  }

  #examine(key: string, token: string, options: VerifyOptions | undefined): Awaitable<RememberedVerdict> {
    // Before the first look at what others revoked, a token could pass that no longer should.
    if (this.#revocations?.caughtUp === false) return this.#revocations.ready().then(() => this.#examineNow(key, token, options))
    return this.#examineNow(key, token, options)
  }

  #examineNow(key: string, token: string, options: VerifyOptions | undefined): Awaitable<RememberedVerdict> {
    const shared = this.#shared
    const cache = this.#cache
    const maxAge = options?.maxAge
    if (shared === undefined || cache === undefined || maxAge !== undefined) {
      return andThen(this.check(token, { maxAge }), (verdict) => {
        // What is younger goes for all: else a token that was just refused is good again, by an older answer of the others.
        if (cache !== undefined) shared?.replace(key, checkedVerdict(verdict), (one) => cache.endOf(one))
        return this.#grants.process(token, checkedVerdict(verdict))
      })
    }
    const check = async (): Promise<Verdict> => checkedVerdict(await this.check(token, { maxAge: undefined }))
    const answer = shared.ask(key, check, (verdict) => cache.endOf(verdict))
    return answer.then(({ verdict, until }) => this.#grants.process(token, verdict, until))
  }

  #conclude(token: string, finding: RememberedVerdict, remembered: boolean, options: VerifyOptions | undefined): AccessToken<Output> | null {
    if (!finding.accepted) return this.#refuse(finding, remembered, options, token)
    if (this.#revocations !== undefined && this.#isRevoked(token, finding, this.#revocations)) return this.#refuse(reject('revoked'), remembered, options, token)
    // Looked at here, and never remembered: else whoever shows a stolen token as it is gets its holder refused.
    if (finding.claims.cnf !== undefined && options?.proof !== 'checked') return this.#refuse(reject('unproven'), remembered, options, token)
    if (this.#observe) this.emit({ type: 'accepted', provider: this.name, ...this.#key(token), remembered })
    const { claims, scopes, held, expiresAt } = finding
    // What the claims hold beyond `Claims`, the schema saw to.
    const given = new VerifiedAccessToken(token, claims, scopes, expiresAt, this.name, held)
    if (finding.marks !== undefined) this.#slimMarks.set(given, finding.marks)
    return given as AccessToken as AccessToken<Output>
  }

  #isRevoked(token: string, granted: RememberedAccept, revocations: Revocations): boolean {
    const { version } = revocations
    if (granted.seen === version) return false
    if (revocations.covers(granted.marks ?? this.#marksOf(token, granted.claims))) return true
    granted.seen = version // nothing that was revoked until now covers it
    return false
  }

  #marksOf(token: string, claims: Claims): RevocationMarks {
    return marksOf(token, claims, this.issuers?.length === 1 ? this.issuers[0] : undefined)
  }

  #refuse({ reason, detail }: Rejected, remembered: boolean, options: VerifyOptions | undefined, token = ''): null {
    if (this.#observe === undefined && options?.refused === undefined) return null
    const { claim, hint } = detail ?? {}
    const refusal: Refusal = { provider: this.name, reason, ...(claim && { claim }), ...(hint && { hint }) }
    this.emit({ type: 'rejected', ...refusal, ...this.#key(token), remembered })
    options?.refused?.(refusal)
    return null
  }

  #key(token: string): { readonly key?: string } {
    const key = this.keyOf?.(token)
    return key === undefined ? {} : { key }
  }

  #tellOfCache(what: CacheNews): void {
    if (this.#observe) this.emit({ type: 'cache', provider: this.name, what })
  }

  #tellOfSharing(news: SharedNews): void {
    if (news.type === 'shared_missed') this.#sharedCounts.misses += 1
    else if (news.type === 'shared_hit' || news.type === 'shared_joined') this.#sharedCounts.hits += 1
    if (this.#observe) this.emit({ ...news, provider: this.name })
  }
}

function checkedVerdict(verdict: Verdict): Verdict {
  if (typeof verdict?.accepted === 'boolean') return verdict
  throw new TypeError('check must answer accept(claims) or reject(reason)')
}

function checkedRevocations(revocations: Revocations | undefined): Revocations | undefined {
  if (revocations === undefined || typeof revocations?.covers === 'function') return revocations
  throw new TypeError('"revocations" must be a Revocations: new Revocations()')
}

const NOTHING = { entries: 0, bytes: 0 }
const NO_MEMORY: CacheStats = { hits: 0, misses: 0, joined: 0, stale: 0, renewed: 0, evicted: 0, accepted: NOTHING, rejected: NOTHING }
