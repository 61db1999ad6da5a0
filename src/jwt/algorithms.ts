/** The signature algorithms we take, and the keys each of them needs (RFC 7518 section 3.1, RFC 8037, RFC 9864). */

export interface KeyShape {
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv?: string
  /** In bytes (RFC 7518 section 3.4, RFC 8032); an RSA signature is as long as its key. */
  readonly signatureLength?: number
}

/** Asymmetric only: with a shared secret, whoever can verify can also sign. */
export const ALGORITHMS = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256', signatureLength: 64 },
  ES384: { kty: 'EC', crv: 'P-384', signatureLength: 96 },
  ES512: { kty: 'EC', crv: 'P-521', signatureLength: 132 },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', signatureLength: 64 },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', signatureLength: 64 },
} as const satisfies Record<string, KeyShape>

export type Algorithm = keyof typeof ALGORITHMS

export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHMS, value)
}
