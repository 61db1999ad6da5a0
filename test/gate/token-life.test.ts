import { describe, expect, test } from 'vitest'
import { TokenLife } from '../../src/gate/token-life.js'
import { accessToken, AuthUnavailableError } from '../../src/index.js'
import type { AccessToken } from '../../src/index.js'

const START = 1_800_000_000
const ada = (expiresAt?: number): AccessToken => accessToken({ token: 'a-token', claims: { sub: 'ada' }, scopes: [], expiresAt })

/** A life on timers that run when told. */
function life(token: AccessToken, answers: ('yes' | 'no' | 'silence' | 'bug')[] = []) {
  let time = START
  const pending = new Set<{ readonly seconds: number; readonly work: () => void }>()
  const next = () => [...pending].at(-1)
  let asked = 0
  const bell = new Set<() => void>()
  const made = new TokenLife({
    token,
    every: 30,
    now: () => time,
    verify: async () => {
      asked += 1
      const answer = answers.shift() ?? 'yes'
      if (answer === 'silence') throw new AuthUnavailableError('away')
      if (answer === 'bug') throw new TypeError('undefined is not a function')
      return answer === 'yes' ? token : null
    },
    watch: (rung) => (bell.add(rung), () => void bell.delete(rung)),
    after: (seconds, work) => {
      const timer = { seconds, work }
      pending.add(timer)
      return () => void pending.delete(timer)
    },
  })
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    made,
    bell,
    asked: () => asked,
    waits: () => next()?.seconds,
    timers: () => pending.size,
    forward: (seconds: number) => void (time += seconds),
    async ring() {
      for (const rung of bell) rung()
      await settle()
    },
    async pass() {
      const timer = next()
      if (timer !== undefined) pending.delete(timer)
      time += timer?.seconds ?? 0
      timer?.work()
      await settle()
    },
  }
}

describe('the life of a token', () => {
  test('nothing is begun before somebody wants to know', () => {
    const { waits, bell } = life(ada())
    expect([waits(), bell.size]).toEqual([undefined, 0])
  })

  test('ends with the token, and not a look later', async () => {
    const { made, waits, pass } = life(ada(START + 45))
    const { signal } = made
    expect(waits()).toBe(30)
    await pass()
    expect([signal.aborted, waits()]).toEqual([false, 15])
    await pass()
    expect(signal.aborted).toBe(true)
    expect(waits()).toBeUndefined()
  })

  test('of a token that has ended is over at once', () => {
    expect(life(ada(START)).made.signal.aborted).toBe(true)
  })

  test('ends when it is refused at a look', async () => {
    const { made, pass } = life(ada(), ['yes', 'no'])
    await pass()
    expect(made.signal.aborted).toBe(false)
    await pass()
    await pass()
    expect(made.signal.aborted).toBe(true)
  })

  test('goes on while nobody knows', async () => {
    const { made, pass, asked } = life(ada(), ['silence', 'silence'])
    expect(made.signal.aborted).toBe(false)
    await pass()
    await pass()
    expect([made.signal.aborted, asked()]).toEqual([false, 2])
  })

  test('ends with a bug of the provider', async () => {
    const { made, pass } = life(ada(), ['bug'])
    expect(made.signal.aborted).toBe(false)
    await pass()
    expect(made.signal.aborted).toBe(true)
  })

  test('ends when the bell rings and the token is revoked', async () => {
    const { made, ring } = life(ada(), ['yes', 'no'])
    const { signal } = made
    await ring()
    expect(signal.aborted).toBe(false)
    await ring()
    expect(signal.aborted).toBe(true)
  })

  test('ends when it is looked at past its end, whatever the provider still forgives', async () => {
    const { made, ring, forward, asked } = life(ada(START + 45), ['yes'])
    const { signal } = made
    forward(45)
    await ring()
    expect([signal.aborted, asked()]).toEqual([true, 0])
  })

  test('waits with one timer, however often the bell rings', async () => {
    const { made, ring, timers } = life(ada())
    expect(made.signal.aborted).toBe(false)
    for (let n = 0; n < 10; n += 1) await ring()
    expect(timers()).toBe(1)
  })

  test('leaves nothing behind', async () => {
    const { made, bell, waits, pass } = life(ada(), ['no'])
    expect(made.signal.aborted).toBe(false)
    made.close()
    expect([bell.size, waits()]).toEqual([0, undefined])
    await pass()
    expect(made.signal.aborted).toBe(false)
  })

  test('that is left in the middle of a look ends nothing', async () => {
    const { made, ring } = life(ada(), ['no'])
    const { signal } = made
    const rung = ring()
    made.close()
    await rung
    expect(signal.aborted).toBe(false)
  })
})
