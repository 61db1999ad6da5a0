/** Simulates fleets of replicas, checks the model against real processes, and draws it: `npm run bench:fleet`. */
import { SEED, TRIAL } from './fleet/assumptions.js'
import { assertModel } from './fleet/formula.js'
import { readOptions } from './fleet/options.js'
import { plotOf } from './fleet/plot.js'
import { loadPolicy } from './fleet/policy.js'
import { redisIsThere } from './fleet/redis-server.js'
import { requestsOf } from './fleet/requests.js'
import { simulate } from './fleet/simulate.js'
import { fleetTable, trialTable } from './fleet/tables.js'
import { trial } from './fleet/trial.js'
import { markdownOf, writeDocument } from './lib/document.js'
import { machine } from './lib/machine.js'
import { heading, plainTable, writeJson } from './lib/report.js'
/** @import { TableData } from './fleet/tables.js' */

/** Seconds by which a real request may be late. Later ones belong to another part of the timeline. */
const MOST_LATE = 1

const { world, replicas: sizes, real, docs, library, file } = readOptions()
const date = new Date().toISOString()
const where = machine(library, { peers: ['vega', 'vega-lite'] })
console.log(heading(where, { date, note: `seed ${SEED}` }))

const policy = await loadPolicy(library)
assertModel(policy)

const requests = requestsOf(world, SEED)
const figures = []
for (const replicas of sizes) {
  for (const shared of [false, true]) figures.push(...(await simulate({ world, policy, requests, replicas, shared })))
}
const introspection = fleetTable(figures, 'introspection')
const keys = fleetTable(figures, 'keys')
print(introspection)
print(keys)

const trials = real ? await trialsOf() : []
const compared = trialTable(trials.flatMap((one) => one.figures))
const late = Math.max(0, ...trials.map((one) => one.late))
const isTooLate = late > MOST_LATE
if (real) {
  print(compared)
  console.log(`The request that was made the latest was ${late.toFixed(2)} s late${isTooLate ? ': THE MACHINE IS TOO BUSY for this to say anything' : ''}.`)
}
writeJson(file, { date, ...where, seed: SEED, world, trialWorld: TRIAL, figures, trials })
if (docs && (isTooLate || !redisIsThere)) throw new Error('the documents are left as they were: they take figures of a quiet machine with Redis')
if (docs) {
  const parts = { introspection: markdownOf(introspection), keys: markdownOf(keys), trial: markdownOf(compared) }
  writeDocument({ name: 'scale', command: 'npm run bench:fleet -- --docs' }, parts, await plotOf(figures, world))
}

async function trialsOf() {
  if (!redisIsThere) console.error('\n  !!! redis-server is not installed: the second level is not tried (apt-get install redis-server)\n')
  const found = []
  for (const shared of redisIsThere ? [false, true] : [false]) found.push(await trial(policy, library, shared))
  return found
}

/** @param {TableData} data */
function print({ title, head, rows }) {
  const table = plainTable(head)
  table.push(...rows)
  console.log(`${title}\n${table}\n`)
}
