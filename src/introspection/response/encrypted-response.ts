/** Takes a signed answer out of its encryption (RFC 9701 section 5), with a private key of this server's own. */
import { AuthUnavailableError } from '../../errors.js'
import { ownProperty } from '../../lib/own-property.js'
import type { CryptoKey, JWK } from 'jose'

/** A private key: a JWK with `alg`, or a PEM (PKCS #8) and the algorithm. */
export type AnswerKey = JWK | { readonly pem: string; readonly alg: string }

/** What was encrypted. @throws AuthUnavailableError */
export type Decrypt = (text: string) => Promise<string>

/** Asymmetric key agreement and authenticated encryption only: with a password or a shared secret, who reads can write. */
const MANAGEMENT = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW']
const ENCRYPTION = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512']

/** @throws TypeError for what is no private key, or says no algorithm. */
export function decryptionBy(key: AnswerKey): Decrypt {
  const [pem, d, alg] = ['pem', 'd', 'alg'].map((name) => ownProperty(key, name))
  const isPem = typeof pem === 'string' && pem.includes('-----BEGIN PRIVATE KEY-----')
  if (!isPem && typeof d !== 'string') throw new TypeError('"signed.decryption" must be a private key: a JWK with "d", or { pem, alg } with a PKCS #8 PEM')
  if (typeof alg !== 'string' || !MANAGEMENT.includes(alg)) throw new TypeError(`"signed.decryption" must have as its "alg" one of ${MANAGEMENT.join(', ')}`)
  const copy = { ...key }
  return async (text) => {
    try {
      const { compactDecrypt } = await import('jose/jwe/compact/decrypt')
      const { plaintext } = await compactDecrypt(text, await imported(copy, alg), { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: ENCRYPTION })
      return new TextDecoder().decode(plaintext)
    } catch {
      // Without the cause: it may quote the key or the answer.
      throw new AuthUnavailableError('the signed answer cannot be decrypted with the given key')
    }
  }
}

async function imported(key: AnswerKey, alg: string): Promise<CryptoKey> {
  const { importJWK, importPKCS8 } = await import('jose/key/import')
  const pem = ownProperty(key, 'pem')
  // A JWK with `d` is never imported as a secret.
  return typeof pem === 'string' ? importPKCS8(pem, alg) : ((await importJWK(key as JWK, alg)) as CryptoKey)
}
