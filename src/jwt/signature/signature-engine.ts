/** Describes what checks signatures, in whichever way. */
import type { CryptoKey } from 'jose'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Signed } from '../token/decode.js'
import type { Algorithm } from './algorithms.js'

/** One way to check signatures. Takes keys that fit the algorithm. */
export interface SignatureEngine {
  readonly name: 'jose' | 'node'
  isSignedBy(what: Signed, alg: Algorithm, key: CryptoKey): Awaitable<boolean>
}
