/** This file plugs a provider into the MCP SDKs of 1.x and of 2.x: their own gates, their tools, and stdio. Imports neither. */
import { heldScopes, toAccessToken } from '../access-token.js'
import { currentAuth } from '../context.js'
import { AuthenticationError, isUnavailable } from '../errors.js'
import { TokenLife } from '../gate/life/token-life.js'
import { TokenWatches } from '../gate/life/token-watches.js'
import { authInfoOf, toAuthInfo } from '../http/auth-info.js'
import { carryingCaller } from '../http/stdio-transport.js'
import { checkOptions, clockInSeconds, optionalFunction, spanInSeconds } from '../lib/options.js'
import { allowInsecureHttp, webUrl } from '../lib/net/web-url.js'
import { checkedProvider } from '../provider.js'
import { checkedScopes, missingScopes } from '../lib/scope-match.js'
import type { AccessToken } from '../access-token.js'
import type { AuthInfo } from '../http/auth-info.js'
import type { StdioTransport } from '../http/stdio-transport.js'
import type { After } from '../lib/timer.js'
import type { BearerAuthProvider } from '../provider.js'

export { boundEventStore } from '../gate/bound-events.js'
export type { EventStore } from '../gate/bound-events.js'
export type { AuthInfo } from '../http/auth-info.js'
export { challengeResult } from '../http/challenge-result.js'
export type { ChallengeResult } from '../http/challenge-result.js'

export interface TokenVerifierOptions {
  /**
   * SDK 1.x only, and there it is needed: its `InvalidTokenError`, from `@modelcontextprotocol/sdk/server/auth/errors.js`.
   * The SDK knows a refusal by this class alone and answers anything else with 500; its ESM and its CommonJS copy are
   * different classes, so hand in the one of the copy that you use. SDK 2.x needs nothing.
   */
  InvalidTokenError?: (new (message: string) => Error) | undefined
  /** The same for its `TooManyRequestsError`, from the same place: without it, SDK 1.x answers 500 where we answer 429. */
  TooManyRequestsError?: (new (message: string) => Error) | undefined
  /** This server's URL, for the SDKs' `expectedResource`: states that the provider's audience stands for it. */
  resource?: string | undefined
  /** Seconds that are vouched for when a token has no end, because the SDKs refuse one without. Default 300. */
  vouchFor?: number | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
  /** Allows plain http beyond this machine in `resource`. */
  [allowInsecureHttp]?: true
}

/**
 * The `verifier` of `requireBearerAuth`. Refuses with the SDK's own error; what is a 429 here is the SDK's
 * `too_many_requests`, which its gates answer with 400. When nobody knows, `AuthUnavailableError` goes through, which they
 * answer with 500: they know no 503. The library's own `bearerAuth` does.
 */
export function tokenVerifier(provider: BearerAuthProvider, options: TokenVerifierOptions = {}) {
  checkOptions('tokenVerifier', options, ['InvalidTokenError', 'TooManyRequestsError', 'resource', 'vouchFor', 'now'])
  const { tokenHeader, headerSources = [] } = checkedProvider('tokenVerifier', provider)
  const elsewhere = [tokenHeader, ...headerSources.map(({ header }) => header)].filter((header) => header !== undefined)
  if (elsewhere.length > 0) {
    throw new TypeError(`the SDKs' gates read Authorization, and these tokens come in the header ${elsewhere.join(', ')}; use bearerAuth`)
  }
  const { resource, vouchFor = 300 } = options
  if (resource !== undefined) webUrl('resource', resource, { insecure: options[allowInsecureHttp] === true })
  spanInSeconds('vouchFor', vouchFor, { min: 1, max: 86_400 })
  const InvalidToken = optionalFunction('InvalidTokenError', options.InvalidTokenError) ?? Sdk2InvalidTokenError
  const TooManyRequests = optionalFunction('TooManyRequestsError', options.TooManyRequestsError) ?? Sdk2TooManyRequestsError
  const now = clockInSeconds(options.now)
  const verified = async (token: string): Promise<AccessToken | null> => {
    try {
      return toAccessToken(await provider.verifyToken(token))
    } catch (error) {
      throw isTooMany(error) ? new TooManyRequests(TOO_MANY) : error
    }
  }
  return {
    async verifyAccessToken(token: string): Promise<AuthInfo & { expiresAt: number }> {
      const accessToken = await verified(token)
      // A token that is bound to a key is worth nothing without the proof, and the SDKs' gates ask for none.
      if (accessToken === null || accessToken.claims.cnf !== undefined) throw new InvalidToken('Token is invalid or expired')
      const { expiresAt = Math.floor(now()) + vouchFor } = accessToken
      return { ...toAuthInfo(accessToken, { resource }), expiresAt }
    },
  }
}

/** The caller in the SDKs' shape, for transports that take it by hand: `transport.handleRequest(request, { authInfo: authInfo() })`. */
export function authInfo(): AuthInfo | undefined {
  return authInfoOf(currentAuth())
}

/**
 * Those of the tools that the caller may use by the gate's `operations`: for `tools/list`. A courtesy to the model; the gate
 * refuses the call either way.
 */
