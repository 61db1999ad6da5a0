/** Checks the signature of a compact JWS (RFC 7515 section 5.2). Two engines, one answer. */
import { nodeEngine } from './node-engine.js'
import { joseEngine } from './jose-engine.js'
import type { CryptoKey } from 'jose'
import type { Algorithm } from './algorithms.js'
import type { SignatureEngine } from './signature-engine.js'

/** `'auto'`: the runtime's own synchronous check where there is one that passes its self-test, else `jose`. */
export type EngineChoice = 'auto' | 'jose'

/** The engine of choice. `jose` is the reference and runs everywhere. */
export function signatureEngine(choice: EngineChoice): SignatureEngine {
  return choice === 'jose' ? joseEngine : (nodeEngine() ?? joseEngine)
}

/** True when one of the keys signed this token with this algorithm. A promise only where the engine gives one. */
export function isSigned(
  engine: SignatureEngine,
  token: string,
  alg: Algorithm,
  [key, ...others]: readonly CryptoKey[],
): boolean | Promise<boolean> {
  if (key === undefined) return false
  const signed = hasLengthFor(key, token) && engine.isSignedBy(token, alg, key)
  if (typeof signed === 'boolean') return signed || isSigned(engine, token, alg, others)
  return signed.then((good) => good || isSigned(engine, token, alg, others))
}

// RFC 8017 section 8.1.2: an RSA signature is as long as the modulus. OpenSSL, and so both engines, takes PSS without
// its leading zeros as well, which would give one token in 256 a second spelling.
function hasLengthFor({ algorithm }: CryptoKey, token: string): boolean {
  if (!('modulusLength' in algorithm)) return true
  const bytes = Math.ceil(Number(algorithm.modulusLength) / 8)
  return token.length - token.lastIndexOf('.') - 1 === Math.ceil((bytes * 4) / 3)
}
