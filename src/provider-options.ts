/** What every ready-made provider can be told. */
import type { CacheOptions } from './cache/cache-options.js'
import type { Revocations } from './revocations/revocations.js'
import type { Observe } from './events.js'
import type { OptionNames } from './lib/options.js'
import type { ClaimOptions } from './scopes/claim-steps.js'
import type { ScopeOptions } from './scopes/scope-plan.js'

/** What every ready-made provider takes. */
export interface ProviderOptions<Output = unknown> extends ScopeOptions, ClaimOptions<Output> {
  /** How long verdicts are remembered; `false` for not at all. */
  cache?: CacheOptions | false | undefined
  /** Tokens that end before their time; several providers may share one. Default: one of its own, empty. */
  revocations?: Revocations | undefined
  /**
   * What a client asks the authorization server for to be given a scope, where it is called otherwise there than in the
   * token (Entra: `api://CLIENT-ID/notes:read` for `notes:read`); undefined for what no client can ask for, such as a role.
   * Challenges and metadata name that. Default: the scope itself.
   */
  requestAs?: ((scope: string) => string | undefined) | undefined
  /**
   * The one request header that brings the tokens, where a proxy in front puts them into one of its own and lets nobody else
   * do so, such as `Cf-Access-Jwt-Assertion`. The gate then looks nowhere else. Default: `Authorization`.
   */
  tokenHeader?: string | undefined
  /**
   * The claim that names whose the token is: `AccessToken.subject`, what sessions are bound to, and what `revoke({ sub })`
   * finds beside `sub` itself. For authorization servers that name users elsewhere, such as `username`; name one that is
   * never given to somebody else. Default `'sub'`.
   */
  subjectClaim?: string | undefined
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
export const PROVIDER_OPTIONS = {
  scopes: true, implies: true, expandScopes: true, claims: true, enrich: true, enrichTimeout: true, cache: true, revocations: true,
  subjectClaim: true, requestAs: true, tokenHeader: true, observe: true, clockTolerance: true, now: true, name: true,
} as const satisfies OptionNames<ProviderOptions>

/** Those of a provider's options that every provider takes. */
export function providerOptions<Output>(options: ProviderOptions<Output>): ProviderOptions<Output> {
  const names = Object.keys(PROVIDER_OPTIONS) as (keyof typeof PROVIDER_OPTIONS)[] // the keys of a constant of ours
  return Object.fromEntries(names.map((name) => [name, options[name]]))
}
