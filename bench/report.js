/** Writes docs/benchmarks.md and its picture of two runs of bench:http: `npm run bench:report -- FIRST.json SECOND.json`. */
import { readFileSync } from 'node:fs'
import { writeDocument } from './lib/document.js'
import { meanFigures, measured, partsOf } from './http/document.js'
import { SIZES } from './http/options.js'
import { plotOf } from './http/plot.js'

const [first, second, ...others] = process.argv.slice(2)
if (first === undefined || second === undefined || others.length > 0) {
  console.error('npm run bench:report -- FIRST.json SECOND.json, of two runs: npm run bench:http -- --json FILE')
  process.exit(2)
}

const read = (/** @type {string} */ file) => /** @type {import('./http/document.js').Run} */ (JSON.parse(readFileSync(file, 'utf8')))
const runs = /** @type {const} */ ([read(first), read(second)])
const isQuick = runs.some(({ size }) => size.rounds < SIZES.full.rounds)
const picture = await plotOf(meanFigures(runs), measured(runs))
writeDocument({ name: 'benchmarks', command: 'npm run bench:report' }, partsOf(runs, isQuick), picture)
console.log('docs/benchmarks.md and docs/benchmarks.svg are written')
