/** Tells an instant in milliseconds from one in seconds: the usual mistake of `Date.now()`, and a token that never ends. */

/** 1e11 seconds is the year 5138; 1e11 milliseconds was in 1973. */
const MILLISECONDS_FROM = 1e11

/** True for an instant that can only be milliseconds since the epoch. */
export function isInMilliseconds(instant: unknown): boolean {
  return typeof instant === 'number' && Number.isFinite(instant) && instant >= MILLISECONDS_FROM
}
