/** This file remembers the proofs that were used (RFC 9449 section 11.1), for as long as each of them could be used again. */

export interface SeenProofsOptions {
  /** Most proofs of one key at a time. */
  readonly perKey: number
  /** Most proofs at a time. */
  readonly entries: number
}

/**
 * `full`: of this key, or of all keys. What is remembered is never pushed out by what comes later: that would open the door
 * again. `forgotten`: it ends in a span whose proofs were forgotten, by a clock that was ahead then or is behind now.
 */
export type Noted = 'new' | 'seen' | 'forgotten' | 'full for this key' | 'full'

export class SeenProofs {
  readonly #options: SeenProofsOptions
  readonly #seen = new Set<string>()
  readonly #counts = new Map<string, number>()
  /** What ends in the same span of time, by the number of that span. */
  readonly #spans = new Map<number, Entry[]>()
  /** Spans in which something was forgotten, the latest last: when the clock is set back, nobody knows what was used in them. */
  readonly #forgotten = new Set<number>()
  #current = 0

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
    const span = Math.floor(until / SPAN)
    if (this.#forgotten.has(span)) return 'forgotten'
    const count = this.#counts.get(key) ?? 0
    if (count >= this.#options.perKey) return 'full for this key'
    if (this.#seen.size >= this.#options.entries) return 'full'
    this.#seen.add(proof)
    this.#counts.set(key, count + 1)
    const entries = this.#spans.get(span)
    if (entries === undefined) this.#spans.set(span, [{ proof, key }])
    else entries.push({ proof, key })
    return 'new'
  }

  #forgetUntil(now: number): void {
    const current = Math.floor(now / SPAN)
    if (current === this.#current) return
    this.#current = current
    for (const [span, entries] of this.#spans) {
      if (span >= current) continue
      this.#spans.delete(span)
      for (const entry of entries) this.#forget(entry)
      this.#mark(span)
    }
  }

  #mark(span: number): void {
    this.#forgotten.add(span)
    const [earliest] = this.#forgotten
    if (earliest !== undefined && this.#forgotten.size > SPANS_OF_A_DAY) this.#forgotten.delete(earliest)
  }

  #forget({ proof, key }: Entry): void {
    this.#seen.delete(proof)
    const left = (this.#counts.get(key) ?? 1) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}

const known = new WeakMap<object, Map<string, SeenProofs>>()

/**
 * The memory that all gates before one provider have in common, for proofs of one origin: what was used for a request must not
 * open a WebSocket, which another gate guards. `origin`: of the URLs that the proofs are for.
 */
export function seenProofsOf(provider: object, origin: string, bounds: SeenProofsOptions): SeenProofs {
  const byBounds = known.get(provider) ?? new Map<string, SeenProofs>()
  const name = `${origin} ${bounds.perKey} ${bounds.entries}`
  const seen = byBounds.get(name) ?? new SeenProofs(bounds)
  known.set(provider, byBounds.set(name, seen))
  return seen
}

interface Entry {
  readonly proof: string
  readonly key: string
}

/** In seconds: what ended is forgotten in steps of this. */
const SPAN = 15

const SPANS_OF_A_DAY = 86_400 / SPAN
