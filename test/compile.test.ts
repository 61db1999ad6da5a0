/** What must not compile does not, and everything else does: sources, tests, and `compile.test-d.ts` among them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Directives of the file, each with the line it speaks of and the code it announces. */
const DIRECTIVE = /^\s*\/\/ @ts-expect-error (?:(TS\d+) )?(.*)$/

test('sources and tests compile without a word', () => {
  expect(tsc('test')).toEqual({ output: '', status: 0 })
})

test('every line that must not compile fails for the reason that it names', () => {
  const lines = readFileSync('test/compile.test-d.ts', 'utf8').split('\n')
  const announced = lines.flatMap((line, index) => {
    const [, code, reason = ''] = DIRECTIVE.exec(line) ?? []
    return line.includes('@ts-expect-error') ? [`${lines[index + 1]?.trim()} — ${code} ${reason}`] : []
  })
  expect(announced.length).toBeGreaterThan(50)
  expect(announced.filter((one) => !/ — TS\d+ \w+ \w+/.test(one)), 'a code and a reason each').toEqual([])

  // The same file without its directives, one folder deep as well, so that its imports still fit.
  mkdirSync('build', { recursive: true })
  writeFileSync('build/compile.test-d.ts', lines.map((line) => line.replace(DIRECTIVE, '//')).join('\n'))
  writeFileSync('build/tsconfig.compile.json', JSON.stringify({ extends: '../test/tsconfig.json', include: ['compile.test-d.ts'] }))
  const reported = [...tsc('build/tsconfig.compile.json').output.matchAll(/^\S+\((\d+),\d+\): error (TS\d+)/gm)].map(([, line, code]) => {
    const [, , reason] = DIRECTIVE.exec(lines[Number(line) - 2] ?? '') ?? []
    return `${lines[Number(line) - 1]?.trim()} — ${code} ${reason}`
  })
  expect(reported).toEqual(announced)
})

function tsc(project: string): { output: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false', '-p', project], { encoding: 'utf8' })
  return { output: stdout + stderr, status }
}
