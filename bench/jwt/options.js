/** What the command line says. */
import { COMMON_USAGE, readCommandLine } from '../lib/command-line.js'
import { ALGORITHMS } from '../lib/issuer.js'
/** @import { Size } from './measure.js' */

const USAGE = `npm run bench:jwt -- [options]
  --quick          one at a time only, fewer tokens and rounds: an impression, not a figure
  --only ALG       one of ${ALGORITHMS.join(', ')}; may be repeated
${COMMON_USAGE}`

/** @type {Record<'full' | 'quick', Size>} */
const SIZES = {
  full: { warmUp: 0.6, rounds: 4, notSeen: 2000, others: 750, slice: 125 },
  quick: { warmUp: 0.3, rounds: 2, notSeen: 640, others: 192, slice: 64 },
}

export function readOptions() {
  return readCommandLine(USAGE, { only: { type: 'string', multiple: true, default: [...ALGORITHMS] } }, ({ only, quick }) => {
    const strange = only.find((/** @type {any} */ name) => !ALGORITHMS.includes(name))
    if (strange !== undefined) throw new TypeError(`--only ${strange}: must be one of ${ALGORITHMS.join(', ')}`)
    return {
      algorithms: ALGORITHMS.filter((algorithm) => only.includes(algorithm)),
      inFlights: quick ? [1] : [1, 64],
      size: SIZES[quick ? 'quick' : 'full'],
    }
  })
}
