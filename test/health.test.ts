/** `health()` says how a provider is doing, as plain data: keys, memory, the server behind it, and all members of a chain. */
import { beforeAll, describe, expect, test } from 'vitest'
import { BearerAuthProvider, ChainProvider, clientSecretBasic, IntrospectionProvider, IssuerRouter, JwksProvider, Revocations, StaticProvider } from '../src/index.js'
import { inheritObserver } from '../src/provider.js'
import { AUDIENCE, clock, ISSUER, says, signer, START } from './oauth-kit.js'
import { recorder } from './recorder.js'
import type { ProviderHealth } from '../src/index.js'
import type { Signer } from './oauth-kit.js'

let key: Signer
let rotated: Signer
beforeAll(async () => {
  key = await signer('ES256', 'key-1')
  rotated = await signer('ES256', 'key-2')
})

const KEY = 'a-long-enough-key'
const list = (): StaticProvider => new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } })

/** An issuer behind a `fetch` that can be away, and that rotates its keys. */
function issuer() {
  const time = clock()
  const state = { keys: [key], up: true, asked: 0 }
  const fetch = async (): Promise<Response> => {
    state.asked += 1
    if (!state.up) throw new TypeError('fetch failed')
    return Response.json({ keys: state.keys.map(({ publicJwk }) => publicJwk) })
  }
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch: fetch as typeof globalThis.fetch, now: time.now })
  const keys = (): object => provider.health().keys?.[0] ?? {}
  return { provider, state, time, keys }
}

describe('the keys of an issuer', () => {
  test('are none before the first token, and looking at them asks nobody', async () => {
    const { keys, state } = issuer()
    expect(keys()).toEqual({ issuer: ISSUER, keys: 0, state: 'none' })
    expect(state.asked).toBe(0)
  })

  test('have an age, and a time at which they are read anew', async () => {
    const { provider, keys, time } = issuer()
    await provider.verifyToken(await key.sign())
    time.forward(100)
    expect(keys()).toEqual({ issuer: ISSUER, keys: 1, state: 'fresh', age: 100, refreshIn: expect.any(Number) })
    const { refreshIn = 0 } = provider.health().keys?.[0] ?? {}
    time.forward(refreshIn)
    expect(keys()).toMatchObject({ state: 'due', refreshIn: 0 })
  })

  test('tell of a rotation, and how long ago it was seen', async () => {
    const { provider, keys, state, time } = issuer()
    await provider.verifyToken(await key.sign())
    time.forward(700)
    state.keys = [key, rotated]
    await provider.verifyToken(await rotated.sign({ exp: START + 9_000 }))
    time.forward(30)
    expect(keys()).toMatchObject({ keys: 2, age: 30, rotatedAgo: 30 })
  })

  test('tell in an outage what gave no answer, when it is asked again, and that old keys serve', async () => {
    const { provider, keys, state, time } = issuer()
    await provider.verifyToken(await key.sign())
    time.forward(601)
    state.up = false
    expect(await provider.verifyToken(await key.sign({ exp: START + 9_000 }))).not.toBeNull()
    expect(keys()).toMatchObject({ state: 'stale', failure: { message: expect.stringContaining('id.example.com'), ago: 0, inARow: 1, retryIn: expect.any(Number) } })
    time.forward(3601)
    expect(keys()).toMatchObject({ state: 'ended' })
  })

  test('remember a failure that is over, as over', async () => {
    const { provider, keys, state, time } = issuer()
    state.up = false
    await expect(provider.verifyToken(await key.sign())).rejects.toThrow()
    state.up = true
    time.forward(10)
    await provider.verifyToken(await key.sign())
    expect(keys()).toMatchObject({ state: 'fresh', failure: { ago: 10, inARow: 0 } })
    expect(keys()).not.toMatchObject({ failure: { retryIn: expect.anything() } })
  })
})

describe('a server that is asked about tokens', () => {
  function asked() {
    const time = clock()
    const state = { up: true, hold: undefined as Promise<void> | undefined }
    const fetch = async (): Promise<Response> => {
      await state.hold
      if (!state.up) return new Response('', { status: 503 })
      return Response.json({ active: true, sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: time.now() + 300 })
    }
    const provider = new IntrospectionProvider({
      ...{ issuer: ISSUER, endpoint: `${ISSUER}/introspect`, audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'a-secret-of-the-client') },
      ...{ fetch: fetch as typeof globalThis.fetch, now: time.now },
    })
    return { provider, time, state, upstream: () => provider.health().upstream }
  }

  test('has its breaker closed, and counts what is under way', async () => {
    const { provider, state, upstream } = asked()
    expect(upstream()).toEqual({ breaker: 'closed', inFlight: 0 })
    let goOn = (): void => undefined
    state.hold = new Promise((resolve) => void (goOn = resolve))
    const answer = provider.verifyToken('opaque-token-1')
    while (upstream()?.inFlight !== 1) await new Promise((turn) => setImmediate(turn))
    goOn()
    await answer
    expect(upstream()).toEqual({ breaker: 'closed', inFlight: 0 })
  })

  test('has it open after five failures, half-open once it may be asked again, and closed when it answers', async () => {
    const { provider, time, state, upstream } = asked()
    state.up = false
    for (let call = 0; call < 5; call += 1) await provider.verifyToken(`opaque-token-${call}`).catch(() => undefined)
    expect(upstream()).toEqual({ breaker: 'open', openFor: 0, inFlight: 0, failure: { message: 'id.example.com answered 503', ago: 0, inARow: 5 } })
    time.forward(3)
    expect(upstream()).toMatchObject({ breaker: 'half-open', openFor: 3 })
    state.up = true
    await provider.verifyToken('opaque-token-9')
    expect(upstream()).toEqual({ breaker: 'closed', inFlight: 0, failure: { message: 'id.example.com answered 503', ago: 3, inARow: 0 } })
  })
})

