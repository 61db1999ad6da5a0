/** Of two answers about a token the one that was asked for later counts, in every process. */
import { describe, expect, test } from 'vitest'
import { AuthUnavailableError, StandardProvider } from '../../src/index.js'
import { accept, reject } from '../../src/verdict.js'
import { clock } from '../oauth-kit.js'
import { memoryStore, SECRET, settled } from './shared-kit.js'
import type { Verdict } from '../../src/index.js'

/** Asks somebody whose answers come when told. */
class Slow extends StandardProvider {
  readonly answers: ((verdict: Verdict) => void)[] = []
  readonly failures: ((error: Error) => void)[] = []

  protected override get policy(): string {
    return 'slow'
  }

  protected override check(): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.answers.push(resolve)
      this.failures.push(reject)
    })
  }
}

const YES = accept({ sub: 'ada' })
const NO = reject('unknown_token')

function fleet() {
  const time = clock()
  const store = memoryStore(time.now)
  const process = (): Slow => new Slow({ now: time.now, cache: { shared: { store, secret: SECRET } } })
  const swaps = (count: number) => settled(() => store.calls.filter((call) => /^(swap|add)/.test(call)).length >= count)
  return { time, store, process, swaps }
}

const asked = (provider: Slow, count: number) => settled(() => provider.answers.length === count)

describe('in one process', () => {
  test('a question that was asked earlier and answered later does not replace a younger no', async () => {
    const { now } = clock()
    const provider = new Slow({ now })
    const earlier = provider.verifyToken('opaque')
    const later = provider.verifyToken('opaque', { maxAge: 0 })
    provider.answers[1]?.(NO)
    expect(await later).toBeNull()
    provider.answers[0]?.(YES)
    expect(await earlier).toBeNull()
    expect(await provider.verifyToken('opaque')).toBeNull()
    expect(provider.answers).toHaveLength(2)
  })

  test('an answer is as old as its question', async () => {
    const { now, forward } = clock()
    const provider = new Slow({ now })
    const slow = provider.verifyToken('opaque')
    forward(4)
    provider.answers[0]?.(YES)
    await slow
    forward(2)
    void provider.verifyToken('opaque', { maxAge: 5 })
    expect(provider.answers).toHaveLength(2)
    await provider.verifyToken('opaque', { maxAge: 6 })
    expect(provider.answers).toHaveLength(2)
  })

  test('maxAge 0 asks each time, within one instant too', async () => {
    const provider = new Slow({ now: clock().now })
    for (let n = 1; n <= 3; n += 1) {
      const answer = provider.verifyToken('opaque', { maxAge: 0 })
      expect(provider.answers).toHaveLength(n)
      provider.answers.at(-1)?.(YES)
      await answer
    }
  })

  test('a younger no that is not remembered takes the older yes away', async () => {
    const provider = new Slow({ now: clock().now, cache: { rejectedTtl: 0 } })
    const first = provider.verifyToken('opaque')
    provider.answers[0]?.(YES)
    await first
    const fresh = provider.verifyToken('opaque', { maxAge: 0 })
    provider.answers[1]?.(NO)
    expect(await fresh).toBeNull()
    void provider.verifyToken('opaque')
    expect(provider.answers).toHaveLength(3)
  })
})

describe('in two processes', () => {
  test.each<[string, Verdict]>([
    ['a no', NO],
    ['a no that is not remembered', reject('not_yet_valid')],
  ])('%s that was asked for later is not replaced by a yes that comes later', async (_, no) => {
    const { time, store, process } = fleet()
    const [one, two, three] = [process(), process(), process()]
    const earlier = one.verifyToken('opaque')
    await asked(one, 1)
    time.forward(1)
    const later = two.verifyToken('opaque', { maxAge: 0 })
    await asked(two, 1)
    two.answers[0]?.(no)
    expect(await later).toBeNull()
    const swapped = () => store.calls.filter((call) => call.startsWith('swap')).length
    await settled(() => swapped() === 1)
    const before = store.calls.length
    one.answers[0]?.(YES)
    await earlier
    await settled(() => store.calls.length > before)
    await new Promise((next) => setImmediate(next))
    expect(swapped()).toBe(1)
    void three.verifyToken('opaque').catch(() => undefined)
    // By the shared no, or by asking: never by the older yes.
    await settled(() => three.answers.length === 1 || three.stats().shared.hits === 1)
  })

  test('a question that fails frees its own mark, and not what another wrote meanwhile', async () => {
    const { process, store, swaps } = fleet()
    const [one, two, three] = [process(), process(), process()]
    const failing = one.verifyToken('opaque')
    await asked(one, 1)
    const fresh = two.verifyToken('opaque', { maxAge: 0 })
    await asked(two, 1)
    two.answers[0]?.(YES)
    await fresh
    await swaps(2)
    one.failures[0]?.(new AuthUnavailableError('nobody knows'))
    await expect(failing).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    await settled(() => store.calls.some((call) => call.startsWith('free')))
    expect((await three.verifyToken('opaque'))?.subject).toBe('ada')
  })
})
