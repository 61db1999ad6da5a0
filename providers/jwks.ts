/** Verifies JWT access tokens by the issuer's public keys. The only network calls are for those keys. */
import { AuthUnavailableError } from '../src/errors.js'
import { ALGORITHMS, isAlgorithm } from '../src/jwt/algorithms.js'
import { decodeJwt, unverifiedIssuer } from '../src/jwt/decode.js'
import { discoverJwksUri } from '../src/jwt/discovery.js'
import { parseKeySet } from '../src/jwt/key-set.js'
import { KeySource } from '../src/jwt/key-source.js'
import { firstFinding } from '../src/jwt/rules.js'
import { isSigned } from '../src/jwt/signature.js'
import { fetchJson } from '../src/lib/fetch-json.js'
import { checkOptions, optionalFunction, spanInSeconds } from '../src/lib/options.js'
import { webUrl } from '../src/lib/web-url.js'
import { PROVIDER_OPTIONS, StandardProvider } from '../src/standard-provider.js'
import { accept, reject } from '../src/verdict.js'
import type { JSONWebKeySet } from 'jose'
import type { Algorithm } from '../src/jwt/algorithms.js'
import type { Expectations } from '../src/jwt/rules.js'
import type { Fetch } from '../src/lib/fetch-json.js'
import type { Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/standard-provider.js'
import type { KeySet } from '../src/jwt/key-set.js'
import type { Verdict } from '../src/verdict.js'

/**
 * The only way to take tokens that were issued for somebody else: `audience: anyAudience`. Every token of the issuer
 * then opens this server, whichever of its applications it was made for.
 */
export const anyAudience: unique symbol = Symbol.for('bearer-auth-providers.any-audience')

/** Allows plain http to hosts other than this machine: `[allowInsecureHttp]: true`. Whoever is on the way can then sign tokens. */
export const allowInsecureHttp: unique symbol = Symbol.for('bearer-auth-providers.allow-insecure-http')

/** What `JwksProvider` takes. Keys come from discovery, from `jwksUri`, or from `jwks` in hand. */
export type JwksProviderOptions = ProviderOptions & {
  /** Exactly as the tokens write it in `iss`, trailing slash included. */
  issuer: string
  /** What the issuer writes into `aud` for this server; one of them suffices. `anyAudience` is the only way out. */
  audience: string | readonly [string, ...string[]] | typeof anyAudience
  /** Signature algorithms taken. Default: every asymmetric one of RS, PS, ES 256–512 and EdDSA. */
  algorithms?: readonly [Algorithm, ...Algorithm[]] | undefined
  /** Seconds for one call to the issuer, body included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`: for a proxy, a private certificate authority, extra headers. */
  fetch?: Fetch | undefined
  [allowInsecureHttp]?: true
} & (
    | { /** Where the keys are, instead of discovery. */ jwksUri?: string | undefined; jwks?: never }
    | { /** The keys themselves: no network at all. */ jwks: JSONWebKeySet; jwksUri?: never }
  )

const OPTIONS = [...PROVIDER_OPTIONS, 'issuer', 'audience', 'algorithms', 'timeout', 'fetch', 'jwksUri', 'jwks'] as const

/**
 * Says yes to a JWT that the issuer signed, for this audience, and that has not ended (RFC 9068 section 4, RFC 8725).
 * Does NOT ask whether the token was revoked: it is good until its `exp`. Does NOT take opaque or encrypted tokens.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class JwksProvider extends StandardProvider {
  override readonly issuers: readonly string[]
  readonly #expected: Expectations
  readonly #keys: KeySource

  constructor(options: JwksProviderOptions) {
    checkOptions('JwksProvider', options, OPTIONS)
    super({ ...standardOptions(options), name: options.name ?? 'jwks' })
    const { issuer, audience, algorithms = ALL_ALGORITHMS } = options
    if (typeof issuer !== 'string' || issuer === '') {
      throw new TypeError('"issuer" must be the issuer exactly as its tokens write it in "iss", such as https://id.example.com/')
    }
    this.issuers = [issuer]
    this.#expected = {
      issuer,
      audiences: checkedAudiences(audience),
      algorithms: checkedAlgorithms(algorithms),
      clockTolerance: this.clockTolerance,
    }
    const provider = this.name
    this.#keys = new KeySource({
      load: keyLoader(options),
      now: this.now,
      ...(options.jwks === undefined && {
        onFetched: (set) => this.emit({ type: 'keys_fetched', provider, keys: set.size }),
        onFailed: (error, usable) => this.emit({ type: 'keys_unavailable', provider, message: error.message, usable }),
      }),
    })
  }

  /** Mine when the unverified `iss` is this issuer; foreign otherwise, opaque tokens included. */
  override recognizes(token: string): Recognition {
    return unverifiedIssuer(token) === this.#expected.issuer ? 'mine' : 'foreign'
  }

  protected override async check(token: string): Promise<Verdict> {
    const jwt = decodeJwt(token)
    if (jwt === null) return reject('malformed')
    // Before the signature, so that a flood of expired or foreign tokens costs little. Nothing is accepted on this.
    const finding = firstFinding(jwt, this.#expected, this.now())
    if (finding !== undefined) return reject(finding.reason, finding.detail)
    const alg = jwt.header.alg as Algorithm // the first rule saw to it
    const keys = await this.#keys.candidates(alg, jwt.header.kid)
    if (keys.length === 0) return reject('unknown_key')
    if (!(await isSigned(token, alg, keys))) return reject('bad_signature')
    return accept(jwt.claims, jwt.claims.exp as number) // the rule for `exp` saw to it
  }
}

/** Keys, discovery: bytes of one answer. */
const MAX_BYTES = 512 * 1024

const ALL_ALGORITHMS = Object.keys(ALGORITHMS) as Algorithm[] // the keys of a constant of ours

function standardOptions(options: JwksProviderOptions): ProviderOptions {
  return Object.fromEntries(PROVIDER_OPTIONS.map((name) => [name, options[name]]))
}

function checkedAudiences(audience: unknown): readonly string[] | undefined {
  if (audience === anyAudience) return undefined
  const audiences = Array.isArray(audience) ? [...audience] : [audience]
  if (audiences.length > 0 && audiences.every((one) => typeof one === 'string' && one.trim() !== '')) return audiences
  throw new TypeError('"audience" must name this server as the issuer writes it into "aud"; write anyAudience to accept any')
}

function checkedAlgorithms(algorithms: unknown): readonly Algorithm[] {
  if (Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every(isAlgorithm)) return [...algorithms]
  throw new TypeError(`"algorithms" must be an array with some of ${ALL_ALGORITHMS.join(', ')}`)
}

function keyLoader(options: JwksProviderOptions): () => Promise<KeySet> {
  const { issuer, jwksUri, jwks, timeout = 2, [allowInsecureHttp]: insecure = false } = options
  if (jwksUri !== undefined && jwks !== undefined) throw new TypeError('give "jwksUri" or "jwks", not both')
  if (jwks !== undefined) {
    const set = parseKeySet(structuredClone(jwks))
    if (set === null) throw new TypeError('"jwks" must be a JWK Set with keys: { keys: [ … ] }')
    return async () => set
  }
  const bounds = {
    fetch: optionalFunction('fetch', options.fetch) ?? ((...request) => globalThis.fetch(...request)),
    timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }),
    maxBytes: MAX_BYTES,
  } satisfies Parameters<typeof fetchJson>[1]
  const read = (url: string): Promise<unknown> => fetchJson(url, bounds)
  if (jwksUri === undefined) webUrl('issuer', issuer, { insecure })
  else webUrl('jwksUri', jwksUri, { insecure })
  return async () => {
    const url = jwksUri ?? (await discoverJwksUri(issuer, insecure, read))
    const set = parseKeySet(await read(url))
    if (set === null) throw new AuthUnavailableError(`there is no JWK Set with keys at ${url}`)
    return set
  }
}
