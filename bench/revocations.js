/** Measures what a log of revocations costs a fleet: a start, a burst, and a Redis that came back empty. `npm run bench:revocations`. */
import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from 'redis'
import { redisIsThere, startRedis } from './fleet/redis-server.js'
import { startChild } from './http/child.js'
import { COMMON_USAGE, readCommandLine } from './lib/command-line.js'
import { machine } from './lib/machine.js'
import { heading, plainTable, writeJson } from './lib/report.js'

const USAGE = `npm run bench:revocations -- [options]; needs redis-server
  --quick          fewer entries: an impression, not a figure
${COMMON_USAGE}`
const { size, library, file } = readCommandLine(USAGE, {}, ({ quick }) => ({ size: quick ? { held: 5_000, burst: 1_000 } : { held: 99_000, burst: 1_000 } }))
if (!redisIsThere) {
  console.error('there is no redis-server to start')
  process.exit(2)
}

const REPLICAS = 3
const { port } = await startRedis()
const client = await createClient({ socket: { host: '127.0.0.1', port } }).connect()
const replica = () => startChild(new URL('revocations/replica.js', import.meta.url), { port, library: library.href })

let own = 0

/** Commands that Redis carried out since it began, but for those of this process. */
async function commands() {
  own += 1
  const calls = /total_commands_processed:(\d+)/.exec(await client.info('stats'))
  return Number(calls?.[1]) - own
}

/** Entries in the log. */
async function lengthOfLog() {
  const keys = await client.keys('*')
  own += 1 + keys.length
  return Math.max(0, ...(await Promise.all(keys.map((key) => client.xLen(key).catch(() => 0)))))
}

/** @template T @param {() => Promise<T>} work @param {readonly import('./http/child.js').Child[]} replicas */
async function costOf(work, replicas) {
  const before = await Promise.all(replicas.map((one) => one.ask({ ask: 'begin' })))
  const [asked, begun] = [await commands(), performance.now()]
  const result = await work()
  const [seconds, told] = [(performance.now() - begun) / 1000, (await commands()) - asked]
  const after = await Promise.all(replicas.map((one) => one.ask({ ask: 'state' })))
  const most = (/** @type {(one: any, first: any) => number} */ of) => Math.max(...after.map((one, index) => of(one, before[index])))
  const [cpu, longest, longestWork] = [most((one, first) => one.cpu - first.cpu), most((one) => one.longest), most((one) => one.longestWork)]
  return { result, seconds, commands: told, cpu, longest, longestWork, megabytes: most((one, first) => (one.bytes - first.bytes) / 1e6) }
}

/** @param {readonly import('./http/child.js').Child[]} replicas @param {number} count */
async function untilAllHold(replicas, count) {
  for (;;) {
    const held = await Promise.all(replicas.map(async (one) => (await one.ask({ ask: 'size' })) >= count))
    if (held.every(Boolean)) return
    await wait(20)
  }
}

const writer = await replica()
await writer.ask({ ask: 'ready' })
console.error(`writing ${size.held} revocations …`)
await writer.ask({ ask: 'revoke', count: size.held })
const others = await Promise.all(Array.from({ length: REPLICAS - 1 }, replica))
const [first, ...more] = others
if (first === undefined) throw new Error('there is no replica')
console.error('a start …')
const start = await costOf(() => first.ask({ ask: 'ready' }), [first])
for (const one of more) await one.ask({ ask: 'ready' })
console.error('a burst …')
const burst = await costOf(async () => {
  await writer.ask({ ask: 'revoke', count: size.burst })
  await untilAllHold(others, size.held + size.burst)
}, others)
console.error('Redis loses everything …')
const lost = await costOf(async () => {
  own += 1
  await client.flushAll()
  while ((await lengthOfLog()) < size.held + size.burst) await wait(50)
}, [writer, ...others])
await wait(2_000) // for those who had begun
const written = await lengthOfLog()

const where = machine(library, { own: ['redis'], peers: [] })
const date = new Date().toISOString()
console.log(heading(where, { date, note: `${size.held} revocations in the log, ${REPLICAS} replicas, catchUpEvery 5` }))
const table = plainTable(['', 'seconds', 'commands of Redis', 'CPU of a replica, s', 'longest work at once, ms', 'longest hold of its loop, ms', 'memory, MB'])
for (const [name, cost] of Object.entries({ 'a replica starts': start, [`${size.burst} revocations in a burst`]: burst, 'Redis comes back empty': lost })) {
  const whole = [cost.longestWork, cost.longest, cost.megabytes].map((one) => one.toFixed(0))
  table.push([name, cost.seconds.toFixed(1), cost.commands, cost.cpu.toFixed(2), ...whole])
}
console.log(String(table))
console.log(`written back: ${written} entries, ${(written / (size.held + size.burst)).toFixed(2)} × what was lost`)
writeJson(file, { date, ...where, size, start, burst, lost })
process.exit()
