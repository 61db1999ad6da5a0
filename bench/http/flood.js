/** What good connections keep while nine of ten are bad: expired, garbage, badly signed, by invented keys, and each token another. */
import { median } from '../lib/statistics.js'
import { listeningServer } from './measure.js'
/** @import { Child } from './child.js' */
/** @import { World } from './world.js' */
/** @import { Candidate, Platform } from './servers/index.js' */

/** Nine bad ones for each good one. Unloaded, as many come in all, and every one is good. */
const GOOD = 2
const BAD = 18

/**
 * @typedef {object} FloodFigure
 * @property {string} platform
 * @property {string} candidate
 * @property {number} perSecond good requests, of the good connections
 * @property {number} p99 milliseconds
 * @property {number} unloaded milliseconds: the p99 where every connection is good
 */

/** Our gate, and the guard that checks each token by jose. @param {Candidate} candidate */
function takesPart({ name }) {
  return name === 'ours' || name.includes('jose')
}

/**
 * @param {Platform} platform
 * @param {{ load: Child, world: World, node: string, rounds: number, seconds: number }} setup `seconds`: of each turn
 * @returns {Promise<FloodFigure[]>}
 */
export async function floodOf(platform, { load, world, node, rounds, seconds }) {
  const candidates = platform.candidates.filter(takesPart)
  const servers = await Promise.all(candidates.map((candidate) => listeningServer(platform, candidate, { world, node })))
  try {
    const turns = []
    for (let round = -1; round < rounds; round += 1) {
      for (const { name, port } of round % 2 === 0 ? servers : servers.toReversed()) {
        const unloaded = await load.ask({ flood: true, port, seconds, good: GOOD + BAD, bad: 0 })
        const flooded = await load.ask({ flood: true, port, seconds, good: GOOD, bad: BAD })
        if (round >= 0) turns.push({ name, unloaded, flooded }) // the first only warms up
      }
    }
    return servers.map(({ name: candidate }) => {
      const own = turns.filter(({ name }) => name === candidate)
      return {
        platform: platform.name,
        candidate,
        perSecond: median(own.map(({ flooded }) => flooded.perSecond)),
        p99: median(own.map(({ flooded }) => flooded.p99)),
        unloaded: median(own.map(({ unloaded }) => unloaded.p99)),
      }
    })
  } finally {
    for (const { child } of servers) child.end()
  }
}
