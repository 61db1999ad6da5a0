/** What the command line says. */
import { openSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { ALGORITHMS } from './issuer.js'
/** @import { Size } from './measure.js' */

export const USAGE = `npm run bench:jwt -- [options]
  --quick          one at a time only, fewer tokens and rounds: an impression, not a figure
  --only ALG       one of ${ALGORITHMS.join(', ')}; may be repeated
  --json FILE      writes the figures, with machine, versions and date
  --library DIR    measures this build instead of dist
  --help           prints this`

/** @type {Record<'full' | 'quick', Size>} */
const SIZES = {
  full: { warmUp: 0.6, rounds: 4, notSeen: 2000, others: 750, slice: 125 },
  quick: { warmUp: 0.3, rounds: 2, notSeen: 640, others: 192, slice: 64 },
}

/**
 * @param {string[]} args
 * @throws Error for what is not an option, or a file that cannot be written.
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [...ALGORITHMS] },
      json: { type: 'string' },
      library: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const strange = values.only.find((name) => !ALGORITHMS.some((algorithm) => algorithm === name))
  if (strange !== undefined) throw new TypeError(`--only ${strange}: must be one of ${ALGORITHMS.join(', ')}`)
  return {
    help: values.help,
    file: values.json === undefined ? undefined : openSync(values.json, 'w'), // now, and not after four minutes
    algorithms: ALGORITHMS.filter((algorithm) => values.only.includes(algorithm)),
    inFlights: values.quick ? [1] : [1, 64],
    size: SIZES[values.quick ? 'quick' : 'full'],
    library: values.library === undefined ? new URL('../../dist/', import.meta.url) : pathToFileURL(`${values.library}/`),
  }
}
