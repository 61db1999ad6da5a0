/** Checks the signature of a compact JWS (RFC 7515 section 5.2). Both engines give the same answer. */
import { andThen } from '../../lib/awaitable.js'
import { nodeEngine } from './node-engine.js'
import { webCryptoEngine } from './web-crypto-engine.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm } from './algorithms.js'
import type { SignatureEngine } from './signature-engine.js'
import type { Signed } from '../token/decode.js'
import type { VerificationKey } from './verification-key.js'

/** `'auto'`: the runtime's own synchronous check where there is one that passes its self-test, else as `'jose'`. */
export type EngineChoice = 'auto' | 'jose'

/** Chooses the engine. */
export function signatureEngine(choice: EngineChoice): SignatureEngine {
  return choice === 'jose' ? webCryptoEngine : (nodeEngine() ?? webCryptoEngine)
}

/** True when one of the keys made this signature with this algorithm. */
export function isSigned(engine: SignatureEngine, what: Signed, alg: Algorithm, keys: readonly VerificationKey[]): Awaitable<boolean> {
  return isSignedByOneFrom(0, engine, what, alg, keys)
}

function isSignedByOneFrom(
  index: number,
  engine: SignatureEngine,
  what: Signed,
  alg: Algorithm,
  keys: readonly VerificationKey[],
): Awaitable<boolean> {
  const known = keys[index]
  if (known === undefined) return false
  // OpenSSL, and so both engines, takes a PSS signature without its leading zeros as well (RFC 8017 section 8.1.2 does
  // not), which would give one token in 256 a second spelling.
  const good = what.signature.length === known.signatureLength && engine.isSignedBy(what, alg, known.key)
  return good === true || andThen(good, (yes) => yes || isSignedByOneFrom(index + 1, engine, what, alg, keys))
}