export function visibleTools<T extends { readonly name: string }>(tools: readonly T[]): T[] {
  const context = currentAuth()
  return tools.filter(({ name }) => context?.allows?.('tools/call', name) !== false)
}

/** What SDK 2.x hands to a `scopeChallenge`. */
interface ChallengeContext {
  readonly authInfo?: { readonly scopes: readonly string[] } | undefined
}

/**
 * A `scopeChallenge` for a tool, prompt or resource of SDK 2.x: like the SDK's own `requireScopes`, and a scope that implies
 * another counts as it does everywhere else. A stranger whom a gate of ours lets in (`optional`) is asked for them too; where
 * there is none around, as over stdio, who is not authenticated is left to the gate in front.
 */
export function scopeChallenge(...scopes: readonly [string, ...string[]]) {
  checkedScopes('scopes', scopes)
  return ({ authInfo }: ChallengeContext): { scopes: readonly [string, ...string[]] } | undefined => {
    const context = currentAuth()
    // Whom a gate lets in without a token holds nothing; where no gate of ours is around, the SDK's has looked.
    const held = context?.token ? heldScopes(context.token) : (authInfo?.scopes ?? (context === undefined ? undefined : []))
    if (held === undefined || missingScopes(held, scopes).length === 0) return undefined
    const [first, ...more] = context?.scopesToAskFor?.(scopes) ?? scopes
    return { scopes: first === undefined ? scopes : [first, ...more] }
  }
}

/** What `stdioCaller` takes beside the token. */
export interface StdioCallerOptions {
  /** Seconds within which it is noticed that the authorization server took the token back. Default 30, at most 3600. */
  readonly checkEvery?: number | undefined
}

/** What is handed in from inside of this package. */
export interface StdioCallerParts {
  readonly after?: After | undefined
}

/**
 * The caller of a server over stdio: the holder of a token that the environment of the process has (MCP authorization: stdio
 * servers take their credentials from there). Gives the transport back, for `server.connect`: tools find the caller by
 * `requireAuth()`, and as the SDKs' `authInfo`. When the token is no longer valid, the transport is closed. While nobody
 * knows, it is valid.
 *
 * This does NOT look at `operations` or `requiredScopes`, which are a gate's: over stdio there is none.
 *
 * @throws TypeError for a token that is undefined or empty; AuthenticationError for one that is not good; AuthUnavailableError
 * where nobody knows. Let the process end then.
 */
export async function stdioCaller<T extends StdioTransport>(
  provider: BearerAuthProvider,
  token: string | undefined,
  transport: T,
  options: StdioCallerOptions = {},
  { after }: StdioCallerParts = {},
): Promise<T> {
  checkOptions('stdioCaller', options, ['checkEvery'])
  checkedProvider('stdioCaller', provider)
  if (typeof token !== 'string' || token === '') throw new TypeError(NO_TOKEN)
  const every = spanInSeconds('checkEvery', options.checkEvery ?? 30, { min: 1, max: 3_600 })
  const verify = async (maxAge: number | undefined): Promise<AccessToken | null> => {
    const verified = toAccessToken(await provider.verifyToken(token, maxAge === undefined ? undefined : { maxAge }))
    // A token that is bound to a key is worth nothing without the proof.
    return verified?.claims.cnf === undefined ? verified : null
  }
  const caller = await verify(undefined)
  if (caller === null) throw new AuthenticationError('the token that this process was started with is not good')
  const watch: BearerAuthProvider['watch'] = provider.watch && ((one, ended) => provider.watch?.(one, ended) ?? (() => undefined))
  const watches = new TokenWatches({ watch, every, now: () => Date.now() / 1000, after })
  watches.join(caller, verify, { end: () => void transport.close() })
  return carryingCaller(transport, { token: caller, verifyAgain: verify, life: new TokenLife(watches, caller, verify) })
}

const NO_TOKEN = 'stdioCaller takes the token of whoever started the process; is the environment variable set? stdioCaller(auth, process.env.NOTES_TOKEN, transport)'

// Above the class, whose field it names.
const BRANDS: unique symbol = Symbol.for('mcp.sdk.errorBrands')

/** Known to SDK 2.x as its `OAuthError` by the brand that it uses across copies of itself. */
abstract class Sdk2Error extends Error {
  override readonly name = 'OAuthError'
  abstract readonly code: string
  readonly errorUri = undefined
  readonly [BRANDS] = new Set(['mcp.OAuthError'])

  toResponseObject(): { error: string; error_description: string } {
    return { error: this.code, error_description: this.message }
  }
}

class Sdk2InvalidTokenError extends Sdk2Error {
  readonly code = 'invalid_token'
}

class Sdk2TooManyRequestsError extends Sdk2Error {
  readonly code = 'too_many_requests'
}

const TOO_MANY = 'Too many requests; keep the token and try again later'

/** True for what a gate of ours answers with 429. */
function isTooMany(error: unknown): boolean {
  return isUnavailable(error) && (error.tooManyRequests || error.overloaded)
}
