/** Bodies of the house's own: what the function is given, and what stays ours whatever it gives. */
import express from 'express'
import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bearerAuth } from '../../../src/adapters/express.js'
import { AuthUnavailableError, gate, requireAuth, requireFreshAuth, StaticProvider } from '../../../src/index.js'
import { listen } from '../../adapters/http-kit.js'
import { closing } from '../../closing.js'
import { until } from '../../until.js'
import { headers } from '../headers.js'
import type { Answer, BearerAuthProvider, Denial, GateOptions } from '../../../src/index.js'

const KEY = 'a-key-0123456789abcdef'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
const resource = 'https://mcp.example.com/mcp'
const away: BearerAuthProvider = { verifyToken: () => Promise.reject(new AuthUnavailableError('away', { retryAfter: 7 })) }

async function denied(options: GateOptions, given: Record<string, string[]> = {}, provider: BearerAuthProvider = auth): Promise<Answer> {
  const decision = await gate(provider, { resource, ...options })({ method: 'POST', path: '/mcp', header: headers(given) })
  if (decision.pass) throw new Error('passed')
  return decision.answer
}

describe('the option "body"', () => {
  test('is told status, error code and challenge, and no reason', async () => {
    const told: Denial[] = []
    const body = (denial: Denial) => (told.push(denial), { body: 'no' })
    await denied({ body, requiredScopes: ['notes:read'] })
    await denied({ body }, { authorization: ['Bearer never-issued'] })
    await denied({ body }, { authorization: ['Bearer a-token'] }, away)
    const resource_metadata = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
    expect(told).toEqual([
      { status: 401, error: 'unauthorized', challenge: { scope: 'notes:read', resource_metadata }, scheme: 'Bearer', retryAfter: undefined },
      { status: 401, error: 'invalid_token', challenge: { error: 'invalid_token', error_description: 'Token is invalid or expired', resource_metadata }, scheme: 'Bearer', retryAfter: undefined },
      { status: 503, error: 'temporarily_unavailable', challenge: undefined, scheme: undefined, retryAfter: 7 },
    ])
  })

  test('is told the challenge that says what is wrong, where both schemes are challenged with', async () => {
    const told: Denial[] = []
    const body = (denial: Denial) => (told.push(denial), { body: 'no' })
    // A scope may look like the next challenge.
    const options: GateOptions = { body, proof: { dpop: 'accepted' }, requiredScopes: ['a,', 'DPoP', "algs='x'"] }
    for (const authorization of [[], ['Bearer never-issued'], ['DPoP never-issued'], [`Bearer ${KEY}`]]) await denied(options, { authorization })
    const always = { scope: "a, DPoP algs='x'", resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp' }
    const invalid = { error: 'invalid_token', error_description: 'Token is invalid or expired' }
    expect(told.map(({ scheme, challenge }) => ({ scheme, challenge }))).toEqual([
      { scheme: 'Bearer', challenge: always },
      { scheme: 'Bearer', challenge: { ...invalid, ...always } },
      { scheme: 'DPoP', challenge: { ...invalid, ...always, algs: expect.stringContaining('ES256') } },
      { scheme: 'Bearer', challenge: { error: 'insufficient_scope', error_description: 'The token lacks a scope that this needs', ...always } },
    ])
    const required = await denied({ ...options, proof: { dpop: 'required' } })
    expect(required.headers['WWW-Authenticate']).toMatch(/^DPoP /)
    expect(told.at(-1)).toMatchObject({ scheme: 'DPoP', challenge: { ...always, algs: expect.any(String) } })
  })

  test('cannot change status, challenge, or what frames the message', async () => {
    const plain = await denied({})
    const answer = await denied({
      body: () => ({ headers: { 'www-authenticate': 'Basic', 'Cache-Control': 'public', 'content-length': '1', 'X-House': 'ours', 'content-type': 'text/plain' }, body: 'Kein Zutritt' }),
    })
    expect(answer).toEqual({ ...plain, headers: { ...plain.headers, 'Content-Type': 'text/plain', 'x-house': 'ours' }, body: 'Kein Zutritt' })
    const unavailable = await denied({ body: () => ({ headers: { 'WWW-Authenticate': 'Basic' }, body: '' }) }, { authorization: ['Bearer a-token'] }, away)
    expect(unavailable.headers).not.toHaveProperty('www-authenticate')
  })

  test.each<[string, unknown]>([
    ['throws', () => { throw new Error(`about ${KEY}`) }],
    ['gives a promise', async () => ({ body: 'later' })],
    ['gives nothing', () => undefined],
    ['gives no text', () => ({ body: { title: 'no' } })],
    ['gives a header that cannot be', () => ({ headers: { 'Content-Type': 'a\r\nb: c' }, body: 'no' })],
  ])('has ours sent where it %s', async (_, body) => {
    expect(await denied({ body: body as never })).toEqual(await denied({}))
  })

  test('is no matter of what is no denial', async () => {
    const body = vi.fn(() => ({ body: 'no' }))
    const decision = await gate(auth, { resource, body })({ method: 'GET', path: '/.well-known/oauth-protected-resource/mcp', header: headers({}) })
    expect(decision).toMatchObject({ pass: false, answer: { status: 200, body: expect.stringContaining('"resource"') } })
    expect(body).not.toHaveBeenCalled()
  })

  test('must be a function', () => {
    expect(() => gate(auth, { body: '{}' as never })).toThrow(/"body" must be a function/)
  })
})

describe('what is thrown in Express', () => {
  const failing = (error: () => unknown) => async (mount: (app: express.Express) => express.Express = (app) => app) => {
    // In its environment "test" Express prints nothing, whatever is thrown.
    const app = mount(express().set('env', 'development') as express.Express)
    app.use(bearerAuth(auth, { optional: true, body: ({ status }) => ({ body: JSON.stringify({ status }) }) }))
    app.get('/', async () => {
      throw error()
    })
    return app
  }
  const anonymous = failing(() => {
    try {
      return requireAuth()
    } catch (error) {
      return error
    }
  })

  test('is JSON without a word on stderr, in an app that is mounted too, and other errors are left to Express', async () => {
    const onStderr = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => onStderr.mockRestore())
    const outer = express().set('env', 'development').use('/inner', await anonymous())
    for (const [app, target] of [[await anonymous(), '/'], [outer, '/inner/']] as const) {
      const { ask } = closing(await listen(createServer(app)))
      expect(await ask({ method: 'GET', target })).toMatchObject({ status: 401, text: '{"status":401}', challenge: { scheme: 'Bearer' } })
    }
    const bug = new Error('a bug')
    const { ask } = closing(await listen(createServer(await failing(() => bug)())))
    expect((await ask({ method: 'GET', target: '/' })).status).toBe(500)
    await until(() => onStderr.mock.calls.length > 0)
    expect(onStderr.mock.calls).toEqual([[bug]])
  })

  test("is left to an error handler of the app's own", async () => {
    const app = await anonymous()
    app.use(((error, _req, res, _next) => void res.status(418).json({ code: error.code })) as express.ErrorRequestHandler)
    const { ask } = closing(await listen(createServer(app)))
    expect(await ask({ method: 'GET', target: '/' })).toMatchObject({ status: 418, json: { code: 'ERR_AUTHENTICATION_REQUIRED' } })
  })
})

test('what requireFreshAuth throws in an outage has the body too', async () => {
  let asked = 0
  const provider: BearerAuthProvider = {
    verifyToken: (token, options) => (asked++ === 0 ? auth.verifyToken(token, options) : Promise.reject(new AuthUnavailableError('away', { retryAfter: 7 }))),
  }
  const app = express().use(bearerAuth(provider, { body: ({ status, retryAfter }) => ({ body: JSON.stringify({ status, retryAfter }) }) }))
  app.get('/', async (_req, res) => void res.json(await requireFreshAuth(0)))
  const { ask } = closing(await listen(createServer(app)))
  expect(await ask({ method: 'GET', target: '/', headers: { Authorization: `Bearer ${KEY}` } })).toMatchObject({ status: 503, json: { status: 503, retryAfter: 7 } })
})
