/** One issuer's introspection as the options say: which tokens it is shown, how it is asked, what its answer must say. */
import { expectationsOf } from '../jwt/expectations.js'
import { checkedHints, inOwnWords } from '../jwt/rules/hints.js'
import { chosenByTenant } from '../jwt/keys/discovery.js'
import { IssuerKeys } from '../jwt/keys/issuer-keys.js'
import { allowInsecureHttp, anyAudience } from '../jwt/jwt-options.js'
import { keyOrigin } from '../jwt/key-origin.js'
import { firstFailure, rulesFor } from '../jwt/rules/rules.js'
import { isPending } from '../lib/awaitable.js'
import { loaded } from '../lib/loaded.js'
import { frozenInPlace } from '../lib/frozen-copy.js'
import { hasLoneSurrogate } from '../lib/lone-surrogate.js'
import { sha256 } from '../lib/digest.js'
import { fetchOption } from '../lib/net/fetch-option.js'
import { checkOptions, spanInSeconds } from '../lib/options.js'
import { webUrl } from '../lib/net/web-url.js'
import { KnownTokens } from '../upstream/known-tokens.js'
import { accept, AcceptedFrozen, reject } from '../verdict.js'
import { answerRules, claimsOf, INACTIVE, unsupportedTokenType, oddityOf } from './response/response-rules.js'
import { checkedClientAuth, ClientAuth } from './way.js'
import { decryptionBy } from './response/encrypted-response.js'
import { allowNoExpiry, allowNoIssuer, TIMEOUT } from './introspection-options.js'
import { checkedHeaders, checkedParameters } from '../lib/net/extra-parameters.js'
import { checkedPrefixes, ownership, recognition, unshownMiss, unshownRefusal } from './shown-tokens.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { OptionNames } from '../lib/options.js'
import type { Hints } from '../jwt/rules/hints.js'
import type { JwtOptions } from '../jwt/jwt-options.js'
import type { Expectations, Rule } from '../jwt/rules/rules.js'
import type { NearMiss } from '../explanation.js'
import type { UpstreamHealth } from '../health.js'
import type { Ownership, Recognition } from '../provider.js'
import type { ProviderContext } from '../provider-context.js'
import type { Verdict } from '../verdict.js'
import type { Needs } from './way.js'
import type { IntrospectionOptions } from './introspection-options.js'
import type { Introspector, IntrospectorOptions } from './introspector.js'
import type { ShownTokens } from './shown-tokens.js'
import type { SignedAnswers, SignedExpectations } from './response/signed-response.js'

export class Introspection {
  readonly issuer: string | undefined
  /** All that decides what `verdictOn` says, in a text without secrets: two that differ in it must not share answers. */
  readonly policy: string
  /** What `aud` may hold, where that is looked at. */
  readonly audiences: readonly string[]
  readonly #shown: ShownTokens
  readonly #expected: Expectations
  readonly #rules: readonly Rule[]
  readonly #ownRules: readonly Rule[]
  readonly #reported: readonly Rule[]
  readonly #hints: Hints | undefined
  readonly #introspector: () => Awaitable<Introspector>
  readonly #context: ProviderContext
  readonly #known = new KnownTokens()
  readonly #told = new Set<string>()

  /** @throws TypeError for an option that is wrong. */
  constructor(options: IntrospectionOptions, context: ProviderContext) {
    const { issuer, endpoint, clientAuth, timeout = TIMEOUT, [allowInsecureHttp]: insecure = false } = options
    if (issuer === undefined && endpoint === undefined) throw new TypeError('give "issuer", or "endpoint" with the URL of its introspection')
    if (issuer !== undefined && endpoint === undefined) webUrl('issuer', issuer, { insecure })
    if (endpoint !== undefined) webUrl('endpoint', endpoint, { insecure })
    checkNeeds(ClientAuth.needs(checkedClientAuth('clientAuth', clientAuth)), options)
    this.issuer = issuer
    this.#context = context
    this.#shown = { issuer, prefixes: checkedPrefixes(options.prefix), withoutIssuer: options[allowNoIssuer] === true }
    this.#expected = expectationsOf(asJwtOptions(options), context.clockTolerance)
    this.#rules = answerRules({ expected: this.#expected, knowsIssuer: issuer !== undefined, allowNoExpiry: options[allowNoExpiry] === true })
    const { signed, reported } = rulesFor(this.#expected)
    this.#ownRules = signed
    this.#reported = reported
    this.#hints = checkedHints(options.hints)
    this.audiences = this.#expected.audiences ?? []
    this.policy = policyOf(options, this.#expected)
    const asking: IntrospectorOptions = {
      issuer,
      endpoint,
      clientAuth,
      parameters: parametersOf(options),
      headers: options.headers === undefined ? undefined : checkedHeaders(options.headers),
      signed: this.#signed(options),
      fetch: fetchOption(options.fetch),
      isOwnFetch: options.fetch === undefined,
      timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }),
      insecure,
      ofTenant: options[chosenByTenant] === true,
      context,
    }
    // What asks is loaded by those who may ask: every provider of JWTs could, and few do.
    this.#introspector = loaded(import('./introspector.js').then(({ Introspector: Asking }) => new Asking(asking)))
  }

