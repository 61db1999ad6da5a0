/** This file lets each proof be used once (RFC 9449 section 11.1): in this process, and in all that share a store. */
import { AuthUnavailableError } from '../../errors.js'
import { hmacSha256, sha256 } from '../../lib/digest.js'
import { after } from '../../lib/timer.js'
import { failed, PromptStore } from '../../shared/prompt-store.js'
import { seenProofsOf } from './seen-proofs.js'
import type { After } from '../../lib/timer.js'
import type { SharedStore } from '../../shared/shared-store.js'
import type { StoreNews } from '../../shared/prompt-store.js'
import type { SeenProofs } from './seen-proofs.js'

/** What one proof is known by. */
export interface UsedProof {
  /** The thumbprint of the key that made it. */
  readonly key: string
  readonly jti: string
  /** When it can no longer be used, in seconds since the epoch. */
  readonly until: number
}

export interface ReplaysOptions {
  /** Whose gates remember together, and the origin of the URLs that the proofs are for. */
  readonly provider: object
  readonly origin: string
  readonly perKey: number
  readonly entries: number
  readonly now: () => number
  /** Default: the runtime's timers. */
  readonly after: After | undefined
  readonly shared: SharedReplays | undefined
  readonly tell: (news: StoreNews) => void
}

/** Where several processes remember together. */
export interface SharedReplays {
  readonly store: SharedStore
  readonly secret: string
  readonly away: 'unavailable' | 'memory'
}

export class Replays {
  readonly #options: ReplaysOptions
  readonly #seen: SeenProofs
  readonly #store: PromptStore | undefined

  constructor(options: ReplaysOptions) {
    const { shared, now, after: later = after, tell, provider, origin } = options
    this.#options = options
    this.#seen = seenProofsOf(provider, origin, options)
    this.#store = shared && new PromptStore({ store: shared.store, now, after: later, tell })
  }

  /** Whether this process has seen it. A look that costs nothing, before the signature is checked. */
  has({ key, jti }: Pick<UsedProof, 'key' | 'jti'>): boolean {
    return this.#seen.has(digestOf(key, jti))
  }

  /**
   * True for a proof that is used for the first time, which it is from now on not any more.
   *
   * @throws AuthUnavailableError where it cannot be remembered, or the others cannot be asked.
   */
  async use({ key, jti, until }: UsedProof): Promise<boolean> {
    const { now } = this.#options
    const noted = this.#seen.note(digestOf(key, jti), key, until, now())
    if (noted === 'seen') return false
    if (noted === 'forgotten') throw new AuthUnavailableError('the clock was set back: whether a DPoP proof of this time was used is not known any more', { retryAfter: 15 })
    if (noted !== 'new') throw new AuthUnavailableError('no room for one more DPoP proof', { retryAfter: 30, tooManyRequests: noted === 'full for this key' })
    return this.#useForAll(key, jti, Math.ceil(until - now()) + CLOCK_DIFFERENCE)
  }

  async #useForAll(key: string, jti: string, seconds: number): Promise<boolean> {
    const { shared } = this.#options
    if (shared === undefined || this.#store === undefined) return true
    // Whoever can read the store learns nothing of keys and proofs, and cannot write a name in advance.
    const name = `bearer-auth-providers:dpop:${hmacSha256(shared.secret, digestOf(key, jti))}`
    const added = await this.#store.add(name, '1', seconds)
    if (added !== failed) return added
    if (shared.away === 'memory') return true
    throw new AuthUnavailableError('the store of used DPoP proofs gave no answer')
  }
}

/** In seconds: what was used is kept longer for the others, since the clock of one of them may be behind. */
const CLOCK_DIFFERENCE = 60

// As JSON, so that no two pairs read the same.
function digestOf(key: string, jti: string): string {
  return sha256(JSON.stringify([key, jti]))
}
