/** This file holds a bound token together with its key, for tests of servers that take DPoP. */
import { htuOf, ProofKey } from './proof-key.js'
import type { JWK } from 'jose'
import type { DpopProofOptions } from './proof-key.js'

/** A token that is bound to a key, and whoever holds both. Made by `holder` of a test issuer. */
export class TokenHolder {
  /** The access token: `cnf.jkt` is the thumbprint of the key. */
  readonly token: string
  readonly #key: ProofKey
  readonly #now: () => number

  constructor(token: string, key: ProofKey, now: () => number) {
    this.token = token
    this.#key = key
    this.#now = now
  }

  get publicJwk(): JWK {
    return this.#key.publicJwk
  }

  /** The thumbprint of the key (RFC 7638). */
  get jkt(): string {
    return this.#key.thumbprint
  }

  /** One proof for one request to this URL, as the server's `resource` has its origin (RFC 9449 section 4.2). */
  proof(url: string | URL, options?: DpopProofOptions): Promise<string> {
    return this.#key.prove({ url: htuOf(url), now: this.#now(), token: this.token }, options)
  }

  /** What one request is sent with: the token by the scheme DPoP, and a proof of its own. */
  async headers(url: string | URL, options?: DpopProofOptions): Promise<{ readonly Authorization: string; readonly DPoP: string }> {
    return { Authorization: `DPoP ${this.token}`, DPoP: await this.proof(url, options) }
  }
}
