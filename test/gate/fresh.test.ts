/** Answers that must not be old: a gate's `maxAge`, and `requireFreshAuth` in a handler. */
import express from 'express'
import Fastify from 'fastify'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { accept, accessToken, AuthUnavailableError, ChainProvider, reject, requireFreshAuth, StandardProvider, withAccessToken } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { clock } from '../oauth-kit.js'
import type { ErrorRequestHandler } from 'express'
import type { Server } from 'node:http'
import type { BearerAuthProvider, GateOptions, Verdict } from '../../src/index.js'

class Sessions extends StandardProvider {
  asked = 0
  answer: () => Verdict = () => accept({ sub: 'ada', scope: 'notes:delete' })

  protected check(): Verdict {
    this.asked += 1
    return this.answer()
  }
}

function setUp(options: GateOptions = {}, handler: () => Promise<unknown> = async () => requireFreshAuth(10, 'notes:delete')) {
  const time = clock()
  const sessions = new Sessions({ now: time.now })
  const handle = bearerAuth(new ChainProvider([sessions]), { protect: ['/'], ...options })(async () => {
    await handler()
    return new Response('done')
  })
  const call = async () => {
    const response = await handle(new Request('https://mcp.example.com/notes', { headers: { Authorization: 'Bearer session-1' } }))
    return { status: response.status, challenge: response.headers.get('WWW-Authenticate'), retryAfter: response.headers.get('Retry-After') }
  }
  return { time, sessions, call }
}

describe('requireFreshAuth', () => {
  test('asks again when what is remembered is older', async () => {
    const { time, sessions, call } = setUp()
    expect((await call()).status).toBe(200)
    time.forward(9)
    await call()
    expect(sessions.asked).toBe(1)
    time.forward(2)
    await call()
    expect(sessions.asked).toBe(2)
  })

  test('a token that was revoked meanwhile is the gate\'s own 401', async () => {
    const { time, sessions, call } = setUp({ resource: 'https://mcp.example.com/notes' })
    await call()
    time.forward(11)
    sessions.answer = () => reject('unknown_token')
    const { status, challenge } = await call()
    expect(status).toBe(401)
    expect(challenge).toMatch(/error="invalid_token".*resource_metadata=/)
  })

  test('a scope that was taken away meanwhile is 403, and an outage 503', async () => {
    const { time, sessions, call } = setUp()
    await call()
    time.forward(11)
    sessions.answer = () => accept({ sub: 'ada', scope: 'notes:read' })
    expect((await call()).status).toBe(403)
    time.forward(31)
    sessions.answer = () => accept({ sub: 'ada', scope: 'notes:delete' })
    await call()
    time.forward(11)
    sessions.answer = () => {
      throw new AuthUnavailableError('away', { retryAfter: 7 })
    }
    expect(await call()).toMatchObject({ status: 503, retryAfter: '7' })
  })

  test.each(['Fastify', 'Express'])('an outage does not say who was asked (%s)', async (name) => {
    const away = { cause: new Error('ECONNREFUSED 10.0.0.7'), retryAfter: 7, tooManyRequests: true }
    const auth = {
      verifyToken: async (token: string, options?: { maxAge?: number }) => {
        if (options?.maxAge === 0) throw new AuthUnavailableError('no answer from id.internal.example', away)
        return accessToken({ token, claims: { sub: 'ada' }, scopes: [] })
      },
    }
    const logged: unknown[] = []
    const server = await listen(await (name === 'Fastify' ? onFastify(auth) : onExpress(auth, logged)))
    const response = await fetch(`${server.origin}/mcp`, { headers: { Authorization: 'Bearer session-1' } })
    const body = await response.text()
    await server.close()
    expect(response.status).toBe(429)
    expect(response.headers.get('Retry-After')).toBe('7')
    expect(JSON.parse(body)).toMatchObject({ error: 'too_many_requests' })
    expect(body).not.toMatch(/internal|10\.0/)
    // Those who run it can see it.
    if (name === 'Express') expect(logged).toMatchObject([{ cause: { message: 'no answer from id.internal.example', cause: away.cause } }])
  })

  test('a token that is bound to a key by now is no bearer token any more', async () => {
    const { time, sessions, call } = setUp()
    await call()
    time.forward(11)
    sessions.answer = () => accept({ sub: 'ada', scope: 'notes:delete', cnf: { jkt: 'thumb' } })
    expect((await call()).status).toBe(401)
  })

  test('takes the token as it is where no gate is around, and wants seconds', async () => {
    const token = accessToken({ token: 'session-1', claims: { sub: 'ada' }, scopes: ['notes:delete'] })
    expect(await withAccessToken(token, () => requireFreshAuth(0, 'notes:delete'))).toBe(token)
    await expect(withAccessToken(token, () => requireFreshAuth(30_000))).rejects.toThrow(/milliseconds, write 30/)
    await expect(requireFreshAuth(30)).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION_REQUIRED' })
  })
})

describe('a gate with maxAge', () => {
  test('lets no older answer pass', async () => {
    const { time, sessions, call } = setUp({ maxAge: 5 }, async () => undefined)
    await call()
    time.forward(5)
    await call()
    expect(sessions.asked).toBe(1)
    time.forward(1)
    sessions.answer = () => reject('unknown_token')
    expect((await call()).status).toBe(401)
  })

  test.each([-1, Number.NaN, 30_000, '5'])('%s is no number of seconds', (maxAge) => {
    expect(() => setUp({ maxAge: maxAge as number })).toThrow(/"maxAge" must be a number of seconds/)
  })
})

async function onFastify(auth: BearerAuthProvider): Promise<Server> {
  const app = Fastify()
  await app.register(fastifyAuth(auth))
  app.get('/mcp', () => requireFreshAuth(0))
  await app.ready()
  return app.server
}

async function onExpress(auth: BearerAuthProvider, logged: unknown[]): Promise<Server> {
  const app = express().use(expressAuth(auth)).get('/mcp', () => requireFreshAuth(0))
  const log: ErrorRequestHandler = (error, _req, _res, next) => void (logged.push(error), next(error))
  return createServer(app.set('env', 'test').use(log)) // which logs nothing by itself, and sends stacks
}
