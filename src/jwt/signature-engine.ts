/** What checks signatures, whichever way. */
import type { CryptoKey } from 'jose'
import type { Awaitable } from '../lib/awaitable.js'
import type { Algorithm } from './algorithms.js'

/** One way to check signatures. Takes tokens that are compact and canonical, and keys that fit the algorithm. */
export interface SignatureEngine {
  readonly name: 'jose' | 'node'
  /** `signature`: the last part of the token, decoded. */
  isSignedBy(token: string, signature: Uint8Array, alg: Algorithm, key: CryptoKey): Awaitable<boolean>
}
