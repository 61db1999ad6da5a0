/** This file makes DPoP proofs (RFC 9449 section 4.2): good ones, but for what they are told otherwise. */
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import { sha256 } from '../../lib/digest.js'
import type { CryptoKey, JWK } from 'jose'
import type { Algorithm } from '../../jwt/signature/algorithms.js'

type Members = Readonly<Record<string, unknown>>

/** What a proof is to say. All that is left out is as it should be, so that a proof has one fault: the one that was asked for. */
export interface DpopProofOptions {
  /** Default `'GET'`. */
  readonly method?: string | undefined
  /** The server's, from its `DPoP-Nonce`. Default: none. */
  readonly nonce?: string | undefined
  /** Claims on top of all others; `undefined` takes one away. */
  readonly claims?: Members | undefined
  /** Members of the header on top of all others; `undefined` takes one away. What signs stays the same. */
  readonly header?: Members | undefined
}

/** What it is for. */
export interface ProofOf {
  /** Without query and fragment. */
  readonly url: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly token: string | undefined
}

/** A key that proofs are made with. */
export class ProofKey {
  readonly alg: Algorithm
  readonly publicJwk: JWK
  /** RFC 7638: what `cnf.jkt` of a token has. */
  readonly thumbprint: string
  readonly #privateKey: CryptoKey

  private constructor(alg: Algorithm, publicJwk: JWK, thumbprint: string, privateKey: CryptoKey) {
    this.alg = alg
    this.publicJwk = publicJwk
    this.thumbprint = thumbprint
    this.#privateKey = privateKey
  }

  static async create(alg: Algorithm = 'ES256'): Promise<ProofKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg)
    const jwk = await exportJWK(publicKey)
    return new ProofKey(alg, jwk, await calculateJwkThumbprint(jwk), privateKey)
  }

  async prove({ url, now, token }: ProofOf, { method = 'GET', nonce, claims, header }: DpopProofOptions = {}): Promise<string> {
    const ath = token === undefined ? undefined : sha256(token)
    const text = [
      { typ: 'dpop+jwt', alg: this.alg, jwk: this.publicJwk, ...header },
      { jti: globalThis.crypto.randomUUID(), htm: method, htu: url, iat: Math.floor(now), ath, nonce, ...claims },
    ].map((part) => base64url.encode(JSON.stringify(part))).join('.')
    const signature = await globalThis.crypto.subtle.sign(ALGORITHMS[this.alg].webCrypto, this.#privateKey, new TextEncoder().encode(text))
    return `${text}.${base64url.encode(new Uint8Array(signature))}`
  }
}

/** RFC 9449 section 4.2: a proof is for a URL without query and fragment. */
export function htuOf(url: string | URL): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
