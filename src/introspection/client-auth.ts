/** How this server proves who it is when it asks about a token (RFC 6749 section 2.3, RFC 7523, RFC 8705). */
import { importJWK, importPKCS8 } from 'jose'
import { AuthUnavailableError, isUnavailable } from '../errors.js'
import { isAlgorithm } from '../jwt/algorithms.js'
import { ownProperty } from '../lib/own-property.js'
import { signedAssertion } from './client-assertion.js'
import type { CryptoKey, JWK } from 'jose'
import type { ClientAuth as Applied, CustomFetch, ModifyAssertionOptions, PrivateKey, ServerMetadata } from 'openid-client'
import type { Algorithm } from '../jwt/algorithms.js'
import type { AssertionSigner } from './client-assertion.js'

/** `openid-client`, once it is loaded. */
export type OpenidClient = typeof import('openid-client')

/** By the names of RFC 7591 and RFC 8705, and two that have none there. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'none'
  | 'bearer'
  | 'client_secret'

/** What is at hand when a request is about to be sent. */
export interface AuthTools {
  readonly openid: OpenidClient
  readonly server: ServerMetadata
  /** For requests of the authentication itself; bounded in time and size. */
  readonly fetch: CustomFetch
  /** In seconds since the epoch. */
  readonly now: () => number
}

/** Puts the proof into a request. */
export type Apply = Applied

/**
 * One way to authenticate, as a value: made by `clientSecretBasic`, `privateKeyJwt` and their like, and by nothing
 * else, so that no two ways can be mixed. Holds its secret where no printer finds it.
 */
export class ClientAuth {
  readonly method: ClientAuthMethod
  /** Absent where the method does not name a client. */
  readonly clientId: string | undefined
  readonly #apply: (tools: AuthTools) => Apply
  readonly #refused: () => void

  /** `refused` is called when the server did not take the proof. */
  constructor(method: ClientAuthMethod, clientId: string | undefined, apply: (tools: AuthTools) => Apply, refused = (): void => undefined) {
    this.method = method
    this.clientId = clientId
    this.#apply = apply
    this.#refused = refused
    Object.freeze(this)
  }

  /** For requests of ours. */
  static applied(auth: ClientAuth, tools: AuthTools): Apply {
    return auth.#apply(tools)
  }

  static refused(auth: ClientAuth): void {
    auth.#refused()
  }
}

/** @throws TypeError for what none of the functions here made. */
export function checkedClientAuth(name: string, value: unknown): ClientAuth {
  if (value instanceof ClientAuth) return value
  throw new TypeError(`"${name}" must say how this server authenticates, such as clientSecretBasic(clientId, clientSecret)`)
}

/** Sends identifier and secret in the `Authorization` header, form-encoded as RFC 6749 section 2.3.1 says. */
export function clientSecretBasic(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return new ClientAuth('client_secret_basic', id, () => basic(id, secret))
}

/** Sends identifier and secret in the body. For servers that do not know the header. */
export function clientSecretPost(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return new ClientAuth('client_secret_post', id, ({ openid }) => openid.ClientSecretPost(secret))
}

/** Signs a short-lived assertion with the secret (HS256): the secret itself never travels. */
export function clientSecretJwt(clientId: string, clientSecret: string, options: { audience?: string | undefined } = {}): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return new ClientAuth('client_secret_jwt', id, ({ openid }) => openid.ClientSecretJwt(secret, addressed(openid, options.audience)))
}

/** Sends the secret in the way that the issuer's discovery document names: in the header, else the body, else as an assertion. */
export function clientSecret(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return new ClientAuth('client_secret', id, ({ openid, server }) => {
    const supported = server.introspection_endpoint_auth_methods_supported ?? server.token_endpoint_auth_methods_supported
    const takes = (method: string): boolean => Array.isArray(supported) && supported.includes(method)
    if (supported === undefined || takes('client_secret_basic')) return basic(id, secret)
    if (takes('client_secret_post')) return openid.ClientSecretPost(secret)
    return takes('client_secret_jwt') ? openid.ClientSecretJwt(secret) : basic(id, secret)
  })
}

/** What `privateKeyJwt` takes beside the key. */
export interface PrivateKeyJwtOptions {
  /** Signature algorithm. Needed for a PEM and a signer; a JWK says it by `alg` or its curve. */
  alg?: Algorithm | undefined
  /** The name under which the server knows the public key. Default: the `kid` of the JWK. */
  kid?: string | undefined
  /** Addressee of the assertion. Default: the issuer. */
  audience?: string | undefined
}

