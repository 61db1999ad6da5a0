/** One issuer's public keys (RFC 7517). An unusable key is skipped and never spoils its neighbours. */
import { base64url, importJWK } from 'jose'
import { ownProperty } from '../lib/own-property.js'
import { ALGORITHMS } from './algorithms.js'
import type { CryptoKey, JWK } from 'jose'
import type { Algorithm, KeyShape } from './algorithms.js'

/** Keys tried for one token, where several fit. */
const MAX_CANDIDATES = 4
/** Keys looked at in one set. */
const MAX_KEYS = 256

/** The keys of a JWK Set, or null when the document is none. A set without keys says nothing about any token. */
export function parseKeySet(document: unknown): KeySet | null {
  const keys = ownProperty(document, 'keys')
  return Array.isArray(keys) && keys.length > 0 ? new KeySet(keys.slice(0, MAX_KEYS)) : null
}

export class KeySet {
  readonly #keys: readonly unknown[]
  readonly #found = new Map<string, readonly CryptoKey[]>()

  constructor(keys: readonly unknown[]) {
    this.#keys = keys
  }

  get size(): number {
    return this.#keys.length
  }

  /** The document these keys came from. */
  toJSON(): { keys: readonly unknown[] } {
    return { keys: this.#keys }
  }

  /** True when both sets hold the same keys. */
  equals(other: KeySet): boolean {
    return JSON.stringify(this) === JSON.stringify(other)
  }

  /** The keys that may have signed a token with this header, at most four. Imported once, then at hand at once. */
  candidates(alg: Algorithm, kid: unknown): readonly CryptoKey[] | Promise<readonly CryptoKey[]> {
    return this.#found.get(`${alg} ${String(kid)}`) ?? this.#find(alg, kid)
  }

  async #find(alg: Algorithm, kid: unknown): Promise<readonly CryptoKey[]> {
    const fitting = this.#keys.filter((key) => fits(key, alg, kid)).slice(0, MAX_CANDIDATES)
    const imported = await Promise.all(fitting.map((key) => importPublicKey(key, alg)))
    const usable = imported.filter((key) => key !== null)
    // Only what was found is kept, so that nobody can fill this with names of their own.
    if (usable.length > 0) this.#found.set(`${alg} ${String(kid)}`, usable)
    return usable
  }
}

function fits(key: unknown, alg: Algorithm, kid: unknown): boolean {
  const shape: KeyShape = ALGORITHMS[alg]
  const own = (name: string): unknown => ownProperty(key, name)
  if (own('kty') !== shape.kty || (shape.crv !== undefined && own('crv') !== shape.crv)) return false
  if (kid !== undefined && own('kid') !== kid) return false
  if (own('alg') !== undefined && !isSameAlgorithm(own('alg'), alg)) return false
  if (own('use') !== undefined && own('use') !== 'sig') return false
  const operations = own('key_ops')
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false
  // A private key in public is nobody's key any more.
  if (own('d') !== undefined || own('k') !== undefined) return false
  return shape.kty !== 'RSA' || isStrongRsa(own('n'), own('e'))
}

// RFC 9864: "EdDSA" with an Ed25519 key and "Ed25519" are one algorithm.
function isSameAlgorithm(stated: unknown, alg: Algorithm): boolean {
  const isEd25519 = (name: unknown): boolean => name === 'EdDSA' || name === 'Ed25519'
  return stated === alg || (isEd25519(stated) && isEd25519(alg))
}

// RFC 7518 section 3.3: 2048 bits or more; and an exponent of 1 signs nothing.
function isStrongRsa(n: unknown, e: unknown): boolean {
  const modulus = bigEndian(n)
  const exponent = bigEndian(e)
  return modulus.length >= 256 && exponent.length <= 8 && (exponent.length > 1 || (exponent[0] ?? 0) >= 3)
}

function bigEndian(value: unknown): Uint8Array {
  if (typeof value !== 'string') return new Uint8Array()
  let bytes: Uint8Array
  try {
    bytes = base64url.decode(value)
  } catch {
    return new Uint8Array()
  }
  const firstDigit = bytes.findIndex((byte) => byte !== 0)
  return firstDigit === -1 ? new Uint8Array() : bytes.subarray(firstDigit)
}

async function importPublicKey(key: unknown, alg: Algorithm): Promise<CryptoKey | null> {
  const own = (name: string): string => String(ownProperty(key, name))
  const { kty }: KeyShape = ALGORITHMS[alg]
  // Public members only, so that nothing else in the JWK has a say.
  const publicKey: JWK =
    kty === 'RSA' ? { kty, n: own('n'), e: own('e') }
    : kty === 'EC' ? { kty, crv: own('crv'), x: own('x'), y: own('y') }
    : { kty, crv: own('crv'), x: own('x') }
  try {
    // A JWK without `k` is never imported as a secret.
    return (await importJWK(publicKey, alg)) as CryptoKey
  } catch {
    return null // off the curve, truncated, or unknown to this runtime: not usable, whatever the cause
  }
}
