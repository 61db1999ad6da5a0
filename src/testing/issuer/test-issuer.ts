/** An authorization server for tests: real tokens, real endpoints and real faults, in this process. */
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { asFetch, asResolver } from '../http/answering.js'
import { ProofKey } from '../dpop/proof-key.js'
import { TokenHolder } from '../dpop/token-holder.js'
import { serve } from '../http/server.js'
import { Endpoints } from './endpoints.js'
import { factsOf, movedTo } from './facts.js'
import { Faults } from './faults.js'
import { IssuedTokens } from './issued-tokens.js'
import { settingsOf } from './issuer-options.js'
import { deliver, logoutClaims, LOGOUT_TYPE } from './logout-tokens.js'
import { signedJwt } from './minting.js'
import { originsOf } from './routes.js'
import { SigningKeys } from './signing-keys.js'
import { jwtClaims, plainClaims, present } from './token-claims.js'
import { PLAIN } from '../vendors/vendor-shape.js'
import type { CryptoKey, JWK } from 'jose'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { JwtOptions } from '../../jwt/jwt-options.js'
import type { Answer, MswResolver } from '../http/answering.js'
import type { TestServer } from '../http/server.js'
import type { IssuerCall } from './endpoints.js'
import type { Facts } from './facts.js'
import type { EndFault, FlapOptions, GarbageOptions, OutageOptions, SlowOptions } from './faults.js'
import type { Settings, TestClient, TestIssuerOptions } from './issuer-options.js'
import type { IssuerLogout } from './logout-tokens.js'
import type { RotateOptions } from './signing-keys.js'
import type { Defaults, MintJwtOptions, MintOptions } from './token-claims.js'
import type { Members } from '../vendors/vendor-shape.js'

/** The part of msw's `http` that is needed, so that this package does not need msw. */
export interface MswHttpAll<H> {
  readonly all: (path: string, resolver: MswResolver) => H
}

/** Options of `JwksProvider`. */
export type TestIssuerJwtOptions = JwtOptions & { readonly now: () => number }

/** A public key of a client, for proofs of possession (RFC 9449). */
export type DpopKey = CryptoKey | JWK

/**
 * An authorization server in this process. Nothing of it is for production: it signs whatever it is asked for.
 *
 * Without a port, hand its `fetch` to a provider: `new JwksProvider(issuer.options)`. With one: `await issuer.listen()`.
 *
 * @throws TypeError for options that do not exist or cannot be.
 */
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  return new TestIssuer(options)
}

/** Made by `createTestIssuer`. */
export class TestIssuer {
  /** Every request that was made, and its answer. */
  readonly calls: IssuerCall[] = []
  /** The first of the clients that it knows. */
  readonly client: TestClient
  /** In place of the network: answers at the issuer's own URLs, and nowhere else. */
  readonly fetch: typeof globalThis.fetch
  readonly #settings: Settings
  readonly #keys: SigningKeys
  readonly #faults = new Faults()
  readonly #tokens = new IssuedTokens()
  readonly #endpoints: Endpoints
  readonly #alg: Algorithm
  readonly #defaults: Defaults
  #facts: Facts
  #server: TestServer | undefined

  constructor(options: TestIssuerOptions) {
    this.#settings = settingsOf(options)
    this.#facts = factsOf(options)
    const { shape } = this.#facts
    const { clients, scopes = [], expiresIn, claims } = this.#settings
    this.client = clients[0]
    this.#alg = options.alg ?? shape.alg ?? 'RS256'
    this.#keys = new SigningKeys(shape.use ?? 'sig')
    this.#defaults = { sub: options.sub ?? shape.sub ?? 'ada', scopes, clientId: this.client.clientId, expiresIn, claims }
    this.fetch = asFetch((request) => this.#answer(request, false))
    this.#endpoints = new Endpoints({
      settings: this.#settings,
      faults: this.#faults,
      tokens: this.#tokens,
      keys: this.#keys,
      alg: this.#alg,
      sub: this.#defaults.sub,
      now: () => this.#now(),
      facts: () => this.#facts,
      accessToken: (about) => (this.#settings.accessTokens === 'jwt' ? this.mint(about) : this.opaque(about)),
      idToken: (claims) => this.#signedAs('JWT', claims),
    })
  }

