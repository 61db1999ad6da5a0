/** Writes a page of docs and its picture of two runs of bench:http: `npm run bench:report -- FIRST.json SECOND.json`. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeDocument } from './lib/document.js'
import { meanFigures, measured, partsOf } from './http/document.js'
import { SIZES } from './http/options.js'
import { plotOf } from './http/plot.js'

const PAGES = ['benchmarks', 'benchmarks-node-24']
const USAGE = `npm run bench:report -- [--page NAME] FIRST.json SECOND.json, of two runs: npm run bench:http -- --json FILE
  --page NAME      one of ${PAGES.join(', ')} (the first): docs/NAME.md and docs/NAME.svg are written`

const { page, files: [first, second] } = readArguments()
const read = (/** @type {string} */ file) => /** @type {import('./http/document.js').Run} */ (JSON.parse(readFileSync(file, 'utf8')))
const runs = /** @type {const} */ ([read(first), read(second)])
const isQuick = runs.some(({ size }) => size.rounds < SIZES.full.rounds)
const picture = await plotOf(meanFigures(runs), measured(runs))
writeDocument({ name: page, command: 'npm run bench:report' }, partsOf(runs, isQuick), picture)
console.log(`docs/${page}.md and docs/${page}.svg are written`)

/** Ends the process where there is something that cannot be used. */
function readArguments() {
  try {
    const { values: { page }, positionals: [first, second, ...others] } = parseArgs({ options: { page: { type: 'string', default: 'benchmarks' } }, allowPositionals: true })
    if (!PAGES.includes(page)) throw new TypeError(`--page ${page}: must be one of ${PAGES.join(', ')}`)
    if (first === undefined || second === undefined || others.length > 0) throw new TypeError('two files are needed')
    return { page, files: /** @type {const} */ ([first, second]) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    process.exit(2)
  }
}
