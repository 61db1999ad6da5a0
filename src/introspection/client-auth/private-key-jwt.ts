/** Proves who this server is by a private key (RFC 7523): the key itself never travels. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { isAlgorithm } from '../../jwt/signature/algorithms.js'
import { checkOptions } from '../../lib/options.js'
import { ownProperty } from '../../lib/own-property.js'
import { signedAssertion } from './client-assertion.js'
import { wayToAsk } from './asking.js'
import { addressed, named } from './client-auth.js'
import type { ClientAuth } from '../way.js'
import type { CryptoKey, JWK } from 'jose'
import type { PrivateKey } from 'openid-client'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { OptionNames } from '../../lib/options.js'
import type { AssertionSigner } from './client-assertion.js'

/** What `privateKeyJwt` takes beside the key. */
export interface PrivateKeyJwtOptions {
  /** Signature algorithm. Needed for a PEM and a signer; a JWK says it by `alg` or its curve. */
  alg?: Algorithm | undefined
  /** The name under which the server knows the public key. Default: the `kid` of the JWK. */
  kid?: string | undefined
  /** Addressee of the assertion. Default: the issuer. */
  audience?: string | undefined
}

const OPTIONS = { alg: true, kid: true, audience: true } as const satisfies OptionNames<PrivateKeyJwtOptions>

/**
 * Signs a short-lived assertion with a private key (RFC 7523): a JWK, a PEM (PKCS #8), or a function that signs bytes
 * elsewhere, in a key management service, and gives the signature as JWS has it (RFC 7518: ECDSA as r and s).
 *
 * @throws TypeError for what is no private key.
 */
export function privateKeyJwt(clientId: string, key: JWK | string | AssertionSigner, options: PrivateKeyJwtOptions = {}): ClientAuth {
  checkOptions('privateKeyJwt', options, OPTIONS)
  const id = named('clientId', clientId)
  const alg = algorithmOf(key, options.alg)
  const kid = options.kid ?? (typeof key === 'object' ? key.kid : undefined)
  const { audience } = options
  const more = { needs: { issuer: audience === undefined } }
  if (typeof key === 'function') return wayToAsk('private_key_jwt', id, () => signedAssertion(key, { alg, kid, audience }), more)
  const imported = onceAsked(() => importPrivateKey(key, alg))
  return wayToAsk(
    'private_key_jwt',
    id,
    ({ openid }) => async (server, client, body, headers) => {
      const privateKey: PrivateKey = { key: await imported(), ...(kid !== undefined && { kid }) }
      return openid.PrivateKeyJwt(privateKey, addressed(openid, { alg, audience }))(server, client, body, headers)
    },
    more,
  )
}

const CURVES: ReadonlyMap<unknown, Algorithm> = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
  ['Ed25519', 'EdDSA'],
])

/** Kinds of keys, by how the names of their algorithms begin. */
const KINDS: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' }

function algorithmOf(key: unknown, alg: unknown): Algorithm {
  if (typeof key === 'string' && !key.includes('-----BEGIN PRIVATE KEY-----')) {
    throw new TypeError('the key must be PKCS #8 ("BEGIN PRIVATE KEY"); convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem')
  }
  const isJwk = typeof key === 'object' && key !== null
  if (isJwk && typeof ownProperty(key, 'd') !== 'string') throw new TypeError('the JWK must be a private key, with "d"')
  if (!isJwk && typeof key !== 'string' && typeof key !== 'function') throw new TypeError('privateKeyJwt takes a JWK, a PEM or a function that signs')
  const found = alg ?? ownProperty(key, 'alg') ?? CURVES.get(ownProperty(key, 'crv'))
  if (!isAlgorithm(found)) throw new TypeError('privateKeyJwt must be told the algorithm: { alg: "RS256" }')
  const kind = ownProperty(key, 'kty')
  if (isJwk && kind !== KINDS[found.slice(0, 2)]) throw new TypeError(`"alg" is ${found}, and the key is ${String(kind)}`)
  return found
}

async function importPrivateKey(key: JWK | string, alg: Algorithm): Promise<CryptoKey> {
  try {
    const { importJWK, importPKCS8 } = await import('jose/key/import')
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
