/** Tells an instant in milliseconds from one in seconds: the usual mistake of `Date.now()`, and a token that never ends. */

/** The first second of the year 10000. Some issuers write the last one before it, which is .NET's largest date, for "never". */
const MILLISECONDS_FROM = 253_402_300_800

/** True for an instant that can only be milliseconds since the epoch. */
export function isInMilliseconds(instant: unknown): boolean {
  return typeof instant === 'number' && Number.isFinite(instant) && instant >= MILLISECONDS_FROM
}