  recognizes(token: string): Recognition {
    return recognition(token, this.#shown)
  }

  nearMiss(token: string): NearMiss | undefined {
    return unshownMiss(token, this.#shown)
  }

  health(): UpstreamHealth {
    const introspector = this.#introspector()
    return isPending(introspector) ? NOT_ASKED : introspector.health()
  }

  get owns(): Ownership {
    return { ...ownership(this.#shown), anyAudience: this.#expected.audiences === undefined }
  }

  /** Asks, and checks the answer by what options say. A foreign token is refused without being shown. @throws AuthUnavailableError */
  async verdictOn(token: string): Promise<Verdict> {
    if (this.recognizes(token) === 'foreign') return unshownRefusal(token, this.#shown)
    const digest = sha256(token)
    const loading = this.#introspector()
    const introspector = isPending(loading) ? await loading : loading
    const answer = await introspector.ask(token, this.#known.standing(token, digest))
    if (answer === 'unsupported_token_type') return unsupportedTokenType()
    if (answer === null) return reject('unknown_token', { claim: 'active', expected: true, actual: false, hint: INACTIVE })
    const claims = claimsOf(answer)
    if (hasLoneSurrogate(claims)) return reject('invalid_claim', { claim: 'encoding', expected: 'text', actual: undefined })
    const found = firstFailure(this.#rules, { header: {}, claims }, this.#expected, this.#context.now())
    if (found !== undefined) return reject(found.reason, found.detail)
    this.#known.add(token, digest)
    // What was parsed here needs no copy; its `exp` is its end.
    return frozenInPlace(claims, LEVELS) ? new AcceptedFrozen(claims, undefined, undefined, JSON.stringify(claims).length) : accept(claims)
  }

  /** What the user's rules and words make of it. */
  judge(verdict: Verdict): Verdict {
    if (!verdict.accepted) return inOwnWords(verdict, this.#hints)
    const { claims } = verdict
    const found = firstFailure(this.#ownRules, { header: {}, claims }, this.#expected, this.#context.now())
    if (found !== undefined) return inOwnWords(reject(found.reason, found.detail), this.#hints)
    this.#tellOnce(oddityOf(claims))
    const wouldFail = firstFailure(this.#reported, { header: {}, claims }, this.#expected, this.#context.now())
    return wouldFail === undefined ? verdict : { ...verdict, reported: inOwnWords(wouldFail, this.#hints) }
  }

  #tellOnce(hint: string | undefined): void {
    if (hint === undefined || this.#told.has(hint)) return
    this.#told.add(hint)
    const { tell, provider } = this.#context
    tell({ type: 'odd_answer', provider, hint })
  }

  #signed(options: IntrospectionOptions): SignedExpectations | undefined {
    const { issuer, signed, clientAuth } = options
    if (signed === undefined) return undefined
    if (issuer === undefined) throw new TypeError('"signed" needs "issuer": its keys sign the answers')
    checkOptions('signed', signed, SIGNED_OPTIONS)
    const audience: SignedAnswers['audience'] = signed.audience ?? clientAuth.clientId
    if (audience === undefined) throw new TypeError('"signed.audience" must say who the answers are for: this client has no identifier')
    const jwt: InCommon = { ...asJwtOptions(options), audience }
    const { audiences, algorithms } = expectationsOf(
      { ...jwt, algorithms: signed.algorithms, audienceClaims: 'aud', rules: [], requiredClaims: [] },
      this.#context.clockTolerance,
    )
    const { now, tell, provider, clockTolerance, closed } = this.#context
    const origin = { ...jwt, headers: options.headers }
    const load = signed.jwks === undefined ? keyOrigin({ ...origin, jwksUri: signed.jwksUri }, closed) : keyOrigin({ ...origin, jwks: signed.jwks }, closed)
    const keys = new IssuerKeys({ issuers: [issuer], load, keys: {}, now, random: Math.random, provider, listeners: { observe: tell } })
    return { issuer, audiences, algorithms, keys, decrypt: signed.decryption === undefined ? undefined : decryptionBy(signed.decryption), clockTolerance, now }
  }
}

type Names = 'issuer' | 'audience' | 'audienceClaims' | 'audienceMode' | 'requiredClaims' | 'rules' | 'maxTokenAge' | 'timeout' | 'fetch'
type InCommon = Pick<JwtOptions, Names | typeof allowInsecureHttp | typeof chosenByTenant>

/** What both kinds of tokens have in common, for the checks that are there already. */
function asJwtOptions(options: IntrospectionOptions): InCommon {
  const { issuer, endpoint = '', audience, audienceClaims, audienceMode, requiredClaims, rules, maxTokenAge, timeout, fetch } = options
  const insecure = options[allowInsecureHttp] === true ? { [allowInsecureHttp]: true as const } : {}
  const ofTenant = options[chosenByTenant] === true ? { [chosenByTenant]: true as const } : {}
  return { issuer: issuer ?? endpoint, audience, audienceClaims, audienceMode, requiredClaims, rules, maxTokenAge, timeout, fetch, ...insecure, ...ofTenant }
}

/** More than an answer has that was found modest. */
const LEVELS = 32

/** Of a server that was not asked yet. */
const NOT_ASKED: UpstreamHealth = { breaker: 'closed', inFlight: 0 }

/** @throws TypeError where the way to authenticate lacks something that the options do not give. */
function checkNeeds(needs: Needs, { issuer, endpoint, fetch }: IntrospectionOptions): void {
  if (needs.certificate === true && fetch === undefined) {
    throw new TypeError('tlsClientAuth needs a "fetch" that brings the client certificate: (url, init) => fetch(url, { ...init, dispatcher })')
  }
  if (needs.issuer === true && issuer === undefined) throw new TypeError('"issuer" is needed: the assertion of this client is addressed to it')
  if (needs.discovery === true && endpoint !== undefined) {
    throw new TypeError('"tokenEndpoint" of clientCredentials must say where the token comes from: with "endpoint", nothing is discovered')
  }
}

const SIGNED_OPTIONS = { audience: true, algorithms: true, decryption: true, jwksUri: true, jwks: true } as const satisfies OptionNames<SignedAnswers>

/** What we send ourselves. */
const OUR_PARAMETERS = ['token', 'token_type_hint', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

function parametersOf({ parameters = {}, tokenTypeHint }: IntrospectionOptions): URLSearchParams {
  const sent = checkedParameters(parameters, OUR_PARAMETERS, 'clientAuth and tokenTypeHint')
  if (tokenTypeHint === undefined) return sent
  if (typeof tokenTypeHint !== 'string' || tokenTypeHint === '') throw new TypeError('"tokenTypeHint" must be a text such as "access_token"')
  sent.set('token_type_hint', tokenTypeHint)
  return sent
}

function policyOf(options: IntrospectionOptions, expected: Expectations): string {
  const { issuer, endpoint, clientAuth, prefix, tokenTypeHint, parameters, headers, signed } = options
  const { audiences, audienceClaims, audienceMode, clockTolerance, maxTokenAge, requiredClaims } = expected
  return JSON.stringify([
    'introspection',
    ...[issuer, endpoint, clientAuth.clientId, clientAuth.method, prefix, tokenTypeHint, signingOf(signed)],
    ...[audiences ?? 'any', audienceClaims, audienceMode, clockTolerance, maxTokenAge, requiredClaims],
    ...[options[allowNoExpiry] === true, options[allowNoIssuer] === true],
    // What goes along may be a key.
    sha256(JSON.stringify([headers, parameters])),
  ])
}

/** What signed answers are held to. The key that decrypts them decides nothing. */
function signingOf(signed: IntrospectionOptions['signed']): unknown {
  if (signed === undefined) return undefined
  const { audience, algorithms, jwksUri, jwks } = signed
  return [audience === anyAudience ? 'any' : [audience].flat(), algorithms, jwksUri, jwks]
}
