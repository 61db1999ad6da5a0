/** What the command line says. */
import { writeFileSync } from 'node:fs'
import { COMMON_USAGE, readCommandLine } from '../lib/command-line.js'
import { PLATFORMS } from './servers/index.js'

const NAMES = PLATFORMS.map(({ name }) => name)
const USAGE = `npm run bench:http -- [options]
  --quick          fewer requests and rounds: an impression, not a figure
  --only SERVER    one of ${NAMES.join(', ')}; may be repeated
  --plot FILE      draws the figures, as an SVG
  --node FILE      runs the servers on another Node, such as that of the package node@24; the load stays on this one
${COMMON_USAGE}`

/**
 * @typedef {object} Size
 * @property {number} rounds
 * @property {Counts} warmUp requests of each server before anything counts
 * @property {Counts} turn requests of one turn
 * @property {number} connections at a time
 * @property {number} floodRounds
 * @property {number} floodSeconds of each turn
 * @property {number} starts processes that see their first token, of each kind
 */

/** @typedef {Record<'remembered' | 'unseen' | 'refused', number>} Counts `refused`: of each kind */

/** Each a multiple of the connections. @type {Record<'full' | 'quick', Size>} */
export const SIZES = {
  full: {
    ...{ rounds: 7, warmUp: { remembered: 12_000, unseen: 8000, refused: 1600 }, turn: { remembered: 960, unseen: 640, refused: 320 } },
    ...{ connections: 16, floodRounds: 3, floodSeconds: 3, starts: 7 },
  },
  quick: {
    ...{ rounds: 3, warmUp: { remembered: 3200, unseen: 3200, refused: 640 }, turn: { remembered: 480, unseen: 320, refused: 160 } },
    ...{ connections: 16, floodRounds: 1, floodSeconds: 1, starts: 3 },
  },
}

const OPTIONS = /** @type {const} */ ({
  only: { type: 'string', multiple: true, default: NAMES },
  plot: { type: 'string' },
  node: { type: 'string', default: process.execPath },
})

export function readOptions() {
  return readCommandLine(USAGE, OPTIONS, ({ only, plot, quick, node }) => {
    const strange = only.find((/** @type {string} */ name) => !NAMES.includes(name))
    if (strange !== undefined) throw new TypeError(`--only ${strange}: must be one of ${NAMES.join(', ')}`)
    if (plot !== undefined) writeFileSync(plot, '') // now, and not after five minutes
    return { platforms: PLATFORMS.filter(({ name }) => only.includes(name)), size: SIZES[quick ? 'quick' : 'full'], plot, node }
  })
}
