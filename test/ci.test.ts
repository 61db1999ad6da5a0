/** What `.ci/run` says at its end: `.ci/score.js` names what failed, and counts. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const GOOD = { status: 'passed', ancestorTitles: [], title: 'is good', failureMessages: [] }
const BAD = { status: 'failed', ancestorTitles: ['the cache'], title: 'outlives nothing', failureMessages: ['\u001B[31mAssertionError: expected 1 to be 2\u001B[39m\n\n    at cache.ts:1'] }

test('each test that failed is named with its file and what it said, just before the last line', () => {
  const { lines, status } = scored({ 'report.json': report([GOOD, BAD]), 'lint.log': '1 passed, 0 failed\n' })
  expect(lines).toEqual(['FAILED test/cache.test.ts › the cache › outlives nothing', '  AssertionError: expected 1 to be 2', '      at cache.ts:1', '2 passed, 1 failed'])
  expect(status).toBe(1)
})

test('what is good all over is one line, and the only success', () => {
  const { lines, status } = scored({ 'report.json': report([GOOD]), 'peers.log': '✔ works (1ms)\n3 passed, 0 failed, 2 skipped\n' })
  expect(lines).toEqual(['4 passed, 0 failed, 2 skipped'])
  expect(status).toBe(0)
})

test('a file that fails outside of its tests counts as one, and says why', () => {
  const { lines } = scored({ 'report.json': report([GOOD], { status: 'failed', message: 'Error: no port' }) })
  expect(lines).toEqual(['FAILED test/cache.test.ts › outside of its tests', '  Error: no port', '1 passed, 1 failed'])
})

test('an error outside of every file counts as one, and says which', () => {
  const log = 'a lot of lines\n⎯⎯ Unhandled Errors ⎯⎯\nError: nobody caught this\n'
  const { lines } = scored({ 'report.json': report([GOOD]), 'vitest.log': log }, '1')
  expect(lines).toEqual(['FAILED npm test ended with 1, and no test failed', '  ⎯⎯ Unhandled Errors ⎯⎯', '  Error: nobody caught this', '1 passed, 1 failed'])
})

test.each([
  ['a run of no tests', { 'report.json': report([]) }],
  ['a part that ends before it counts', { 'report.json': report([GOOD]), 'runtimes.log': 'ok     node 20\nKilled' }],
  ['a part that says nothing', { 'report.json': report([GOOD]), 'runtimes.log': '' }],
])('%s is one failure', (_, files) => {
  const { lines, status } = scored(files)
  expect(lines.at(-1)).toMatch(/ passed, 1 failed$/)
  expect(lines[0]).toMatch(/^FAILED /)
  expect(status).toBe(1)
})

test('the programs of others are named too, as each of their runners says it', () => {
  const peers = '✖ it calls (5ms)\n✔ it lists (2ms)\n✖ failing tests:\n\ntest at a.js:1:1\n✖ it calls (5ms)\n  AssertionError: 401\n1 passed, 1 failed\n'
  const issuers = 'ok     django runs\nFAILED django: a refresh\nno answer\nok     django is away\n2 passed, 1 failed\n'
  const { lines } = scored({ 'report.json': report([GOOD]), 'peers.log': peers, 'issuers.log': issuers })
  expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual(['FAILED issuers › django: a refresh', 'FAILED peers › it calls (5ms)'])
  expect(lines).toEqual(expect.arrayContaining(['  no answer', '    AssertionError: 401']))
  expect(lines.at(-1)).toBe('4 passed, 2 failed')
})

test('what the linter says is among the last lines', () => {
  const { lines } = scored({ 'report.json': report([GOOD]), 'lint.log': 'x eqeqeq: a.ts:1\n0 passed, 1 failed\n' })
  expect(lines).toContain('  x eqeqeq: a.ts:1')
})

function report(assertionResults: (typeof BAD | typeof GOOD)[], file: object = {}): string {
  const count = (status: string) => assertionResults.filter((one) => one.status === status).length
  const testResults = [{ name: resolve('test/cache.test.ts'), status: 'passed', message: '', assertionResults, ...file }]
  return JSON.stringify({ numPassedTests: count('passed'), numFailedTests: count('failed'), numPendingTests: 0, numTodoTests: 0, testResults })
}

function scored(files: Record<string, string>, STATUS = '0') {
  const folder = mkdtempSync(join(tmpdir(), 'score-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { stdout, status } = spawnSync(process.execPath, ['.ci/score.js', folder], { encoding: 'utf8', env: { ...process.env, STATUS } })
  return { lines: stdout.trimEnd().split('\n'), status }
}
