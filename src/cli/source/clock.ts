/** This file runs the command at another time: the clock of the process is moved, so that whatever reads it agrees. */

/** Seconds since the epoch of `2026-11-30T09:00:00Z`, of `1798621200`; undefined for what is no time. */
export function instantOf(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const milliseconds = isDate ? Date.parse(text) : Number.NaN
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** Where a time is given, the clock goes on from there until the work is done. */
export async function atTime<T>(at: number | undefined, work: () => Promise<T>): Promise<T> {
  if (at === undefined) return work()
  const { now } = Date
  const ahead = at * 1000 - now()
  Date.now = () => now() + ahead
  try {
    return await work()
  } finally {
    Date.now = now
  }
}
