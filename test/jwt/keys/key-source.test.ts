import { beforeAll, describe, expect, test } from 'vitest'
import { AuthUnavailableError } from '../../../src/errors.js'
import { KeySet } from '../../../src/jwt/keys/key-set.js'
import { KeySearch } from '../../../src/jwt/keys/key-search.js'
import { clock, signer, START } from '../../oauth-kit.js'
import type { KeyNews, KeySourceOptions } from '../../../src/jwt/keys/key-source.js'
import type { Signer } from '../../oauth-kit.js'

let old: Signer
let rotated: Signer
beforeAll(async () => {
  old = await signer('ES256', 'old')
  rotated = await signer('ES256', 'new')
})

/** A key source over an issuer whose keys, silence and slowness the test sets. */
function issuer(options: Partial<KeySourceOptions> = {}) {
  const time = clock()
  const state = { keys: [old], up: true, fetches: 0, maxAge: undefined as number | undefined, news: [] as KeyNews[] }
  let release: () => void = () => undefined
  const search = new KeySearch({
    now: time.now,
    random: () => 0.5, // no jitter either way at the refresh
    maxAge: 600,
    maxStale: 3600,
    load: async () => {
      state.fetches += 1
      await gate
      if (!state.up) throw new AuthUnavailableError('no answer from id.example.com')
      return { set: new KeySet(state.keys.map(({ publicJwk }) => publicJwk)), maxAge: state.maxAge }
    },
    tell: (news) => state.news.push(news),
    ...options,
  })
  let gate: Promise<void> | undefined
  const find = async (kid: string): Promise<number | 'silence'> => {
    try {
      return (await search.candidates('ES256', kid)).length
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_AUTH_UNAVAILABLE') return 'silence'
      throw error
    }
  }
  /** From now on the issuer is slow, until `release`. */
  const stall = (): void => void (gate = new Promise((done) => void (release = done)))
  const settle = async (): Promise<void> => {
    release()
    gate = undefined
    await new Promise((done) => setImmediate(done)) // background work that was begun comes to its end
  }
  return { time, state, search, source: search.source, find, stall, settle }
}