  /** The issuer identifier, as its tokens write it in `iss`. Another one once it listens. */
  get issuer(): string {
    return this.#facts.issuer
  }

  /** The audience of tokens for which none was asked. */
  get audience(): string {
    return this.#facts.audience[0] ?? ''
  }

  /**
   * Options of a `JwksProvider` that trusts this issuer: `like`'s, where it has some, with `issuer`, `audience` and `now`;
   * and its `fetch`, unless it listens.
   */
  get options(): TestIssuerJwtOptions {
    const options = { ...this.#facts.options, ...(this.#server === undefined && { fetch: this.fetch }), now: this.#settings.now }
    return options // keys come from `jwksUri` or from discovery, whatever the preset
  }

  /** The URL that a port is reached at, once it listens; before that, where `fetch` answers. */
  get url(): string {
    return this.#facts.base
  }

  /**
   * Listens on a port of this machine, a free one by default, on the loopback address only. The issuer moves there, path and
   * all: `issuer`, `options` and tokens that are minted from now on name the new place. Gives itself.
   */
  async listen(port = 0): Promise<this> {
    this.#server = await serve((request) => this.#answer(request, true), port)
    this.#facts = movedTo(this.#server.origin, this.#facts)
    return this
  }

  /** Heals, and stops listening, open connections too. Does nothing the second time. */
  async close(): Promise<void> {
    this.heal()
    await this.#server?.close()
  }

  /** For msw: `setupServer(...issuer.handlers(http))`, with msw's own `http`. */
  handlers<H>(http: MswHttpAll<H>): H[] {
    const resolver = asResolver((request) => this.#answer(request, false))
    return originsOf(this.#facts).map((origin) => http.all(`${origin}/*`, resolver))
  }

  /**
   * An access token as a JWT: good, but for what it is told otherwise. Introspection and userinfo know it, unless `typ` makes
   * another kind of JWT of it.
   */
  async mint(options: MintJwtOptions = {}): Promise<string> {
    const { signedBy, alg } = options
    const claims = jwtClaims(options, this.#facts, this.#defaults, this.#now())
    const token = await signedJwt(claims, options, this.#facts.shape, this.#keys, this.#alg)
    if (signedBy !== 'stranger' && alg !== 'none' && isAccessToken(options)) this.#tokens.add(token, claims)
    return token
  }

  /** An opaque access token, which says nothing: only introspection and userinfo know what it stands for. */
  async opaque(options: MintOptions = {}): Promise<string> {
    const token = `opaque_${globalThis.crypto.randomUUID().replaceAll('-', '')}`
    this.#tokens.add(token, plainClaims(options, this.#facts, this.#defaults, this.#now()))
    return token
  }

  /** A token that is good only together with a proof by this key: `cnf.jkt` is its thumbprint (RFC 9449 section 6, RFC 7638). */
  async bound(dpopKey: DpopKey, options: MintJwtOptions = {}): Promise<string> {
    const { kty, crv, x, y, n, e } = isJwk(dpopKey) ? dpopKey : await exportJWK(dpopKey)
    const jkt = await calculateJwkThumbprint(present({ kty, crv, x, y, n, e })) // the public half, as section 3 wants it
    return this.mint({ ...options, claims: { cnf: { jkt }, ...options.claims } })
  }

  /**
   * A bound token together with a new key, which makes proofs: `fetch(url, { headers: await ada.headers(url) })` (RFC 9449).
   * `alg`, `typ` and `header` are the token's.
   */
  async holder(options: MintJwtOptions = {}): Promise<TokenHolder> {
    const key = await ProofKey.create()
    const about = { ...options, claims: { cnf: { jkt: key.thumbprint }, ...options.claims } }
    return new TokenHolder(await (this.#settings.accessTokens === 'jwt' ? this.mint(about) : this.opaque(about)), key, () => this.#now())
  }

  /** Introspection and userinfo say no from now on. A JWT stays what it is to those who ask nobody. */
  revoke(token: string): void {
    this.#tokens.revoke(token)
    this.#endpoints.tokenEndpoint.revoke(token)
  }

  /**
   * Ends the tokens of a subject, or of one session, and posts a logout token to the client's `backchannelLogoutUri`, where
   * it has one. Gives the logout token, for a handler of yours that has no port.
   *
   * @throws TypeError for nobody in particular. @throws Error when the client does not take it.
   */
  async logout(options: IssuerLogout): Promise<string> {
    const { sub, sid, clientId = this.client.clientId } = options
    if (sub === undefined && sid === undefined) throw new TypeError('logout takes "sub", "sid" or both')
    this.#tokens.revokeAll({ sub, sid })
    this.#endpoints.tokenEndpoint.revokeAll({ sub, sid })
    const token = await this.#signedAs(LOGOUT_TYPE, logoutClaims(options, this.issuer, clientId, this.#now()))
    const uri = this.#endpoints.clients.find(clientId)?.backchannelLogoutUri
    if (uri !== undefined) await deliver(uri, token)
    return token
  }

  /** Its public keys as they are now (RFC 7517), without a request. */
  async publicKeys(): Promise<readonly JWK[]> {
    await this.#keys.current(this.#alg)
    return (await this.#keys.published({ duplicate: false })).map(({ publicJwk }) => publicJwk)
  }

  /** Signs with new keys from now on. */
  rotate(options?: RotateOptions): Promise<void> {
    return this.#keys.rotate(options)
  }

  /** Does not answer from now on. */
  outage(options?: OutageOptions): EndFault {
    return this.#faults.outage(options)
  }

  /** Takes its time: each answer waits for the fault's end, or for a promise of yours. No timer of its own. */
  slow(options?: SlowOptions): EndFault {
    return this.#faults.slow(options)
  }

  /** Answers, fails, answers, fails. */
  flap(options?: FlapOptions): EndFault {
    return this.#faults.flap(options)
  }

  /** Answers 200 with what nobody can read. */
  garbage(options?: GarbageOptions): EndFault {
    return this.#faults.garbage(options)
  }

  /** Its clock is ahead by so many seconds; below zero, behind. */
  skew(seconds: number): EndFault {
    return this.#faults.skew(seconds)
  }

  /** Its metadata names another issuer (RFC 8414 section 3.3). Its tokens do not. */
  wrongIssuer(issuer = 'https://somebody-else.test'): EndFault {
    return this.#faults.wrongIssuer(issuer)
  }

  /** Its key set has another key under the `kid` of its own, before it. */
  duplicateKid(): EndFault {
    return this.#faults.duplicateKid()
  }

  /** Ends every fault. Rotations and revocations stay. */
  heal(): void {
    this.#faults.heal()
  }

  /** A JWT that is no access token: it is in no vendor's shape. */
  #signedAs(typ: string, claims: Members): Promise<string> {
    return signedJwt(claims, { typ }, PLAIN, this.#keys, this.#alg)
  }

  async #answer(request: Request, anyOrigin: boolean): Promise<Answer> {
    if (!anyOrigin && !originsOf(this.#facts).includes(new URL(request.url).origin)) return 'cut'
    const { answer, call } = await this.#endpoints.answer(request, anyOrigin)
    this.calls.push(call)
    return answer
  }

  #now(): number {
    return Math.floor(this.#settings.now()) + this.#faults.clockSkew
  }
}

function isAccessToken({ typ, header }: MintJwtOptions): boolean {
  const isOther = typeof typ === 'string' && /\+jwt$/i.test(typ) && !/^(?:application\/)?at\+jwt$/i.test(typ)
  return !isOther && header?.['crit'] === undefined
}

function isJwk(key: DpopKey): key is JWK {
  return 'kty' in key
}
