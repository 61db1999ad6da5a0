/** What an introspecting provider can be told. */
import type { ReportedAudience } from '../lib/report-only.js'
import type { OptionNames } from '../lib/options.js'
import type { Fetch } from '../lib/net/bounded-fetch.js'
import type { allowInsecureHttp, anyAudience } from '../jwt/jwt-options.js'
import type { Hints } from '../jwt/rules/hints.js'
import type { chosenByTenant } from '../jwt/keys/discovery.js'
import type { ClaimRule } from '../jwt/rules/rules.js'
import type { ClientAuth } from './way.js'
import type { SignedAnswers } from './response/signed-response.js'

/**
 * Takes answers without `exp`: `[allowNoExpiry]: true`. Such a token ends only when somebody revokes it, and is asked
 * about again each time that what is remembered has ended.
 */
export const allowNoExpiry: unique symbol = Symbol.for('bearer-auth-providers.allow-no-expiry')

/**
 * Shows the authorization server JWTs that name no issuer: `[allowNoIssuer]: true`, for those whose access tokens are JWTs
 * without `iss` (Gitea, simplesamlphp). Whose they are is not written in them: any such JWT of a stranger is shown too. Where
 * nothing else sends such tokens, a `prefix` that they begin with, such as `'eyJ'`, says the same and decides in a chain.
 */
export const allowNoIssuer: unique symbol = Symbol.for('bearer-auth-providers.allow-no-issuer')

type OneOrMore = string | readonly [string, ...string[]]

/** Whom to ask, as whom, and what to expect of the answer. */
export type IntrospectionOptions = {
  /** What the answer has in `aud` for this server; one of them suffices. `anyAudience` is the only way out. */
  audience: OneOrMore | typeof anyAudience
  /** The members that hold the audience, for servers that write no `aud`: `'client_id'`. Default `'aud'`. */
  audienceClaims?: OneOrMore | undefined
  /** `'exclusive'`: no audience beside ours. Default `'any'`: one of them is ours. */
  audienceMode?: 'any' | 'exclusive' | undefined
  /** How this server proves who it is: `clientSecretBasic(id, secret)`, `privateKeyJwt(id, key)` and their like. */
  clientAuth: ClientAuth
  /**
   * How the issuer's opaque tokens begin, such as `'ory_at_'`. Then no other opaque token is shown to it. JWTs without an
   * `iss` count as opaque where one begins so (`'eyJ'`).
   */
  prefix?: OneOrMore | undefined
  /** Sent as `token_type_hint`. Default: none. */
  tokenTypeHint?: string | undefined
  /** Further parameters of the question, such as `resource`. */
  parameters?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Further headers of the question. Sent to the issuer's own origin and to an `endpoint` that you name. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Seconds since `iat` after which a token is refused, whatever its `exp` says. Default: any age. */
  maxTokenAge?: number | undefined
  /** Claims that must be there. Default: `exp` and what the other options need. */
  requiredClaims?: readonly string[] | undefined
  /** Rules of your own about claims. One with `[reportOnly]`, such as `{ audience, [reportOnly]: true }`, refuses nothing and is told. */
  rules?: readonly (ClaimRule | ReportedAudience)[] | undefined
  /** What to do about a refusal, by reason, in the issuer's own words: goes into events. */
  hints?: Hints | undefined
  /** Seconds for one question, its wait for a turn included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`: for a proxy, a private certificate authority or a client certificate. */
  fetch?: Fetch | undefined
  [allowInsecureHttp]?: true
  [allowNoExpiry]?: true
  [allowNoIssuer]?: true
  [chosenByTenant]?: true
} & (
  | {
      /** Exactly as its discovery document and its tokens write it. */
      issuer: string
      /** The introspection endpoint, instead of discovery. */
      endpoint?: string | undefined
      /** Asks for signed answers (RFC 9701), and takes no others. */
      signed?: SignedAnswers | undefined
    }
  | { /** The introspection endpoint of an issuer without a name: its JWTs are not recognized. */ endpoint: string; issuer?: never; signed?: never }
)

/** Seconds for one question. */
export const TIMEOUT = 2

/** The names of `IntrospectionOptions`. */
export const INTROSPECTION_OPTIONS = {
  issuer: true, endpoint: true, audience: true, audienceClaims: true, audienceMode: true, clientAuth: true, prefix: true, tokenTypeHint: true,
  parameters: true, headers: true, maxTokenAge: true, requiredClaims: true, rules: true, hints: true, timeout: true, fetch: true, signed: true,
} as const satisfies OptionNames<IntrospectionOptions>
