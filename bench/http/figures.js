/** Turns what was measured into figures: medians and sums, and ratios to the bare server and to the best peer. */
import { median, sum } from '../lib/statistics.js'
import { REMEMBERED, WORKLOADS } from './workloads.js'
/** @import { Turn } from './measure.js' */
/** @import { Platform } from './servers/index.js' */

/**
 * @typedef {object} Figure
 * @property {string} platform
 * @property {string} workload
 * @property {string} candidate
 * @property {number} microseconds of CPU time per request, the median of all turns
 * @property {number} mean of all turns together: a median hides most garbage collections
 * @property {number} added to what the bare server takes for a request with such a token; a refusal runs no handler, and
 *   is compared with a request that does
 * @property {number} timesBare
 */

/** @param {readonly Turn[]} turns @param {Platform} platform @returns {Figure[]} */
export function figuresOf(turns, { name: platform, candidates }) {
  const [bare] = candidates
  return WORKLOADS.flatMap(({ name: workload }) => {
    const served = turnsOf(turns, workload, bare?.name)
    const ofBare = perRound(served.length > 0 ? served : turnsOf(turns, REMEMBERED.name, bare?.name))
    return candidates.map(({ name }) => ({ candidate: name, all: turnsOf(turns, workload, name) }))
      .filter(({ all }) => all.length > 0)
      .map(({ candidate, all }) => ({ candidate, all, own: perRound(all) }))
      .map(({ candidate, all, own }) => ({
        platform,
        workload,
        candidate,
        microseconds: median([...own.values()]),
        mean: sum(all.map(({ microseconds }) => microseconds)) / sum(all.map(({ requests }) => requests)),
        // What slows the machine for a moment slows both sides of one round.
        added: median([...own].map(([round, microseconds]) => microseconds - (ofBare.get(round) ?? Number.NaN))),
        timesBare: median([...own].map(([round, microseconds]) => microseconds / (ofBare.get(round) ?? Number.NaN))),
      }))
  })
}

/** @param {readonly Turn[]} turns @param {string} workload @param {string} [candidate] */
function turnsOf(turns, workload, candidate) {
  return turns.filter((one) => one.workload === workload && one.candidate === candidate)
}

/** Microseconds per request. @param {readonly Turn[]} turns */
function perRound(turns) {
  return new Map(turns.map(({ round, microseconds, requests }) => [round, microseconds / requests]))
}

/** @param {readonly Figure[]} figures @param {Pick<Figure, 'platform' | 'workload' | 'candidate'>} which */
export function figureOf(figures, { platform, workload, candidate }) {
  return figures.find((one) => one.platform === platform && one.workload === workload && one.candidate === candidate)
}

/**
 * The peer that takes the least, of those that `belongs` names.
 *
 * @param {readonly Figure[]} figures
 * @param {Platform} platform
 * @param {string} workload
 * @param {(candidate: import('./servers/index.js').Candidate) => boolean} [belongs]
 */
export function bestPeer(figures, { name, candidates }, workload, belongs = () => true) {
  const peers = candidates.filter((one) => one.role === 'peer' && belongs(one))
  const found = peers.flatMap(({ name: candidate }) => figureOf(figures, { platform: name, workload, candidate }) ?? [])
  return found.sort((a, b) => a.microseconds - b.microseconds)[0]
}
