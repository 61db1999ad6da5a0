/** How every ready-made provider works, around one `check()`: alphabet, memory, clock, scopes, events. */
import { VerifiedAccessToken } from './access-token.js'
import { cachePlan } from './cache/cache-options.js'
import { Granted, lengthOf, refused, sizeOf } from './cache/finding.js'
import { marksOf } from './cache/revocation-marks.js'
import { Revocations } from './cache/revocations.js'
import { SharedVerdicts } from './cache/shared-verdicts.js'
import { slimClaims } from './cache/slim-claims.js'
import { VerdictCache } from './cache/verdict-cache.js'
import { isUnavailable } from './errors.js'
import { notify } from './events.js'
import { andThen, isPending } from './lib/awaitable.js'
import { isBearerToken, isBoundedText } from './lib/bearer-token.js'
import { unlessAborted } from './lib/deadline.js'
import { sha256 } from './lib/digest.js'
import { frozenCopy } from './lib/frozen-copy.js'
import { clockInSeconds, optionalFunction, spanInSeconds } from './lib/options.js'
import { BearerAuthProvider } from './provider.js'
import { mapScopes, standardScopes } from './scopes/mappers.js'
import { AcceptedFrozen, reject } from './verdict.js'
import type { AccessToken, Claims } from './access-token.js'
import type { CacheOptions } from './cache/cache-options.js'
import type { Finding } from './cache/finding.js'
import type { Revocation } from './cache/revocation.js'
import type { Marks } from './cache/revocation-marks.js'
import type { SharedNews } from './cache/shared-verdicts.js'
import type { CacheStats } from './cache/verdict-cache.js'
import type { AuthEvent, Observe } from './events.js'
import type { Awaitable } from './lib/awaitable.js'
import type { VerifyOptions } from './provider.js'
import type { ScopeMapper } from './scopes/mappers.js'
import type { Rejected, Verdict } from './verdict.js'

/** What every ready-made provider takes. */
export interface ProviderOptions {
  /** How claims become scopes; several mappers add up. Default: `standardScopes`. */
  scopes?: ScopeMapper | readonly ScopeMapper[] | undefined
  /** How long verdicts are remembered; `false` for not at all. */
  cache?: CacheOptions | false | undefined
  /** Tokens that end before their time; several providers may share one. Default: one of its own, empty. */
  revocations?: Revocations | undefined
  /** Takes what happened, for logs and metrics. */
  observe?: Observe | undefined
  /** Seconds of clock difference to the issuer that are forgiven. Default 5, at most 60. */
  clockTolerance?: number | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
  /** Appears in events and as `AccessToken.provider`. Default: the kind of provider. */
  name?: string | undefined
}

/** The names of `ProviderOptions`, for `checkOptions` in subclasses. */
export const PROVIDER_OPTIONS = ['scopes', 'cache', 'revocations', 'observe', 'clockTolerance', 'now', 'name'] as const

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
export abstract class StandardProvider extends BearerAuthProvider {
  readonly name: string
  protected readonly now: () => number
  protected readonly clockTolerance: number
  readonly #observe: Observe | undefined
  readonly #mappers: readonly ScopeMapper[]
  readonly #cache: VerdictCache<Finding> | undefined
  readonly #keep: readonly string[] | undefined
  readonly #shared: SharedVerdicts | undefined
  readonly #sharedCounts = { hits: 0, misses: 0 }
  #revocations: Revocations | undefined

