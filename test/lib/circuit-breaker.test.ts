import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../../src/lib/circuit-breaker.js'
import { clock } from '../oauth-kit.js'

function opened() {
  const time = clock()
  const breaker = new CircuitBreaker(time.now)
  for (let n = 0; n < 5; n += 1) breaker.failed()
  return { time, breaker }
}

describe('a circuit', () => {
  test('opens at the fifth failure in a row, and not before', () => {
    const breaker = new CircuitBreaker(clock().now)
    for (let n = 0; n < 4; n += 1) breaker.failed()
    breaker.succeeded()
    for (let n = 0; n < 4; n += 1) breaker.failed()
    expect([breaker.isOpen, breaker.wait()]).toEqual([false, 0])
    breaker.failed()
    expect([breaker.isOpen, breaker.wait()]).toEqual([true, 1])
  })

  test('that is open lets one through a second, however many ask', () => {
    const { time, breaker } = opened()
    time.forward(1)
    expect([breaker.wait(), breaker.wait(), breaker.wait()]).toEqual([0, 1, 1])
    time.forward(0.5)
    expect(breaker.wait()).toBe(0.5)
    time.forward(0.5)
    expect([breaker.wait(), breaker.wait()]).toEqual([0, 1])
  })

  test('is not kept open for longer by a clock that was set back', () => {
    const { time, breaker } = opened()
    time.forward(-3600)
    expect(breaker.wait()).toBe(1)
  })
})
