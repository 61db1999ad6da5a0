/** One entry of a Redis stream, as `XRANGE` gives it: its id, and names and values in turn. */

export interface StreamEntry {
  /** Milliseconds of Redis's clock, a hyphen, a counter. */
  readonly id: string
  /** undefined for an entry that somebody else wrote. */
  readonly text: string | undefined
  /** Seconds after which it is over; NaN for somebody else's. */
  readonly seconds: number
}

/** @throws TypeError for a reply that is none: "nothing there" must not be read into nonsense. */
export function entriesOf(reply: unknown): StreamEntry[] {
  if (!Array.isArray(reply)) throw new TypeError('redis gave no entries of a stream')
  return reply.map(readEntry)
}

function readEntry(entry: unknown): StreamEntry {
  const [id, fields]: readonly unknown[] = Array.isArray(entry) ? entry : []
  if (typeof id !== 'string' || !/^\d+-\d+$/.test(id)) throw new TypeError('redis gave an entry without an id')
  const [, text, , seconds]: readonly unknown[] = isOurs(fields) ? fields : []
  return { id, text: typeof text === 'string' ? text : undefined, seconds: Number(seconds ?? Number.NaN) }
}

function isOurs(fields: unknown): fields is readonly unknown[] {
  return Array.isArray(fields) && fields.length === 4 && fields[0] === 'entry' && fields[2] === 'seconds'
}

/** True when its seconds are over at this time, in seconds since the epoch. Somebody else's is over at once. */
export function isOver({ id, seconds }: StreamEntry, at: number): boolean {
  return !(timeOf(id) + seconds >= at)
}

/** True when the first id stands before the second. */
export function isEarlier(one: string, other: string): boolean {
  if (timeOf(one) !== timeOf(other)) return timeOf(one) < timeOf(other)
  return Number(one.split('-')[1]) < Number(other.split('-')[1])
}

/** Seconds since the epoch. */
function timeOf(id: string): number {
  return Number(id.split('-')[0]) / 1000
}
