/** Holds revocations and finds those that cover a token, in constant time and bounded memory. */
import type { RevocationMarks } from './revocation-marks.js'
import type { RevocationEntry, RevokedBy } from './revocation.js'

/** `'known'`: an entry says as much already. `'full'`: there is no room for it. */
export type Added = 'added' | 'known' | 'full'

export class RevocationTable {
  readonly #maxEntries: number
  readonly #values: Readonly<Record<RevokedBy, Map<string | undefined, Map<string, Held>>>> = {
    jti: new Map(),
    sub: new Map(),
    sid: new Map(),
    client_id: new Map(),
    token: new Map(),
  }
  /** Entries that expire in the same minute, by that minute. */
  readonly #ends = new Map<number, Held[]>()
  /** Every minute before this one is swept. */
  #sweptTo: number
  #size = 0
  #version = 0

  constructor(maxEntries: number, now: number) {
    this.#maxEntries = maxEntries
    this.#sweptTo = minuteOf(now)
  }

  get size(): number {
    return this.#size
  }

  /** A version that goes up whenever more is covered than before. */
  get version(): number {
    return this.#version
  }

  /** All that are held. */
  *entries(): Iterable<RevocationEntry> {
    for (const byIssuer of Object.values(this.#values)) for (const values of byIssuer.values()) yield* values.values()
  }

  /** Of two entries about the same, the wider one holds: a later `before`, a later end. */
  add(entry: RevocationEntry, now: number): Added {
    this.sweep(now)
    const known = this.#values[entry.by].get(entry.issuer)?.get(entry.value)
    if (known !== undefined) return this.#widen(known, entry)
    if (this.#size >= this.#maxEntries) return 'full'
    const held: Held = { ...entry }
    const { by, issuer, value } = held
    const values = this.#values[by].get(issuer) ?? new Map<string, Held>()
    this.#values[by].set(issuer, values.set(value, held))
    this.#endsWithOthers(held)
    this.#size += 1
    this.#version += 1
    return 'added'
  }

  /** Finds out whether a token is covered. It looks at no clock: a revocation holds until it is swept, and its tokens have expired by then. */
  covers(marks: RevocationMarks): boolean {
    return KINDS.some((by) => this.#holds(by, marks[by], marks)) || this.#holds('sub', marks.subject, marks)
  }

  #holds(by: RevokedBy, value: string | undefined, { issuer, issuedAt }: RevocationMarks): boolean {
    const byIssuer = this.#values[by]
    if (value === undefined || byIssuer.size === 0) return false
    if (isBefore(issuedAt, byIssuer.get(undefined)?.get(value))) return true
    return issuer !== undefined && isBefore(issuedAt, byIssuer.get(issuer)?.get(value))
  }

  /** Drops what has expired. Each minute is looked at once, and each entry once per expiry that it had. */
  sweep(now: number): void {
    const minute = minuteOf(now)
    if (minute <= this.#sweptTo) return
    const passed = minute - this.#sweptTo
    const ends = passed > this.#ends.size ? [...this.#ends.keys()] : range(this.#sweptTo, passed)
    this.#sweptTo = minute
    for (const end of ends.filter((one) => one < minute)) {
      const ended = this.#ends.get(end) ?? []
      this.#ends.delete(end)
      for (const held of ended) {
        if (minuteOf(held.until) < minute) this.#remove(held)
        else this.#endsWithOthers(held)
      }
    }
  }

  #widen(known: Held, { before, until }: RevocationEntry): Added {
    const coversMore = before > known.before
    if (!coversMore && until <= known.until) return 'known'
    known.before = Math.max(known.before, before)
    known.until = Math.max(known.until, until) // found out when the minute of its old end is swept
    if (coversMore) this.#version += 1
    return 'added'
  }

  #endsWithOthers(held: Held): void {
    // Never in a minute that is swept already, or it would stay for ever.
    const minute = Math.max(minuteOf(held.until), this.#sweptTo)
    const others = this.#ends.get(minute)
    if (others === undefined) this.#ends.set(minute, [held])
    else others.push(held)
  }

  #remove({ by, issuer, value }: Held): void {
    const values = this.#values[by].get(issuer)
    values?.delete(value)
    if (values?.size === 0) this.#values[by].delete(issuer)
    this.#size -= 1
  }
}

/** An entry whose `before` and expiry can move, forwards only. */
type Held = { -readonly [Name in keyof RevocationEntry]: RevocationEntry[Name] }

const KINDS: readonly RevokedBy[] = ['token', 'jti', 'sid', 'sub', 'client_id']

// Not `issuedAt < before`: a token that does not say when it was issued counts as old.
function isBefore(issuedAt: number, held: Held | undefined): boolean {
  return held !== undefined && !(issuedAt >= held.before)
}

function minuteOf(instant: number): number {
  return Math.floor(instant / 60)
}

function range(start: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => start + index)
}
