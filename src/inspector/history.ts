/** Counts what a provider tells, over ten minutes in steps of ten seconds: how many of each, and what was told last. */
import type { AuthEvent } from '../events.js'

/** Seconds of one step, and how many there are. */
const STEP = 10
const STEPS = 60

/** What was told. Plain JSON; no token, and nothing that a client wrote. */
export interface Told {
  /** Seconds of one step of a series. */
  readonly step: number
  /** Counts for each step, the oldest first; the last one is still running. What never came is left out. */
  readonly series: readonly Series[]
  /** The last refusals of different kinds, the youngest first. */
  readonly refusals: readonly Noted[]
  /** What happened to keys, breakers, lists, logs and stores, the youngest first. */
  readonly news: readonly Noted[]
}

export interface Series {
  /** `accepted`, `unavailable`, or a reason of `rejected` or of the gate's `denied`, or of one of them that is only reported. */
  readonly name: string
  readonly of: 'accepted' | 'unavailable' | 'rejected' | 'denied' | 'would_reject' | 'would_deny'
  readonly counts: readonly number[]
  /** Since the inspector was made. */
  readonly total: number
}

/** One thing that was told, as often as it was told in the same words. */
export interface Noted {
  readonly what: string
  readonly provider: string
  /** The name of a claim, and never its value. */
  readonly claim?: string
  readonly hint?: string
  readonly times: number
  /** Seconds since the last time. */
  readonly ago: number
}

interface Row {
  readonly of: Series['of']
  readonly name: string
  readonly counts: number[]
  total: number
}

type Note = Omit<Noted, 'ago' | 'times'> & { at: number; times: number }

export class History {
  readonly #now: () => number
  readonly #rows = new Map<string, Row>()
  readonly #refusals = new Map<string, Note>()
  readonly #news = new Map<string, Note>()
  /** An event that comes by two ways is counted once. */
  readonly #seen = new WeakSet<AuthEvent>()
  /** The step that is running, counted from the epoch. */
  #current: number

  /** `now`: a clock in seconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now
    this.#current = this.#stepNow()
  }

  readonly observe = (event: AuthEvent): void => {
    if (typeof event !== 'object' || event === null || this.#seen.has(event)) return
    this.#seen.add(event)
    this.#moveOn()
    this.#count(event)
    const news = newsOf(event)
    if (news !== undefined) this.#note(this.#news, { what: event.type, provider: event.provider, ...news })
  }

  read(): Told {
    this.#moveOn()
    return {
      step: STEP,
      series: [...this.#rows.values()].map(({ of, name, counts, total }) => ({ name, of, counts: [...counts], total })),
      refusals: this.#told(this.#refusals),
      news: this.#told(this.#news),
    }
  }

  #count(event: AuthEvent): void {
    const { provider } = event
    if (event.type === 'accepted' || event.type === 'unavailable') return this.#add(event.type, event.type)
    if (event.type === 'would_reject' || event.type === 'would_deny') return this.#add(event.type, shortText(event.reason))
    if (event.type !== 'rejected' && event.type !== 'denied') return
    this.#add(event.type, shortText(event.reason))
    const { claim, hint } = event
    // The gate says again what its provider said: one line is enough.
    if (event.type === 'denied' && (event.because !== undefined || event.reason === 'unavailable')) return
    this.#note(this.#refusals, { what: event.reason, provider, ...(claim !== undefined && { claim }), ...(hint !== undefined && { hint }) })
  }

  #add(of: Series['of'], name: string): void {
    const key = `${of} ${name}`
    const row = this.#rows.get(key) ?? { of, name, counts: Array.from({ length: STEPS }, () => 0), total: 0 }
    row.counts[STEPS - 1] = (row.counts[STEPS - 1] ?? 0) + 1
    row.total += 1
    if (this.#rows.size < MOST_SERIES) this.#rows.set(key, row)
  }

  #note(notes: Map<string, Note>, note: Omit<Note, 'at' | 'times'>): void {
    const { what, provider, claim, hint } = note
    const said = { ...(claim !== undefined && { claim: shortText(claim) }), ...(hint !== undefined && { hint: shortText(hint) }) }
    const short: Omit<Note, 'at' | 'times'> = { what: shortText(what), provider: shortText(provider), ...said }
    const key = JSON.stringify([short.what, short.provider, short.claim, short.hint])
    const times = (notes.get(key)?.times ?? 0) + 1
    notes.delete(key) // the youngest stands last
    notes.set(key, { ...short, times, at: this.#now() })
    const [oldest] = notes.keys()
    if (notes.size > MOST_NOTES && oldest !== undefined) notes.delete(oldest)
  }

  #told(notes: ReadonlyMap<string, Note>): readonly Noted[] {
    const now = this.#now()
    return [...notes.values()].reverse().map(({ at, ...note }) => ({ ...note, ago: Math.max(0, now - at) }))
  }

  #stepNow(): number {
    return Math.floor(this.#now() / STEP)
  }

  /** Steps that are over move to the left. By a clock that was set back, the step that runs goes on. */
  #moveOn(): void {
    const passed = Math.min(STEPS, this.#stepNow() - this.#current)
    if (passed <= 0) return
    this.#current = this.#stepNow()
    for (const { counts } of this.#rows.values()) {
      counts.splice(0, passed)
      counts.push(...Array.from({ length: passed }, () => 0))
    }
  }
}

/** More than there are reasons. */
const MOST_SERIES = 64
const MOST_NOTES = 20
/** Characters. */
const LONGEST = 300

/** A provider of a user's own may tell anything, of any length. */
function shortText(told: unknown): string {
  return typeof told === 'string' ? told.slice(0, LONGEST) : 'unknown'
}

/** What is told of an event that is about the set-up and not about one token; undefined for all others, which are counted or left out. */
function newsOf(event: AuthEvent): { readonly hint?: string } | undefined {
  if (WITHOUT_WORDS.has(event.type)) return {}
  if (event.type === 'keys_rotated') return { hint: `${event.issuer}: ${event.keys} keys` }
  if (event.type === 'keys_unavailable') return { hint: `${event.message}; ${event.usable ? 'those of before still serve' : 'none at hand'}` }
  if (event.type === 'odd_answer') return { hint: event.hint }
  if (event.type === 'rate_limited') return { hint: `${event.limit} limit of the ${event.of}` }
  if (event.type === 'list_loaded') return { hint: `${event.tokens} tokens` }
  return WITH_MESSAGE.has(event.type) && 'message' in event ? { hint: event.message } : undefined
}

const WITHOUT_WORDS: ReadonlySet<AuthEvent['type']> = new Set([
  ...(['breaker_opened', 'breaker_closed', 'store_away', 'store_back'] as const),
  ...(['revoked', 'revocations_full', 'revocations_lost', 'revocations_unreadable'] as const),
])
const WITH_MESSAGE: ReadonlySet<AuthEvent['type']> = new Set(['unavailable', 'credentials_refused', 'revocations_unavailable', 'list_unreadable'])
