/** jose's `createRemoteJWKSet` under the same faults at the same time: how much it answers, and how often it asks. */
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { AUDIENCE } from '../oauth-kit.js'
import type { FlappingIssuer } from './flapping-issuer.js'
import type { IssuerKey } from './issuer-key.js'

export interface PeerTimes {
  /** Real seconds: the provider's, as much shorter as its clock is faster. */
  readonly timeout: number
  readonly maxAge: number
  readonly cooldown: number
}

export class JosePeer {
  readonly #issuer: FlappingIssuer
  readonly #now: () => number
  readonly #keys: ReturnType<typeof createRemoteJWKSet>
  readonly #known = new Set<IssuerKey>()
  asked = 0
  yes = 0
  requests = 0

  constructor(issuer: FlappingIssuer, now: () => number, { timeout, maxAge, cooldown }: PeerTimes) {
    this.#issuer = issuer
    this.#now = now
    this.#keys = createRemoteJWKSet(new URL(issuer.jwksUri), {
      timeoutDuration: timeout * 1000,
      cacheMaxAge: maxAge * 1000,
      cooldownDuration: cooldown * 1000,
      [customFetch]: (url, init) => {
        this.requests += 1
        return fetch(issuer.route(url), init as RequestInit) // jose says the same in types of its own
      },
    })
  }

  get availability(): number {
    return this.yes / this.asked
  }

  /** Asks for one good token and does not wait: a peer that waits for failures would be asked less in an outage. */
  ask(): void {
    const { signing, issuer } = this.#issuer
    const now = this.#now()
    if (signing.publishedAt > now) return
    const token = signing.token({ iss: issuer, aud: AUDIENCE, iat: now, exp: now + 120 })
    jwtVerify(token, this.#keys, { issuer, audience: AUDIENCE, currentDate: new Date(now * 1000) }).then(
      () => this.#count(signing, true),
      () => this.#count(signing, false),
    )
  }

  /** Only keys that it has used before count, as with the provider's availability. */
  #count(key: IssuerKey, yes: boolean): void {
    if (key.removedAt !== Number.POSITIVE_INFINITY) return
    if (this.#known.has(key)) {
      this.asked += 1
      if (yes) this.yes += 1
    }
    if (yes) this.#known.add(key)
  }
}
