/** Verifies JWT access tokens by their issuer's public keys. The only network calls are for those keys. */
import { recheckBy } from '../src/introspection/recheck-options.js'
import { decodeJwt, unverifiedIssuer } from '../src/jwt/token/decode.js'
import { expectationsOf } from '../src/jwt/expectations.js'
import { checkedHints, inOwnWords } from '../src/jwt/rules/hints.js'
import { chosenByTenant } from '../src/jwt/keys/discovery.js'
import { isUnavailable } from '../src/errors.js'
import { keysOf } from '../src/jwt/keys-of-provider.js'
import { EXACT, issuerMiss, NOT_OURS, shapeOf } from '../src/jwt/rules/near-miss.js'
import { tokenFormat } from '../src/jwt/formats/token-format.js'
import { firstFailure, rulesFor } from '../src/jwt/rules/rules.js'
import { anyAudience } from '../src/jwt/jwt-options.js'
import { isSigned, signatureEngine } from '../src/jwt/signature/signature.js'
import { andThen } from '../src/lib/awaitable.js'
import { checkOptions, oneOf } from '../src/lib/options.js'
import { providerOptions, PROVIDER_OPTIONS } from '../src/provider-options.js'
import { StandardProvider } from '../src/standard-provider.js'
import { AcceptedFrozen, reject } from '../src/verdict.js'
import type { CheckRequest } from '../src/base-provider.js'
import type { ExplainedStep, NearMiss } from '../src/explanation.js'
import type { Algorithm } from '../src/jwt/signature/algorithms.js'
import type { DecodedJwt } from '../src/jwt/token/decode.js'
import type { Hints } from '../src/jwt/rules/hints.js'
import type { IssuerKeys } from '../src/jwt/keys/issuer-keys.js'
import type { JwtOptions } from '../src/jwt/jwt-options.js'
import type { LogoutToken } from '../src/jwt/logout-token.js'
import type { TokenFormat } from '../src/jwt/formats/token-format.js'
import type { Expectations, RuleFailure, Rule, RuleSet } from '../src/jwt/rules/rules.js'
import type { SignatureEngine } from '../src/jwt/signature/signature-engine.js'
import type { Awaitable } from '../src/lib/awaitable.js'
import type { OptionNames } from '../src/lib/options.js'
import type { Rechecking, RecheckOptions } from '../src/introspection/recheck-options.js'
import type { ProviderHealth } from '../src/health.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/provider-options.js'
import type { Rejected, RejectReason, Verdict } from '../src/verdict.js'

/** What `JwksProvider` takes: what every provider takes, what to expect of the token, and where its issuer's keys are. */
export type JwksProviderOptions<Output = unknown> = ProviderOptions<Output> &
  JwtOptions & {
    /**
     * Asks the issuer as well, at most every so many seconds for a token, whether it is still good: revocation for JWTs. A
     * revoked token is refused within `checkEvery` and `cache.ttl` together. While the issuer is away, a token that it must be
     * asked about is 503.
     */
    introspect?: RecheckOptions | undefined
  }

const OPTIONS = {
  issuer: true,
  audience: true,
  audienceClaims: true,
  audienceMode: true,
  tokenType: true,
  types: true,
  algorithms: true,
  maxTokenAge: true,
  requiredClaims: true,
  rules: true,
  hints: true,
  jwksUri: true,
  jwks: true,
  jwksFile: true,
  keys: true,
  engine: true,
  timeout: true,
  fetch: true,
  headers: true,
  introspect: true,
  ...PROVIDER_OPTIONS,
} as const satisfies OptionNames<JwksProviderOptions>

