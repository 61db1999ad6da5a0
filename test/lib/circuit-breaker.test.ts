/** The breaker spares a server that is down, and finds one that flaps in its good times. */
import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../../src/lib/circuit-breaker.js'
import { clock } from '../oauth-kit.js'
import { OnceASecond } from '../soak/once-a-second.js'
import { random } from '../soak/random.js'

function opened() {
  const time = clock()
  const breaker = new CircuitBreaker(time.now)
  for (let failure = 0; failure < 5; failure += 1) {
    expect(breaker.wait()).toBe(0)
    breaker.failed()
  }
  return { time, breaker }
}

test('the breaker opens at the fifth failure in a row, and not before', () => {
  const breaker = new CircuitBreaker(clock().now)
  for (let n = 0; n < 4; n += 1) breaker.failed()
  breaker.succeeded()
  for (let n = 0; n < 4; n += 1) breaker.failed()
  expect([breaker.isOpen, breaker.wait()]).toEqual([false, 0])
  breaker.failed()
  expect([breaker.isOpen, breaker.wait()]).toEqual([true, 0.25])
})

test('while it is open, one gets through in its time, however many ask', () => {
  const { time, breaker } = opened()
  time.forward(0.25)
  expect([breaker.wait(), breaker.wait(), breaker.wait()]).toEqual([0, 0.5, 0.5])
})

describe('while a server does not answer', () => {
  test('a quarter of a second passes before the first attempt, and half a second before each of those that follow soon', () => {
    const { time, breaker } = opened()
    for (const wait of [0.25, 0.5, 0.5, 0.5]) {
      expect(breaker.wait()).toBeCloseTo(wait)
      time.forward(wait)
      expect(breaker.wait()).toBe(0)
      breaker.failed()
    }
  })

  test('and twice as long each time once it has been away for four seconds, up to two seconds', () => {
    const { time, breaker } = opened()
    const pauses: number[] = []
    for (let passed = 0; passed < 60; passed += pauses.at(-1) ?? 0) {
      pauses.push(breaker.wait())
      time.forward(pauses.at(-1) ?? 0)
      expect(breaker.wait()).toBe(0)
      breaker.failed()
    }
    expect(pauses.slice(8, 13).map((pause) => Math.round(pause * 100) / 100)).toEqual([0.5, 1, 2, 2, 2])
    expect(pauses.length).toBeLessThanOrEqual(40)
  })

  test('one attempt that hangs does not hold up the next', () => {
    const { time, breaker } = opened()
    time.forward(0.25)
    expect(breaker.wait()).toBe(0) // and says nothing for a while
    time.forward(0.5)
    expect(breaker.wait()).toBe(0)
    breaker.succeeded()
    breaker.failed() // the one that hung
    expect([breaker.isOpen, breaker.wait()]).toEqual([false, 0])
  })

  test('a clock that is set back does not close the door', () => {
    const { time, breaker } = opened()
    time.forward(-86_400)
    expect(breaker.wait()).toBeLessThanOrEqual(0.25)
  })
})

test('a server that flaps: at least 0.95 of the good answers of a plain retry once a second, with no more than twice its calls', async () => {
  for (const seed of [1, 2, 3]) {
    const time = clock()
    const chance = random(seed)
    const breaker = new CircuitBreaker(time.now)
    const reference = new OnceASecond(time.now)
    const good = { ours: 0, reference: 0 }
    let calls = 0
    let changesAt = 0
    let isGood = false
    for (const begun = time.now(); time.now() < begun + 300; time.forward(0.005)) {
      if (time.now() >= changesAt) {
        isGood = !isGood
        changesAt = time.now() + (isGood ? 0.9 : chance.between(1, 3))
      }
      if (breaker.wait() === 0) {
        calls += 1
        if (isGood) good.ours += 1
        if (isGood) breaker.succeeded()
        else breaker.failed()
      }
      if ((await reference.call(async () => (isGood ? true : Promise.reject(new Error('away'))))) === true) good.reference += 1
    }
    expect(good.ours / good.reference).toBeGreaterThanOrEqual(0.95)
    expect(calls / reference.calls).toBeLessThanOrEqual(2)
  }
})
