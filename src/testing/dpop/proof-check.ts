/** This file checks the proof in a request for a token (RFC 9449 sections 4.3 and 5), with `jose` alone: not as the gate does. */
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import { htuOf } from './proof-key.js'
import type { JWK } from 'jose'

export class ProofCheck {
  readonly #now: () => number
  /** Proofs that were used, and until when they could be. */
  readonly #used = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** The thumbprint of the key that a token is to be bound to: undefined where no proof was sent, null for one that does not hold. */
  async jkt(request: Request): Promise<string | undefined | null> {
    const text = request.headers.get('dpop')
    if (text === null) return undefined
    try {
      const expected = { typ: 'dpop+jwt', algorithms: Object.keys(ALGORITHMS), clockTolerance: WINDOW, currentDate: new Date(this.#now() * 1000) }
      const { protectedHeader, payload } = await jwtVerify(text, EmbeddedJWK, expected)
      const { htm, htu, jti, iat } = payload
      const isNow = iat !== undefined && Math.abs(this.#now() - iat) <= WINDOW
      if (htm !== request.method || typeof htu !== 'string' || htuOf(htu) !== htuOf(request.url) || typeof jti !== 'string' || jti === '' || !isNow) return null
      const jkt = await calculateJwkThumbprint(protectedHeader.jwk as JWK) // what signed is in there
      return this.#isFirst(`${jkt} ${jti}`, iat) ? jkt : null
    } catch {
      return null
    }
  }

  #isFirst(name: string, iat: number): boolean {
    for (const [used, until] of this.#used) if (until < this.#now()) this.#used.delete(used)
    if (this.#used.has(name)) return false
    this.#used.set(name, iat + WINDOW)
    return true
  }
}

/** Seconds, either way. */
const WINDOW = 300
