/** What the command line says. */
import { COMMON_USAGE, readCommandLine } from '../lib/command-line.js'

const USAGE = `npm run bench:cache -- [options]
  --quick          without the million: an impression, not a figure
${COMMON_USAGE}`

const SIZES = {
  full: [
    { live: 1_000, rounds: 20 },
    { live: 100_000, rounds: 1 },
    { live: 1_000_000, rounds: 1 },
  ],
  quick: [
    { live: 1_000, rounds: 5 },
    { live: 20_000, rounds: 1 },
  ],
}

export function readOptions() {
  return readCommandLine(USAGE, {}, ({ quick }) => ({ sizes: quick ? SIZES.quick : SIZES.full, count: quick ? 10_000 : 50_000 }))
}