describe('memory, list and revocations', () => {
  test('say what the memory holds and was good for', async () => {
    const { provider } = issuer()
    const good = await key.sign()
    for (let time = 0; time < 3; time += 1) await provider.verifyToken(good)
    expect(provider.health()).toMatchObject({ kind: 'jwks', name: 'jwks', issuers: [ISSUER], memory: { accepted: 1, rejected: 0, hits: 2, misses: 1, stale: 0 } })
  })

  test('count what is revoked, and say whether all of the log is known', async () => {
    const revocations = new Revocations()
    const provider = new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }, { revocations })
    await provider.revoke({ sub: 'ci' })
    expect(provider.health()).toEqual({ name: 'static', kind: 'static', issuers: [], tokens: 1, revocations: { held: 1, caughtUp: true } })
  })
})

describe('several providers', () => {
  test('are told one by one, to the bottom', () => {
    const router = new IssuerRouter({ issuers: { [ISSUER]: { audience: AUDIENCE, jwks: { keys: [key.publicJwk] } } } })
    const { name, kind, members = [] } = new ChainProvider([router, list()]).health()
    const [first, second] = members
    expect({ name, kind, members: members.map((member) => [member.kind, member.name]) }).toEqual({ name: 'chain', kind: 'chain', members: [['issuers', 'issuers'], ['static', 'static']] })
    expect(first?.members).toMatchObject([{ kind: 'jwks', issuers: [ISSUER], keys: [{ issuer: ISSUER }] }])
    expect(second).toMatchObject({ tokens: 1 })
  })

  test('may be of one\u2019s own, which need not tell anything, or tells as it likes', () => {
    class Own extends BearerAuthProvider {
      readonly name = 'own'
      override readonly verifyToken = async (): Promise<null> => null
      override health(): ProviderHealth {
        return { name: 'another name', kind: 'own kind', issuers: [], tokens: 7 }
      }
    }
    const [own, silent] = new ChainProvider([new Own(), says('no')]).health().members ?? []
    expect(own).toEqual({ name: 'own', kind: 'own kind', issuers: [], tokens: 7 })
    expect(silent).toEqual({ name: 'custom', kind: 'custom', issuers: [] })
  })

  test.each([
    ['throws', () => { throw new Error('a bug') }],
    ['says nothing', () => undefined],
    ['says a text', () => 'well'],
    ['says a list', () => [1]],
    ['holds itself', () => { const told: Record<string, unknown> = {}; return Object.assign(told, { told }) }],
    ['cannot be written', () => ({ tokens: 7n })],
    ['fails when it is written', () => ({ memory: { toJSON: () => { throw new Error('a bug') } } })],
  ])('are told of also where one of them %s', (_, health) => {
    const [broken, fine] = new ChainProvider([Object.assign(says('no'), { health: health as unknown as () => ProviderHealth }), list()]).health().members ?? []
    expect(broken).toEqual({ name: 'custom', kind: 'custom', issuers: [] })
    expect(fine?.kind).toBe('static')
    expect(JSON.stringify([broken, fine])).toContain('static')
  })
})

test('what is told is JSON, and holds no token, no secret and no claim', async () => {
  const { provider } = issuer()
  const good = await key.sign({ sub: 'ada-of-acme', email: 'ada@example.com' })
  await provider.verifyToken(good)
  await provider.verifyToken(await key.sign({ aud: 'https://evil.example/<script>' }))
  const chain = new ChainProvider([provider, list()])
  await chain.verifyToken(KEY)
  const text = JSON.stringify(chain.health())
  expect(JSON.parse(text)).toEqual(chain.health())
  for (const secret of [good, good.slice(0, 40), KEY, 'ada-of-acme', 'ada@example.com', 'evil.example']) expect(text).not.toContain(secret)
})

describe('who listens beside', () => {
  test('hears a provider that has an observer of its own, each event once, and takes nothing from that one', async () => {
    const [own, outer] = [recorder(), recorder()]
    const member = new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }, { observe: own.observe })
    const chain = new ChainProvider([member, says('no')])
    chain[inheritObserver](outer.observe, 'beside')
    chain[inheritObserver](outer.observe, 'beside')
    await chain.verifyToken(KEY)
    expect([own.events, outer.events].map((events) => events.map(({ type }) => type))).toEqual([['accepted'], ['accepted']])
  })

  test('hears routes that a router takes later', async () => {
    const [own, outer] = [recorder(), recorder()]
    const router = new IssuerRouter({ issuers: { 'https://other.example.com': { audience: AUDIENCE } } })
    router[inheritObserver](outer.observe, 'beside')
    await router.add(ISSUER, { audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, observe: own.observe })
    await router.verifyToken(await key.sign())
    expect([own.events, outer.events].map((events) => events.map(({ type }) => type))).toEqual([['accepted'], ['accepted']])
  })
})
