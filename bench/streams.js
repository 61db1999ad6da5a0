/** Measures what thousands of open streams take, with our gate and without: `npm run bench:streams`. */
import { machine } from './lib/machine.js'
import { goalsTable, heading, writeJson } from './lib/report.js'
import { measure } from './streams/measure.js'
import { readOptions } from './streams/options.js'
import { putIntoPage } from './streams/page.js'
import { goalsOf, markdownOf, tableOf } from './streams/report.js'
import { startWorld } from './streams/world.js'

const { platforms, size, docs, library, file } = readOptions()
const date = new Date().toISOString()
const own = ['jose', 'express', 'hono', '@hono/node-server', '@modelcontextprotocol/sdk', '@modelcontextprotocol/server', '@modelcontextprotocol/node']
const where = machine(library, { own, peers: [] })
console.log(heading(where, { date, note: `${size.streams} streams, ES256` }))

const world = await startWorld(size, library)
/** @type {import('./streams/measure.js').StreamFigures[]} */
const figures = []
for (const platform of platforms) {
  console.error(`${platform.name} …`)
  figures.push(await measure(platform, world))
  if (platforms.length > 1) console.log(tableOf(figures.slice(-1))) // now, and not after half an hour
}
const goals = goalsOf(figures)
console.log(`${tableOf(figures)}\n\n${goalsTable(goals, 'goal')}`)
writeJson(file, { date, ...where, size, figures, goals })
if (docs) putIntoPage(`On ${date.slice(0, 10)}, ${where.cpu} with ${where.cores} cores, Node ${where.node.slice(1)}:\n\n${markdownOf(figures)}`)
process.exit() // the clients would wait for ever
