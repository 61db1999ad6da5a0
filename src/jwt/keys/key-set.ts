/** Holds one issuer's public keys (RFC 7517). An unusable key is skipped and never spoils its neighbours. */
import { decodeBase64url } from '../../lib/base64url.js'
import { ownProperty } from '../../lib/own-property.js'
import { ALGORITHMS } from '../signature/algorithms.js'
import { verificationKey } from '../signature/verification-key.js'
import { hasSmallOrder, isRoca } from './weak-keys.js'
import type { CryptoKey, JWK } from 'jose'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm, KeyShape } from '../signature/algorithms.js'
import type { VerificationKey } from '../signature/verification-key.js'

/** Most keys that are tried for one token, where several fit. */
const MAX_CANDIDATES = 4
/** Most keys that are looked at in one set. */
const MAX_KEYS = 1000
/** Keys imported for one question, where none of them is usable: an import holds up the event loop. */
const MAX_IMPORTS = 32

const ALL_ALGORITHMS = Object.keys(ALGORITHMS) as Algorithm[] // the keys of a constant of ours

/** Reads the keys of a JWK Set; null when the document is none. A set without keys says nothing about any token. */
export function parseKeySet(document: unknown): KeySet | null {
  const keys = ownProperty(document, 'keys')
  const sound = Array.isArray(keys) ? keys.slice(0, MAX_KEYS).filter((key) => isShallow(key, 0)).map(withoutEmpty) : []
  return sound.length > 0 ? new KeySet(sound, Array.isArray(keys) ? Math.max(0, keys.length - MAX_KEYS) : 0) : null
}

/** Deepest JWK that is read: no public JWK is deeper than lists in an object. */
const MAX_DEPTH = 4

// What JSON.parse reads at any depth, JSON.stringify cannot write again, for the comparison and the snapshot.
function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < MAX_DEPTH && Object.values(value).every((member) => isShallow(member, depth + 1))
}

// .NET writes all members of its class, those that are not there as null or as an empty list.
function withoutEmpty(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return key
  const isThere = (value: unknown): boolean => value !== null && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(key).filter(([, value]) => isThere(value)))
}

export class KeySet {
  readonly #keys: readonly unknown[]
  readonly #found = new Map<Algorithm, Map<string | undefined, readonly VerificationKey[]>>()

  /** Keys of the document that were left out, for there were too many. */
  readonly leftOut: number

  constructor(keys: readonly unknown[], leftOut = 0) {
    this.#keys = keys
    this.leftOut = leftOut
  }

  /** True where more keys fit than are tried. */
  isCrowded(alg: Algorithm, kid: string | undefined): boolean {
    return this.#keys.filter((key) => fits(key, alg, kid)).length > MAX_CANDIDATES
  }

  /** Why no key of this name checks a signature of this algorithm, where that is not simply that there is none. */
  faultOf(alg: Algorithm, kid: string | undefined): KeyFault | undefined {
    const named = this.#keys.filter((key) => kid === undefined || ownProperty(key, 'kid') === kid)
    // A name says which key is meant; without one, a key of every other kind would be to blame.
    const faults = kid === undefined ? [] : named.map((key) => keyFault(key, alg))
    if (faults.length > 0) return faults.find((fault) => fault !== undefined) ?? 'the key is there, and this runtime cannot use it'
    if (this.leftOut > 0) return 'the key set has more than 1000 keys, and those behind them were left out'
    return undefined
  }

  get size(): number {
    return this.#keys.length
  }

  /** The names of its keys. */
  kids(): ReadonlySet<string> {
    const names = this.#keys.map((key) => ownProperty(key, 'kid'))
    return new Set(names.filter((name) => typeof name === 'string'))
  }

  /** The document that these keys came from. */
  toJSON(): { keys: readonly unknown[] } {
    return { keys: this.#keys }
  }

  /** True when both sets hold the same keys, in whatever order they and their members come. */
  equals(other: KeySet): boolean {
    const [own, others] = [this.#keys, other.#keys].map((keys) => new Set(keys.map(textOfKey)))
    return own !== undefined && others !== undefined && own.size === others.size && [...own].every((key) => others.has(key))
  }

  /** True where a key looks as if it could check signatures: it is not imported for that. */
  hasFitting(): boolean {
    return this.#keys.some((key) => ALL_ALGORITHMS.some((alg) => fits(key, alg, undefined)))
  }

  /** Why none does, each cause once. */
  faults(): readonly KeyFault[] {
    const faults = this.#keys.flatMap((key) => {
      const all = ALL_ALGORITHMS.map((alg) => keyFault(key, alg)).filter((fault) => fault !== undefined)
      return all.find((fault) => !fault.includes('(kty') && !fault.includes('(alg)')) ?? all[0] ?? []
    })
    return [...new Set(faults)]
  }

