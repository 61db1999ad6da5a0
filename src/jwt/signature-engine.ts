/** What checks signatures, whichever way. */
import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithms.js'

/** One way to check signatures. Takes tokens that are compact and canonical, and keys that fit the algorithm. */
export interface SignatureEngine {
  readonly name: 'jose' | 'node'
  isSignedBy(token: string, alg: Algorithm, key: CryptoKey): boolean | Promise<boolean>
}
