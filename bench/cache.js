/** Measures the memory of verdicts: time, bytes, what is in the heap, and a herd: `npm run bench:cache`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { assertCandidates, assertMemories } from './cache/correctness.js'
import { CANDIDATES } from './cache/candidates.js'
import { MEMORIES } from './cache/memories.js'
import { readOptions } from './cache/options.js'
import { bytesTable, goalsOf, sentences, timesTable } from './cache/report.js'
import { SUBJECTS } from './cache/subjects.js'
import { machine } from './lib/machine.js'
import { pin, run } from './lib/part.js'
import { goalsTable, heading, writeJson } from './lib/report.js'

const { sizes, count, library, file } = readOptions()
const date = new Date().toISOString()
const where = machine(library, { own: ['jose', 'lru-cache'], peers: ['fast-jwt'] })
const pinned = pin.length > 0
console.log(heading(where, { date, note: pinned ? 'on one core' : 'not pinned to a core, taskset is not there' }))

await assertCandidates([...CANDIDATES, ...SUBJECTS.filter(({ name }) => name.includes('keep'))], library)
await assertMemories(MEMORIES, library)

const flags = ['--max-old-space-size=8192']
const memories = await timesOf('the memory alone', 'memory', MEMORIES)
const times = await timesOf('token in, answer out', 'candidate', CANDIDATES)

const bytes = []
for (const { name } of SUBJECTS) {
  bytes.push({ name, ...(await run(new URL('cache/bytes.js', import.meta.url), { name, count, library: library.href }, { flags: ['--expose-gc'] })) })
}
console.log(bytesTable(bytes, count))

const heap = heapFinding()
const herd = await run(new URL('cache/herd.js', import.meta.url), { requests: 10_000, library: library.href })
console.log(sentences(heap, herd))

const goals = goalsOf({ times, bytes, heap, herd })
console.log(goalsTable(goals, 'goal'))
writeJson(file, { date, ...where, pinned, memories, times, bytes, heap, herd, goals })

/** @param {string} title @param {'memory' | 'candidate'} kind @param {readonly { name: string, most?: number }[]} subjects */
async function timesOf(title, kind, subjects) {
  /** @type {import('./cache/report.js').TimesFigure[]} */
  const all = []
  for (const size of sizes) {
    const figures = []
    for (const { name, most = size.live } of subjects) {
      if (size.live > most) continue
      const order = { [kind]: name, size, library: library.href }
      figures.push({ live: size.live, name, ...(await run(new URL('cache/times.js', import.meta.url), order, { pinned: true, flags })) })
    }
    console.log(timesTable(title, figures))
    all.push(...figures)
  }
  return all
}

function heapFinding() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('cache/heap.js', import.meta.url)), library.href], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the heap could not be searched: ${stderr}`)
  return JSON.parse(stdout)
}
