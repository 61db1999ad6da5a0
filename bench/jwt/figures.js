/** Turns samples into figures: medians, and ratios to the limit and to jose. */
import { median } from '../lib/statistics.js'
import { CANDIDATES } from './candidates/index.js'
import { bareVerify } from './candidates/bare-verify.js'
import { jose } from './candidates/jose.js'
import { WORKLOADS } from './workloads.js'
/** @import { Sample } from './measure.js' */

/**
 * @typedef {object} Figure
 * @property {string} algorithm
 * @property {number} inFlight
 * @property {string} workload
 * @property {string} candidate
 * @property {number} microseconds per token, the median of all turns
 * @property {number} timesLimit
 * @property {number} timesJose
 */

/**
 * @param {readonly Sample[]} samples
 * @param {{ algorithm: string, inFlight: number }} part
 * @returns {Figure[]}
 */
export function figuresOf(samples, part) {
  return WORKLOADS.flatMap(({ name: workload }) => {
    const turns = (/** @type {string} */ candidate) =>
      new Map(samples.filter((one) => one.workload === workload && one.candidate === candidate).map((one) => [one.turn, one.microseconds]))
    return CANDIDATES.map(({ name }) => ({ candidate: name, own: turns(name) }))
      .filter(({ own }) => own.size > 0)
      .map(({ candidate, own }) => ({
        ...part,
        workload,
        candidate,
        microseconds: median([...own.values()]),
        timesLimit: ratio(own, turns(bareVerify.name)),
        timesJose: ratio(own, turns(jose.name)),
      }))
  })
}

/**
 * One candidate's figure, or undefined where it was not measured.
 *
 * @param {readonly Figure[]} figures
 * @param {Partial<Figure>} which
 */
export function figureOf(figures, which) {
  return figures.find((figure) => Object.entries(which).every(([name, value]) => figure[/** @type {keyof Figure} */ (name)] === value))
}

/**
 * The median of the ratios turn by turn: what slows the machine for a moment slows both sides of each.
 *
 * @param {ReadonlyMap<number, number>} own
 * @param {ReadonlyMap<number, number>} other
 */
function ratio(own, other) {
  return median([...own].map(([turn, microseconds]) => microseconds / (other.get(turn) ?? Number.NaN)))
}
