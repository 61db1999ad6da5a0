/** Tells how to call `crypto.verify` for each algorithm. */
import type { KeyObject, VerifyKeyObjectInput } from 'node:crypto'
import type { nodeCrypto } from '../../lib/runtime.js'
import type { Algorithm } from './algorithms.js'

export type NodeCrypto = NonNullable<ReturnType<typeof nodeCrypto>>

/** What `crypto.verify` needs for one key and algorithm, and whether it may hold up the event loop. */
export interface Verification {
  /** Name of the hash; null for EdDSA, which hashes by itself. */
  readonly hash: string | null
  readonly key: VerifyKeyObjectInput
  /** True for a check that takes about a millisecond and so belongs in a thread: ES384, ES512 and keys over 4096 bits. */
  readonly threaded: boolean
}

/** Tells how to check signatures of this algorithm with this key. RFC 7518 section 3; JWS writes ECDSA as r and s side by side. */
export function verification(crypto: NodeCrypto, alg: Algorithm, key: KeyObject): Verification {
  const { padding, threaded = (key.asymmetricKeyDetails?.modulusLength ?? 0) > 4096, hash } = PARAMETERS[alg](crypto)
  return { hash, threaded, key: { key, dsaEncoding: 'ieee-p1363', ...padding } }
}

interface Parameters {
  readonly hash: string | null
  readonly threaded?: boolean
  readonly padding?: { readonly padding: number; readonly saltLength?: number }
}

const PARAMETERS: Record<Algorithm, (crypto: NodeCrypto) => Parameters> = {
  RS256: (crypto) => pkcs1(crypto, 256),
  RS384: (crypto) => pkcs1(crypto, 384),
  RS512: (crypto) => pkcs1(crypto, 512),
  PS256: (crypto) => pss(crypto, 256),
  PS384: (crypto) => pss(crypto, 384),
  PS512: (crypto) => pss(crypto, 512),
  ES256: () => ({ hash: 'sha256' }),
  ES384: () => ({ hash: 'sha384', threaded: true }),
  ES512: () => ({ hash: 'sha512', threaded: true }),
  EdDSA: () => ({ hash: null }),
  Ed25519: () => ({ hash: null }),
}

function pkcs1({ constants }: NodeCrypto, bits: number): Parameters {
  return { hash: `sha${bits}`, padding: { padding: constants.RSA_PKCS1_PADDING } }
}

// RFC 7518 section 3.5: the salt is as long as the hash.
function pss({ constants }: NodeCrypto, bits: number): Parameters {
  return { hash: `sha${bits}`, padding: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8 } }
}
