/** How old a key set may get: when it is refreshed, until when it serves, and when an issuer that is away is asked again. */

/** Instants in seconds since the epoch. */
export interface KeyAge {
  readonly fetchedAt: number
  /** From here on it is read anew in the background. */
  readonly refreshAt: number
  /** From here on it serves only while the issuer is away. */
  readonly freshUntil: number
}

export interface FetchedKeys {
  /** Seconds since the epoch. Default: now. */
  readonly fetchedAt?: number | undefined
  /** Seconds that the issuer wants them used. */
  readonly maxAge?: number | undefined
}

export interface AgeLimits {
  /** Seconds that a set is used when the issuer does not say. */
  readonly maxAge: number
  /** Seconds beyond that in which, while the issuer is away, an old set is better than none. 0: none. */
  readonly maxStale: number
}

/** Whatever an issuer writes into `Cache-Control`: not shorter than a minute, not longer than a day. In seconds. */
const SHORTEST_AGE = 60
const LONGEST_AGE = 86_400
/** Part of its age at which a set is refreshed in the background, give or take a tenth of the age. */
const REFRESH_AT = 0.8
const JITTER = 0.1
/** Seconds into the past after which a clock was set back: a set from that future would never age. */
const CLOCK_SET_BACK = 60

/** `random`: from 0 to 1, so that replicas do not all refresh at once. */
export function ageOf({ fetchedAt: stated, maxAge }: FetchedKeys, limits: AgeLimits, now: number, random: number): KeyAge {
  const fetchedAt = Math.min(stated ?? now, now)
  const age = maxAge === undefined ? limits.maxAge : Math.min(LONGEST_AGE, Math.max(SHORTEST_AGE, maxAge))
  return { fetchedAt, refreshAt: fetchedAt + age * (REFRESH_AT + (random * 2 - 1) * JITTER), freshUntil: fetchedAt + age }
}

/** What became of a set with time. `due`: it serves, and is to be read anew. `stale`: it serves while the issuer is away. */
export type Freshness = 'fresh' | 'due' | 'stale' | 'ended'

export function freshnessOf({ fetchedAt, refreshAt, freshUntil }: KeyAge, { maxStale }: AgeLimits, now: number): Freshness {
  if (now < fetchedAt - CLOCK_SET_BACK) return 'ended'
  if (now < refreshAt) return 'fresh'
  if (now < freshUntil) return 'due'
  return now < freshUntil + maxStale ? 'stale' : 'ended'
}

/** Seconds without a new attempt after a failed one, doubled with each further failure, and up to a tenth more of each. */
const WITH_KEYS = { first: 1, longest: 30 }
/** While nothing is at hand, everybody waits for the issuer: it is asked sooner, and never left alone for long. */
const WITHOUT_KEYS = { first: 0.25, longest: 4 }

export const LONGEST_BACK_OFF = WITH_KEYS.longest

/** Seconds until the issuer is asked again after so many failures in a row. `hasKeys`: those of before still serve. */
export function backOff(failures: number, hasKeys: boolean, random: number): number {
  const { first, longest } = hasKeys ? WITH_KEYS : WITHOUT_KEYS
  return Math.min(longest, first * 2 ** (failures - 1) * (1 + random * JITTER))
}
