/** How fast time passes in a soak, and how long things last. Seconds of the provider's clock, if not said otherwise. */

/** How keys age, and how the issuer behaves in proportion. */
export interface Ages {
  readonly maxAge: number
  readonly maxStale: number
  /** How long the long outage lasts. */
  readonly outage: number
  /** How long a fault goes on after it was met, at most. */
  readonly linger: number
  /** How long the issuer keeps its keys between two rotations, at least and at most. */
  readonly rest: readonly [number, number]
}

/** R3 and R4 sixty times shorter, so that many a key set ends: 10 s and 60 s for 10 and 60 min. */
export const FAST_AGES: Ages = { maxAge: 10, maxStale: 60, outage: 85, linger: 15, rest: [2, 12] }
/** R3 and R4 as they are: between refreshes only the budget for unknown names finds what is new. */
export const TRUE_AGES: Ages = { maxAge: 600, maxStale: 3600, outage: 600, linger: 200, rest: [60, 240] }

/** The two belong together: one call takes 3 s at most, where R1 has 2. */
export interface Pace {
  /** Seconds of the provider in one real one. */
  readonly speed: number
  /** Real seconds for one call. */
  readonly timeout: number
}

export const FAST: Pace = { speed: 60, timeout: 0.05 }
/** For a machine that does not answer itself within 50 ms. */
export const SLOW: Pace = { speed: 12, timeout: 0.25 }

/** One attempt to read the keys at most: three places for discovery, and the keys. */
export const ATTEMPT = 4 * 3
/** R7 with its jitter. */
export const LONGEST_BACK_OFF = 33
/** R8: after the last fault all is well within the longest back-off, and one attempt. */
export const RECOVERY = LONGEST_BACK_OFF + ATTEMPT
