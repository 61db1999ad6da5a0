/** What strangers send makes no 5xx and keeps no good token out; and what an issuer does to its keys is found. */
import { beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import type { AuthEvent, JwksProviderOptions } from '../../src/index.js'
import type { Signer } from '../oauth-kit.js'

const JWKS_URI = `${ISSUER}/keys`

let key: Signer
let coming: Signer
let underOldName: Signer
let stranger: Signer
beforeAll(async () => {
  ;[key, coming, underOldName, stranger] = await Promise.all([signer('ES256', 'key-1'), signer('ES256', 'coming'), signer('ES256', 'key-1'), signer('ES256', 'key-1')])
})

function setUp(options: Partial<JwksProviderOptions> = {}) {
  const time = clock()
  const events: AuthEvent[] = []
  const state = { keys: [key], readings: 0, isUp: true }
  const fetch = async (): Promise<Response> => {
    state.readings += 1
    if (!state.isUp) throw new TypeError('fetch failed')
    return Response.json({ keys: state.keys.map(({ publicJwk }) => publicJwk) })
  }
  const provider = new JwksProvider({
    ...{ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, fetch: fetch as typeof globalThis.fetch, now: time.now, cache: false },
    observe: (event: AuthEvent) => events.push(event),
    ...options,
  } as JwksProviderOptions)
  const serve = bearerAuth(provider)(() => new Response('fine'))
  /** What a client is answered. */
  const status = async (token: string): Promise<number> => (await serve(new Request(AUDIENCE, { headers: { Authorization: `Bearer ${token}` } }))).status
  const fresh = (by: Signer, header: object = {}, claims: object = {}): Promise<string> =>
    by.sign({ iat: time.now(), exp: time.now() + 300, ...claims }, { ...header })
  return { time, events, state, provider, status, fresh, serve }
}

describe('a hundred forged tokens with invented key names', () => {
  test('make no 5xx, and the set is read three times at most, the first time included', async () => {
    const { state, status, fresh, events } = setUp()
    const statuses: number[] = []
    for (let number = 0; number < 100; number += 1) statuses.push(await status(await fresh(stranger, { kid: `invented-${number}` })))
    expect(statuses.filter((one) => one === 401)).toHaveLength(3)
    expect(statuses.filter((one) => one === 429)).toHaveLength(97)
    expect(state.readings).toBe(3)
    expect(events.filter((event) => event.type === 'unavailable' && event.overloaded === true)).toHaveLength(97)
    expect(await status(await fresh(key))).toBe(200)
  })

  test('the 429 blames no caller, says when to come again, and has no challenge', async () => {
    const { serve, status, fresh } = setUp()
    for (let number = 0; number < 3; number += 1) await status(await fresh(stranger, { kid: `invented-${number}` }))
    const answer = await serve(new Request(AUDIENCE, { headers: { Authorization: `Bearer ${await fresh(coming)}` } }))
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(answer.headers.get('WWW-Authenticate')).toBeNull()
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })

  test('that were issued a minute before the set was read are known to be none', async () => {
    const { state, status, fresh, time } = setUp()
    time.forward(100)
    expect(await status(await fresh(key))).toBe(200)
    for (let number = 0; number < 100; number += 1) expect(await status(await stranger.sign({ exp: time.now() + 300 }, { kid: `invented-${number}` }))).toBe(401)
    expect(state.readings).toBe(1)
  })

  test('without a time of issue nobody knows', async () => {
    const { state, status, fresh, time } = setUp()
    time.forward(1000)
    for (let number = 0; number < 5; number += 1) expect([401, 429]).toContain(await status(await fresh(stranger, { kid: `invented-${number}` }, { iat: undefined })))
    expect(state.readings).toBe(3)
  })
})

describe('a rotation', () => {
  test('in the middle of a flood is found, and until then the new key is a 429 and no refusal', async () => {
    const { state, status, fresh, time } = setUp()
    for (let number = 0; number < 10; number += 1) await status(await fresh(stranger, { kid: `invented-${number}` }))
    state.keys = [key, coming]
    const answers: number[] = []
    for (let second = 0; second < 32; second += 1) {
      await status(await fresh(stranger, { kid: `more-${second}` }))
      answers.push(await status(await fresh(coming)))
      time.forward(1)
    }
    expect(new Set(answers)).toEqual(new Set([429, 200]))
    expect(answers.at(-1)).toBe(200)
  })

  test('is not held up by a forged token with the name of the coming key', async () => {
    const { state, status, fresh } = setUp()
    expect(await status(await fresh(key))).toBe(200)
    expect(await status(await fresh(stranger, { kid: 'coming' }))).toBe(401)
    state.keys = [key, coming]
    expect(await status(await fresh(coming))).toBe(200)
  })

  test('is not held up by tokens without a name that no key fits, from another environment', async () => {
    const { state, status, fresh } = setUp()
    const elsewhere = await signer('EdDSA')
    expect(await status(await fresh(key))).toBe(200)
    for (let number = 0; number < 50; number += 1) expect([401, 429]).toContain(await status(await fresh(elsewhere, { kid: undefined }, { jti: `${number}` })))
    for (let number = 0; number < 50; number += 1) expect([401, 429]).toContain(await status(await fresh(stranger, { kid: undefined }, { jti: `${number}` })))
    state.keys = [key, coming]
    expect(await status(await fresh(coming))).toBe(200)
  })

  test('under the old name is found by the first bad signature, once the set is older than thirty seconds', async () => {
    const { state, status, fresh, time, events } = setUp({ cache: { rejectedTtl: 600 } })
    expect(await status(await fresh(key))).toBe(200)
    state.keys = [underOldName]
    const early = await fresh(underOldName)
    expect(await status(early)).toBe(401)
    time.forward(31)
    expect(await status(early), 'a refusal without a look is not remembered').toBe(200)
    expect(await status(await fresh(underOldName))).toBe(200)
    expect(state.readings).toBe(2)
    expect(events.filter(({ type }) => type === 'keys_rotated')).toHaveLength(1)
  })

  test('a forger of signatures costs one look in thirty seconds, and none of those for rotations', async () => {
    const { state, status, fresh, time } = setUp({ cache: { rejectedTtl: 600 } })
    expect(await status(await fresh(key))).toBe(200)
    const forged = await fresh(stranger, {}, { exp: START + 900 })
    for (let second = 0; second < 95; second += 1) {
      time.forward(1)
      expect(await status(await fresh(stranger))).toBe(401)
      expect(await status(forged)).toBe(401)
    }
    expect(state.readings).toBe(4)
    state.keys = [key, coming]
    expect(await status(await fresh(coming))).toBe(200)
  })

  test('while the issuer is away, a forged signature is a 401 as ever, and no 5xx', async () => {
    const { state, status, fresh, time } = setUp()
    expect(await status(await fresh(key))).toBe(200)
    state.isUp = false
    time.forward(60)
    expect([await status(await fresh(stranger)), await status(await fresh(key))]).toEqual([401, 200])
  })
})
