/** One provider for each of many issuers: a closed list, a table that changes, or both. */
import { chosenByTenant } from '../src/jwt/keys/discovery.js'
import { unverifiedIssuer } from '../src/jwt/token/decode.js'
import { Listeners, notify } from '../src/events.js'
import { isUnavailable } from '../src/errors.js'
import { speakOnce, speaksByDefault } from '../src/lib/default-voice.js'
import { closeAll } from '../src/lib/close-all.js'
import { alsoAtOnce, atOnce } from '../src/lib/at-once.js'
import { andThen, orElse } from '../src/lib/awaitable.js'
import { unlessAborted } from '../src/lib/deadline.js'
import { checkOptions, clockInSeconds, countOf, optionalFunction, spanInSeconds } from '../src/lib/options.js'
import { failedStep, nearestOf, passedStep, unknownStep } from '../src/explanation.js'
import { BearerAuthProvider, inheritObserver, membersFor } from '../src/provider.js'
import { explainedBy } from '../src/routing/explained.js'
import { memberHealthOf } from '../src/routing/health-of.js'
import { nameOf, requestAsOf } from '../src/routing/member.js'
import { Tenants } from '../src/routing/tenants.js'
import { askedByUs, isUnproven } from '../src/routing/unproven.js'
import { issuersOf } from '../src/jwt/rules/issuers.js'
import { JwksProvider } from './jwks.js'
import { reject } from '../src/verdict.js'
import type { AccessToken } from '../src/access-token.js'
import type { Observe } from '../src/events.js'
import type { Awaitable } from '../src/lib/awaitable.js'
import type { OptionNames } from '../src/lib/options.js'
import type { ExplainedStep, NearMiss } from '../src/explanation.js'
import type { ProviderHealth } from '../src/health.js'
import type { NamedProvider, Ownership, Recognition, Refusal, VerifyOptions } from '../src/provider.js'
import type { JwksProviderOptions } from './jwks.js'

/** What `JwksProvider` takes, with the issuer or without, such as a preset; or a provider of another kind for its tokens. */
export type IssuerRoute = (DistributiveOmit<JwksProviderOptions, 'issuer'> & { issuer?: JwksProviderOptions['issuer'] }) | BearerAuthProvider

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** What `IssuerRouter` takes. At least one of `issuers` and `resolve`. */
export interface IssuerRouterOptions {
  /** The issuers that are known now. More with `add`. */
  issuers?: Readonly<Record<string, IssuerRoute>> | undefined
  /**
   * Looks an issuer up that is none of these, in a table of yours; null where it is nobody's. Whoever can reach the server
   * can have it asked about any text, and about nothing else: no request goes anywhere that it did not allow. Options with an
   * `issuer` of their own, such as a preset, are for those issuers alone: for any other they count as null. Give the same
   * object for the same tenant, or its keys are fetched anew after each `tenantAge`.
   */
  resolve?: ((issuer: string, options: { readonly signal: AbortSignal }) => Promise<IssuerRoute | null> | IssuerRoute | null) | undefined
  /** Tenants of `resolve` kept. Default 100. */
  maxTenants?: number | undefined
  /** Seconds after which `resolve` is asked again about a tenant. Default 300: one that left the table gets in for about so long. */
  tenantAge?: number | undefined
  /** Seconds that its null is remembered. Default 60. */
  refusedFor?: number | undefined
  /** Seconds for one look-up. Default 2, at most 30. */
  timeout?: number | undefined
  /** Takes what happened to tokens of nobody's issuers, and all events of routes that have no observer of their own. */
  observe?: Observe | undefined
  /** Appears in those events. Default: `'issuers'`. */
  name?: string | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
}

const OPTIONS = {
  issuers: true, resolve: true, maxTenants: true, tenantAge: true, refusedFor: true, timeout: true, observe: true, name: true, now: true,
} as const satisfies OptionNames<IssuerRouterOptions>

/**
 * Reads the unverified `iss`, looks it up among those that are taken, and has that issuer's provider verify the token.
 * Every issuer has keys of its own: those of one never verify a token of another. Opaque tokens are foreign to it.
 *
 * @throws TypeError at construction for an option that is wrong, of a route too.
 */
export class IssuerRouter extends BearerAuthProvider {
  readonly name: string
  /** Those that were named at construction. */
  override readonly issuers: readonly string[]
  override readonly audiences: readonly string[]
  override readonly scopesSupported: readonly string[]
  override readonly owns: Ownership
  declare readonly requestAs?: (scope: string) => string | undefined
  readonly #routes = new Map<string, BearerAuthProvider>()
  readonly #tenants: Tenants<IssuerRoute> | undefined
  readonly #listeners: Listeners
  /** Who hears the routes also where they have an observer of their own. */
  readonly #beside = new Set<Observe>()
  #isClosed = false

