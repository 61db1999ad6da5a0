/** Thousands of sleepers are a handful of timers, and are woken in slices. */
import { describe, expect, test } from 'vitest'
import { Alarms } from '../../../src/gate/life/alarms.js'

const START = 1_800_000_000
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

function alarmsWithTime() {
  const timers = new Map<object, { seconds: number; work: () => void }>()
  const alarms = new Alarms(
    (seconds, work) => {
      const id = {}
      timers.set(id, { seconds, work })
      return () => void timers.delete(id)
    },
    () => START,
  )
  const ring = (): void => [...timers.values()].forEach(({ work }) => work())
  return { alarms, timers, ring }
}

describe('alarms', () => {
  test('are one timer for all who are woken at one instant', () => {
    const { alarms, timers, ring } = alarmsWithTime()
    let woken = 0
    const sleeper = () => ({ wake: () => void (woken += 1) })
    for (const instant of [START + 5, START + 5, START + 5, START + 7]) alarms.set(instant, sleeper())
    expect([...timers.values()].map(({ seconds }) => seconds)).toEqual([5, 7])
    ring()
    expect([woken, timers.size]).toEqual([4, 0])
  })

  test('of which all sleepers were taken out leave no timer', () => {
    const { alarms, timers } = alarmsWithTime()
    const [one, other] = [{ wake: () => expect.unreachable() }, { wake: () => expect.unreachable() }]
    const alarm = alarms.set(START + 5, one)
    alarms.set(START + 5, other)
    alarms.cancel(alarm, one)
    expect(timers.size).toBe(1)
    alarms.cancel(alarm, other)
    alarms.cancel(alarm, other)
    expect(timers.size).toBe(0)
    alarms.set(START + 5, { wake: () => undefined })
    alarms.cancel(alarm, other) // of an alarm that is gone
    expect(timers.size).toBe(1)
  })

  test('wake a thousand in slices, so that others have their turn', async () => {
    const { alarms, timers, ring } = alarmsWithTime()
    let woken = 0
    for (let n = 0; n < 1_000; n += 1) alarms.set(START + 5, { wake: () => void (woken += 1) })
    ring()
    const slices = [woken]
    for (let before = 0; before < woken; ) {
      before = woken
      await turn()
      slices.push(woken - before)
    }
    expect([woken, timers.size]).toEqual([1_000, 0])
    expect(Math.max(...slices)).toBeLessThanOrEqual(100)
  })

  test('wake whoever is left of a slice, and nobody who has gone meanwhile', async () => {
    const { alarms, ring } = alarmsWithTime()
    const woken: number[] = []
    const sleepers = Array.from({ length: 250 }, (_, n) => ({ wake: () => void woken.push(n) }))
    const set = sleepers.map((sleeper) => alarms.set(START + 5, sleeper))
    ring()
    for (const [n, sleeper] of sleepers.entries()) if (n >= 200 && n < 249) alarms.cancel(set[n] ?? expect.unreachable(), sleeper)
    for (let n = 0; n < 5; n += 1) await turn()
    expect(woken).toEqual([...Array.from({ length: 200 }, (_, n) => n), 249])
  })

  test('whoever sleeps again until the same instant, by a clock that was set back, waits for a timer', () => {
    const { alarms, timers, ring } = alarmsWithTime()
    let woken = 0
    const sleeper = { wake: () => void ((woken += 1) < 5 && alarms.set(START + 5, sleeper)) }
    alarms.set(START + 5, sleeper)
    ring()
    expect([woken, timers.size]).toEqual([1, 1])
  })
})
