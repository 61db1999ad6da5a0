import { spawnSync } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import { parseJson } from '../../src/lib/parse-json.js'

const limit = Error.stackTraceLimit
afterEach(() => {
  Error.stackTraceLimit = limit
  vi.restoreAllMocks()
})

test.each(['{"a":[1]}', 'null', '"text"', ' 7 '])('reads %s', (text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text))
})

test.each(['', '{', '{"a":undefined}', "{'a':1}", '{"a":1}x', '\uFEFF{}'])('%j is no JSON', (text) => {
  expect(parseJson(text)).toBeUndefined()
})

test.each(['{}', '{'])('stacks are as long as before, after %s', (text) => {
  Error.stackTraceLimit = 7
  parseJson(text)
  expect(Error.stackTraceLimit).toBe(7)
})

test('captures no stack', () => {
  let stack: string | undefined
  vi.spyOn(JSON, 'parse').mockImplementation(() => {
    const error = new SyntaxError('no JSON')
    stack = error.stack
    throw error
  })
  expect(parseJson('{')).toBeUndefined()
  expect(stack).toBe('SyntaxError: no JSON')
})

test('works where built-in objects are frozen', () => {
  const program = `import { parseJson } from ${JSON.stringify(new URL('../../dist/src/lib/parse-json.js', import.meta.url).href)}
    Object.freeze(Error)
    process.stdout.write(JSON.stringify([parseJson('{"a":1}'), parseJson('{') === undefined]))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  expect(stdout).toBe('[{"a":1},true]')
})
