// Reads what the parts of `.ci/run` left behind and prints the last lines: each failure, shortly, then "N passed, N failed".
// `STATUS` is what the tests ended with. The folder has report.json and vitest.log of the tests, and one log for each other
// part, whose last line counts.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const folder = process.argv[2]
const [LINES, WIDTH, MOST] = [4, 200, 40]
const failures = []
let score = [0, 0, 0]

const report = `${folder}/report.json`
if (existsSync(report)) vitest(JSON.parse(readFileSync(report, 'utf8')))
for (const name of readdirSync(folder).toSorted()) if (name.endsWith('.log') && name !== 'vitest.log') other(name.slice(0, -4))

for (const lines of failures.slice(0, MOST)) console.log(lines.join('\n'))
if (failures.length > MOST) console.log(`… and ${failures.length - MOST} more`)
const [passed, failed, skipped] = score
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function vitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  for (const { name, assertionResults } of testResults) {
    for (const { status, ancestorTitles, title, failureMessages } of assertionResults) {
      if (status === 'failed') tell([relative('', name), ...ancestorTitles, title].join(' › '), failureMessages.join('\n'))
    }
  }
  // A file that fails before its first test, or in its hooks, has no failed test to count.
  const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status !== 'failed'))
  for (const { name, message } of broken) tell(`${relative('', name)} › outside of its tests`, message)
  let failed = numFailedTests + broken.length
  // Neither has an error outside of every test, and a run of no tests at all is no success.
  if (failed === 0 && (process.env.STATUS !== '0' || numPassedTests === 0)) {
    failed = 1
    const log = textOf('vitest')
    const unhandled = log.search(/^.*Unhandled (Errors?|Rejection)/m)
    tell(`npm test ended with ${process.env.STATUS}, and no test failed`, unhandled === -1 ? lastOf(log) : log.slice(unhandled), 12)
  }
  add([numPassedTests, failed, numPendingTests + numTodoTests])
}

function other(name) {
  const log = textOf(name)
  // A last line that does not count means that something is wrong with the part itself.
  const [, ...counts] = /(?:^|\n)(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(log) ?? [log, 0, 1, 0]
  add(counts.map((count) => Number(count ?? 0)))
  if (Number(counts[1]) === 0) return
  // Node's runner names each failure a second time at its end, with what was thrown.
  const [, atTheEnd] = log.split(/^✖ failing tests:$/m)
  const named = [...(atTheEnd ?? log).matchAll(/^\s*(?:✖|FAILED) (.*)((?:\n(?!\s*(?:✖|✔|FAILED|ok|skipped|test at) ).*)*)/gm)]
  for (const [, what, message] of named) tell(`${name} › ${what}`, message)
  if (named.length === 0) tell(name, name === 'lint' ? log : lastOf(log), 12)
}

function textOf(name) {
  return existsSync(`${folder}/${name}.log`) ? stripVTControlCharacters(readFileSync(`${folder}/${name}.log`, 'utf8')).trimEnd() : ''
}

function lastOf(log) {
  return log.split('\n').slice(-8).join('\n')
}

function tell(what, message, most = LINES) {
  const lines = stripVTControlCharacters(message ?? '').split('\n').filter((line) => line.trim() !== '')
  failures.push([`FAILED ${what}`, ...lines.slice(0, most).map((line) => `  ${line.trimEnd()}`)].map((line) => line.slice(0, WIDTH)))
}

function add(counts) {
  score = score.map((count, index) => count + (counts[index] ?? 0))
}
