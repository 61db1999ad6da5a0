import { describe, expect, test } from 'vitest'
import { cachePlan } from '../../src/cache/cache-options.js'
import { VerdictCache } from '../../src/cache/verdict-cache.js'
import { AuthUnavailableError } from '../../src/errors.js'
import { accept, reject } from '../../src/verdict.js'
import { clock, START } from '../oauth-kit.js'
import type { CacheOptions } from '../../src/cache/cache-options.js'
import type { RejectReason, Verdict } from '../../src/verdict.js'

function cache(options: CacheOptions = {}) {
  const time = clock()
  const told: string[] = []
  const { keep: _, ...plan } = cachePlan(options)
  const remembered = new VerdictCache<Verdict>({ ...plan, now: time.now, sizeOf: () => 100, tell: (what) => void told.push(what) })
  const recall = (key: string, maxAge?: number): Verdict | undefined => remembered.recall(key, time.now(), maxAge)?.verdict
  return { time, told, remembered, recall, ask: (key: string, verdict: Verdict) => remembered.ask(key, async () => verdict) }
}

const YES = accept({ sub: 'ada' })

describe('VerdictCache', () => {
  test('remembers a yes for thirty seconds and a no for ten', async () => {
    const { time, ask, recall } = cache()
    await ask('good', YES)
    await ask('bad', reject('bad_signature'))
    time.forward(9)
    expect(recall('bad')).toMatchObject({ accepted: false })
    time.forward(1)
    expect(recall('bad')).toBeUndefined()
    time.forward(19)
    expect(recall('good')).toBe(YES)
    time.forward(1)
    expect(recall('good')).toBeUndefined()
  })

  test('never outlives the token, whether or not it says when it was issued', async () => {
    const { time, ask, recall } = cache({ ttl: 3600 })
    await ask('short', accept({ sub: 'ada' }, START + 5))
    time.forward(4.9)
    expect(recall('short')).toBeDefined()
    time.forward(0.1)
    expect(recall('short')).toBeUndefined()
  })

  test('does not remember a token that has ended already', async () => {
    const { ask, recall } = cache()
    await ask('ended', accept({ sub: 'ada' }, START))
    expect(recall('ended')).toBeUndefined()
  })

  const passing: readonly RejectReason[] = ['not_yet_valid', 'unknown_key']
  test.each(passing)('does not remember %s: time or a new key can change it', async (reason) => {
    const { ask, recall } = cache()
    await ask('a', reject(reason))
    expect(recall('a')).toBeUndefined()
  })

  test('junk cannot push out the good', async () => {
    const { ask, recall } = cache({ maxEntries: 10, maxRejectedEntries: 10 })
    await ask('good', YES)
    for (let n = 0; n < 1000; n += 1) await ask(`junk-${n}`, reject('malformed'))
    expect(recall('good')).toBe(YES)
    expect(recall('junk-0')).toBeUndefined()
    expect(recall('junk-999')).toBeDefined()
  })

  test('is bounded: the least used goes first', async () => {
    const { ask, recall } = cache({ maxEntries: 2 })
    await ask('a', YES)
    await ask('b', YES)
    recall('a')
    await ask('c', YES)
    expect([recall('a'), recall('b'), recall('c')]).toEqual([YES, undefined, YES])
  })

  test('asking again at capacity evicts nobody', async () => {
    const { ask, recall } = cache({ maxEntries: 2 })
    await ask('a', YES)
    await ask('b', YES)
    await ask('b', YES)
    expect(recall('a')).toBe(YES)
  })

  test('one check at a time per token, however many ask', async () => {
    const { remembered } = cache()
    let checks = 0
    const check = async (): Promise<Verdict> => {
      checks += 1
      await Promise.resolve()
      return YES
    }
    const answers = await Promise.all(Array.from({ length: 1000 }, () => remembered.ask('a', check)))
    expect(checks).toBe(1)
    expect(new Set(answers)).toEqual(new Set([YES]))
  })

  test('"nobody knows" reaches all who ask, and is forgotten', async () => {
    const { remembered, ask, recall } = cache()
    let checks = 0
    const silent = async (): Promise<Verdict> => {
      checks += 1
      await Promise.resolve()
      throw new AuthUnavailableError('no answer')
    }
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => remembered.ask('a', silent)))
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect(checks).toBe(1)
    expect(recall('a')).toBeUndefined()
    expect(await ask('a', YES)).toBe(YES)
  })

  test('a check that throws before it is a promise leaves nothing behind', async () => {
    const { remembered, ask } = cache()
    const broken = (): Promise<Verdict> => {
      throw new TypeError('bug')
    }
    expect(() => remembered.ask('a', broken)).toThrow(TypeError)
    expect(await ask('a', YES)).toBe(YES)
  })

  test('clearing forgets yes and no', async () => {
    const { remembered, ask, recall } = cache()
    await ask('a', YES)
    await ask('b', reject('malformed'))
    remembered.clear()
    expect([recall('a'), recall('b')]).toEqual([undefined, undefined])
  })

  test.each([
    ['ttl', -1],
    ['ttl', Number.NaN],
    ['ttl', 3_601],
    ['rejectedTtl', '10'],
    ['maxEntries', 0],
    ['maxEntries', 1.5],
    ['maxRejectedEntries', Number.POSITIVE_INFINITY],
  ])('%s of %s is refused', (name, value) => {
    expect(() => cache({ [name]: value })).toThrow(`"cache.${name}"`)
  })
})
