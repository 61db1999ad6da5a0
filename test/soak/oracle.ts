/**
 * Knows which answers are right. It looks at the issuer, never into the provider, but for the times at which the
 * provider's set of keys was replaced.
 */
import { LONGEST_BACK_OFF } from './times.js'
import type { IssuerKey } from './issuer-key.js'

/** What one token is, apart from time: of this key, or with a flaw that nothing mends. */
export interface Specimen {
  readonly text: string
  readonly sub: string
  readonly flaw: Flaw | undefined
  readonly key: IssuerKey
  /** Seconds since the epoch. */
  readonly exp: number
  /** Seen by the provider before, so that a yes may be remembered. */
  shown: boolean
}

/** `key`: a bad signature, or a name that no key has. The others are refused before any key is looked for. */
export type Flaw = 'bad signature' | 'unknown key' | 'other audience' | 'garbage'

export type Answer = 'yes' | 'no' | 'silence' | 'bug'

/** One question and its answer. Instants are seconds of the provider's clock. */
export interface Asked {
  readonly from: number
  readonly until: number
  /** The sets of keys that the provider had meanwhile, the first of them when it was asked. */
  readonly held: readonly HeldSet[]
  /** Since when the set at hand has the token's key no longer; infinite where it has it, or never had. */
  readonly lostAt: number
  /** Since when the issuer is fine; infinite while it is not. */
  readonly calmSince: number
  /** When it was asked, the key was at hand: imported already, from a set that could be used. */
  readonly isAtHand: boolean
  /** Turns of the event loop that the answer took. */
  readonly turns: number
}

export interface HeldSet {
  readonly kids: ReadonlySet<string>
  readonly fetchedAt: number
  /** An attempt to replace it has failed. */
  isOld: boolean
  /** Keys that were used from it: these are imported. */
  readonly used: Set<string>
}

export interface Bounds {
  /** Seconds that keys are fresh, and beyond that, in an outage, used. */
  readonly maxAge: number
  readonly maxStale: number
  /** Seconds that one attempt to read the keys takes at most. */
  readonly attempt: number
}

/** Seconds: what is forgiven at `exp`, what is remembered of a yes and of a name not found, and R6. */
const TOLERANCE = 5
const REMEMBERED = 30
const ABSENT = 30
const ONE_LOOK_EVERY = 30

/** What is wrong with this answer, in words; undefined when nothing is. */
export function judge(answer: Answer, specimen: Specimen, asked: Asked, bounds: Bounds): Wrong {
  if (answer === 'bug') return 'threw something else than AuthUnavailableError'
  const { flaw, key, exp, shown } = specimen
  if (answer === 'yes' && flaw !== undefined) return `accepted with a flaw: ${flaw}`
  if (answer === 'yes') return wrongYes(key, exp, shown, asked, bounds)
  if (answer === 'no') return flaw === undefined ? wrongNo(key, exp, asked, bounds) : undefined
  const needsNoKey = flaw === 'garbage' || flaw === 'other audience' || exp + TOLERANCE <= asked.from
  if (needsNoKey) return 'not refused at once, though no key is needed for that'
  return flaw === undefined ? wrongSilence(key, asked, bounds) : undefined
}

/** Turns in which an answer that needs no waiting is there, with some to spare. */
const AT_ONCE = 3

/** R3. */
export function isKeptWaiting({ isAtHand, turns }: Asked): boolean {
  return isAtHand && turns > AT_ONCE
}

/** Published all the while and not past its end. */
export function isGood({ flaw, key, exp }: Specimen, { from, until }: Asked): boolean {
  return flaw === undefined && key.publishedAt <= from && until < key.removedAt && until < exp
}

/** Good, by a key that the provider has, and that it may use even in an outage (R4). */
export function isByKnownKey({ key }: Specimen, { held, until }: Asked, bounds: Bounds): boolean {
  const { maxAge, maxStale } = bounds
  const usable = held.every(({ kids, fetchedAt }) => kids.has(key.kid) && until < fetchedAt + maxAge + maxStale)
  return held.length > 0 && usable
}

type Wrong = string | undefined

function wrongYes(key: IssuerKey, exp: number, shown: boolean, asked: Asked, bounds: Bounds): Wrong {
  const { from, until, held, lostAt, calmSince } = asked
  if (from >= exp + TOLERANCE) return 'accepted past its end'
  if (until < key.publishedAt) return 'accepted with a key that was not published'
  // What was shown before may be remembered, for a while.
  const memory = shown ? REMEMBERED : 0
  const { maxAge, maxStale, attempt } = bounds
  if (from >= lostAt + REMEMBERED) return 'remembered for too long'
  if (!shown) {
    if (!held.some(({ kids }) => kids.has(key.kid))) return 'accepted with a key that was not at hand'
    if (held.every(({ fetchedAt }) => from >= fetchedAt + maxAge + maxStale)) return 'accepted with keys past R4'
    const isFresh = ({ fetchedAt, isOld }: HeldSet): boolean => from < fetchedAt + maxAge || isOld
    if (!held.some(isFresh)) return 'accepted with keys past their age, and the issuer not even asked'
  }
  if (from >= key.removedAt + maxAge + maxStale + attempt + memory) return 'accepted long after its key was removed'
  // R5. Where the issuer was away in between, R4 and R8 tell when its next answer is due.
  const due = Math.max(key.removedAt + maxAge, calmSince + LONGEST_BACK_OFF) + attempt + memory
  return from >= due ? 'accepted after its key was removed, fresh and one refresh' : undefined
}

/**
 * A no to an unspoilt token is right only where the issuer itself does not vouch for it:
 * - it is past its end;
 * - its key is removed, be it a moment after the question: the answer of the issuer may be as new as that;
 * - its key is not published yet, and the issuer signs with it all the same; or is not known yet at the time of the
 *   question;
 * - its key was named before it was published. The issuer was asked then and did not have it, and a name not found is
 *   remembered for thirty seconds (R6), longer by the attempt that was under way when the key came. That is no excuse
 *   where the key is at hand meanwhile.
 *
 * What is NOT in this list: a key that is newer than the set at hand, a spent budget, an outage, a broken answer. And
 * what this soak does not do: a new key under the name of an old one, or without a name. Nobody can tell a token by
 * such a key from a forged one before the next refresh.
 */
function wrongNo(key: IssuerKey, exp: number, { from, until, held }: Asked, { attempt }: Bounds): Wrong {
  if (exp + TOLERANCE <= until) return undefined
  if (key.removedAt <= until || key.publishedAt > from) return undefined
  if (held.length > 0 && held.every(({ kids }) => kids.has(key.kid))) return 'refused though its key is at hand'
  if (key.shownEarly && from < key.publishedAt + attempt + ABSENT) return undefined
  return 'refused though it is good'
}

/**
 * "Unavailable" is never wrong about a token, but it must end (R8): with the back-off of R7 after the last fault, or
 * with the budget of R6 after a key is new, whatever the flood. And by R13 it must hardly happen where keys are known,
 * which is counted elsewhere.
 */
function wrongSilence(key: IssuerKey, { from, calmSince }: Asked, { attempt }: Bounds): Wrong {
  const due = Math.max(key.publishedAt + ONE_LOOK_EVERY, calmSince + LONGEST_BACK_OFF) + attempt
  return from >= due && from < key.removedAt ? 'not answered though the issuer is back' : undefined
}
