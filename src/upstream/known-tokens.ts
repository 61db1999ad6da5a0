/** Remembers which tokens were good before, so that a flood of strange ones does not shut them out. Digests only. */
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import type { Standing } from '../lib/call-limit.js'

const MOST = 10_000

export class KnownTokens {
  readonly #good = lruMemory<true>(MOST)

  standing(token: string): Standing {
    return this.#good.has(sha256(token)) ? 'known' : 'stranger'
  }

  /** It was good a moment ago. */
  add(token: string): void {
    this.#good.set(sha256(token), true)
  }

  clear(): void {
    this.#good.clear()
  }
}
