/** What checks signatures, whichever way. */
import type { CryptoKey } from 'jose'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm } from './algorithms.js'

/** A text and its signature, in canonical form (RFC 7515 section 5.2, the JWS Signing Input and the JWS Signature). */
export interface Signed {
  /** Header and payload as the token has them, with the dot between. ASCII. */
  readonly signed: string
  /** In base64url, found canonical. */
  readonly signature: string
}

/** One way to check signatures. Takes keys that fit the algorithm. */
export interface SignatureEngine {
  readonly name: 'jose' | 'node'
  isSignedBy(what: Signed, alg: Algorithm, key: CryptoKey): Awaitable<boolean>
}
