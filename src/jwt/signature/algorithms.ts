/** Lists the signature algorithms that we accept, and the keys that each of them needs (RFC 7518 section 3.1, RFC 8037, RFC 9864). */

export interface KeyShape {
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
  /** Length of a signature in bytes (RFC 7518 section 3.4, RFC 8032); an RSA signature is as long as its key. */
  readonly signatureLength?: number
  /** The parameters for `crypto.subtle.verify`. An imported RSA key knows its hash. */
  readonly webCrypto: { readonly name: string; readonly hash?: string; readonly saltLength?: number }
}

const PKCS1 = { kty: 'RSA', webCrypto: { name: 'RSASSA-PKCS1-v1_5' } } as const
const ED25519 = { kty: 'OKP', crv: 'Ed25519', signatureLength: 64, webCrypto: { name: 'Ed25519' } } as const

/** The accepted algorithms. They are asymmetric only: with a shared secret, whoever can verify can also sign. */
export const ALGORITHMS = {
  RS256: PKCS1,
  RS384: PKCS1,
  RS512: PKCS1,
  // RFC 7518 section 3.5: the salt is as long as the hash.
  PS256: { kty: 'RSA', webCrypto: { name: 'RSA-PSS', saltLength: 32 } },
  PS384: { kty: 'RSA', webCrypto: { name: 'RSA-PSS', saltLength: 48 } },
  PS512: { kty: 'RSA', webCrypto: { name: 'RSA-PSS', saltLength: 64 } },
  ES256: { kty: 'EC', crv: 'P-256', signatureLength: 64, webCrypto: { name: 'ECDSA', hash: 'SHA-256' } },
  ES384: { kty: 'EC', crv: 'P-384', signatureLength: 96, webCrypto: { name: 'ECDSA', hash: 'SHA-384' } },
  ES512: { kty: 'EC', crv: 'P-521', signatureLength: 132, webCrypto: { name: 'ECDSA', hash: 'SHA-512' } },
  EdDSA: ED25519,
  Ed25519: ED25519,
} as const satisfies Record<string, KeyShape>

export type Algorithm = keyof typeof ALGORITHMS

export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHMS, value)
}
