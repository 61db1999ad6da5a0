/** One key of the flapping issuer, from its making to its removal, and the tokens that it signs. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { JWK } from 'jose'

const KINDS = [
  { alg: 'ES256', hash: 'sha256', make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  { alg: 'EdDSA', hash: null, make: () => generateKeyPairSync('ed25519') },
] as const

export class IssuerKey {
  readonly kid = `key-${randomBytes(6).toString('hex')}`
  readonly alg: string
  readonly jwk: JWK
  /** Provider's seconds; infinite while that is still to come. */
  publishedAt = Number.POSITIVE_INFINITY
  removedAt = Number.POSITIVE_INFINITY
  /** A token named it before the issuer published it. */
  shownEarly = false
  readonly #sign: (text: string) => Buffer

  constructor(number: number) {
    const { alg, hash, make } = number % 2 === 0 ? KINDS[0] : KINDS[1]
    const { privateKey, publicKey } = make()
    this.alg = alg
    this.jwk = { ...publicKey.export({ format: 'jwk' }), kid: this.kid, use: 'sig' }
    this.#sign = (text) => sign(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  }

  /** A compact JWT with these claims, under another name if so wished. */
  token(claims: Readonly<Record<string, unknown>>, kid = this.kid): string {
    const text = `${encoded({ alg: this.alg, typ: 'JWT', kid })}.${encoded(claims)}`
    return `${text}.${this.#sign(text).toString('base64url')}`
  }
}

function encoded(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