  constructor(options: IssuerRouterOptions) {
    super()
    checkOptions('IssuerRouter', options, OPTIONS)
    const { issuers = {}, maxTenants = 100, tenantAge = 300, refusedFor = 60, timeout = 2 } = options
    const resolve = optionalFunction('resolve', options.resolve)
    if (Object.keys(issuers).length === 0 && resolve === undefined) {
      throw new TypeError('IssuerRouter takes "issuers", such as { "https://id.example.com": { audience } }, or "resolve"')
    }
    this.name = options.name ?? 'issuers'
    this.#listeners = new Listeners(optionalFunction('observe', options.observe))
    for (const [issuer, route] of Object.entries(issuers)) this.#routes.set(checkedIssuer(issuer), this.#providerFor(issuer, route, 'ours'))
    this.issuers = [...this.#routes.keys()]
    this.audiences = [...new Set([...this.#routes.values()].flatMap((provider) => provider.audiences ?? []))]
    this.scopesSupported = [...new Set([...this.#routes.values()].flatMap((provider) => provider.scopesSupported ?? []))]
    this.owns = { issuers: this.issuers }
    const requestAs = requestAsOf([...this.#routes.values()])
    if (requestAs !== undefined) this.requestAs = requestAs
    const bounds = {
      max: countOf('maxTenants', maxTenants),
      maxAge: spanInSeconds('tenantAge', tenantAge, { min: 1, max: 86_400 }),
      refusedFor: spanInSeconds('refusedFor', refusedFor, { min: 0, max: 3_600 }),
      timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }),
    }
    this.#tenants =
      resolve &&
      new Tenants({
        ...bounds,
        resolve: async (issuer, signal) => (await resolve(issuer, { signal })) ?? null,
        make: (issuer, route) => this.#providerFor(issuer, route, "a tenant's"),
        takes: (issuer, route) => isProvider(route) || route.issuer === undefined || issuersOf(route.issuer).has(issuer),
        now: clockInSeconds(options.now),
      })
  }

  /** Mine when the issuer is known; maybe, where there is `resolve`, for one that nobody asked about yet. */
  override recognizes(token: string): Recognition {
    const issuer = issuerOf(token)
    if (issuer === undefined) return 'foreign'
    if (this.#routes.has(issuer)) return 'mine'
    const known = this.#tenants === undefined ? 'refused' : this.#tenants.known(issuer)
    if (known === undefined) return 'maybe'
    return known === 'refused' ? 'foreign' : 'mine'
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null> {
    return this.#verify(token, options)
  }

  static {
    alsoAtOnce(IssuerRouter.prototype.verifyToken, function (this: IssuerRouter, token, options) {
      return this.#verify(token, options)
    })
  }

  #verify(token: string, options: VerifyOptions | undefined): Awaitable<AccessToken | null> {
    const issuer = issuerOf(token)
    if (issuer === undefined) return this.#refuse(token, options)
    return andThen(this.#find(issuer, options?.signal), (provider) => {
      if (provider === null) return this.#refuse(token, options)
      return andThen(atOnce(provider.verifyToken).call(provider, token, askedByUs(options)), (answer) => {
        if (isUnproven(answer, options)) return this.#refuse(token, options, 'unproven')
        // A tenant that was removed while its token was looked at.
        return answer !== null && this.#now(issuer) !== provider ? this.#refuse(token, options) : answer
      })
    })
  }

  /** Takes an issuer's tokens from now on, in the place of what was there for it. @throws TypeError for an option that is wrong */
  async add(issuer: string, route: IssuerRoute): Promise<void> {
    const provider = this.#providerFor(checkedIssuer(issuer), route, "a tenant's")
    const before = this.#routes.get(issuer)
    this.#routes.set(issuer, provider)
    await this.#tenants?.remove(issuer)
    if (before !== provider) await before?.close?.()
  }

  /** Refuses an issuer's tokens from now on, remembered or not. Where there is `resolve`, it is asked again, and must say null. */
  async remove(issuer: string): Promise<void> {
    const before = this.#routes.get(issuer)
    this.#routes.delete(issuer)
    await this.#tenants?.remove(issuer)
    await before?.close?.()
  }

  /** What is nearly right about a token of nobody's issuer, by the route that is nearest to it; of `resolve`, nobody knows the issuers. */
  override nearMiss(token: string): NearMiss | undefined {
    return nearestOf([...this.#routes.values()].map((provider) => provider.nearMiss?.(token)))
  }

  /** Whose token it is, and what its issuer's provider looks at. Asks `resolve` as `verifyToken` does. */
  override async explain(token: string): Promise<readonly ExplainedStep[]> {
    const issuer = issuerOf(token)
    try {
      const provider = issuer === undefined ? null : await this.#find(issuer, undefined)
      if (provider === null) return [failedStep('owner', reject('no_owner', { claim: 'iss', expected: this.issuers, actual: issuer, hint: this.nearMiss(token)?.hint }))]
      const member = { name: nameOf(provider), isNumbered: false, provider }
      return [{ ...passedStep('owner'), actual: issuer }, ...(await explainedBy(member, token))]
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return [unknownStep('owner', error)]
    }
  }

  /** The one for the issuer of this token; where there is none, those that were named. Asks `resolve` as `verifyToken` does. */
  override async [membersFor](token: string): Promise<readonly NamedProvider[]> {
    const issuer = issuerOf(token)
    const found = issuer === undefined ? null : await orElse(() => this.#find(issuer, undefined), () => null)
    if (found !== null) return [{ name: nameOf(found), provider: found }]
    return [...this.#routes].map(([name, provider]) => ({ name, provider }))
  }

  /** Routes that have no observer tell this one. */
  override [inheritObserver](observe: Observe, how?: 'beside'): void {
    this.#listeners.inherit(observe, how)
    if (how === 'beside') this.#beside.add(observe)
    for (const [, provider] of this.#all) provider[inheritObserver]?.(observe, how)
  }

  /** Where the provider of an issuer is replaced, the next one is watched; with an issuer that is gone, its tokens end. */
  override watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const { issuer = '' } = token
    let isOver = false
    let stop: (() => void) | undefined
    const follow = (): void => {
      const provider = this.#now(issuer)
      if (isOver || provider === undefined || provider === 'refused') return
      stop = provider.watch?.(token, (how) => (how === 'closed' && !this.#isClosed ? queueMicrotask(again) : ended(how)))
    }
    const again = (): void => {
      const provider = this.#now(issuer)
      if (provider === undefined || provider === 'refused') ended('revoked')
      else follow()
    }
    follow()
    return () => {
      isOver = true
      stop?.()
    }
  }

  override restsOnKeys(token: AccessToken): boolean {
    const provider = this.#now(token.issuer ?? '')
    return provider !== undefined && provider !== 'refused' && provider.restsOnKeys?.(token) === true
  }

  /** How the provider of each issuer is doing, by the name of the issuer; and those of the tenants that are kept. */
  override health(): ProviderHealth {
    return { name: this.name, kind: 'issuers', issuers: this.issuers, members: this.#all.map(([, provider]) => memberHealthOf(provider)) }
  }

  override async close(): Promise<void> {
    this.#isClosed = true
    await closeAll([...this.#routes.values(), this.#tenants])
  }

  #find(issuer: string, signal: AbortSignal | undefined): Awaitable<BearerAuthProvider | null> {
    const route = this.#routes.get(issuer)
    if (route !== undefined || this.#tenants === undefined) return route ?? null
    const asked = this.#tenants.find(issuer)
    return orElse(() => (signal === undefined ? asked : unlessAborted(asked, signal)), (error): never => {
      if (isUnavailable(error)) notify(this.#listeners.observe, { type: 'unavailable', provider: this.name, message: error.message })
      throw error
    })
  }

  /** The routes, and the tenants at hand. */
  get #all(): readonly (readonly [string, BearerAuthProvider])[] {
    return [...this.#routes, ...(this.#tenants?.kept() ?? [])]
  }

  #now(issuer: string): BearerAuthProvider | 'refused' | undefined {
    return this.#routes.get(issuer) ?? this.#tenants?.known(issuer)
  }

  #refuse(token: string, options: VerifyOptions | undefined, reason: 'no_owner' | 'unproven' = 'no_owner'): null {
    const { observe } = this.#listeners
    if (observe === undefined && options?.refused === undefined && !speaksByDefault()) return null
    const { claim, hint } = (reason === 'no_owner' ? this.nearMiss(token) : undefined) ?? {}
    const refusal: Refusal = { provider: this.name, reason, ...(claim && { claim }), ...(hint && { hint }) }
    if (observe === undefined) speakOnce(refusal)
    else notify(observe, { type: 'rejected', ...refusal, remembered: false })
    options?.refused?.(refusal)
    return null
  }

  #providerFor(issuer: string, route: IssuerRoute, choice: 'ours' | "a tenant's"): BearerAuthProvider {
    const ofTenant = choice === 'ours' ? {} : { [chosenByTenant]: true as const }
    // An issuer that is there stays: a template is for more than the name.
    const provider = isProvider(route) ? route : new JwksProvider({ name: this.name, ...route, issuer: route.issuer ?? issuer, ...ofTenant })
    const { issuers = [] } = provider
    if (this.#listeners.observe !== undefined) provider[inheritObserver]?.(this.#listeners.observe)
    for (const observe of this.#beside) provider[inheritObserver]?.(observe, 'beside')
    if (issuers.length === 0 || issuers.includes(issuer)) return provider
    throw new TypeError(`the provider for the issuer ${issuer} takes tokens of ${issuers.join(', ')} only`)
  }
}

/** Characters of an issuer. */
const MAX_LENGTH = 2_048

function issuerOf(token: string): string | undefined {
  const issuer = typeof token === 'string' ? unverifiedIssuer(token) : undefined
  return issuer !== undefined && issuer.length <= MAX_LENGTH ? issuer : undefined
}

function checkedIssuer(issuer: string): string {
  if (typeof issuer === 'string' && issuer !== '' && issuer.length <= MAX_LENGTH) return issuer
  throw new TypeError('an issuer must be written exactly as its tokens have it in "iss", such as https://id.example.com/')
}

function isProvider(route: IssuerRoute): route is BearerAuthProvider {
  return typeof route === 'object' && route !== null && 'verifyToken' in route && typeof route.verifyToken === 'function'
}
