/** Operations that must not be done with a token that was revoked a moment ago: from the handler down to a real endpoint. */
import { createServer } from 'node:http'
import express from 'express'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { ChainProvider, clientSecretBasic, IntrospectionProvider, requireAuth, requireFreshAuth, StaticProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { memoryStore, SECRET, settled } from '../shared/shared-kit.js'
import { AUDIENCE, clock, START } from '../oauth-kit.js'
import { faultEndpoint, json } from './fault-endpoint.js'
import type { AddressInfo } from 'node:net'
import type { CacheOptions } from '../../src/index.js'

const GOOD = { active: true, aud: AUDIENCE, sub: 'ada', scope: 'notes:read notes:delete', exp: START + 3000 }

async function setUp() {
  const idp = closing(await faultEndpoint())
  idp.answer(GOOD)
  const time = clock()
  const start = (cache: CacheOptions = {}): IntrospectionProvider => {
    return closing(new IntrospectionProvider({ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'secret'), now: time.now, cache }))
  }
  return { idp, time, start }
}

/** A server whose reading takes what is remembered, whose deleting asks anew, and whose administration asks each time. */
async function server() {
  const { idp, time, start } = await setUp()
  const auth = new ChainProvider([new StaticProvider({ 'robot-0123456789abcdef': { claims: { sub: 'robot' }, scopes: ['notes:delete'] } }), start()])
  const app = express()
  app.use(bearerAuth(auth, { resource: 'https://mcp.example.com/notes', protect: ['/notes'] }))
  app.get('/notes', (_request, response) => void response.json(requireAuth('notes:read').subject))
  app.delete('/notes', async (_request, response) => void response.json((await requireFreshAuth(30, 'notes:delete')).subject))
  app.get('/admin', bearerAuth(auth, { maxAge: 0 }), (_request, response) => void response.json(requireAuth().subject))
  const listening = createServer(app).listen(0, '127.0.0.1')
  await new Promise((ready) => listening.once('listening', ready))
  closing({ close: () => new Promise((done) => (listening.closeAllConnections(), listening.close(done))) })
  const call = async (method: string, path: string, token = 'opaque') => {
    const response = await fetch(`http://127.0.0.1:${(listening.address() as AddressInfo).port}${path}`, { method, headers: { Authorization: `Bearer ${token}` } })
    await response.text()
    return { status: response.status, challenge: response.headers.get('WWW-Authenticate') ?? '', retryAfter: response.headers.get('Retry-After') }
  }
  return { idp, time, call }
}

describe('requireFreshAuth in a handler', () => {
  test('refuses a token that was revoked since, while what need not be fresh goes on', async () => {
    const { idp, time, call } = await server()
    expect((await call('GET', '/notes')).status).toBe(200)
    expect((await call('DELETE', '/notes')).status).toBe(200)
    expect(idp.questions).toHaveLength(1)
    time.forward(29)
    idp.answer({ active: false })
    expect((await call('GET', '/notes')).status).toBe(200)
    time.forward(2)
    const refused = await call('DELETE', '/notes')
    expect(refused.status).toBe(401)
    expect(refused.challenge).toMatch(/error="invalid_token".*resource_metadata="https:\/\/mcp\.example\.com/)
    expect((await call('GET', '/notes')).status).toBe(401)
  })

  test('answers 403 where the scope went, and 503 where nobody knows', async () => {
    const { idp, time, call } = await server()
    await call('GET', '/notes')
    time.forward(31)
    idp.answer({ ...GOOD, scope: 'notes:read' })
    expect(await call('DELETE', '/notes')).toMatchObject({ status: 403, challenge: expect.stringContaining('insufficient_scope') })
    time.forward(31)
    idp.answer(json({}, 429, { 'Retry-After': '17' }))
    expect(await call('DELETE', '/notes')).toMatchObject({ status: 503, retryAfter: '17', challenge: '' })
  })

  test('asks nobody about a token that has no authorization server', async () => {
    const { idp, time, call } = await server()
    time.forward(1000)
    expect((await call('DELETE', '/notes', 'robot-0123456789abcdef')).status).toBe(200)
    expect(idp.questions).toEqual([])
  })
})

test('a gate with maxAge: 0 asks each time', async () => {
  const { idp, time, call } = await server()
  for (let n = 1; n <= 3; n += 1) {
    expect((await call('GET', '/admin')).status).toBe(200)
    expect(idp.questions).toHaveLength(n + 1) // the gate of the whole app asked once, and remembers
    time.forward(1)
  }
  idp.answer({ active: false })
  expect((await call('GET', '/admin')).status).toBe(401)
})

describe('with a second level', () => {
  const shared = (time: ReturnType<typeof clock>) => {
    const store = memoryStore(time.now)
    return { store, cache: { shared: { store, secret: SECRET } } }
  }
  const written = (store: ReturnType<typeof memoryStore>, count: number) => settled(() => store.calls.filter((call) => call.startsWith('swap')).length === count)

  test('a younger answer takes the place of the older one for every process', async () => {
    const { idp, time, start } = await setUp()
    const { store, cache } = shared(time)
    const [one, two, three] = [start(cache), start(cache), start(cache)]
    expect(await one.verifyToken('opaque')).not.toBeNull()
    await written(store, 1)
    expect(await two.verifyToken('opaque')).not.toBeNull()
    expect(idp.questions).toHaveLength(1)
    idp.answer({ active: false })
    time.forward(5)
    expect(await two.verifyToken('opaque', { maxAge: 2 })).toBeNull()
    await written(store, 2)
    // Neither who starts now, nor who refused it and has forgotten that by now, takes the older yes.
    expect(await three.verifyToken('opaque')).toBeNull()
    expect(idp.questions).toHaveLength(2)
    time.forward(11)
    expect(await two.verifyToken('opaque')).toBeNull()
  })

  test('a younger no that is not remembered takes the older yes away all the same', async () => {
    const { idp, time, start } = await setUp()
    const { store, cache } = shared(time)
    const [one, two] = [start(cache), start(cache)]
    await one.verifyToken('opaque')
    await written(store, 1)
    time.forward(5)
    idp.answer({ ...GOOD, nbf: START + 60 })
    expect(await one.verifyToken('opaque', { maxAge: 2 })).toBeNull()
    await written(store, 2)
    expect(await two.verifyToken('opaque')).toBeNull()
  })

  test('a younger answer that nobody gives leaves the older one', async () => {
    const { idp, time, start } = await setUp()
    const { store, cache } = shared(time)
    const [one, two] = [start(cache), start(cache)]
    await one.verifyToken('opaque')
    await written(store, 1)
    idp.answer(json({}, 503))
    time.forward(5)
    await expect(one.verifyToken('opaque', { maxAge: 2 })).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(await two.verifyToken('opaque')).not.toBeNull()
  })
})