describe('KeySource', () => {
  describe('in good times', () => {
    test('fetches once and serves for eight minutes without another look', async () => {
      const { time, state, find } = issuer()
      for (let second = 0; second < 480; second += 10) {
        expect(await find('old')).toBe(1)
        time.forward(10)
      }
      expect(state.fetches).toBe(1)
    })

    test('refreshes in the background: nobody waits while the set is fresh', async () => {
      const { time, state, find, stall, settle } = issuer()
      await find('old')
      stall()
      time.forward(481)
      for (let n = 0; n < 10; n += 1) expect(await find('old')).toBe(1)
      expect(state.fetches).toBe(2)
      await settle()
      time.forward(470)
      await find('old')
      expect(state.fetches).toBe(2)
    })

    test('a set past its age is not used while the issuer answers', async () => {
      const { time, state, find } = issuer()
      await find('old')
      state.keys = [rotated]
      time.forward(601)
      expect(await find('old')).toBe(0)
    })

    test.each([
      [undefined, 600],
      [3600, 3600],
      [5, 60],
      [10_000_000, 86_400],
      [0, 60],
    ])('Cache-Control of %s seconds is obeyed within bounds', async (stated, used) => {
      const { time, state, find } = issuer()
      state.maxAge = stated
      await find('old')
      time.forward(used * 0.8 - 1)
      await find('old')
      expect(state.fetches).toBe(1)
      time.forward(2)
      await find('old')
      expect(state.fetches).toBe(2)
    })

    test.each([
      [0, 0.7],
      [1, 0.9],
    ])('with jitter of %s the refresh comes at %s of the age', async (random, part) => {
      const { time, state, find } = issuer({ random: () => random })
      await find('old')
      time.forward(600 * part - 1)
      await find('old')
      expect(state.fetches).toBe(1)
      time.forward(2)
      await find('old')
      expect(state.fetches).toBe(2)
    })

    test('many who ask at once share one fetch', async () => {
      const { state, find } = issuer()
      await Promise.all(Array.from({ length: 100 }, () => find('old')))
      expect(state.fetches).toBe(1)
    })
  })

  describe('in a rotation', () => {
    test('a new key is found when the first token brings it', async () => {
      const { state, find } = issuer()
      await find('old')
      state.keys = [old, rotated]
      expect(await find('new')).toBe(1)
      expect(state.fetches).toBe(2)
      expect(state.news.at(-1)).toMatchObject({ type: 'fetched', rotated: true })
    })

    test('a herd with the new key costs one fetch, and all of it gets in', async () => {
      const { state, find } = issuer()
      await find('old')
      state.keys = [rotated]
      expect(await Promise.all(Array.from({ length: 100 }, () => find('new')))).toEqual(Array(100).fill(1))
      expect(state.fetches).toBe(2)
    })

    test('a removed key is gone with the set that held it', async () => {
      const { state, find } = issuer()
      await find('old')
      state.keys = [rotated]
      await find('new')
      expect(await find('old')).toBe(0)
    })

    test('a removed key is refused, whether or not the issuer can be asked for it once more', async () => {
      const { time, state, find } = issuer()
      await find('old')
      state.keys = [rotated]
      await find('new')
      time.forward(31)
      for (let n = 0; n < 50; n += 1) await find(`random-${n}`) // the budget is spent
      expect([await find('old'), await find('nobody')]).toEqual([0, 'silence'])
      state.up = false
      time.forward(60)
      expect([await find('old'), await find('nobody')]).toEqual([0, 'silence'])
    })

    test('a removed key that comes back is found as any other', async () => {
      const { state, find } = issuer()
      await find('old')
      state.keys = [rotated]
      await find('new')
      state.keys = [rotated, old]
      expect(await find('old')).toBe(1)
    })

    test('one unknown name costs two looks at once, then one in thirty seconds', async () => {
      const { time, state, find } = issuer()
      await find('old')
      time.forward(60)
      expect([await find('nobody'), await find('nobody')]).toEqual([0, 0])
      for (let second = 0; second < 29; second += 1) {
        expect(await find('nobody')).toBe('silence')
        time.forward(1)
      }
      expect(state.fetches).toBe(3)
      time.forward(2)
      expect(await find('nobody')).toBe(0)
      expect(state.fetches).toBe(4)
    })

    test('a forged token with the name of the coming key does not keep out what that key signs', async () => {
      const { state, find } = issuer()
      await find('old')
      expect(await find('new')).toBe(0)
      state.keys = [old, rotated]
      expect(await find('new')).toBe(1)
    })

    test('one who asks while a set is read looks once more, for that may have been sent before the key was there', async () => {
      const answers = [[old], [old], [old, rotated]].map((keys) => ({ set: new KeySet(keys.map(({ publicJwk }) => publicJwk)) }))
      let release: () => void = () => undefined
      const slow = new Promise<void>((done) => void (release = done))
      const { time, find } = issuer({
        load: async () => {
          const answer = answers.shift()
          if (answers.length === 1) await slow
          return answer ?? { set: new KeySet([]) }
        },
      })
      await find('old')
      time.forward(481)
      await find('old') // the refresh is under way
      time.forward(1)
      const found = find('new')
      release()
      expect(await found).toBe(1)
    })

    test('a set that was read a minute after a token was issued has its key, or there is none: nobody is asked', async () => {
      const { time, state, search, find } = issuer()
      time.forward(100)
      await find('old')
      time.forward(100)
      for (let n = 0; n < 50; n += 1) expect(await search.candidates('ES256', `random-${n}`, START + 39)).toEqual([])
      expect(state.fetches).toBe(1)
      await search.candidates('ES256', 'random', START + 40)
      expect(state.fetches).toBe(2)
    })

    test('what a cache on the way kept is as old as it says', async () => {
      const { time, state, search } = issuer({ load: async () => ((state.fetches += 1), { set: new KeySet([old.publicJwk]), cachedFor: 80 }) })
      time.forward(100)
      await search.candidates('ES256', 'old')
      await search.candidates('ES256', 'random', START) // of 20 s after the token was issued
      expect(state.fetches).toBe(2)
    })

    test('a set that somebody else read is not known to be complete', async () => {
      const { time, state, source, search } = issuer()
      time.forward(100)
      source.adopt(new KeySet([old.publicJwk]), START + 100)
      await search.candidates('ES256', 'new', START)
      expect(state.fetches).toBe(1)
    })

    test('keys in another order, with members in another order, are no rotation', async () => {
      const perl = (jwk: object): object => Object.fromEntries(Object.entries(jwk).toReversed())
      let keys: object[] = [old.publicJwk, rotated.publicJwk]
      const { time, state, find } = issuer({ load: async () => ({ set: new KeySet(keys) }) })
      await find('old')
      keys = [perl(rotated.publicJwk), perl(old.publicJwk)]
      time.forward(601)
      await find('old')
      keys = [perl(old.publicJwk)]
      time.forward(601)
      await find('old')
      expect(state.news.map((news) => news.type === 'fetched' && news.rotated)).toEqual([false, false, true])
    })
  })

  describe('after a bad signature', () => {
    test('a new key under an old name is found, once the set is older than thirty seconds', async () => {
      const { time, state, find, search } = issuer()
      await find('old')
      time.forward(29)
      expect(await search.newer('ES256', 'old')).toBeUndefined()
      time.forward(2)
      expect(await search.newer('ES256', 'old')).toHaveLength(1)
      expect(await search.newer('ES256', 'old')).toBeUndefined()
      expect(state.fetches).toBe(2)
    })

    test('a forger does not spend what is there for rotations', async () => {
      const { time, state, find, search } = issuer()
      await find('old')
      for (let second = 0; second < 310; second += 1) {
        time.forward(1)
        for (let n = 0; n < 20; n += 1) await search.newer('ES256', 'old')
      }
      expect(state.fetches).toBe(11)
      state.keys = [rotated]
      expect(await find('new')).toBe(1)
    })

    test('while the issuer is away, the signature is as bad as it was', async () => {
      const { time, state, find, search } = issuer()
      await find('old')
      state.up = false
      time.forward(31)
      expect(await search.newer('ES256', 'old')).toBeUndefined()
      expect(await search.newer('ES256', 'old')).toBeUndefined()
      expect(state.fetches).toBe(2)
    })

    test('of a token without a name a new key is looked for at once, and then in thirty seconds: until then nobody knows', async () => {
      const { time, state, find, search } = issuer()
      await find('old')
      expect(await search.newer('ES256', undefined)).toHaveLength(1)
      expect(state.fetches).toBe(2)
      expect(() => search.newer('ES256', undefined, START)).toThrow(expect.objectContaining({ code: 'ERR_AUTH_UNAVAILABLE', overloaded: true, retryAfter: 30 }))
      expect(search.newer('ES256', undefined, START - 61)).toBeUndefined()
      for (const name of ['one', 'two']) expect(await find(name)).toBe(0) // the budget of the others is as it was
      time.forward(30)
      expect(await search.newer('ES256', undefined)).toHaveLength(1)
    })
  })

  describe('in a flood', () => {
    test('a flood of unknown names costs three looks at once, then one in thirty seconds', async () => {
      const { time, state, find } = issuer()
      await find('old')
      for (let second = 0; second < 300; second += 1) {
        for (let n = 0; n < 20; n += 1) await find(`random-${second}-${n}`)
        time.forward(1)
      }
      expect(state.fetches).toBeLessThanOrEqual(1 + 3 + 10)
      expect(state.fetches).toBeGreaterThanOrEqual(1 + 3 + 8)
    })

    test('a rotation in the middle of a flood is found, and until then the new key is silence and never a no', async () => {
      const { time, state, find } = issuer()
      await find('old')
      for (let n = 0; n < 50; n += 1) await find(`random-${n}`)
      state.keys = [rotated]
      const answers: unknown[] = []
      for (let second = 0; second < 32; second += 1) {
        for (let n = 0; n < 20; n += 1) await find(`more-${second}-${n}`)
        answers.push(await find('new'))
        time.forward(1)
      }
      expect(answers).not.toContain(0)
      expect(answers.at(-1)).toBe(1)
    })

    test('a name longer than any key is never asked for', async () => {
      const { state, find } = issuer()
      await find('old')
      expect(await find('x'.repeat(1000))).toBe(0)
      expect(state.fetches).toBe(1)
      expect(state.news.at(-1)).toEqual({ type: 'unknown', asked: false })
    })
  })

  describe('in an outage', () => {
    test('known keys serve for an hour beyond their age, then nobody knows', async () => {
      const { time, state, find } = issuer()
      await find('old')
      state.up = false
      time.forward(600)
      for (let minute = 0; minute < 60; minute += 1) {
        expect(await find('old')).toBe(1)
        time.forward(60)
      }
      expect(await find('old')).toBe('silence')
      time.forward(34) // the longest back-off
      expect(await find('old')).toBe('silence')
      expect(state.news.at(1)).toMatchObject({ type: 'failed', usable: true, retryAfter: expect.any(Number) })
      expect(state.news.at(-1)).toMatchObject({ type: 'failed', usable: false })
    })

    test('with maxStale 0 they do not', async () => {
      const { time, state, find } = issuer({ maxStale: 0 })
      await find('old')
      state.up = false
      time.forward(600)
      expect(await find('old')).toBe('silence')
    })

    test('a key that nobody knows is silence, not a no', async () => {
      const { state, find } = issuer()
      await find('old')
      state.up = false
      expect(await find('new')).toBe('silence')
    })

    test('nobody waits for attempts while old keys serve', async () => {
      const { time, state, find, stall, settle } = issuer()
      await find('old')
      state.up = false
      time.forward(600)
      await find('old')
      time.forward(5)
      stall()
      expect(await find('old')).toBe(1)
      expect(state.fetches).toBe(3)
      await settle()
    })

    test('after a long pause an old failure is no reason to trust an old set', async () => {
      const { time, state, find } = issuer()
      await find('old')
      state.up = false
      time.forward(600)
      await find('old')
      state.up = true
      state.keys = [rotated]
      time.forward(1800)
      expect(await find('old')).toBe(0)
    })

    test.each([
      [true, 10],
      [false, 24],
    ])('with keys at hand (%s) at most %i fetches in the first minute, at any load', async (known, most) => {
      const { time, state, find } = issuer()
      if (known) {
        await find('old')
        time.forward(600)
      }
      state.up = false
      state.fetches = 0
      for (let tenth = 0; tenth < 600; tenth += 1) {
        await Promise.all(Array.from({ length: 5 }, () => find('old')))
        time.forward(0.1)
      }
      expect(state.fetches).toBeLessThanOrEqual(most)
      expect(state.fetches).toBeGreaterThan(most / 2 - 2)
    })

    test('with nothing at hand the issuer is asked again after a quarter of a second, then after twice as long, up to four seconds', async () => {
      const { state, time, find } = issuer({ random: () => 0 })
      state.up = false
      await find('old')
      for (const wait of [0.25, 0.5, 1, 2, 4, 4]) {
        const { fetches } = state
        time.forward(wait - 0.01)
        await find('old')
        expect(state.fetches).toBe(fetches)
        time.forward(0.01)
        await find('old')
        expect(state.fetches).toBe(fetches + 1)
      }
    })

    test('two seconds after a short outage all is well, without a restart', async () => {
      const { time, state, find } = issuer()
      state.up = false
      await find('old')
      state.up = true
      time.forward(2)
      expect(await find('old')).toBe(1)
    })

    test.each([0, 1])('thirty seconds after the longest outage all is well, with jitter of %s', async (random) => {
      const { time, state, find } = issuer({ random: () => random })
      state.up = false
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const { fetches } = state
        while (state.fetches === fetches) {
          time.forward(1)
          await find('old')
        }
      }
      state.up = true // a moment after an attempt
      time.forward(30)
      expect(await find('old')).toBe(1)
    })

    test('waits as long as the issuer asks', async () => {
      let fetches = 0
      const { time, find } = issuer({
        load: async () => {
          fetches += 1
          throw new AuthUnavailableError('id.example.com answered 429', { retryAfter: 20 })
        },
      })
      for (let second = 0; second < 20; second += 1) {
        expect(await find('old')).toBe('silence')
        time.forward(1)
      }
      expect(fetches).toBe(1)
    })
  })

  test('clients are told to wait no longer than the issuer is left alone', async () => {
    const { find, search, time } = issuer({ load: () => Promise.reject(new AuthUnavailableError('id.example.com answered 503', { retryAfter: 3_600 })) })
    for (let n = 0; n < 3; n += 1) {
      await expect(search.candidates('ES256', 'old')).rejects.toMatchObject({ retryAfter: 30 })
      time.forward(20)
    }
    expect(await find('old')).toBe('silence')
  })

  test('an hour that the issuer asks for is half a minute', async () => {
    let fetches = 0
    const { time, find } = issuer({
      load: async () => {
        fetches += 1
        throw new AuthUnavailableError('id.example.com answered 503', { retryAfter: 3_600 })
      },
    })
    await find('old')
    time.forward(29)
    await find('old')
    expect(fetches).toBe(1)
    time.forward(1)
    await find('old')
    expect(fetches).toBe(2)
  })

  test('keys from elsewhere have the age they had there', async () => {
    const { time, state, source, find } = issuer()
    source.adopt(new KeySet([old.publicJwk]), START - 400)
    expect(await find('old')).toBe(1)
    expect(state.fetches).toBe(0)
    time.forward(201)
    await find('old')
    expect(state.fetches).toBe(1)
    expect(source.held?.fetchedAt).toBe(START + 201)
  })

  test('keys from the future are of now', async () => {
    const { source } = issuer()
    source.adopt(new KeySet([old.publicJwk]), START + 1e6)
    expect(source.held?.fetchedAt).toBe(START)
  })

  test('a clock that is set back does not keep a set for ever', async () => {
    const { time, state, find } = issuer()
    await find('old')
    time.forward(-86_400)
    await find('old')
    expect(state.fetches).toBe(2)
  })

  test('warming fetches once', async () => {
    const { state, source, find } = issuer()
    await source.keys(undefined)
    await find('old')
    expect(state.fetches).toBe(1)
  })

  test('a bug is thrown as it is and not taken for an outage', async () => {
    const { find } = issuer({ load: () => Promise.reject(new TypeError('bug')) })
    await expect(find('old')).rejects.toThrow(TypeError)
    const thrown = issuer({
      load: () => {
        throw new TypeError('bug')
      },
    })
    await expect(thrown.find('old')).rejects.toThrow(TypeError)
    await expect(thrown.find('old')).rejects.toThrow(TypeError)
  })
})
