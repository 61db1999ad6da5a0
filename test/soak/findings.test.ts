/** What the soak has found, each in one small and repeatable piece. */
import { beforeAll, describe, expect, test } from 'vitest'
import { AuthUnavailableError } from '../../src/errors.js'
import { fetchJwks } from '../../src/jwt/keys/key-loader.js'
import { KeySet, parseKeySet } from '../../src/jwt/keys/key-set.js'
import { KeySearch } from '../../src/jwt/keys/key-search.js'
import { fetchJson } from '../../src/lib/net/fetch-json.js'
import { clock, signer } from '../oauth-kit.js'
import { collect } from '../collect.js'
import type { Signer } from '../oauth-kit.js'

let old: Signer
let rotated: Signer
beforeAll(async () => {
  old = await signer('ES256', 'old')
  rotated = await signer('ES256', 'new')
})

describe('a key set', () => {
  test('with a member that is too deep to be written again is read without it', () => {
    const deep = `{"kty":"EC","x5c":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const read = parseKeySet(JSON.parse(`{"keys":[${deep},${JSON.stringify(old.publicJwk)}]}`))
    expect(read?.toJSON()).toEqual({ keys: [old.publicJwk] })
    expect(read?.equals(new KeySet([old.publicJwk]))).toBe(true)
  })

  test('with five unusable keys before a good one of the same name has the good one', async () => {
    const spoilt = Array.from({ length: 5 }, () => ({ ...old.publicJwk, x: 'AAAA' }))
    expect(await new KeySet([...spoilt, old.publicJwk]).candidates('ES256', 'old')).toHaveLength(1)
  })

  test.each([
    ['keys off the curve', () => [{ ...old.publicJwk, x: 'AAAA' }]],
    ['keys for encryption', () => [{ ...old.publicJwk, use: 'enc' }]],
    ['shared secrets', () => [{ kty: 'oct', k: 'c2VjcmV0', kid: 'old' }]],
    ['nonsense', () => [null, 7, 'key', [], {}]],
  ])('of nothing but %s says nothing about any token', async (_, keys) => {
    const fetch = async (): Promise<Response> => Response.json({ keys: keys() })
    const load = fetchJwks('https://id.example.com/keys', { fetch, timeout: 2, insecure: false, ofTenant: false })
    await expect(load({ held: undefined, failures: 0 })).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })
})

test('a flood of unknown names in a short outage leaves a look for the new key two seconds after it', async () => {
  const time = clock()
  const state = { up: true, keys: [old] }
  const source = new KeySearch({
    now: time.now,
    random: () => 0.5,
    maxAge: 600,
    maxStale: 3600,
    load: async () => {
      if (!state.up) throw new AuthUnavailableError('no answer from id.example.com')
      return { set: new KeySet(state.keys.map(({ publicJwk }) => publicJwk)) }
    },
    tell: () => undefined,
  })
  const ask = async (kid: string): Promise<unknown> => {
    try {
      return await source.candidates('ES256', kid)
    } catch {
      return 'silence'
    }
  }
  await ask('old')
  state.up = false
  // The first of them is looked for in vain. The others come while the back-off forbids another look.
  for (let n = 0; n < 10; n += 1) expect(await ask(`flood ${n}`)).toBe('silence')
  Object.assign(state, { up: true, keys: [old, rotated] })
  time.forward(2)
  expect(await ask('new')).toHaveLength(1)
})

test.each([
  ['that nobody can close', undefined],
  ['that can be closed', new AbortController().signal],
])('a call %s ends in time, whatever the garbage collector does', async (_, closed) => {
  const deaf = (): Promise<Response> => new Promise(() => undefined)
  const call = fetchJson('https://id.example.com/', { fetch: deaf, timeout: 0.05, maxBytes: 1000, closed })
  const ended = call.catch(({ code }: { code: string }) => code)
  await new Promise((done) => void setImmediate(done))
  collect()
  expect(await ended).toBe('ERR_AUTH_UNAVAILABLE')
})

test('a hundred calls that can be closed end with one signal, and without a warning of leaks', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const closing = new AbortController()
  const deaf = (): Promise<Response> => new Promise(() => undefined)
  const options = { fetch: deaf, timeout: 30, maxBytes: 1000, closed: closing.signal }
  const calls = Array.from({ length: 100 }, () => fetchJson('https://id.example.com/', options))
  closing.abort()
  const ended = await Promise.allSettled([...calls, fetchJson('https://id.example.com/', options)])
  await new Promise((done) => void setImmediate(done))
  process.off('warning', note)
  expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(warnings).toEqual([])
})
