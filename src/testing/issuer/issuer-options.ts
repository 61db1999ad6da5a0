/** What a test issuer can be told, and what it is told by default. */
import { checkOptions, oneOf } from '../../lib/options.js'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { PresetLike } from '../vendors/vendor-shape.js'
import type { VendorName } from '../vendors/vendors.js'

/** A client that is registered beforehand. Others may register themselves (RFC 7591). */
export interface TestClient {
  readonly clientId: string
  /** Absent for a public client, which proves itself by PKCE alone. */
  readonly clientSecret?: string | undefined
  /** Compared whole, but for the port of a loopback address (RFC 8252 section 7.3). Default: none. */
  readonly redirectUris?: readonly string[] | undefined
  /** Where `logout` posts a logout token (OIDC Back-Channel Logout section 2.2). Default: nowhere. */
  readonly backchannelLogoutUri?: string | undefined
}

export interface TestIssuerOptions {
  /**
   * Looks like this authorization server: its issuer, where its keys are, `typ`, algorithm, and where its tokens have the
   * audience, the scopes and the roles. A name, or the options that your own preset made, which have your tenant and your
   * audience in them: `like: entra({ … })`. Default: RFC 9068 and nothing of any vendor's.
   */
  readonly like?: VendorName | PresetLike | undefined
  /** The issuer identifier (RFC 8414 section 2). Default `https://issuer.test`, or as `like` has it. `listen` moves it to a port of this machine. */
  readonly issuer?: string | undefined
  /** The audience of tokens for which none was asked. Default `https://api.test`, or as `like` has it. */
  readonly audience?: string | readonly [string, ...string[]] | undefined
  /** `scopes_supported`: clients get no others, and `mint` writes these where it is told none. Default: none are named, and clients get what they ask for. */
  readonly scopes?: readonly string[] | undefined
  /** The `sub` of tokens, and who signs in. Default `ada`, or as `like` has it. A client may name another in `login_hint`. */
  readonly sub?: string | undefined
  /** In every token; what `mint` is told goes on top. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** The signature algorithm. Default `ES256`, or as `like` has it. */
  readonly alg?: Algorithm | undefined
  /** Seconds that a token lives. Default 300. */
  readonly expiresIn?: number | undefined
  /** What clients get: `'jwt'`, or `'opaque'` tokens for introspection and userinfo. Default `'jwt'`. */
  readonly accessTokens?: 'jwt' | 'opaque' | undefined
  /** The authorization endpoint says yes by itself, or shows a page with a button. Default `'by itself'`. */
  readonly consent?: 'by itself' | 'on a click' | undefined
  /** Clients that need not register. Default: one, which is the issuer's `client`. */
  readonly clients?: readonly [TestClient, ...TestClient[]] | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined
}

/** The options with their defaults; what `like` decides is not in here. */
export interface Settings {
  readonly scopes: readonly string[] | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly expiresIn: number
  readonly accessTokens: 'jwt' | 'opaque'
  readonly consent: 'by itself' | 'on a click'
  readonly clients: readonly [TestClient, ...TestClient[]]
  readonly now: () => number
}

const NAMES = {
  ...{ like: true, issuer: true, audience: true, scopes: true, sub: true, claims: true, alg: true },
  ...{ expiresIn: true, accessTokens: true, consent: true, clients: true, now: true },
} as const satisfies Readonly<Record<keyof TestIssuerOptions, true>>

/** @throws TypeError for an option that does not exist, or has a value that it cannot have. */
export function settingsOf(options: TestIssuerOptions): Settings {
  checkOptions('createTestIssuer', options, Object.keys(NAMES))
  const { scopes, claims = {}, expiresIn = 300, accessTokens = 'jwt', consent = 'by itself', clients = [CLIENT], now = () => Date.now() / 1000 } = options
  oneOf('accessTokens', accessTokens, ['jwt', 'opaque'])
  oneOf('consent', consent, ['by itself', 'on a click'])
  if ([...clients].length === 0) throw new TypeError('"clients" must have at least one; leave it out for the default')
  return { scopes, claims, expiresIn, accessTokens, consent, clients, now }
}

const CLIENT: TestClient = { clientId: 'test-client', clientSecret: 'the-secret-of-the-test-client', redirectUris: ['http://127.0.0.1/callback'] }
