/** Verifies JWT access tokens by their issuer's public keys. The only network calls are for those keys. */
import { ALGORITHMS, isAlgorithm } from '../src/jwt/algorithms.js'
import { decodeJwt, unverifiedIssuer } from '../src/jwt/decode.js'
import { IssuerKeys } from '../src/jwt/issuer-keys.js'
import { issuersOf } from '../src/jwt/issuers.js'
import { keysAt, keysInFile, keysInHand, keysOf } from '../src/jwt/key-loader.js'
import { parseKeySet } from '../src/jwt/key-set.js'
import { shapeOf } from '../src/jwt/near-miss.js'
import { firstFinding, rulesFor } from '../src/jwt/rules.js'
import { isSigned, signatureEngine } from '../src/jwt/signature.js'
import { checkOptions, optionalFunction, spanInSeconds } from '../src/lib/options.js'
import { webUrl } from '../src/lib/web-url.js'
import { PROVIDER_OPTIONS, StandardProvider } from '../src/standard-provider.js'
import { accept, reject } from '../src/verdict.js'
import type { JSONWebKeySet } from 'jose'
import type { Algorithm } from '../src/jwt/algorithms.js'
import type { DecodedJwt } from '../src/jwt/decode.js'
import type { KeyOptions } from '../src/jwt/issuer-keys.js'
import type { IssuerOption } from '../src/jwt/issuers.js'
import type { KeySourceOptions } from '../src/jwt/key-source.js'
import type { ClaimRule, Expectations, Finding, Rule } from '../src/jwt/rules.js'
import type { EngineChoice } from '../src/jwt/signature.js'
import type { SignatureEngine } from '../src/jwt/signature-engine.js'
import type { Fetch } from '../src/lib/fetch-json.js'
import type { Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/standard-provider.js'
import type { RejectReason, Verdict } from '../src/verdict.js'

/**
 * The only way to take tokens that were issued for somebody else: `audience: anyAudience`. Every token of the issuer
 * then opens this server, whichever of its applications it was made for.
 */
export const anyAudience: unique symbol = Symbol.for('bearer-auth-providers.any-audience')

/** Allows plain http to hosts other than this machine: `[allowInsecureHttp]: true`. Whoever is on the way can then sign tokens. */
export const allowInsecureHttp: unique symbol = Symbol.for('bearer-auth-providers.allow-insecure-http')

type OneOrMore = string | readonly [string, ...string[]]

/** What `JwksProvider` takes. Keys come from discovery, from `jwksUri`, from `jwksFile`, or from `jwks` in hand. */
export type JwksProviderOptions = ProviderOptions & {
  /** Exactly as the tokens write it in `iss`, trailing slash included. A list, or a template over a list of tenants. */
  issuer: IssuerOption
  /** What the issuer writes into `aud` for this server; one of them suffices. `anyAudience` is the only way out. */
  audience: OneOrMore | typeof anyAudience
  /** The claims that hold the audience, for issuers that write no `aud`: `'client_id'`, `['aud', 'azp']`. Default `'aud'`. */
  audienceClaims?: OneOrMore | undefined
  /** `'exclusive'`: no audience beside ours. Default `'any'`: one of them is ours. */
  audienceMode?: 'any' | 'exclusive' | undefined
  /** `'at+jwt'`: only tokens of RFC 9068. Default `'access'`: whatever is not plainly another kind of token. */
  tokenType?: 'access' | 'at+jwt' | undefined
  /** Signature algorithms taken. Default: every asymmetric one of RS, PS, ES 256–512 and EdDSA. */
  algorithms?: readonly [Algorithm, ...Algorithm[]] | undefined
  /** Seconds since `iat` after which a token is refused, whatever its `exp` says. Default: any age. */
  maxTokenAge?: number | undefined
  /** Claims that must be there. Default: `exp` and what the other options need. */
  requiredClaims?: readonly string[] | undefined
  /** Rules of your own about claims. */
  rules?: readonly ClaimRule[] | undefined
  /** How keys are kept: their age, a snapshot, a store. */
  keys?: KeyOptions | undefined
  /** `'jose'` checks signatures with WebCrypto everywhere. Default `'auto'`: faster where the runtime can. */
  engine?: EngineChoice | undefined
  /** Seconds for one call to the issuer, body included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`: for a proxy or a private certificate authority. */
  fetch?: Fetch | undefined
  /** Sent to the issuer's own origin and to a `jwksUri` that you name, for keys behind a lock. */
  headers?: Readonly<Record<string, string>> | undefined
  [allowInsecureHttp]?: true
} & (
    | { /** Where the keys are, instead of discovery. */ jwksUri?: string | undefined; jwks?: never; jwksFile?: never }
    | { /** The keys themselves: no network at all. */ jwks: JSONWebKeySet; jwksUri?: never; jwksFile?: never }
    | { /** A file with the keys, read again every ten seconds. */ jwksFile: string; jwksUri?: never; jwks?: never }
  )

const OPTIONS = [
  ...PROVIDER_OPTIONS,
  ...['issuer', 'audience', 'audienceClaims', 'audienceMode', 'tokenType', 'algorithms', 'maxTokenAge', 'requiredClaims', 'rules'],
  ...['jwksUri', 'jwks', 'jwksFile', 'keys', 'engine', 'timeout', 'fetch', 'headers'],
]

/** What one rule found about one token. Holds claim values: for your own eyes. */
export interface RuleReport {
  readonly rule: string
  readonly passed: boolean
  readonly reason?: RejectReason
  readonly expected?: unknown
  readonly actual?: unknown
  readonly hint?: string
}

/**
 * Says yes to a JWT that its issuer signed, for this audience, and that has not ended (RFC 9068 section 4, RFC 8725).
 * Does NOT ask whether the token was revoked: it is good until its `exp`. Does NOT take opaque or encrypted tokens.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class JwksProvider extends StandardProvider {
  override readonly issuers: readonly string[]
  /** The keys at hand: `warm()` them at start, or take a `snapshot()` for the next start. */
  readonly keys: Pick<IssuerKeys, 'warm' | 'snapshot'>
  readonly #keys: IssuerKeys
  readonly #expected: Expectations
  readonly #rules: ReturnType<typeof rulesFor>
  readonly #engine: SignatureEngine
  readonly #closed = new AbortController()

  constructor(options: JwksProviderOptions) {
    checkOptions('JwksProvider', options, OPTIONS)
    super({ ...standardOptions(options), name: options.name ?? 'jwks' })
    this.#expected = expectations(options, this.clockTolerance)
    this.#rules = rulesFor(this.#expected)
    this.#engine = signatureEngine(oneOf('engine', options.engine ?? 'auto', ['auto', 'jose']))
    this.issuers = [...this.#expected.issuers.keys()]
    this.#keys = this.keys = new IssuerKeys({
      issuers: this.issuers,
      load: keyLoader(options, this.#closed.signal),
      keys: options.jwksFile === undefined ? (options.keys ?? {}) : { maxAge: FILE_AGE, ...options.keys },
      now: this.now,
      random: Math.random,
      provider: this.name,
      observe: options.jwks === undefined ? options.observe : undefined,
    })
  }

  /** Mine when the unverified `iss` is of this provider's issuers; foreign otherwise, opaque tokens included. */
  override recognizes(token: string): Recognition {
    const issuer = unverifiedIssuer(token)
    return issuer !== undefined && this.#expected.issuers.has(issuer) ? 'mine' : 'foreign'
  }

  /** Forgets every verdict, and ends what the issuer is being asked. What needs the issuer after this is unavailable. */
  override async close(): Promise<void> {
    this.#closed.abort()
    await super.close()
  }

  /**
   * Every rule and what it found, for a person who wants to know why. Not only the first failure.
   *
   * @throws AuthUnavailableError when the signature cannot be checked because the keys cannot be had.
   */
  async explain(token: string): Promise<readonly RuleReport[]> {
    const jwt = decodeJwt(token)
    const hint = shapeOf(token)
    if (jwt === null) return [{ rule: 'shape', passed: false, reason: 'malformed', ...(hint && { hint }) }]
    const reportsOf = (rules: readonly Rule[]): RuleReport[] =>
      rules.map(({ name, find }) => report(name, find(jwt, this.#expected, this.now())))
    const reports = reportsOf(this.#rules.unsigned)
    const named = reports.filter(({ rule, passed }) => !passed && (rule === 'alg' || rule === 'iss' || rule === 'crit'))
    // Without an algorithm and an issuer of ours there is no key to check with.
    if (named.length > 0) return reports
    const signature = report('signature', await this.#checkSignature(token, jwt))
    return signature.passed ? [...reports, signature, ...reportsOf(this.#rules.signed)] : [...reports, signature]
  }

  protected override async check(token: string): Promise<Verdict> {
    const jwt = decodeJwt(token)
    if (jwt === null) return reject('malformed', malformed(token))
    // Before the signature, so that a flood of expired or foreign tokens costs little. Nothing is accepted on this.
    const found =
      firstFinding(this.#rules.unsigned, jwt, this.#expected, this.now()) ??
      (await this.#checkSignature(token, jwt)) ??
      firstFinding(this.#rules.signed, jwt, this.#expected, this.now())
    if (found !== undefined) return reject(found.reason, found.detail)
    return accept(jwt.claims) // its `exp` is its end
  }

  async #checkSignature(token: string, { header, claims }: DecodedJwt): Promise<Finding | undefined> {
    const alg = header.alg as Algorithm // the first rule saw to it
    const issuer = claims.iss as string // and the rule for `iss` to this
    const { kid } = header
    const detail = { claim: 'kid', expected: 'a key of the issuer', actual: kid }
    if (kid !== undefined && typeof kid !== 'string') return { reason: 'unknown_key', detail } // RFC 7515 section 4.1.4
    const keys = await this.#keys.candidates(issuer, alg, kid)
    if (keys.length === 0) return { reason: 'unknown_key', detail }
    if (await isSigned(this.#engine, token, alg, keys)) return undefined
    // Without a name nobody can see that a key is new: look once more, within the same budget.
    const newer = kid === undefined ? await this.#keys.newer(issuer, alg) : []
    return (await isSigned(this.#engine, token, alg, newer)) ? undefined : { reason: 'bad_signature', detail }
  }
}

/** Seconds that keys in a file are used before it is read again. */
const FILE_AGE = 10

const ALL_ALGORITHMS = Object.keys(ALGORITHMS) as Algorithm[] // the keys of a constant of ours

function standardOptions(options: JwksProviderOptions): ProviderOptions {
  return Object.fromEntries(PROVIDER_OPTIONS.map((name) => [name, options[name]]))
}

function expectations(options: JwksProviderOptions, clockTolerance: number): Expectations {
  const { audience, audienceClaims = 'aud', algorithms = ALL_ALGORITHMS, requiredClaims = [], rules = [], maxTokenAge } = options
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    throw new TypeError(`"algorithms" must be an array with some of ${ALL_ALGORITHMS.join(', ')}`)
  }
  if (!Array.isArray(requiredClaims) || !requiredClaims.every((claim) => typeof claim === 'string')) {
    throw new TypeError('"requiredClaims" must be an array of names of claims')
  }
  if (!Array.isArray(rules) || !rules.every((rule) => typeof rule?.claim === 'string' && typeof rule.accepts === 'function')) {
    throw new TypeError('"rules" must be an array of { claim, accepts: (value, claims) => boolean }')
  }
  return {
    issuers: issuersOf(options.issuer),
    audiences: audience === anyAudience ? undefined : names(audience, NO_AUDIENCE),
    audienceClaims: names(audienceClaims, '"audienceClaims" must name a claim, such as "client_id"'),
    audienceMode: oneOf('audienceMode', options.audienceMode ?? 'any', ['any', 'exclusive']),
    algorithms: [...algorithms],
    tokenType: oneOf('tokenType', options.tokenType ?? 'access', ['access', 'at+jwt']),
    clockTolerance,
    maxTokenAge: maxTokenAge === undefined ? undefined : spanInSeconds('maxTokenAge', maxTokenAge, { min: 1, max: 31_536_000 }),
    requiredClaims: [...requiredClaims],
    rules: [...rules],
  }
}

const NO_AUDIENCE = '"audience" must name this server as the issuer writes it into "aud"; write anyAudience to accept any'

function names(value: unknown, message: string): readonly string[] {
  const list = Array.isArray(value) ? [...value] : [value]
  if (list.length > 0 && list.every((one) => typeof one === 'string' && one.trim() !== '')) return list
  throw new TypeError(message)
}

function oneOf<T extends string>(name: string, value: unknown, values: readonly T[]): T {
  const found = values.find((one) => one === value)
  if (found !== undefined) return found
  throw new TypeError(`"${name}" must be one of ${values.join(', ')}`)
}

/** How each issuer's keys are read. */
function keyLoader(options: JwksProviderOptions, closed: AbortSignal): (issuer: string) => KeySourceOptions['load'] {
  const { jwksUri, jwks, jwksFile, timeout = 2, headers, [allowInsecureHttp]: insecure = false } = options
  if ([jwksUri, jwks, jwksFile].filter((origin) => origin !== undefined).length > 1) {
    throw new TypeError('give one of "jwksUri", "jwks" and "jwksFile", not both')
  }
  if (jwks !== undefined) {
    const set = parseKeySet(structuredClone(jwks))
    if (set === null) throw new TypeError('"jwks" must be a JWK Set with keys: { keys: [ … ] }')
    if (options.keys?.snapshot !== undefined) throw new TypeError('give "jwks" or "keys.snapshot", not both: a key taken out of one would live on in the other')
    return () => keysInHand(set)
  }
  if (jwksFile !== undefined) {
    if (typeof jwksFile !== 'string' || jwksFile === '') throw new TypeError('"jwksFile" must be the path of a file')
    return () => keysInFile(jwksFile)
  }
  const http = {
    fetch: optionalFunction('fetch', options.fetch) ?? ((...request: Parameters<Fetch>) => globalThis.fetch(...request)),
    timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }),
    headers: headers && { ...headers },
    insecure,
    closed,
  }
  if (jwksUri !== undefined) {
    webUrl('jwksUri', jwksUri, http)
    return () => keysAt(jwksUri, http)
  }
  for (const issuer of issuersOf(options.issuer).keys()) webUrl('issuer', issuer, http)
  return (issuer) => keysOf(issuer, http)
}

function malformed(token: string): Finding['detail'] | undefined {
  const hint = shapeOf(token)
  return hint && { claim: 'shape', expected: 'a signed JWT', actual: 'something else', hint }
}

function report(rule: string, found: Finding | undefined): RuleReport {
  if (found === undefined) return { rule, passed: true }
  const { reason, detail } = found
  return { rule, passed: false, reason, expected: detail.expected, actual: detail.actual, ...(detail.hint && { hint: detail.hint }) }
}
