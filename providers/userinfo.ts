/** Asks authorization servers that have neither JWTs nor introspection: whose application is this token for, and whose is it? */
import { answerRules, withoutNulls } from '../src/introspection/response/response-rules.js'
import { allowNoExpiry } from '../src/introspection/introspection-options.js'
import { claimsOf, checkedUserInfoClaims } from '../src/introspection/user-claims.js'
import { checkedPrefixes, ownership, recognition, unshownMiss, unshownRefusal } from '../src/introspection/shown-tokens.js'
import { askAbout } from '../src/introspection/token-info.js'
import { expectationsOf } from '../src/jwt/expectations.js'
import { allowInsecureHttp, anyAudience } from '../src/jwt/jwt-options.js'
import { firstFailure, rulesFor } from '../src/jwt/rules/rules.js'
import { withoutEmptyNames } from '../src/lib/empty-claims.js'
import { hasLoneSurrogate } from '../src/lib/lone-surrogate.js'
import { fetchOption } from '../src/lib/net/fetch-option.js'
import { checkOptions, spanInSeconds } from '../src/lib/options.js'
import { webUrl } from '../src/lib/net/web-url.js'
import { providerOptions, PROVIDER_OPTIONS } from '../src/provider-options.js'
import { StandardProvider } from '../src/standard-provider.js'
import { GuardedCalls } from '../src/upstream/guarded-calls.js'
import { KnownTokens } from '../src/upstream/known-tokens.js'
import { NoAnswerError } from '../src/upstream/no-answer.js'
import { accept, reject } from '../src/verdict.js'
import type { TokenInfoEndpoint, TokenInfo } from '../src/introspection/token-info.js'
import type { ShownTokens } from '../src/introspection/shown-tokens.js'
import type { Expectations, ClaimRule, Rule } from '../src/jwt/rules/rules.js'
import type { OptionNames } from '../src/lib/options.js'
import type { Fetch } from '../src/lib/net/bounded-fetch.js'
import type { NearMiss } from '../src/explanation.js'
import type { ReportedAudience } from '../src/lib/report-only.js'
import type { ProviderHealth } from '../src/health.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/provider-options.js'
import type { Verdict } from '../src/verdict.js'

type OneOrMore = string | readonly [string, ...string[]]

/** What `UserInfoProvider` takes: what every provider takes, where to ask, and whose applications' tokens are taken. */
export type UserInfoProviderOptions<Output = unknown> = ProviderOptions<Output> & {
  /** How the tokens begin. Default: as `tokenInfo` says. */
  prefix?: OneOrMore | undefined
  /**
   * Claims of your own to take from `userInfoEndpoint`, such as `['groups']`. Beside them only those of OIDC Core section
   * 5.1 are taken: what it says is about a person, and grants nothing. None of what a token itself must say.
   */
  userInfoClaims?: readonly string[] | undefined
  /** Claims that must be there. Default: `sub`, and `exp` where there is a `tokenInfo`. */
  requiredClaims?: readonly string[] | undefined
  /** Rules of your own about claims. One with `[reportOnly]`, such as `{ audience, [reportOnly]: true }`, refuses nothing and is told. */
  rules?: readonly (ClaimRule | ReportedAudience)[] | undefined
  /** Seconds for each call, its wait for a turn included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`. */
  fetch?: Fetch | undefined
  [allowInsecureHttp]?: true
  [allowNoExpiry]?: true
} & (
    | {
        /** Says whose application the token is for: `googleTokenInfo`, `discordTokenInfo`, or one that you describe. */
        tokenInfo: TokenInfo
        /** Your applications, as `tokenInfo` names them. */
        audience: OneOrMore | typeof anyAudience
        /** Asked as well, for more claims. */
        userInfoEndpoint?: string | undefined
      }
    | {
        /** The only way without `tokenInfo`: userinfo proves that somebody's application got this token, and not that yours did. */
        audience: typeof anyAudience
        /** The userinfo endpoint (OIDC Core section 5.3). */
        userInfoEndpoint: string
        tokenInfo?: never
      }
  )

