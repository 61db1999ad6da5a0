/** Cloudflare Workers end a request that waits for a promise which another request began: there, each asks for itself. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AUDIENCE, clock, ISSUER, signer } from './oauth-kit.js'
import type { Verdict } from '../src/index.js'

let library: typeof import('../src/index.js')
beforeEach(async () => {
  vi.resetModules()
  vi.doMock('../src/lib/runtime.js', () => ({ mayShareBetweenRequests: false, nodeCrypto: () => undefined }))
  library = await import('../src/index.js')
})
afterEach(() => {
  vi.doUnmock('../src/lib/runtime.js')
  vi.resetModules()
})

const JWKS_URI = `${ISSUER}/keys`
const hanging = (): Promise<never> => new Promise(() => undefined)

test('keys: who asks while another is asking gets an answer of its own', async () => {
  const key = await signer()
  const { now } = clock()
  let requests = 0
  const fetch = async (): Promise<Response> => ((requests += 1) === 1 ? hanging() : Response.json({ keys: [key.publicJwk] }))
  const provider = new library.JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now, fetch, timeout: 30 })
  const first = provider.verifyToken(await key.sign())
  expect(await provider.verifyToken(await key.sign())).not.toBeNull()
  expect(await provider.verifyToken(await key.sign({ sub: 'grace' }))).not.toBeNull()
  expect(requests).toBe(2)
  await provider.close()
  expect(await first, 'by the keys that came meanwhile').not.toBeNull()
})

test('keys: nothing is begun that outlives the request, so nobody begins it again and again', async () => {
  const key = await signer()
  const time = clock()
  let requests = 0
  const fetch = async (): Promise<Response> => {
    requests += 1
    return requests === 2 ? hanging() : Response.json({ keys: [key.publicJwk] })
  }
  const provider = new library.JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now: time.now, fetch, timeout: 30, cache: false })
  await provider.keys.warm()
  time.forward(590)
  for (let n = 0; n < 20; n += 1) expect(await provider.verifyToken(await key.sign({ exp: time.now() + 60 }))).not.toBeNull()
  expect(requests).toBe(1)
  await provider.close()
})

test('keys: an outage is one request for each back-off all the same, and old keys serve through it', async () => {
  const key = await signer()
  const time = clock()
  const state = { isDown: false, requests: 0 }
  const fetch = async (): Promise<Response> => {
    state.requests += 1
    if (state.isDown) return new Response('', { status: 500 })
    return Response.json({ keys: [key.publicJwk] })
  }
  const provider = new library.JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now: time.now, fetch, cache: false })
  await provider.keys.warm()
  Object.assign(state, { isDown: true, requests: 0 })
  time.forward(601)
  for (let second = 0; second < 60; second += 1) {
    for (let n = 0; n < 5; n += 1) expect(await provider.verifyToken(await key.sign({ exp: time.now() + 60 }))).not.toBeNull()
    time.forward(1)
  }
  expect(state.requests).toBeLessThanOrEqual(10)
  Object.assign(state, { isDown: false, requests: 0 })
  time.forward(60)
  await provider.verifyToken(await key.sign({ exp: time.now() + 60 }))
  expect(state.requests, 'and who is back is found').toBe(1)
})

test('verdicts: who asks while another is asking asks for itself, and both answers are remembered', async () => {
  let asked = 0
  class Sessions extends library.StandardProvider {
    protected override async check(): Promise<Verdict> {
      return (asked += 1) === 1 ? hanging() : library.accept({ sub: 'ada' })
    }
  }
  const provider = new Sessions({ cache: { ttl: 30, refreshAhead: 29 }, now: clock().now })
  void provider.verifyToken('session-1')
  expect(await provider.verifyToken('session-1')).not.toBeNull()
  expect(await provider.verifyToken('session-1')).not.toBeNull()
  expect([asked, provider.stats().joined]).toEqual([2, 0])
})

test('a provider is made while the clock stands at 1970, as it does before the first request', async () => {
  const key = await signer()
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  try {
    const provider = new library.JwksProvider({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUri: JWKS_URI,
      fetch: async () => Response.json({ keys: [key.publicJwk] }),
    })
    const { now } = clock()
    vi.setSystemTime(now() * 1000)
    expect(await provider.verifyToken(await key.sign({ exp: now() + 60 }))).not.toBeNull()
    expect(await provider.verifyToken(await key.sign({ exp: now() - 60 }))).toBeNull()
  } finally {
    vi.useRealTimers()
  }
})
