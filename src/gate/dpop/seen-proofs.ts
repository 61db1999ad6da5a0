/** This file remembers the proofs that were used (RFC 9449 section 11.1), for as long as each of them could be used again. */

export interface SeenProofsOptions {
  /** Most proofs of one key at a time. */
  readonly perKey: number
  /** Most proofs at a time. */
  readonly entries: number
}

/** `full`: of this key, or of all keys. What is remembered is never pushed out by what comes later: that would open the door again. */
export type Noted = 'new' | 'seen' | 'full for this key' | 'full'

export class SeenProofs {
  readonly #options: SeenProofsOptions
  readonly #seen = new Set<string>()
  readonly #counts = new Map<string, number>()
  /** What ends in the same span of time, by the number of that span. */
  readonly #spans = new Map<number, Entry[]>()
  #firstSpan = 0

  constructor(options: SeenProofsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#seen.size
  }

  has(proof: string): boolean {
    return this.#seen.has(proof)
  }

  /** `proof`: its digest. `key`: the thumbprint of who made it. `until`, `now`: in seconds. */
  note(proof: string, key: string, until: number, now: number): Noted {
    this.#forgetUntil(now)
    if (this.#seen.has(proof)) return 'seen'
    const count = this.#counts.get(key) ?? 0
    if (count >= this.#options.perKey) return 'full for this key'
    if (this.#seen.size >= this.#options.entries) return 'full'
    this.#seen.add(proof)
    this.#counts.set(key, count + 1)
    const span = Math.floor(until / SPAN)
    const entries = this.#spans.get(span)
    if (entries === undefined) this.#spans.set(span, [{ proof, key }])
    else entries.push({ proof, key })
    return 'new'
  }

  #forgetUntil(now: number): void {
    const current = Math.floor(now / SPAN)
    if (current <= this.#firstSpan) return
    this.#firstSpan = current
    for (const [span, entries] of this.#spans) {
      if (span >= current) continue
      this.#spans.delete(span)
      for (const entry of entries) this.#forget(entry)
    }
  }

  #forget({ proof, key }: Entry): void {
    this.#seen.delete(proof)
    const left = (this.#counts.get(key) ?? 1) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}

interface Entry {
  readonly proof: string
  readonly key: string
}

/** In seconds: what ended is forgotten in steps of this. */
const SPAN = 15
