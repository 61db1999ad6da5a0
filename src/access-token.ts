/** What a verified bearer token says, in a form that nobody can change and that does not print its secret. */
import { bindingOf } from './binding.js'
import { frozenCopy } from './lib/frozen-copy.js'
import { atEpochSeconds, checkOptions } from './lib/options.js'
import { isScopeToken } from './lib/scope-token.js'
import { missingScopes } from './lib/scope-match.js'
import type { OptionNames } from './lib/options.js'
import type { TokenBinding } from './binding.js'

/** What the issuer wrote about the token (RFC 7519 section 4, RFC 9068 section 2.2). Frozen to the bottom. */
export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  /** Seconds since the epoch. */
  readonly exp?: number
  /** Seconds since the epoch. */
  readonly nbf?: number
  /** Seconds since the epoch. */
  readonly iat?: number
  readonly jti?: string
  readonly client_id?: string
  readonly azp?: string
  readonly [name: string]: unknown
}

/** A bearer token that a provider said yes to. `Output`: what a schema in the provider's `claims` made sure of. */
export interface AccessToken<Output = unknown> {
  /** As presented. `JSON.stringify`, `console.log`, `util.inspect` and string templates leave it out. */
  readonly token: string
  readonly claims: Claims & Output
  readonly scopes: readonly string[]
  /** Seconds since the epoch; absent when the token has no end. */
  readonly expiresAt?: number
  /** The `iss` claim; where the token does not say, the provider's only issuer. */
  readonly issuer?: string
  /** The `sub` claim, or what `subjectClaim` of the provider names. Never empty. */
  readonly subject?: string
  /** The `client_id` claim, else `azp`; never the subject. */
  readonly clientId?: string
  /** Whose token it is alone: absent for one that is bound to no key. It says nothing of whether a proof was checked. */
  readonly boundTo?: TokenBinding
  /** Name of the provider that said yes. */
  readonly provider: string
}

/** What `accessToken` is made from. */
export interface AccessTokenInput {
  token: string
  claims: Claims
  scopes: readonly string[]
  /** Seconds since the epoch. Default: the `exp` claim. */
  expiresAt?: number | undefined
  /** Default: `'custom'`. */
  provider?: string | undefined
}

/**
 * Makes an `AccessToken` in a provider of your own. The claims are copied, then frozen.
 * Does NOT verify anything: call it once you know that the token is good.
 *
 * @throws TypeError when a part is missing or of the wrong kind.
 */
export function accessToken(input: AccessTokenInput): AccessToken {
  checkOptions('accessToken', input, INPUT_NAMES)
  return checkedToken(input)
}

/**
 * A provider's answer as the gate trusts it: null stays null, ours passes, another copy's or a plain object
 * is checked and copied.
 */
export function toAccessToken(answer: unknown): AccessToken | null {
  if (answer === null) return null
  if (typeof answer === 'object' && BRAND in answer) return answer as unknown as AccessToken // only our class carries the brand
  if (typeof answer !== 'object') {
    throw new TypeError(`verifyToken must answer an access token or null, not ${answer === undefined ? 'undefined' : typeof answer}`)
  }
  return checkedToken(answer as AccessTokenInput) // checked there, field by field
}

/** All that the token's scopes stand for, where `scopes` lists only what was granted. */
export function heldScopes(token: AccessToken & { readonly [HELD]?: readonly string[] }): readonly string[] {
  return token[HELD] ?? token.scopes
}

/** True when the token stands for every scope that is needed. */
export function hasScopes(token: AccessToken, needed: readonly string[]): boolean {
  return missingScopes(heldScopes(token), needed).length === 0
}

// Above the class, whose getters they name. The same symbols in every copy of this package.
const BRAND: unique symbol = Symbol.for('bearer-auth-providers.access-token')
const HELD: unique symbol = Symbol.for('bearer-auth-providers.held-scopes')

/** What a token was found to say. */
export interface Granted {
  /** Frozen to the bottom. */
  readonly claims: Claims
  /** Frozen. */
  readonly scopes: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number | undefined
  /** What the scopes stand for, if that is more. */
  readonly held: readonly string[] | undefined
  readonly issuer: string | undefined
  readonly subject: string | undefined
}

/** The value of a claim that names somebody or something; undefined for none, an empty one too. */
export function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The same token by another name of its provider: a chain tells apart those that are called the same. */
export function byProvider(token: AccessToken, provider: string): AccessToken {
  const { claims, scopes, expiresAt, issuer, subject } = token
  const held = heldScopes(token)
  return new VerifiedAccessToken(token.token, { claims, scopes, expiresAt, held: held === scopes ? undefined : held, issuer, subject }, provider)
}

/** What every ready-made provider gives out. The token itself sits in a private field, out of every printer's reach. */
export class VerifiedAccessToken implements AccessToken {
  readonly claims: Claims
  readonly scopes: readonly string[]
  declare readonly expiresAt?: number
  declare readonly issuer?: string
  declare readonly subject?: string
  declare readonly clientId?: string
  declare readonly boundTo?: TokenBinding
  readonly provider: string
  readonly #token: string
  readonly #held: readonly string[] | undefined

  constructor(token: string, granted: Granted, provider: string) {
    const { claims, scopes, expiresAt, held, issuer, subject } = granted
    this.#token = token
    this.#held = held
    this.claims = claims
    this.scopes = scopes
    this.provider = provider
    const clientId = nameIn(claims.client_id) ?? nameIn(claims.azp)
    if (expiresAt !== undefined) this.expiresAt = expiresAt
    if (issuer !== undefined) this.issuer = issuer
    if (subject !== undefined) this.subject = subject
    if (clientId !== undefined) this.clientId = clientId
    const boundTo = bindingOf(claims)
    if (boundTo !== undefined) this.boundTo = boundTo
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }

  get [BRAND](): true {
    return true
  }

  get [HELD](): readonly string[] {
    return this.#held ?? this.scopes
  }

  get [Symbol.toStringTag](): string {
    return 'AccessToken'
  }

  // util.inspect can be told to call getters, and `token` is one.
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { ...this }
  }
}

const INPUT_NAMES = { token: true, claims: true, scopes: true, expiresAt: true, provider: true } as const satisfies OptionNames<AccessTokenInput>

function checkedToken({ token, claims, scopes, expiresAt, provider = 'custom' }: AccessTokenInput): AccessToken {
  if (typeof token !== 'string' || token === '') throw new TypeError('"token" must be the bearer token as presented')
  if (typeof provider !== 'string') throw new TypeError('"provider" must be a name')
  if (!Array.isArray(scopes) || !scopes.every(isScopeToken)) {
    throw new TypeError('"scopes" must be an array with one scope per entry, each of the alphabet of RFC 6749 section 3.3')
  }
  const copy = frozenCopy('claims', claims)
  const end = expiresAt ?? (typeof copy.exp === 'number' ? copy.exp : undefined)
  if (end !== undefined) atEpochSeconds('expiresAt', end)
  const { iss, sub } = copy
  const granted = { claims: copy, scopes: Object.freeze([...scopes]), expiresAt: end, held: undefined, issuer: nameIn(iss), subject: nameIn(sub) }
  return new VerifiedAccessToken(token, granted, provider)
}
