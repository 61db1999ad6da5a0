/** What the command line says. */
import { COMMON_USAGE, readCommandLine } from '../lib/command-line.js'
import { FLEET, QUICK_FLEET, QUICK_REPLICAS, REPLICAS } from './assumptions.js'

const USAGE = `npm run bench:fleet -- [options]
  --quick          a fifth of the requests, small fleets, and no real processes: an impression, not a figure
  --docs           writes the tables and the picture of docs/scale.md
${COMMON_USAGE}`

export function readOptions() {
  return readCommandLine(USAGE, { docs: { type: 'boolean', default: false } }, ({ quick, docs }) => {
    if (quick && docs) throw new TypeError('--docs: the documents take no impressions; leave out --quick')
    return { docs, world: quick ? QUICK_FLEET : FLEET, replicas: quick ? QUICK_REPLICAS : REPLICAS, real: !quick }
  })
}
