/** What must not compile does not, and everything else does: sources, tests, and the files beside this one. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** A directive, with the code that it announces and the reason for a reader. */
const DIRECTIVE = /^\s*\/\/ @ts-expect-error (?:(TS\d+) )?(.*)$/

const FOLDER = 'test/compile'
/** Each file's lines: one for each subpath, and one for each subject of the main one. */
const files = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.test-d.ts'))
    .map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n')]),
)

test('sources and tests compile without a word', () => {
  expect(tsc('test')).toEqual({ output: '', status: 0 })
})

test('every line that must not compile fails for the reason that it names', () => {
  const announced = [...files].flatMap(([name, lines]) =>
    lines.flatMap((line, index) => {
      const [, code, reason = ''] = DIRECTIVE.exec(line) ?? []
      return line.includes('@ts-expect-error') ? [`${name}: ${lines[index + 1]?.trim()} — ${code} ${reason}`] : []
    }),
  )
  expect(announced.length).toBeGreaterThan(100)
  expect(announced.filter((one) => !/ — TS\d+ \w+ \w+/.test(one)), 'a code and a reason each').toEqual([])

  // The same files without their directives, as deep in folders as they are, so that their imports still fit.
  mkdirSync('build/compile', { recursive: true })
  writeFileSync('build/compile/given.ts', readFileSync(`${FOLDER}/given.ts`))
  for (const [name, lines] of files) writeFileSync(`build/compile/${name}`, lines.map((line) => line.replace(DIRECTIVE, '//')).join('\n'))
  writeFileSync('build/tsconfig.compile.json', JSON.stringify({ extends: '../test/tsconfig.json', include: [...files.keys()].map((name) => `compile/${name}`) }))
  const reported = [...tsc('build/tsconfig.compile.json').output.matchAll(/^\S*?([a-z0-9-]+\.test-d\.ts)\((\d+),\d+\): error (TS\d+)/gm)].map(([, name = '', line, code]) => {
    const lines = files.get(name) ?? []
    const [, , reason] = DIRECTIVE.exec(lines[Number(line) - 2] ?? '') ?? []
    return `${name}: ${lines[Number(line) - 1]?.trim()} — ${code} ${reason}`
  })
  expect(reported.toSorted()).toEqual(announced.toSorted())
})

function tsc(project: string): { output: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false', '-p', project], { encoding: 'utf8' })
  return { output: stdout + stderr, status }
}
