/** This file gives out nonces for DPoP proofs (RFC 9449 section 9) and knows its own again. Nothing is stored: any replica knows any other's. */
import { hmacSha256, isSameText } from '../../lib/digest.js'

/** In seconds. A nonce is the newest for this long, and good for as long again. */
const PERIOD = 120

export class Nonces {
  #secrets: readonly string[]
  readonly #now: () => number
  #known: KnownNonces | undefined

  /** `secrets`: the first makes new ones, all of them are known; none for one of this process's own, the same in all its gates. `now`: in seconds. */
  constructor(secrets: readonly string[], now: () => number) {
    this.#secrets = secrets
    this.#now = now
  }

  /** For the next proof. */
  get newest(): string {
    return this.#current().newest
  }

  isGood(nonce: unknown): boolean {
    return typeof nonce === 'string' && this.#current().good.some((one) => isSameText(one, nonce))
  }

  #current(): KnownNonces {
    // At the first request: outside of requests, Cloudflare Workers have no random numbers.
    if (this.#secrets.length === 0) this.#secrets = [(ownSecret ??= `${crypto.randomUUID()}${crypto.randomUUID()}`)]
    const period = Math.floor(this.#now() / PERIOD)
    if (this.#known?.period === period) return this.#known
    const at = (when: number): readonly string[] => this.#secrets.map((secret) => hmacSha256(secret, `DPoP-Nonce ${when}`).slice(0, LENGTH))
    const [newest = ''] = at(period)
    // The next one too: the clock of another replica may be ahead.
    this.#known = { period, newest, good: [period, period - 1, period + 1].flatMap(at) }
    return this.#known
  }
}

/** Of this process: a client keeps one nonce for all of a server, whatever gates it has. */
let ownSecret: string | undefined

interface KnownNonces {
  readonly period: number
  readonly newest: string
  readonly good: readonly string[]
}

/** In characters, of 6 bits each. */
const LENGTH = 32
