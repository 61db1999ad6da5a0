/** What is assumed of the world around the library. docs/scale.md gives the reasons. All times in seconds. */

/**
 * @typedef {object} World
 * @property {number} tokens that are in use
 * @property {number} skew exponent of Zipf's law: the client of rank n begins sessions in proportion to 1 / n ** skew
 * @property {{ requests: number, gap: number }} session how many requests a client makes before it rests, and how long after each other; means
 * @property {number} rate requests a second, of all replicas together
 * @property {number} latency of one call to the authorization server
 * @property {number} tokenLife after so long a client has a new token; those after a rotation are signed with the new key
 * @property {number} bucket of the figures
 * @property {Timeline} timeline
 * @property {{ ttl?: number }} [cache] options that differ from the library's defaults
 * @property {{ maxAge?: number }} [keys]
 */

/**
 * Everything begins with a cold start.
 * @typedef {object} Timeline
 * @property {number} deployment all replicas are replaced at once; what is in the second level stays
 * @property {number} rotation a new key is published, and signs from now on
 * @property {readonly [from: number, to: number]} outage the authorization server answers 503
 * @property {number} end
 */

const MINUTE = 60

/** @type {World} */
export const FLEET = {
  tokens: 1_000_000,
  skew: 0.7,
  session: { requests: 20, gap: 3 },
  rate: 1000,
  latency: 0.05,
  tokenLife: 3600,
  bucket: 10,
  timeline: { deployment: 2 * MINUTE, rotation: 4 * MINUTE, outage: [10 * MINUTE, 14 * MINUTE], end: 17 * MINUTE },
}

export const REPLICAS = [1, 3, 10, 30, 100, 300, 1000]

/** The same, small and quick enough for real processes. @type {World} */
export const TRIAL = {
  ...FLEET,
  session: { requests: 20, gap: 1 },
  rate: 100,
  tokenLife: 60,
  bucket: 1,
  timeline: { deployment: 11, rotation: 18, outage: [28, 38], end: 48 },
  cache: { ttl: 5 },
  keys: { maxAge: 15 },
}

export const TRIAL_REPLICAS = 4

/** For an impression. @type {World} */
export const QUICK_FLEET = { ...FLEET, rate: 200 }

export const QUICK_REPLICAS = [1, 10, 100]

export const SEED = 2026
