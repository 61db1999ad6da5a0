/** The reserve asks about strangers freely, then one by one, then not at all; about those who were good, always. */
import { expect, test } from 'vitest'
import { Reserve } from '../../../src/github/api/reserve.js'
import { clock } from '../../oauth-kit.js'

function setUp(remaining: number, resetsIn = 1000) {
  const time = clock()
  const reserve = new Reserve(time.now)
  const heed = (left: number, seconds = resetsIn): void => reserve.heed({ resource: 'core', limit: 100, remaining: left, resetsIn: seconds })
  heed(remaining)
  return { time, reserve, heed }
}

test.each([
  [51, [0, 0]],
  [50, [0, 40]], // 25 to spare in 1000 seconds
  [26, [0, 1000]],
  [25, [1000, 1000]],
  [0, [1000, 1000]],
])('with %i of 100 left, two strangers wait %o seconds', (remaining, expected) => {
  const { reserve } = setUp(remaining)
  expect([reserve.wait('one'), reserve.wait('two')]).toEqual(expected)
})

test('before GitHub said anything nobody waits', () => {
  const reserve = new Reserve(clock().now)
  expect([reserve.wait('one'), reserve.wait('two')]).toEqual([0, 0])
})

test('who was good never waits', () => {
  const { reserve } = setUp(0)
  reserve.remember('good')
  expect(reserve.wait('good')).toBe(0)
})

test('with new calls nobody waits, and the pace of before is forgotten', () => {
  const { time, reserve, heed } = setUp(26)
  reserve.wait('one')
  time.forward(1000)
  expect(reserve.wait('two')).toBe(0)
  heed(50)
  expect(reserve.wait('three')).toBe(0)
  expect(reserve.wait('four')).toBe(40)
})

test('a clock that was set back keeps nobody waiting', () => {
  const { time, reserve, heed } = setUp(26)
  reserve.wait('one')
  time.forward(-86_400)
  expect(reserve.wait('two')).toBe(0)
  heed(50)
  expect(reserve.wait('three')).toBe(0)
})

test('no stranger waits beyond the hour for a part of a call', () => {
  const { reserve } = setUp(50)
  reserve.heed({ resource: 'core', limit: 99, remaining: 25, resetsIn: 1000 })
  expect([reserve.wait('one'), reserve.wait('two')]).toEqual([0, 1000])
})
