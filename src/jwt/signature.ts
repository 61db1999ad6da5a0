/** Checks the signature of a compact JWS with `jose`. */
import { compactVerify, errors } from 'jose'
import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithms.js'

/** True when one of the keys signed this token with this algorithm. */
export async function isSigned(token: string, alg: Algorithm, keys: readonly CryptoKey[]): Promise<boolean> {
  for (const key of keys) if (await isSignedBy(token, alg, key)) return true
  return false
}

async function isSignedBy(token: string, alg: Algorithm, key: CryptoKey): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return true
  } catch (error) {
    // Only this finding means no; whatever else goes wrong is not the token's fault.
    if (error instanceof errors.JWSSignatureVerificationFailed) return false
    throw error
  }
}