  constructor(options: ProviderOptions = {}) {
    super()
    const { scopes = standardScopes, cache = {}, clockTolerance = 5, name = 'custom' } = options
    const mappers = [scopes].flat()
    if (!mappers.every((mapper) => typeof mapper === 'function')) {
      throw new TypeError('"scopes" must be a mapper or an array of them: [standardScopes, fromClaim("roles", { admin: "notes:write" })]')
    }
    if (typeof name !== 'string' || name === '') throw new TypeError('"name" must be a name')
    this.name = name
    this.now = clockInSeconds(options.now)
    this.clockTolerance = spanInSeconds('clockTolerance', clockTolerance, { min: 0, max: 60 })
    this.#observe = optionalFunction('observe', options.observe)
    this.#mappers = mappers
    this.#revocations = checkedRevocations(options.revocations)
    if (cache === false) return
    const { keep, ...plan } = cachePlan(cache)
    this.#keep = keep
    this.#cache = new VerdictCache({ ...plan, sizeOf, tell: (what) => this.#tellOfCache(what), now: this.now })
    this.#shared = cache.shared && new SharedVerdicts({ ...cache.shared, policy: () => JSON.stringify([plan.ttl, plan.rejectedTtl, this.policy]), now: this.now, tell: (news) => this.#tellOfSharing(news) })
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

  /**
   * Everything that decides an answer (endpoint, issuer, audience …), and no secret. Processes with the same policy share
   * their answers by `cache: { shared }`. Write it in a provider whose answers cost a call.
   *
   * @throws TypeError where nobody wrote it.
   */
  protected get policy(): string {
    throw new TypeError('"cache.shared" needs a policy: protected override get policy() { return "https://…/introspect for my-api" }')
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null> {
    if (!isBoundedText(token)) return this.#refuse(reject('malformed'), false)
    const key = sha256(token)
    const now = this.now()
    const remembered = this.#cache?.recall(key, now, options?.maxAge)
    if (remembered !== undefined) {
      if (this.#cache?.isDue(remembered, now) === true) this.#cache.renew(key, () => this.#examine(key, token, undefined))
      return this.#conclude(token, remembered.verdict, true)
    }
    // What is remembered passed this before.
    if (!this.isWellFormed(token)) return this.#refuse(reject('malformed'), false)
    const asked = this.#ask(key, token, options)
    // Not waited for where it is at hand: that costs as much as reading the token.
    return this.#conclude(token, isPending(asked) ? await asked : asked, false)
  }

  /**
   * Refuses tokens from now on: by `jti`, `sub`, `sid`, `clientId`, or the token itself. In this process, before the call
   * returns; in all that share `revocations` with a log, soon after.
   *
   * @throws AuthUnavailableError when the others could not be told.
   */
  async revoke(what: Revocation): Promise<void> {
    this.#revocations ??= new Revocations({ now: this.now, observe: this.#observe })
    return this.#revocations.revoke(what)
  }

  /** What the memory was good for. */
  stats(): ProviderStats {
    return { ...(this.#cache?.stats() ?? NO_MEMORY), shared: { ...this.#sharedCounts }, revocations: this.#revocations?.size ?? 0 }
  }

  /** Forgets every verdict. Subclasses that hold timers or sockets end them too. */
  override async close(): Promise<void> {
    this.#cache?.clear()
  }

  /** Tells the observer, if there is one. Never put a token, a secret or the value of a claim into an event. */
  protected emit(event: AuthEvent): void {
    notify(this.#observe, event)
  }

  #ask(key: string, token: string, options: VerifyOptions | undefined): Awaitable<Finding> {
    const examine = (): Awaitable<Finding> => this.#examine(key, token, options)
    // Who wants a young answer must not get the second level's, by way of somebody who waits for that.
    const question = options?.maxAge === undefined ? key : `${key} young`
    try {
      const asked = this.#cache === undefined ? examine() : this.#cache.ask(key, examine, question)
      return isPending(asked) ? this.#answer(asked, options?.signal) : asked
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #answer(asked: Promise<Finding>, signal: AbortSignal | undefined): Promise<Finding> {
    try {
      return await (signal === undefined ? asked : unlessAborted(asked, signal))
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #failed(error: unknown): Promise<never> {
    if (isUnavailable(error)) this.emit({ type: 'unavailable', provider: this.name, message: error.message })
    // A turn later, when whoever asked listens: Node takes the time to note a rejection that nobody has heard yet.
    await undefined
    throw error
  }

  #examine(key: string, token: string, options: VerifyOptions | undefined): Awaitable<Finding> {
    // Before the first look at what others revoked, a token could pass that no longer should.
    if (this.#revocations?.caughtUp === false) return this.#revocations.ready().then(() => this.#examineNow(key, token, options))
    return this.#examineNow(key, token, options)
  }

  #examineNow(key: string, token: string, options: VerifyOptions | undefined): Awaitable<Finding> {
    const shared = this.#shared
    const cache = this.#cache
    if (shared === undefined || cache === undefined || options?.maxAge !== undefined) {
      return andThen(this.check(token, { maxAge: options?.maxAge }), (verdict) => this.#finding(token, verdict))
    }
    const check = async (): Promise<Verdict> => checkedVerdict(await this.check(token, { maxAge: undefined }))
    const answer = shared.ask(key, check, (verdict) => cache.endOf(verdict))
    return answer.then(({ verdict, until }) => this.#finding(token, verdict, until))
  }

  #finding(token: string, given: Verdict, until?: number): Finding {
    const verdict = checkedVerdict(given)
    if (!verdict.accepted) return refused(verdict, until)
    const isFrozen = verdict instanceof AcceptedFrozen
    const claims = isFrozen ? verdict.claims : frozenCopy('claims', verdict.claims)
    // Whatever a check forgets: a token past its end is refused, by the verdict or by the claim, whichever comes first.
    const { exp } = claims
    if (exp !== undefined && !Number.isFinite(exp)) return reject('invalid_claim', { claim: 'exp', expected: 'a finite number', actual: undefined })
    const expiresAt = exp === undefined ? verdict.expiresAt : Math.min(exp, verdict.expiresAt ?? exp)
    if (expiresAt !== undefined && !(expiresAt + this.clockTolerance > this.now())) return reject('expired')
    const scopes = mapScopes(this.#mappers, claims)
    if (this.#keep === undefined) {
      return new Granted({ claims, expiresAt, scopes, length: isFrozen ? token.length : lengthOf(claims), until, marks: undefined })
    }
    const slim = slimClaims(claims, this.#keep)
    // What it can be revoked by may not be among the claims that are kept.
    return new Granted({ claims: slim, expiresAt, scopes, length: lengthOf(slim), until, marks: this.#marksOf(token, claims) })
  }

  #conclude(token: string, finding: Finding, remembered: boolean): AccessToken | null {
    if (!finding.accepted) return this.#refuse(finding, remembered)
    if (this.#revocations !== undefined && this.#isRevoked(token, finding, this.#revocations)) return this.#refuse(reject('revoked'), remembered)
    if (this.#observe) this.emit({ type: 'accepted', provider: this.name, remembered })
    return new VerifiedAccessToken(token, finding.claims, finding.scopes, finding.expiresAt, this.name)
  }

  #isRevoked(token: string, granted: Granted, revocations: Revocations): boolean {
    const { version } = revocations
    if (granted.seen === version) return false
    if (revocations.covers(granted.marks ?? this.#marksOf(token, granted.claims))) return true
    granted.seen = version // nothing that was revoked until now covers it
    return false
  }

  #marksOf(token: string, claims: Claims): Marks {
    return marksOf(token, claims, this.issuers?.length === 1 ? this.issuers[0] : undefined)
  }

  #refuse({ reason, detail }: Rejected, remembered: boolean): null {
    if (this.#observe === undefined) return null
    const { claim, hint } = detail ?? {}
    this.emit({ type: 'rejected', provider: this.name, reason, ...(claim && { claim }), ...(hint && { hint }), remembered })
    return null
  }

  #tellOfCache(what: 'joined' | 'renewed' | 'evicted'): void {
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
  if (revocations === undefined || typeof revocations.covers === 'function') return revocations
  throw new TypeError('"revocations" must be a Revocations: new Revocations()')
}

const NOTHING = { entries: 0, bytes: 0 }
const NO_MEMORY: CacheStats = { hits: 0, misses: 0, joined: 0, renewed: 0, evicted: 0, accepted: NOTHING, rejected: NOTHING }