/**
 * Signs a short-lived assertion with a private key (RFC 7523): a JWK, a PEM (PKCS #8), or a function that signs bytes
 * elsewhere, in a key management service, and gives the signature as JWS has it (RFC 7518: ECDSA as r and s).
 *
 * @throws TypeError for what is no private key.
 */
export function privateKeyJwt(clientId: string, key: JWK | string | AssertionSigner, options: PrivateKeyJwtOptions = {}): ClientAuth {
  const id = named('clientId', clientId)
  const alg = algorithmOf(key, options.alg)
  const kid = options.kid ?? (typeof key === 'object' ? key.kid : undefined)
  const { audience } = options
  if (typeof key === 'function') return new ClientAuth('private_key_jwt', id, () => signedAssertion(key, { alg, kid, audience }))
  const imported = onceAsked(() => importPrivateKey(key, alg))
  return new ClientAuth('private_key_jwt', id, ({ openid }) => async (server, client, body, headers) => {
    const privateKey: PrivateKey = { key: await imported(), ...(kid !== undefined && { kid }) }
    await openid.PrivateKeyJwt(privateKey, addressed(openid, audience))(server, client, body, headers)
  })
}

/**
 * Names the client, and leaves the proof to the certificate of the connection (RFC 8705): hand in a `fetch` that brings
 * it, such as undici's with a dispatcher.
 */
export function tlsClientAuth(clientId: string): ClientAuth {
  return new ClientAuth('tls_client_auth', named('clientId', clientId), ({ openid }) => openid.TlsClientAuth())
}

/** Names the client and proves nothing, for servers that let public clients ask. Anybody can then ask as well. */
export function noClientAuth(clientId: string): ClientAuth {
  return new ClientAuth('none', named('clientId', clientId), ({ openid }) => openid.None())
}

// openid-client encodes hyphens and dots as well, which RFC 6749 appendix B leaves alone: servers that do not decode
// (Glewlwyd) then refuse most secrets there are.
function basic(id: string, secret: string): Apply {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return (_server, _client, _body, headers) => headers.set('Authorization', `Basic ${btoa(`${encoded(id)}:${encoded(secret)}`)}`)
}

function credentials(clientId: unknown, clientSecret: unknown): [string, string] {
  return [named('clientId', clientId), named('clientSecret', clientSecret)]
}

function named(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new TypeError(`"${name}" must be a text that is not empty; is the environment variable set?`)
}

function addressed(openid: OpenidClient, audience: string | undefined): ModifyAssertionOptions {
  if (audience === undefined) return {}
  return { [openid.modifyAssertion]: (_, payload) => void (payload.aud = audience) }
}

const CURVES: ReadonlyMap<unknown, Algorithm> = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
  ['Ed25519', 'EdDSA'],
])

function algorithmOf(key: unknown, alg: unknown): Algorithm {
  if (typeof key === 'string' && !key.includes('-----BEGIN PRIVATE KEY-----')) {
    throw new TypeError('the key must be PKCS #8 ("BEGIN PRIVATE KEY"); convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem')
  }
  const isJwk = typeof key === 'object' && key !== null
  if (isJwk && typeof ownProperty(key, 'd') !== 'string') throw new TypeError('the JWK must be a private key, with "d"')
  if (!isJwk && typeof key !== 'string' && typeof key !== 'function') throw new TypeError('privateKeyJwt takes a JWK, a PEM or a function that signs')
  const found = alg ?? ownProperty(key, 'alg') ?? CURVES.get(ownProperty(key, 'crv'))
  if (isAlgorithm(found)) return found
  throw new TypeError('privateKeyJwt must be told the algorithm: { alg: "RS256" }')
}

async function importPrivateKey(key: JWK | string, alg: Algorithm): Promise<CryptoKey> {
  try {
    // A JWK with `d` is never imported as a secret.
    return typeof key === 'string' ? await importPKCS8(key, alg) : ((await importJWK(key, alg)) as CryptoKey)
  } catch {
    // Without the cause: it may quote the key.
    throw new AuthUnavailableError(`the private key of this client cannot be used with ${alg}`)
  }
}

/** Asks once and keeps what came; a failure is not kept. */
function onceAsked<T>(ask: () => Promise<T>): () => Promise<T> {
  const kept: { value?: Promise<T> } = {}
  return () => {
    kept.value ??= ask().catch((error: unknown) => {
      delete kept.value
      throw isUnavailable(error) ? error : new AuthUnavailableError('the private key of this client cannot be used')
    })
    return kept.value
  }
}
