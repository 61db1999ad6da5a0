import { beforeAll, describe, expect, test } from 'vitest'
import { AuthUnavailableError } from '../../src/errors.js'
import { KeySet } from '../../src/jwt/key-set.js'
import { KeySource } from '../../src/jwt/key-source.js'
import { clock, signer } from '../oauth-kit.js'
import type { Signer } from '../oauth-kit.js'

let old: Signer
let rotated: Signer
beforeAll(async () => {
  old = await signer('ES256', 'old')
  rotated = await signer('ES256', 'new')
})

/** A key source over an issuer whose keys, silence and slowness the test sets. */
function issuer() {
  const time = clock()
  const state = { keys: [old], up: true, fetches: 0, failed: [] as boolean[] }
  const source = new KeySource({
    now: time.now,
    load: async () => {
      state.fetches += 1
      if (!state.up) throw new AuthUnavailableError('no answer from id.example.com')
      return new KeySet(state.keys.map(({ publicJwk }) => publicJwk))
    },
    onFailed: (_, usable) => state.failed.push(usable),
  })
  const find = async (kid: string): Promise<number | 'silence'> => {
    try {
      return (await source.candidates('ES256', kid)).length
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_AUTH_UNAVAILABLE') return 'silence'
      throw error
    }
  }
  return { time, state, find }
}

describe('KeySource', () => {
  test('fetches once for ten minutes, then again', async () => {
    const { time, state, find } = issuer()
    for (let second = 0; second < 600; second += 60) {
      expect(await find('old')).toBe(1)
      time.forward(60)
    }
    expect(state.fetches).toBe(1)
    expect(await find('old')).toBe(1)
    expect(state.fetches).toBe(2)
  })

  test('many who ask at once share one fetch', async () => {
    const { state, find } = issuer()
    await Promise.all(Array.from({ length: 100 }, () => find('old')))
    expect(state.fetches).toBe(1)
  })

  test('finds a rotated key when a token brings it', async () => {
    const { time, state, find } = issuer()
    await find('old')
    state.keys = [old, rotated]
    time.forward(31)
    expect(await find('new')).toBe(1)
    expect(state.fetches).toBe(2)
  })

  test('a flood of keys nobody knows is one fetch in thirty seconds', async () => {
    const { time, state, find } = issuer()
    await find('old')
    for (let second = 0; second < 60; second += 1) {
      time.forward(1)
      for (let n = 0; n < 20; n += 1) expect(await find(`random-${second}-${n}`)).toBe(0)
    }
    expect(state.fetches).toBe(3)
  })

  test('a removed key is refused after the next fetch', async () => {
    const { time, state, find } = issuer()
    await find('old')
    state.keys = [rotated]
    time.forward(600)
    expect(await find('old')).toBe(0)
  })

  test('known keys outlive an outage for an hour, then nobody knows', async () => {
    const { time, state, find } = issuer()
    await find('old')
    state.up = false
    time.forward(600)
    for (let minute = 0; minute < 60; minute += 1) {
      expect(await find('old')).toBe(1)
      time.forward(60)
    }
    expect(await find('old')).toBe('silence')
    expect(state.failed.at(0)).toBe(true)
    expect(state.failed.at(-1)).toBe(false)
  })

  test('during an outage a key that nobody knows is silence, not a no', async () => {
    const { time, state, find } = issuer()
    await find('old')
    state.up = false
    time.forward(31)
    expect(await find('new')).toBe('silence')
  })

  test('never-known keys are silence, and the issuer is left in peace', async () => {
    const { time, state, find } = issuer()
    state.up = false
    for (let tenth = 0; tenth < 600; tenth += 1) {
      expect(await find('old')).toBe('silence')
      time.forward(0.1)
    }
    expect(state.fetches).toBeLessThanOrEqual(10)
  })

  test('is back two seconds after a short outage, without a restart', async () => {
    const { time, state, find } = issuer()
    state.up = false
    await find('old')
    state.up = true
    time.forward(2)
    expect(await find('old')).toBe(1)
  })

  test('waits as long as the issuer asks', async () => {
    const time = clock()
    let fetches = 0
    const source = new KeySource({
      now: time.now,
      load: async () => {
        fetches += 1
        throw new AuthUnavailableError('id.example.com answered 429', { retryAfter: 20 })
      },
    })
    for (let second = 0; second < 20; second += 1) {
      await expect(source.candidates('ES256', 'old')).rejects.toMatchObject({ retryAfter: 20 })
      time.forward(1)
    }
    expect(fetches).toBe(1)
  })

  test('a bug is thrown as it is and not taken for an outage', async () => {
    const { now } = clock()
    const source = new KeySource({ now, load: () => Promise.reject(new TypeError('bug')) })
    await expect(source.candidates('ES256', 'old')).rejects.toThrow(TypeError)
  })
})