  /** True when one of the keys can check signatures. A set without such a key says nothing about any token. */
  async isUsable(): Promise<boolean> {
    let imports = 0
    for (const key of this.#keys) {
      if (imports === MAX_IMPORTS) break
      const alg = ALL_ALGORITHMS.find((one) => fits(key, one, undefined))
      if (alg === undefined) continue
      imports += 1
      if ((await importPublicKey(key, alg)) !== null) return true
    }
    return false
  }

  /** Finds the keys that may have signed a token with this header, at most four. They are imported once, and at hand from then on. */
  candidates(alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    const known = this.#found.get(alg)?.get(kid)
    if (known !== undefined) return known
    const fitting = this.#keys.filter((key) => fits(key, alg, kid))
    return fitting.length === 0 ? [] : this.#import(fitting, alg, kid)
  }

  async #import(fitting: readonly unknown[], alg: Algorithm, kid: string | undefined): Promise<readonly VerificationKey[]> {
    const usable: VerificationKey[] = []
    for (const key of fitting.slice(0, MAX_IMPORTS)) {
      if (usable.length === MAX_CANDIDATES) break
      // One that fits and cannot be used takes no place from one that can.
      const imported = await importPublicKey(key, alg)
      if (imported !== null) usable.push(verificationKey(alg, imported))
    }
    // Only what was found is kept, so that nobody can fill this with names of their own.
    if (usable.length > 0) this.#remember(alg, kid, usable)
    return usable
  }

  #remember(alg: Algorithm, kid: string | undefined, usable: readonly VerificationKey[]): void {
    const byName = this.#found.get(alg) ?? new Map<string | undefined, readonly VerificationKey[]>()
    this.#found.set(alg, byName.set(kid, usable))
  }
}

function fits(key: unknown, alg: Algorithm, kid: string | undefined): boolean {
  // The name first: it is all that a flood of unknown ones has looked at.
  if (kid !== undefined && ownProperty(key, 'kid') !== kid) return false
  const shape: KeyShape = ALGORITHMS[alg]
  if (spoilt.has(key as object)) return false
  const own = (name: string): unknown => ownProperty(key, name)
  if (own('kty') !== shape.kty || (shape.crv !== undefined && own('crv') !== shape.crv)) return false
  return keyFault(key, alg) === undefined
}

/** Why a key cannot check signatures of this algorithm. These are constant texts, so that they can go into events. */
export type KeyFault =
  | 'the key is there, for another kind of algorithm (kty, crv)'
  | 'the key is there, for another algorithm (alg)'
  | 'the key is there, for encryption (use)'
  | 'the key is there, and not for checking signatures (key_ops)'
  | 'the key is there with its private half, which the issuer must never publish: it has to be replaced'
  | 'the key is there as a certificate only (x5c); the issuer has to write its numbers (n and e, or x and y)'
  | 'the key is there and is too weak: RSA needs 2048 bits or more'
  | 'the key is there, and this runtime cannot use it'
  | 'the key set has more than 1000 keys, and those behind them were left out'

function keyFault(key: unknown, alg: Algorithm): KeyFault | undefined {
  const shape: KeyShape = ALGORITHMS[alg]
  const own = (name: string): unknown => ownProperty(key, name)
  if (own('kty') !== shape.kty || (shape.crv !== undefined && own('crv') !== shape.crv)) return 'the key is there, for another kind of algorithm (kty, crv)'
  if (own('alg') !== undefined && !isSameAlgorithm(own('alg'), alg)) return 'the key is there, for another algorithm (alg)'
  if (own('use') !== undefined && !USES.has(own('use'))) return 'the key is there, for encryption (use)'
  const operations = own('key_ops')
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'the key is there, and not for checking signatures (key_ops)'
  // A private key in public is nobody's key any more.
  if (PRIVATE_MEMBERS.some((member) => own(member) !== undefined)) return 'the key is there with its private half, which the issuer must never publish: it has to be replaced'
  if (own(shape.kty === 'RSA' ? 'n' : 'x') === undefined && own('x5c') !== undefined) return 'the key is there as a certificate only (x5c); the issuer has to write its numbers (n and e, or x and y)'
  return isStrong(key as object, shape) ? undefined : 'the key is there and is too weak: RSA needs 2048 bits or more' // it has members
}

