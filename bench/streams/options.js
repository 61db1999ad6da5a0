/** What the command line says. */
import { COMMON_USAGE, readCommandLine } from '../lib/command-line.js'
import { PLATFORMS } from './servers.js'

const NAMES = PLATFORMS.map(({ name }) => name)
const USAGE = `npm run bench:streams -- [options]
  --quick          fewer streams and seconds: an impression, not a figure
  --only SERVER    one of ${NAMES.join(', ')}; may be repeated
  --idle SECONDS   how long nothing happens (60)
  --docs           writes the table of bench/README.md
${COMMON_USAGE}`

/**
 * @typedef {object} Size
 * @property {number} streams
 * @property {number} idle seconds in which nothing happens
 * @property {number} revocations of strangers
 * @property {number} lead seconds, at least, from signing tokens to the second in which all of them expire
 */

/** @type {Record<'full' | 'quick', Size>} */
const SIZES = {
  full: { streams: 5000, idle: 60, revocations: 1000, lead: 15 },
  quick: { streams: 1000, idle: 5, revocations: 1000, lead: 8 },
}

/** @type {NonNullable<import('node:util').ParseArgsConfig['options']>} */
const OWN = { only: { type: 'string', multiple: true, default: NAMES }, idle: { type: 'string' }, docs: { type: 'boolean', default: false } }

export function readOptions() {
  return readCommandLine(USAGE, OWN, ({ only, idle, quick, docs }) => {
    const strange = only.find((/** @type {string} */ name) => !NAMES.includes(name))
    if (strange !== undefined) throw new TypeError(`--only ${strange}: must be one of ${NAMES.join(', ')}`)
    if (docs && (quick || idle !== undefined || only.length !== NAMES.length)) throw new TypeError('--docs: the page takes all servers in full size, and no impressions')
    const size = SIZES[quick ? 'quick' : 'full']
    const seconds = idle === undefined ? size.idle : Number(idle)
    if (!(seconds > 0)) throw new TypeError('--idle must be a number of seconds')
    return { docs, platforms: PLATFORMS.filter(({ name }) => only.includes(name)), size: { ...size, idle: seconds } }
  })
}