const OPTIONS = {
  tokenInfo: true, audience: true, userInfoEndpoint: true, userInfoClaims: true,
  prefix: true, requiredClaims: true, rules: true, timeout: true, fetch: true, ...PROVIDER_OPTIONS,
} as const satisfies OptionNames<UserInfoProviderOptions>

/**
 * Says yes to a token that its authorization server knows, that was made for one of your applications, and that has not
 * ended. Remembered for 30 seconds (`cache`). Does NOT take JWTs: use `JwksProvider`.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class UserInfoProvider<Output = unknown> extends StandardProvider<Output> {
  override readonly issuers: readonly string[]
  override readonly owns: Ownership
  readonly #shown: ShownTokens
  readonly #expected: Expectations
  readonly #rules: readonly Rule[]
  readonly #reported: readonly Rule[]
  readonly #userInfoClaims: readonly string[]
  readonly #tokenInfo: TokenInfo | undefined
  readonly #userInfoEndpoint: TokenInfoEndpoint | undefined
  readonly #fetch: Fetch
  readonly #calls: GuardedCalls
  readonly #known = new KnownTokens()

  constructor(options: UserInfoProviderOptions<Output>) {
    checkOptions('UserInfoProvider', options, OPTIONS)
    super({ ...providerOptions(options), name: options.name ?? 'userinfo' })
    const { tokenInfo, userInfoEndpoint, audience, requiredClaims = ['sub'], rules, timeout = 2, [allowInsecureHttp]: insecure = false } = options
    if (tokenInfo === undefined && audience !== anyAudience) {
      throw new TypeError('userinfo does not say whose application a token is for: give "tokenInfo", or write audience: anyAudience')
    }
    if (tokenInfo === undefined && userInfoEndpoint === undefined) throw new TypeError('give "tokenInfo", such as googleTokenInfo, or "userInfoEndpoint"')
    if (tokenInfo !== undefined) checkTokenInfo(tokenInfo, insecure)
    if (userInfoEndpoint !== undefined) webUrl('userInfoEndpoint', userInfoEndpoint, { insecure })
    const { issuer } = tokenInfo ?? {}
    this.issuers = issuer === undefined ? [] : [issuer]
    this.#shown = { issuer: undefined, prefixes: checkedPrefixes(options.prefix ?? tokenInfo?.prefix) }
    this.owns = { ...ownership(this.#shown), anyAudience: audience === anyAudience }
    this.#expected = expectationsOf({ issuer: issuer ?? 'none', audience, requiredClaims, rules }, this.clockTolerance)
    const withoutEnd = tokenInfo === undefined || options[allowNoExpiry] === true
    const ofOptions = answerRules({ expected: this.#expected, knowsIssuer: issuer !== undefined, allowNoExpiry: withoutEnd })
    const { signed, reported } = rulesFor(this.#expected)
    this.#rules = [...ofOptions, ...signed]
    this.#reported = reported
    this.#userInfoClaims = checkedUserInfoClaims(options.userInfoClaims)
    this.#tokenInfo = tokenInfo && { ...tokenInfo }
    this.#userInfoEndpoint = userInfoEndpoint === undefined ? undefined : { url: userInfoEndpoint, send: 'header', refusedWith: [401] }
    this.#fetch = fetchOption(options.fetch)
    this.#calls = new GuardedCalls({
      timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }),
      context: this.context,
    })
  }

  /** Mine by prefix; maybe, for any opaque token, where no prefix is known. */
  override recognizes(token: string): Recognition {
    return recognition(token, this.#shown)
  }

  /** Why an opaque token is not shown. */
  override nearMiss(token: string): NearMiss | undefined {
    return unshownMiss(token, this.#shown)
  }

  /** How asking the authorization server goes. */
  override health(): ProviderHealth {
    return { ...super.health(), kind: 'userinfo', upstream: this.#calls.health() }
  }

  protected override get checkName(): string {
    return 'userinfo'
  }

  override async close(): Promise<void> {
    this.#known.clear()
    await super.close()
  }

  /** Whom to ask and how: what is shared is what they said. */
  protected override get policy(): string {
    const { url, send, refusedWith } = this.#tokenInfo ?? {}
    return JSON.stringify(['userinfo', url, send, refusedWith, this.#userInfoEndpoint?.url, this.#shown.prefixes])
  }

  protected override async check(token: string): Promise<Verdict> {
    if (this.recognizes(token) === 'foreign') return unshownRefusal(token, this.#shown)
    const askedAt = this.now()
    const info = this.#tokenInfo && (await this.#ask(token, this.#tokenInfo))
    const user = info === null ? undefined : this.#userInfoEndpoint && (await this.#ask(token, this.#userInfoEndpoint))
    if (info === null || user === null) return reject('unknown_token')
    this.#known.add(token)
    return accept({ [SAID]: { askedAt, info, user } })
  }

  protected override judge(verdict: Verdict): Verdict {
    if (!verdict.accepted) return verdict
    const { askedAt, info, user } = verdict.claims[SAID] as Said // written by `check`, here or in another process
    const about = info === undefined || this.#tokenInfo === undefined ? undefined : this.#tokenInfo.claims(info, askedAt)
    const merged = claimsOf(about, user, this.#userInfoClaims)
    if (merged === null) return reject('unknown_token', { claim: 'sub', expected: about?.sub, actual: user?.sub, hint: OF_ANOTHER })
    const claims = withoutEmptyNames(withoutNulls(merged))
    if (hasLoneSurrogate(claims)) return reject('invalid_claim', { claim: 'encoding', expected: 'text', actual: undefined })
    const found = firstFailure(this.#rules, { header: {}, claims }, this.#expected, this.now())
    if (found !== undefined) return reject(found.reason, found.detail)
    return { ...accept(claims), reported: firstFailure(this.#reported, { header: {}, claims }, this.#expected, this.now()) }
  }

  async #ask(token: string, place: TokenInfoEndpoint): Promise<Readonly<Record<string, unknown>> | null> {
    try {
      return await this.#calls.run(new URL(place.url).host, (signal) => askAbout(token, place, this.#fetch, signal), this.#known.standing(token))
    } catch (error) {
      if (error instanceof NoAnswerError) this.emit({ type: 'endpoint_unavailable', provider: this.name, fault: error.fault, message: error.message })
      throw error
    }
  }
}

/** What the two endpoints said, as it is shared. */
interface Said {
  /** In seconds since the epoch. */
  readonly askedAt: number
  readonly info?: Readonly<Record<string, unknown>>
  readonly user?: Readonly<Record<string, unknown>>
}

/** No claim: it never leaves this file. */
const SAID = 'said'
const OF_ANOTHER = 'the answer of userinfo has no "sub", or is about somebody else'

const TOKEN_INFO = { url: true, send: true, refusedWith: true, claims: true, prefix: true, issuer: true } as const satisfies OptionNames<TokenInfo>

function checkTokenInfo(tokenInfo: TokenInfo, insecure: boolean): void {
  checkOptions('tokenInfo', tokenInfo, TOKEN_INFO)
  webUrl('tokenInfo.url', tokenInfo.url, { insecure })
  const { send, refusedWith, claims } = tokenInfo
  if (send !== 'header' && send !== 'query') throw new TypeError('"tokenInfo.send" must be "header" or "query"')
  const isRefusal = (status: unknown): boolean => typeof status === 'number' && status >= 400 && status < 500 && status !== 429
  if (!Array.isArray(refusedWith) || !refusedWith.every(isRefusal)) throw new TypeError('"tokenInfo.refusedWith" must list statuses such as 401')
  if (typeof claims !== 'function') throw new TypeError('"tokenInfo.claims" must be a function that makes claims of the answer')
}
