/** Describes a public key that is ready to check signatures of one algorithm. */
import { ALGORITHMS } from './algorithms.js'
import type { CryptoKey } from 'jose'
import type { Algorithm, KeyShape } from './algorithms.js'

export interface VerificationKey {
  readonly key: CryptoKey
  /** Length of a signature in characters of base64url. Every signature by this key has this length, and no other. */
  readonly signatureLength: number
}

/** Wraps a key that was imported for this algorithm. */
export function verificationKey(alg: Algorithm, key: CryptoKey): VerificationKey {
  const { signatureLength = Math.ceil(modulusLength(key) / 8) }: KeyShape = ALGORITHMS[alg]
  return { key, signatureLength: Math.ceil((signatureLength * 4) / 3) }
}

// RFC 8017 section 8.1.2: an RSA signature is as long as the modulus.
function modulusLength({ algorithm }: CryptoKey): number {
  return 'modulusLength' in algorithm ? Number(algorithm.modulusLength) : 0
}
