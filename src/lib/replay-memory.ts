/** Remembers what was seen before, until it would be refused for its age anyway. */
import { sha256 } from './digest.js'

/** Remembers only what a trusted party signed: a stranger who could fill it could push out the rest. */
export class ReplayMemory {
  /** Digest to expiry, the oldest first. */
  readonly #seen = new Map<string, number>()
  readonly #maxEntries: number

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  has(parts: readonly string[], now: number): boolean {
    const until = this.#seen.get(digestOf(parts))
    return until !== undefined && until > now
  }

  /** Forgets the oldest where there is no room. */
  add(parts: readonly string[], until: number, now: number): void {
    for (const [digest, end] of this.#seen) {
      if (end > now && this.#seen.size < this.#maxEntries) break
      this.#seen.delete(digest)
    }
    this.#seen.set(digestOf(parts), until)
  }
}

// As JSON, so that no two lists of parts read the same.
function digestOf(parts: readonly string[]): string {
  return sha256(JSON.stringify(parts))
}
