/** How every ready-made provider works, around one `check()`: alphabet, memory, clock, scopes, events. */
import { VerifiedAccessToken } from './access-token.js'
import { VerdictCache } from './cache/verdict-cache.js'
import { isUnavailable } from './errors.js'
import { notify } from './events.js'
import { andThen, isPending } from './lib/awaitable.js'
import { isBearerToken, isBoundedText } from './lib/bearer-token.js'
import { sha256 } from './lib/digest.js'
import { frozenCopy } from './lib/frozen-copy.js'
import { clockInSeconds, optionalFunction, spanInSeconds } from './lib/options.js'
import { BearerAuthProvider } from './provider.js'
import { mapScopes, standardScopes } from './scopes/mappers.js'
import { isFrozen, reject } from './verdict.js'
import type { AccessToken } from './access-token.js'
import type { CacheOptions } from './cache/verdict-cache.js'
import type { AuthEvent, Observe } from './events.js'
import type { Awaitable } from './lib/awaitable.js'
import type { ScopeMapper } from './scopes/mappers.js'
import type { Accepted, Rejected, Verdict } from './verdict.js'

/** What every ready-made provider takes. */
export interface ProviderOptions {
  /** How claims become scopes; several mappers add up. Default: `standardScopes`. */
  scopes?: ScopeMapper | readonly ScopeMapper[] | undefined
  /** How long verdicts are remembered; `false` for not at all. */
  cache?: CacheOptions | false | undefined
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
export const PROVIDER_OPTIONS = ['scopes', 'cache', 'observe', 'clockTolerance', 'now', 'name'] as const

/** Extend this and write `check` to get memory, single flight, scopes, events and the clock. */
export abstract class StandardProvider extends BearerAuthProvider {
  readonly name: string
  protected readonly now: () => number
  protected readonly clockTolerance: number
  readonly #observe: Observe | undefined
  readonly #mappers: readonly ScopeMapper[]
  readonly #cache: VerdictCache<Finding> | undefined

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
    this.#cache = cache === false ? undefined : new VerdictCache(cache, this.now)
  }

  /**
   * Finds out about one token. Give `accept(claims, expiresAt)` or `reject(reason)`; throw `AuthUnavailableError` when
   * you could not find out. Called once per token and memory span, however many requests ask at once.
   */
  protected abstract check(token: string): Awaitable<Verdict>

  /** What can be a token of this provider at all, at a glance. Default: RFC 6750's alphabet. */
  protected isWellFormed(token: string): boolean {
    return isBearerToken(token)
  }

  override async verifyToken(token: string): Promise<AccessToken | null> {
    if (!isBoundedText(token)) return this.#refuse(reject('malformed'), false)
    const key = sha256(token)
    const remembered = this.#cache?.recall(key)
    // What is remembered passed this before.
    if (remembered === undefined && !this.isWellFormed(token)) return this.#refuse(reject('malformed'), false)
    const known = remembered ?? this.#ask(key, token)
    // A promise that is at hand costs as much as reading the token.
    const finding = isPending(known) ? await this.#answer(known) : known
    if (!finding.accepted) return this.#refuse(finding, remembered !== undefined)
    if (this.#observe) this.emit({ type: 'accepted', provider: this.name, remembered: remembered !== undefined })
    return new VerifiedAccessToken(token, finding.claims, finding.scopes, finding.expiresAt, this.name)
  }

  /** Forgets every verdict. Subclasses that hold timers or sockets end them too. */
  override async close(): Promise<void> {
    this.#cache?.clear()
  }

  /** Tells the observer, if there is one. Never put a token, a secret or the value of a claim into an event. */
  protected emit(event: AuthEvent): void {
    notify(this.#observe, event)
  }

  #ask(key: string, token: string): Awaitable<Finding> {
    try {
      return this.#cache ? this.#cache.ask(key, () => this.#examine(token)) : this.#examine(token)
    } catch (error) {
      throw this.#told(error)
    }
  }

  async #answer(asked: Promise<Finding>): Promise<Finding> {
    try {
      return await asked
    } catch (error) {
      throw this.#told(error)
    }
  }

  #told(error: unknown): unknown {
    if (isUnavailable(error)) this.emit({ type: 'unavailable', provider: this.name, message: error.message })
    return error
  }

  #examine(token: string): Awaitable<Finding> {
    return andThen(this.check(token), (verdict) => this.#finding(verdict))
  }

  #finding(verdict: Verdict): Finding {
    if (typeof verdict?.accepted !== 'boolean') throw new TypeError('check must answer accept(claims) or reject(reason)')
    if (!verdict.accepted) return withoutValues(verdict)
    const claims = isFrozen(verdict) ? verdict.claims : frozenCopy('claims', verdict.claims)
    // Whatever a check forgets: a token past its end is refused, by the verdict or by the claim, whichever comes first.
    const { exp } = claims
    if (exp !== undefined && !Number.isFinite(exp)) return reject('invalid_claim', { claim: 'exp', expected: 'a finite number', actual: undefined })
    const expiresAt = exp === undefined ? verdict.expiresAt : Math.min(exp, verdict.expiresAt ?? exp)
    if (expiresAt !== undefined && !(expiresAt + this.clockTolerance > this.now())) return reject('expired')
    return { accepted: true, claims, expiresAt, scopes: mapScopes(this.#mappers, claims) }
  }

  #refuse({ reason, detail }: Rejected, remembered: boolean): null {
    if (this.#observe === undefined) return null
    const { claim, hint } = detail ?? {}
    this.emit({ type: 'rejected', provider: this.name, reason, ...(claim && { claim }), ...(hint && { hint }), remembered })
    return null
  }
}

/** A verdict with its scopes, mapped once and remembered with it. */
type Finding = (Accepted & { readonly scopes: readonly string[] }) | Rejected

// What does not fit was written by whoever sent the token: remembered, it would fill the memory.
function withoutValues({ reason, detail }: Rejected): Rejected {
  if (detail === undefined) return reject(reason)
  const { claim, hint } = detail
  return reject(reason, { claim, expected: undefined, actual: undefined, ...(hint !== undefined && { hint }) })
}
