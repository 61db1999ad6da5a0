/** What was parsed here is frozen where it is, and what others made is copied first. */
import { expect, test } from 'vitest'
import { frozenCopy, frozenInPlace } from '../../src/lib/frozen-copy.js'

const CLAIMS = '{"sub":"ada","groups":[{"name":"a"},["b",{"c":null}]],"org":{"id":{"n":1}},"none":[]}'

function everyObjectIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everyObjectIn)] : []
}

test('what was parsed is frozen to the bottom, and stays the same object', () => {
  const claims = JSON.parse(CLAIMS) as object
  expect(frozenInPlace(claims, 4)).toBe(true)
  expect(everyObjectIn(claims)).toHaveLength(8)
  expect(everyObjectIn(claims).filter((one) => !Object.isFrozen(one))).toEqual([])
  expect(JSON.stringify(claims)).toBe(CLAIMS)
})

test.each([1, 2, 3, 4])('what has more than %i levels is found too deep', (levels) => {
  const nested = (depth: number): object => JSON.parse('{"a":'.repeat(depth - 1) + '[]' + '}'.repeat(depth - 1)) as object
  expect([frozenInPlace(nested(levels), levels), frozenInPlace(nested(levels + 1), levels)]).toEqual([true, false])
})

test('what others made is copied, and theirs is left as it was', () => {
  const claims = JSON.parse(CLAIMS) as object
  const copy = frozenCopy('claims', claims)
  expect(copy).toEqual(claims)
  expect(everyObjectIn(copy).every(Object.isFrozen)).toBe(true)
  expect(everyObjectIn(claims).some(Object.isFrozen)).toBe(false)
})
