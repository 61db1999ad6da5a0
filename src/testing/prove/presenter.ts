/** This file presents tokens as their holder would: as Bearer, or by DPoP with a proof for each request (RFC 9449 section 7.1). */
import { sha256 } from '../../lib/digest.js'
import { htuOf } from '../dpop/proof-key.js'
import type { DpopProofOptions } from '../dpop/proof-key.js'
import type { TokenHolder } from '../dpop/token-holder.js'
import type { Came, Sent } from '../http/exchange.js'

export class Presenter {
  /** A bound token with its key; undefined where tokens were handed over. */
  readonly holder: TokenHolder | undefined
  readonly #origin: string
  readonly #always: boolean
  #nonce: string | undefined

  /** `origin`: of the server's `resource`. `always`: every token is bound to the holder's key, and presented so. */
  constructor({ holder, origin = '', always = false }: { readonly holder?: TokenHolder; readonly origin?: string; readonly always?: boolean } = {}) {
    this.holder = holder
    this.#origin = origin
    this.#always = always
  }

  async headers(token: string, { method, target }: Pick<Sent, 'method' | 'target'>): Promise<Sent['headers']> {
    if (!this.#always) return [['Authorization', `Bearer ${token}`]]
    return byDpop(token, await this.proof(token, target, { method }))
  }

  /** A proof for this token, with the newest nonce of the server. Empty where there is no holder. */
  async proof(token: string, target: string, options: DpopProofOptions): Promise<string> {
    const claims = { ath: sha256(token), ...options.claims }
    return (await this.holder?.proof(this.urlOf(target), { nonce: this.#nonce, ...options, claims })) ?? ''
  }

  /** As a proof names it. */
  urlOf(target: string): string {
    return URL.canParse(target, this.#origin) ? htuOf(new URL(target, this.#origin)) : this.#origin
  }

  /** Keeps the nonce of an answer. True where that is what was missing (RFC 9449 section 9). */
  heard({ status, headers }: Came): boolean {
    this.#nonce = headers['dpop-nonce'] ?? this.#nonce
    return status === 401 && /\buse_dpop_nonce\b/.test(headers['www-authenticate'] ?? '')
  }
}

export function byDpop(token: string, ...proofs: readonly string[]): Sent['headers'] {
  return [['Authorization', `DPoP ${token}`], ...proofs.map((proof) => ['DPoP', proof] as const)]
}
