/** Checks the signature of a compact JWS (RFC 7515 section 5.2). Two engines, one answer. */
import { andThen } from '../lib/awaitable.js'
import { nodeEngine } from './node-engine.js'
import { joseEngine } from './jose-engine.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { Algorithm } from './algorithms.js'
import type { SignatureEngine } from './signature-engine.js'
import type { VerificationKey } from './verification-key.js'

/** `'auto'`: the runtime's own synchronous check where there is one that passes its self-test, else `jose`. */
export type EngineChoice = 'auto' | 'jose'

/** The engine of choice. `jose` is the reference and runs everywhere. */
export function signatureEngine(choice: EngineChoice): SignatureEngine {
  return choice === 'jose' ? joseEngine : (nodeEngine() ?? joseEngine)
}

/** A compact JWS that is canonical, and the last of its parts decoded. */
export interface Signed {
  readonly token: string
  readonly signature: Uint8Array
}

/** True when one of the keys signed this token with this algorithm. */
export function isSigned(engine: SignatureEngine, signed: Signed, alg: Algorithm, keys: readonly VerificationKey[]): Awaitable<boolean> {
  return isSignedByOneFrom(0, engine, signed, alg, keys)
}

function isSignedByOneFrom(
  index: number,
  engine: SignatureEngine,
  signed: Signed,
  alg: Algorithm,
  keys: readonly VerificationKey[],
): Awaitable<boolean> {
  const known = keys[index]
  if (known === undefined) return false
  const { token, signature } = signed
  // OpenSSL, and so both engines, takes a PSS signature without its leading zeros as well (RFC 8017 section 8.1.2 does
  // not), which would give one token in 256 a second spelling.
  const good = signature.length === known.signatureLength && engine.isSignedBy(token, signature, alg, known.key)
  return good === true || andThen(good, (yes) => yes || isSignedByOneFrom(index + 1, engine, signed, alg, keys))
}
