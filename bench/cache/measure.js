/** Measures one memory at one size: hits among what is there, inserts while there is room, inserts that push something out. */
import { median } from '../lib/statistics.js'

/**
 * @typedef {object} Size
 * @property {number} live tokens that are remembered
 * @property {number} rounds each with a memory as new
 */

/** In microseconds, each the median over slices. @typedef {{ hit: number, insert: number, evict: number }} Times */

/** Of what is measured, in a row, between two looks at the clock. */
const SLICE = 100
const SLICES = 100

/**
 * @param {(max: number) => Promise<{ put: (text: string) => unknown, get: (text: string) => unknown }>} start
 * @param {(number: number) => string} make the same text for the same number
 * @param {Size} size
 * @returns {Promise<Times>}
 */
export async function measure(start, make, { live, rounds }) {
  const more = Math.min(live / 10, SLICE * SLICES)
  /** @type {{ hit: number[], insert: number[], evict: number[] }} */
  const samples = { hit: [], insert: [], evict: [] }
  for (let round = 0; round < rounds; round += 1) {
    const { put, get } = await start(live + more)
    for (let number = 0; number < live; number += 1) await put(make(number))
    for (let slice = 0; slice < SLICES; slice += 1) samples.hit.push(await time(texts(make, () => Math.floor(Math.random() * live)), get))
    samples.insert.push(...(await timeAll(put, make, live, more)))
    samples.evict.push(...(await timeAll(put, make, live + more, more)))
    if (await get(make(live + 2 * more - 1)) === false) throw new Error('what was put last is not there')
  }
  return { hit: median(samples.hit), insert: median(samples.insert), evict: median(samples.evict) }
}

/** Microseconds per check without a memory. @param {(text: string) => unknown} verify @param {(number: number) => string} make */
export async function timeCheck(verify, make) {
  const warmUp = 2 * SLICES
  return median((await timeAll(verify, make, 0, 3 * SLICES * SLICE)).slice(warmUp))
}

/** @param {(text: string) => unknown} work @param {(number: number) => string} make @param {number} from @param {number} count */
async function timeAll(work, make, from, count) {
  const samples = []
  for (let next = from; next < from + count; next += SLICE) {
    let number = next
    samples.push(await time(texts(make, () => number++), work))
  }
  return samples
}

/** @param {(number: number) => string} make @param {() => number} next */
function texts(make, next) {
  return Array.from({ length: SLICE }, () => make(next()))
}

/** @param {readonly string[]} items @param {(text: string) => unknown} work @throws Error where an answer is no. */
async function time(items, work) {
  let good = 0
  const before = performance.now()
  for (const item of items) {
    const asked = work(item)
    // A memory alone answers at once, and waiting costs as well.
    const answer = typeof asked === 'boolean' ? asked : await asked
    if (answer !== false && answer !== null) good += 1
  }
  const milliseconds = performance.now() - before
  if (good !== items.length) throw new Error('a good token was refused, or forgotten')
  return (milliseconds * 1000) / items.length
}
