/** Measures JWT verification, ours against the limit and the peers: `npm run bench:jwt`. */
import { machine } from './lib/machine.js'
import { pin, run } from './lib/part.js'
import { goalsTable, heading, writeJson } from './lib/report.js'
import { figuresOf } from './jwt/figures.js'
import { goalsOf } from './jwt/goals.js'
import { readOptions } from './jwt/options.js'
import { tableOf } from './jwt/report.js'

const { algorithms, inFlights, size, library, file } = readOptions()
const date = new Date().toISOString()
const where = machine(library, { peers: ['aws-jwt-verify', 'express-oauth2-jwt-bearer', 'fast-jwt', 'jsonwebtoken', 'jwks-rsa'] })
const pinned = pin.length > 0
console.log(heading(where, { date, note: pinned ? 'one at a time: on one core' : 'one at a time: not pinned to a core, taskset is not there' }))

/** @type {import('./jwt/figures.js').Figure[]} */
const figures = []
for (const algorithm of algorithms) {
  for (const inFlight of inFlights) {
    const order = { algorithm, inFlight, size, library: library.href }
    const samples = await run(new URL('jwt/part.js', import.meta.url), order, { pinned: inFlight === 1 })
    const part = figuresOf(samples, { algorithm, inFlight })
    figures.push(...part)
    console.log(tableOf(part, { algorithm, inFlight }))
  }
}

const goals = goalsOf(figures)
console.log(goalsTable(goals, 'goal, one at a time'))
writeJson(file, { date, ...where, pinned, size, figures, goals })