function isStrong(jwk: object, { kty }: KeyShape): boolean {
  const own = (name: string): unknown => ownProperty(jwk, name)
  if (kty === 'OKP') return !hasSmallOrder(bytesOf(own('x')))
  if (kty !== 'RSA') return true
  const known = strength.get(jwk) ?? isStrongRsa(own('n'), own('e'))
  strength.set(jwk, known)
  return known
}

/** Of RSA keys, found out once: it is asked for six algorithms, and a set of weak ones would hold up the event loop. */
const strength = new WeakMap<object, boolean>()

/** Keys that this runtime could not import: nobody's tokens make it try again. */
const spoilt = new WeakSet<object>()

/** For signatures; a SPIFFE bundle has a word of its own (SPIFFE Trust Domain and Bundle section 4.2.2). */
const USES: ReadonlySet<unknown> = new Set(['sig', 'jwt-svid'])

/** Private members (RFC 7518 section 6): any of these gives an RSA key away, `d` those of the other kinds, and `k` is a shared secret. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

// RFC 9864: "EdDSA" with an Ed25519 key and "Ed25519" are one algorithm.
function isSameAlgorithm(stated: unknown, alg: Algorithm): boolean {
  const isEd25519 = (name: unknown): boolean => name === 'EdDSA' || name === 'Ed25519'
  return stated === alg || (isEd25519(stated) && isEd25519(alg))
}

const MIN_RSA_BITS = 2048
/** A larger one costs milliseconds for each token, whoever sent it. */
const MAX_RSA_BITS = 8192

// RFC 7518 section 3.3: 2048 bits or more; and an exponent of 1 signs nothing.
function isStrongRsa(n: unknown, e: unknown): boolean {
  const modulus = bigEndian(n)
  const exponent = bigEndian(e)
  const bits = bitsOf(modulus)
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS || isRoca(modulus)) return false
  return exponent.length <= 8 && (exponent.length > 1 || (exponent[0] ?? 0) >= 3)
}

function bitsOf(bigEndian: Uint8Array): number {
  return bigEndian.length * 8 - (Math.clz32(bigEndian[0] ?? 0) - 24)
}

function bigEndian(value: unknown): Uint8Array {
  const bytes = bytesOf(value)
  const firstDigit = bytes.findIndex((byte) => byte !== 0)
  return firstDigit === -1 ? new Uint8Array() : bytes.subarray(firstDigit)
}

function bytesOf(value: unknown): Uint8Array {
  try {
    return decodeBase64url(numberOf(value))
  } catch {
    return new Uint8Array()
  }
}

async function importPublicKey(key: unknown, alg: Algorithm): Promise<CryptoKey | null> {
  const own = (name: string): string => textOf(ownProperty(key, name))
  const number = (name: string): string => numberOf(ownProperty(key, name))
  const { kty }: KeyShape = ALGORITHMS[alg]
  // Public members only, so that nothing else in the JWK has a say.
  const publicKey: JWK =
    kty === 'RSA' ? { kty, n: number('n'), e: number('e') }
    : kty === 'EC' ? { kty, crv: own('crv'), x: number('x'), y: number('y') }
    : { kty, crv: own('crv'), x: number('x') }
  try {
    return await crypto.subtle.importKey('jwk', publicKey, importParameters(alg), true, ['verify'])
  } catch {
    spoilt.add(key as object)
    return null // off the curve, truncated, or unknown to this runtime: not usable, whatever the cause
  }
}

/** What WebCrypto has to know of a key beside its numbers (RFC 7518 section 3): an RSA key is imported for one hash. */
function importParameters(alg: Algorithm): { readonly name: string; readonly hash?: string; readonly namedCurve?: string } {
  const { kty, crv, webCrypto }: KeyShape = ALGORITHMS[alg]
  const { name } = webCrypto
  return kty === 'RSA' ? { name, hash: `SHA-${alg.slice(2)}` } : kty === 'EC' && crv !== undefined ? { name, namedCurve: crv } : { name }
}

// Some write standard base64, padding and all, where RFC 7518 section 2 has base64url: the number is the same.
function numberOf(value: unknown): string {
  return textOf(value).replaceAll('+', '-').replaceAll('/', '_').replace(/={1,2}$/, '')
}

// What is no text is no number either, and must not be asked for one.
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What makes a key: its name, its numbers and its use. Some issuers write the members in another order each time. */
const OF_A_KEY = ['kid', 'kty', 'alg', 'use', 'crv', 'n', 'e', 'x', 'y']

function textOfKey(key: unknown): string {
  return JSON.stringify(OF_A_KEY.map((name) => ownProperty(key, name)))
}
