/** Measures JWT verification, ours against the limit and the peers: `npm run bench:jwt`. */
import { writeFileSync } from 'node:fs'
import { figuresOf } from './jwt/figures.js'
import { goalsOf } from './jwt/goals.js'
import { machine } from './jwt/machine.js'
import { readOptions, USAGE } from './jwt/options.js'
import { goalsTable, heading, tableOf } from './jwt/report.js'
import { pin, run } from './jwt/run.js'

const options = optionsOrExit()
const { algorithms, inFlights, size, library, file } = options
const date = new Date().toISOString()
const where = machine(library)
console.log(heading(where, { date, pinned: pin.length > 0 }))

/** @type {import('./jwt/figures.js').Figure[]} */
const figures = []
for (const algorithm of algorithms) {
  for (const inFlight of inFlights) {
    const samples = await run({ algorithm, inFlight, size, library: library.href })
    const part = figuresOf(samples, { algorithm, inFlight })
    figures.push(...part)
    console.log(tableOf(part, { algorithm, inFlight }))
  }
}

const goals = goalsOf(figures)
console.log(goalsTable(goals))
if (file !== undefined) {
  writeFileSync(file, `${JSON.stringify({ date, ...where, pinned: pin.length > 0, size, figures, goals }, null, 2)}\n`)
}

function optionsOrExit() {
  let options
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    process.exit(2)
  }
  if (!options.help) return options
  console.log(USAGE)
  process.exit(0)
}
