/** Counts what happens, by the time at which it does. */

export class Tally {
  #bucket
  /** @type {Record<string, number[]>} */
  #counts = {}

  /** @param {number} bucket in seconds */
  constructor(bucket) {
    this.#bucket = bucket
  }

  /** @param {string} what @param {number} time in seconds @param {number} [times] */
  count(what, time, times = 1) {
    const counts = (this.#counts[what] ??= [])
    const bucket = Math.floor(time / this.#bucket)
    counts[bucket] = (counts[bucket] ?? 0) + times
  }

  /** How often from one time to another, which are ends of buckets. @param {string} what @param {number} from @param {number} to */
  between(what, from, to) {
    let total = 0
    for (let bucket = Math.round(from / this.#bucket); bucket < Math.round(to / this.#bucket); bucket += 1) total += this.#counts[what]?.[bucket] ?? 0
    return total
  }

  /** A minute, bucket by bucket. @param {string} what @param {number} end */
  perMinute(what, end) {
    return Array.from({ length: Math.round(end / this.#bucket) }, (_, bucket) => ((this.#counts[what]?.[bucket] ?? 0) * 60) / this.#bucket)
  }
}
