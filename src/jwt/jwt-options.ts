/** Describes the options of a verifier of JWTs, and the two protections that only a symbol gives up. */
import type { JSONWebKeySet } from 'jose'
import type { allowInsecureHttp } from '../lib/net/web-url.js'
import type { Fetch } from '../lib/net/fetch-json.js'
import type { ReportedAudience } from '../lib/report-only.js'
import type { Algorithm } from './signature/algorithms.js'
import type { Hints } from './rules/hints.js'
import type { IssuerKeys, KeyOptions } from './keys/issuer-keys.js'
import type { IssuerOption } from './rules/issuers.js'
import type { chosenByTenant } from './keys/discovery.js'
import type { tokenFormat, TokenFormat } from './formats/token-format.js'
import type { ClaimRule } from './rules/rules.js'
import type { EngineChoice } from './signature/signature.js'
import type { TokenType } from './rules/token-kind.js'

/**
 * Is the only way to take tokens that were issued for somebody else: `audience: anyAudience`. Every token of the issuer
 * then opens this server, whichever of its applications it was made for.
 */
export const anyAudience: unique symbol = Symbol.for('bearer-auth-providers.any-audience')

export { allowInsecureHttp } from '../lib/net/web-url.js'

/** Issuers whose keys `keys.warm()` leaves alone. Not public: only a preset gives it, for an issuer that may not be there. */
export const laterIssuers: unique symbol = Symbol('bearer-auth-providers.later-issuers')

/** Gives the keys to look in to a provider with these options. Not public: only `issuerKeys` makes an object that has it. */
export const keysFor: unique symbol = Symbol('bearer-auth-providers.keys-for')

/** Made by `issuerKeys`: keys of an issuer, for all providers that are given them. */
export interface SharedIssuerKeys extends Pick<IssuerKeys, 'warm' | 'snapshot'> {
  /** Whose keys these are. */
  readonly issuers: readonly string[]
  /** Ends what is being read. The providers are not closed, and no provider that is closed closes these. */
  close(): Promise<void>
  /** @throws TypeError where the provider means another issuer, or another place. */
  [keysFor](options: JwtOptions & { introspect?: unknown }): IssuerKeys
}

type OneOrMore = string | readonly [string, ...string[]]

/** What to expect of a JWT and where its issuer's keys are: from discovery, `jwksUri`, `jwksFile`, or `jwks` in hand. */
export type JwtOptions = {
  /** Exactly as the tokens write it in `iss`, trailing slash included. A list, or a template over a list of tenants. */
  issuer: IssuerOption
  /** What the issuer writes into `aud` for this server; one of them suffices. `anyAudience` is the only way out. */
  audience: OneOrMore | typeof anyAudience
  /** The claims that hold the audience, for issuers that write no `aud`: `'client_id'`, `['aud', 'azp']`. Default `'aud'`. */
  audienceClaims?: OneOrMore | undefined
  /** `'exclusive'`: no audience beside ours. Default `'any'`: one of them is ours. */
  audienceMode?: 'any' | 'exclusive' | undefined
  /**
   * `'at+jwt'`: only tokens of RFC 9068. `'id'`: ID tokens instead, which say who signed in at a client and not what that
   * client may do here; for issuers that have nothing better. Default `'access'`: whatever is not plainly another kind of token.
   */
  tokenType?: TokenType | undefined
  /**
   * More values of the header `typ` that access tokens of this issuer have, whatever their case. Those of other kinds of
   * tokens are refused here. Default: none.
   */
  types?: OneOrMore | undefined
  /** Accepted signature algorithms. Default: every asymmetric one of RS, PS, ES 256–512 and EdDSA. */
  algorithms?: readonly [Algorithm, ...Algorithm[]] | undefined
  /** Seconds since `iat` after which a token is refused, whatever its `exp` says. Default: any age. */
  maxTokenAge?: number | undefined
  /** Claims that must be there. Default: `exp` and what the other options need. */
  requiredClaims?: readonly string[] | undefined
  /** Rules of your own about claims. One with `[reportOnly]`, such as `{ audience, [reportOnly]: true }`, refuses nothing and is told. */
  rules?: readonly (ClaimRule | ReportedAudience)[] | undefined
  /** What to do about a refusal, by reason, in the issuer's own words: goes into events and `explain`. */
  hints?: Hints | undefined
  /** How keys are kept: their age, a snapshot, a store; or what `issuerKeys` made, for many providers of one issuer. */
  keys?: KeyOptions | SharedIssuerKeys | undefined
  /** `'jose'` checks signatures with WebCrypto everywhere. Default `'auto'`: faster where the runtime can. */
  engine?: EngineChoice | undefined
  /** Seconds for one call to the issuer, body included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`: for a proxy or a private certificate authority. */
  fetch?: Fetch | undefined
  /** Sent to the issuer's own origin and to a `jwksUri` that you name, for keys behind a lock. */
  headers?: Readonly<Record<string, string>> | undefined
  [allowInsecureHttp]?: true
  [tokenFormat]?: TokenFormat
  [laterIssuers]?: readonly string[]
  [chosenByTenant]?: true
} & (
    | { /** Where the keys are, instead of discovery. May have the braces of `issuer.template`. */ jwksUri?: string | undefined; jwks?: undefined; jwksFile?: undefined }
    | { /** The keys themselves: no network at all. */ jwks: JSONWebKeySet; jwksUri?: undefined; jwksFile?: undefined }
    | { /** A file with the keys, read again every ten seconds. */ jwksFile: string; jwksUri?: undefined; jwks?: undefined }
  )