/**
 * Says yes to a JWT that its issuer signed, for this audience, and that has not ended (RFC 9068 section 4, RFC 8725).
 * Does NOT ask the issuer whether it revoked the token: without `revocations` it is good until its `exp`. Does NOT take opaque or encrypted tokens.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class JwksProvider<Output = unknown> extends StandardProvider<Output> {
  declare readonly byProxy?: boolean
  override readonly issuers: readonly string[]
  override readonly audiences: readonly string[]
  override readonly owns: Ownership
  /** The keys at hand: `warm()` them at start, or take a `snapshot()` for the next start. */
  readonly keys: Pick<IssuerKeys, 'warm' | 'snapshot'>
  readonly #keys: IssuerKeys
  readonly #expected: Expectations
  readonly #rules: RuleSet
  readonly #engine: SignatureEngine
  readonly #hints: Hints | undefined
  readonly #reading: TokenFormat | undefined
  readonly #recheck: Rechecking | undefined
  readonly #restsOnKeys: boolean

  constructor(options: JwksProviderOptions<Output>) {
    checkOptions('JwksProvider', options, OPTIONS)
    super({ ...providerOptions(options), name: options.name ?? 'jwks' })
    // Clients send JWTs in `Authorization`; in a header of its own it is what a proxy says of them.
    if (this.tokenHeader !== undefined) this.byProxy = true
    if (options.cache && options.cache.shared !== undefined) {
      throw new TypeError('"cache.shared" is for answers that cost a call; a JWT is verified here faster, and its keys are shared by keys: { store: sharedKeys({ … }) }')
    }
    this.#expected = expectationsOf(options, this.clockTolerance)
    this.#rules = rulesFor(this.#expected)
    this.#engine = signatureEngine(oneOf('engine', options.engine ?? 'auto', ['auto', 'jose']))
    this.#hints = checkedHints(options.hints)
    this.#reading = options[tokenFormat]
    this.issuers = [...this.#expected.issuers.keys()]
    this.audiences = this.#expected.audiences ?? []
    this.owns = { issuers: this.issuers, anyAudience: this.#expected.audiences === undefined }
    this.#recheck = options.introspect === undefined ? undefined : this.#recheckBy(options.introspect, options)
    this.#restsOnKeys = options.introspect === undefined && options.enrich === undefined
    this.#keys = this.keys = keysOf(options, { issuers: this.issuers, context: this.context, listeners: this.listeners })
  }

  /** Mine when the unverified `iss` is of this provider's issuers; foreign otherwise, opaque tokens included. */
  override recognizes(token: string): Recognition {
    const issuer = this.#reading === undefined ? unverifiedIssuer(token) : this.#reading.read(token)?.claims.iss
    return typeof issuer === 'string' && this.#expected.issuers.has(issuer) ? 'mine' : 'foreign'
  }

  /** True without `introspect`, and without `enrich`. */
  override restsOnKeys(): boolean {
    return this.#restsOnKeys
  }

  /** Its keys, and where `introspect` is given, how asking the issuer goes. */
  override health(): ProviderHealth {
    return { ...super.health(), kind: 'jwks', keys: this.#keys.health(), ...(this.#recheck && { upstream: this.#recheck.health() }) }
  }

  override async close(): Promise<void> {
    await super.close()
    this.#recheck?.close()
  }

  /** What is nearly right about a token of another issuer, or about one that is no JWT. */
  override nearMiss(token: string): NearMiss | undefined {
    const jwt = this.#read(token)
    if (jwt === null) return missOf(inOwnWords({ reason: 'malformed', detail: malformed(token) }, this.#hints))
    const { iss } = jwt.claims
    const hint = issuerMiss(this.issuers, iss)
    if (hint !== undefined) return { hint, claim: 'iss', isExact: EXACT.has(hint) }
    const { detail } = firstFailure(this.#rules.header, jwt, this.#expected, this.now()) ?? {}
    return missOf({ detail }) ?? { hint: NOT_OURS, claim: 'iss', isExact: false }
  }

  /**
   * What a logout token of these issuers says (OIDC Back-Channel Logout 1.0 section 2.6), or null for anything else.
   * `audience`: the client id. Does NOT revoke anything, nor remember that it saw this token: `logoutHandler` does.
   *
   * @throws AuthUnavailableError when the signature cannot be checked because the keys cannot be had.
   */
  async verifyLogoutToken(token: string, audience: string): Promise<LogoutToken | null> {
    const { logoutExpectations, logoutFinding, logoutTokenOf } = await import('../src/jwt/logout-token.js') // few ever call this
    const expected = logoutExpectations(this.#expected, audience)
    const jwt = decodeJwt(token)
    const found =
      jwt === null ? reject('malformed') : (logoutFinding(jwt, expected, this.now()) ?? (await this.#checkSignature(jwt)))
    if (jwt !== null && found === undefined) return logoutTokenOf(jwt, expected)
    const { claim, hint } = found?.detail ?? {}
    this.emit({ type: 'logout_refused', provider: this.name, reason: found?.reason ?? 'malformed', ...(claim && { claim }), ...(hint && { hint }) })
    return null
  }

  /** A signed JWT has three parts (RFC 7515 section 7.1). */
  protected override misshapen(token: string): Rejected | undefined {
    const first = token.indexOf('.')
    const second = first === -1 ? -1 : token.indexOf('.', first + 1)
    return second === -1 || token.includes('.', second + 1) ? this.#malformed(token) : undefined
  }

  // The reader looks at every letter.
  protected override isWellFormed(): boolean {
    return true
  }

  protected override get checkName(): string | undefined {
    return this.#recheck && 'introspect'
  }

  /** Every rule, and not only the first that fails. */
  protected override async rulesOf(token: string): Promise<readonly ExplainedStep[]> {
    const { asReported, failedStep, passedStep, unknownStep } = await import('../src/explanation.js')
    const jwt = this.#read(token)
    const stepOf = (name: string, found: Omit<RuleFailure, 'detail'> & Partial<RuleFailure> | undefined): ExplainedStep =>
      found === undefined ? passedStep(name) : failedStep(name, inOwnWords(found, this.#hints))
    if (jwt === null) return [stepOf('shape', { reason: 'malformed', detail: malformed(token) })]
    const stepsOf = (rules: readonly Rule[]): ExplainedStep[] => rules.map(({ name, check }) => stepOf(name, check(jwt, this.#expected, this.now())))
    const steps = stepsOf([...this.#rules.header, ...this.#rules.claims])
    // Without an algorithm and an issuer of ours there is no key to check with.
    if (steps.some(({ rule, passed }) => !passed && (rule === 'alg' || rule === 'iss' || rule === 'crit'))) return steps
    try {
      const signature = stepOf('signature', await this.#checkSignature(jwt))
      if (!signature.passed) return [...steps, signature]
      return [...steps, signature, ...stepsOf(this.#rules.signed), ...stepsOf(this.#rules.reported).map(asReported)]
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return [...steps, unknownStep('signature', error)]
    }
  }

  protected override check(token: string, { maxAge }: CheckRequest): Awaitable<Verdict> {
    const jwt = this.#read(token)
    if (jwt === null) return { ...this.#malformed(token), ...NOT_REMEMBERED }
    // Before the signature, so that a flood of expired or foreign tokens costs little. Nothing is accepted on this.
    const now = this.now()
    const found = firstFailure(this.#rules.header, jwt, this.#expected, now) ?? firstFailure(this.#rules.claims, jwt, this.#expected, now)
    if (found !== undefined) return { ...this.#rejected(found), ...NOT_REMEMBERED }
    return andThen(this.#checkSignature(jwt), (unsigned) => {
      const fault = unsigned ?? firstFailure(this.#rules.signed, jwt, this.#expected, now)
      if (fault !== undefined) return this.#rejected(fault)
      const reported = this.#reported(jwt, now)
      if (this.#recheck === undefined) return new AcceptedFrozen(jwt.claims, undefined, reported)
      return this.#recheck
        .verdictOn(token, jwt.claims, maxAge)
        .then((said) => ('since' in said ? new AcceptedFrozen(jwt.claims, said.since, reported) : { ...said, at: 'introspect' }))
    })
  }

  #reported(jwt: DecodedJwt, now: number): RuleFailure | undefined {
    const found = firstFailure(this.#rules.reported, jwt, this.#expected, now)
    return found && inOwnWords(found, this.#hints)
  }

  #malformed(token: string): Rejected {
    return inOwnWords(reject('malformed', malformed(token)), this.#hints)
  }

  #read(token: string): DecodedJwt | null {
    return this.#reading === undefined ? decodeJwt(token) : this.#reading.read(token)
  }

  #rejected(found: RuleFailure): Verdict {
    const { reason, detail, provisional } = inOwnWords(found, this.#hints)
    return provisional === true ? { ...reject(reason, detail), provisional } : reject(reason, detail)
  }

  #recheckBy(introspect: RecheckOptions, options: Pick<JwksProviderOptions, 'fetch' | typeof chosenByTenant>): Rechecking {
    if (typeof introspect !== 'object' || introspect === null) throw new TypeError('"introspect" must say who asks: { clientAuth: clientSecretBasic(id, secret) }')
    const [issuer, ...others] = this.issuers
    if (issuer === undefined || others.length > 0) throw new TypeError('"introspect" takes one issuer; write a provider for each and chain them')
    // The audience was looked at in the token itself, which is what was signed.
    const ofTenant = options[chosenByTenant] === true && { [chosenByTenant]: true as const }
    const ofIssuer = introspect.fetch === undefined && options.fetch !== undefined && { fetch: options.fetch }
    const about = { issuer, audience: anyAudience, ...ofTenant, ...ofIssuer } as const
    return recheckBy(introspect, about, this.context)
  }

  #checkSignature(jwt: DecodedJwt): Awaitable<RuleFailure | undefined> {
    const { header, claims } = jwt
    const alg = header.alg as Algorithm // the first rule saw to it
    const issuer = claims.iss as string // and the rule for `iss` to this
    const { kid } = header
    if (kid !== undefined && typeof kid !== 'string') return about('unknown_key', kid) // RFC 7515 section 4.1.4
    return andThen(this.#keys.candidates(issuer, alg, kid, claims.iat), (keys) => {
      if (keys.length === 0) return about('unknown_key', kid, this.#keys.faultOf(issuer, alg, kid))
      return andThen(isSigned(this.#engine, jwt, alg, keys), (good) => (good ? undefined : this.#checkWithNewerKeys(jwt, issuer, alg, kid)))
    })
  }

  /** A new key under an old name, or under none, is no reason to refuse what it signed. */
  #checkWithNewerKeys(jwt: DecodedJwt, issuer: string, alg: Algorithm, kid: string | undefined): Awaitable<RuleFailure | undefined> {
    return andThen(this.#keys.newer(issuer, alg, kid, jwt.claims.iat), (newer) => {
      const hint = this.#keys.isCrowded(issuer, alg, kid) ? CROWDED : undefined
      if (newer === undefined) return { ...about('bad_signature', kid, hint), provisional: true }
      return andThen(isSigned(this.#engine, jwt, alg, newer), (good) => (good ? undefined : about('bad_signature', kid, hint)))
    })
  }
}

const CROWDED = 'more than four keys fit, and no more are tried; the issuer has to name them apart (kid)'

// Of a no that took no signature: to remember it costs twice as much as to look again, and a flood would push out what cost more.
const NOT_REMEMBERED = { provisional: true } as const

function about(reason: RejectReason, kid: unknown, hint?: string): RuleFailure {
  return { reason, detail: { claim: 'kid', expected: 'a key of the issuer', actual: kid, hint } }
}

function malformed(token: string): RuleFailure['detail'] {
  return { claim: 'shape', expected: 'a signed JWT', actual: 'something else', hint: shapeOf(token) }
}

function missOf({ detail }: { readonly detail: RuleFailure['detail'] | undefined }): NearMiss | undefined {
  const { hint, claim } = detail ?? {}
  return hint === undefined ? undefined : { hint, ...(claim !== undefined && { claim }), isExact: EXACT.has(hint) }
}
