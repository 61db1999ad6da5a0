/**
 * `npm run mutants`: breaks one line that security rests on at a time, and sees whether a test notices. The sources are
 * changed in memory only, as vitest reads them. `-- WORD …` takes those whose file or sentence has the word; `-- --check`
 * only looks whether every original text is where the list says.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createVitest } from 'vitest/node'
import { MUTANTS } from './list.js'

process.env.NODE_ENV ??= 'test' // or the library would speak of each refusal once

/** @typedef {import('./list.js').Mutant} Mutant */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const chosen = MUTANTS.filter(({ file, breaks }) => words.length === 0 || words.some((word) => file.includes(word) || breaks.includes(word)))

refuseWhatIsNotThere()
if (process.argv.includes('--check')) process.exit(0)

/** @type {Mutant | undefined} */
let current
let wasLoaded = false
/** Files that ran in this round: what vitest keeps of earlier ones says nothing. @type {import('vitest/node').TestModule[]} */
let ran = []

const vitest = await createVitest(
  'test',
  {
    ...{ root: ROOT, config: 'vitest.apart.config.ts', watch: false, bail: 1, testTimeout: 20_000, silent: true, pool: 'threads' },
    reporters: [{ onTestModuleEnd: (module) => void ran.push(module) }],
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        transform(code, id) {
          if (current === undefined || id !== ROOT + current.file) return undefined
          wasLoaded = true
          const { from, to } = current
          return code.replace(from, () => to)
        },
      },
    ],
  },
)
/** @type {string[]} */
const lives = []
try {
  await refuseRedTests()
  for (const [index, mutant] of chosen.entries()) {
    const killer = await killerOf(mutant)
    if (killer === undefined) lives.push(`${mutant.file}: ${mutant.breaks}\n         - ${mutant.from}\n         + ${mutant.to}`)
    console.log(`${index + 1}/${chosen.length}  ${killer === undefined ? 'LIVES ' : 'killed'}  ${mutant.file}: ${mutant.breaks}${killer === undefined ? '' : `\n            by ${killer}`}`)
  }
} finally {
  await vitest.close()
}
console.log(`\n${chosen.length - lives.length} of ${chosen.length} were killed${lives.length === 0 ? '' : `; these live:\n\n${lives.join('\n\n')}`}`)
process.exit(lives.length === 0 ? 0 : 1)

/** The list survives no rename by itself: whoever moves a line moves its mutant. */
function refuseWhatIsNotThere() {
  const faults = MUTANTS.flatMap(({ file, from, to, breaks }) => {
    const times = textOf(file).split(from).length - 1
    const fault = from === to ? 'changes nothing' : times === 0 ? 'is not there any more' : times > 1 ? `is there ${times} times` : undefined
    return fault === undefined ? [] : [`${file}: the original text of "${breaks}" ${fault}:\n    ${from}`]
  })
  console.log(`${MUTANTS.length} mutants, ${chosen.length} chosen`)
  if (faults.length === 0) return
  console.error(faults.join('\n'))
  process.exit(2)
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(ROOT + file, 'utf8')
  } catch {
    return '' // moved away, and its texts with it
  }
}

/** A test that is red already would kill everything. */
async function refuseRedTests() {
  const files = [...new Set(chosen.flatMap(({ by }) => by))]
  for (const file of files) if ((await vitest.globTestSpecifications([file])).length === 0) fail(`there is no test ${file}`)
  const { failed, names } = await run(files)
  if (failed) fail(`a test fails without any mutant: ${names}`)
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exit(2)
}

/** The name of the test that failed, of those that ran in this round; undefined where none did. @param {Mutant} mutant */
async function killerOf(mutant) {
  current = mutant
  wasLoaded = false
  vitest.invalidateFile(ROOT + mutant.file)
  try {
    const { failed, names } = await run(mutant.by)
    if (!wasLoaded) console.log(`            no test of ${mutant.by.join(', ')} has read ${mutant.file}`)
    return failed && wasLoaded ? names : undefined
  } finally {
    current = undefined
    vitest.invalidateFile(ROOT + mutant.file)
  }
}

/** @param {readonly string[]} files */
async function run(files) {
  const specifications = (await Promise.all(files.map((file) => vitest.globTestSpecifications([file])))).flat()
  ran = []
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications)
  const failed = ran.filter((module) => module.state() === 'failed')
  const tests = failed.flatMap((module) => [...module.children.allTests('failed')].map((test) => `${module.relativeModuleId}: ${test.fullName}`))
  const modules = failed.map((module) => `${module.relativeModuleId}: ${module.errors()[0]?.message ?? 'a hook'}`)
  return { failed: failed.length > 0, names: tests[0] ?? modules[0] ?? String(unhandledErrors[0]) }
}
