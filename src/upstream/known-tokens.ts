/** Remembers which tokens were good before, so that a flood of strange ones does not shut them out. Digests only. */
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import type { Standing } from '../lib/call-limit.js'

const MOST = 10_000

export class KnownTokens {
  readonly #good = lruMemory<true>(MOST)

  /** `digest`: of that token, where it is at hand. */
  standing(token: string, digest = sha256(token)): Standing {
    return this.#good.has(digest) ? 'known' : 'stranger'
  }

  /** It was good a moment ago. */
  add(token: string, digest = sha256(token)): void {
    this.#good.set(digest, true)
  }

  clear(): void {
    this.#good.clear()
  }
}
