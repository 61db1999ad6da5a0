import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fastify.js'
import { getAccessToken } from '../../src/index.js'
import { closing } from '../closing.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { FastifyInstance } from 'fastify'
import type { Running } from './http-kit.js'

describe('the gate for Fastify', () => {
  keepsTheGateContract(SERVERS.fastify, {
    reads: ['/%6dcp', '/%6Dcp', 'http://localhost/mcp', 'http://localhost/%6dcp'],
    setsHeadersFirst: true,
    wordsOfThrown: "the framework's",
  })

  async function serving(app: FastifyInstance): Promise<Running['ask']> {
    await app.ready()
    const server = closing(await listen(app.server))
    return server.ask
  }
  const gate = bearerAuth(callers())
  const who = async (): Promise<unknown> => JSON.stringify(getAccessToken()?.subject ?? null)
  const asAda = { headers: { Authorization: `Bearer ${GOOD.ada}` } }

  test('guards everything in a scope with a prefix, scopes within included, and nothing outside', async () => {
    const app = Fastify()
    app.register(
      async (api) => {
        await api.register(gate)
        api.all('/', who)
        api.all('/mcpx', who)
        api.all('/health', who)
        api.register(async (inner) => inner.all('/notes', who), { prefix: '/inner' })
      },
      { prefix: '/api' },
    )
    app.register(async (other) => other.all('/notes', who), { prefix: '/other' })
    app.all('/mcp', who)
    const ask = await serving(app)
    for (const target of ['/api', '/api/', '/api/mcpx', '/api/health', '/api/inner/notes']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
      expect((await ask({ target, ...asAda })).text).toBe('"ada"')
    }
    expect((await ask({ target: '/other/notes' })).text).toBe('null')
    expect((await ask({ target: '/mcp' })).text).toBe('null')
  })

  test('leaves the routes alone that say of themselves that they are public', async () => {
    const app = Fastify({ routerOptions: { caseSensitive: false } })
    await app.register(gate)
    app.get('/health', { config: { public: true } }, who)
    app.post('/health', who)
    app.all('/almost', { config: { public: 'yes' } }, who)
    app.all('/parts/:id', { config: { public: true } }, who)
    const ask = await serving(app)
    for (const method of ['GET', 'HEAD']) expect((await ask({ method, target: '/health' })).status).toBe(200)
    for (const target of ['/HEALTH', '/%68ealth?x']) expect((await ask({ method: 'GET', target })).text).toBe('null')
    expect((await ask({ method: 'GET', target: '/health', ...asAda })).text).toBe('null')
    expect((await ask({ target: '/parts/7' })).text).toBe('null')
    for (const target of ['/health', '/almost', '/health/x', '/parts/7/x']) expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
  })

  test('guards a scope with a prefix', async () => {
    const app = Fastify()
    app.register(
      async (docs) => {
        await docs.register(gate)
        docs.all('/api', who)
      },
      { prefix: '/docs' },
    )
    const ask = await serving(app)
    expect((await ask({ target: '/docs/api' })).status).toBe(401)
  })

  test('a scope without a prefix is like the whole app, for its own routes', async () => {
    const app = Fastify()
    app.register(async (scope) => {
      await scope.register(gate)
      scope.all('/mcp', who)
      scope.all('/open', who)
    })
    app.all('/mcp/outside', who)
    const ask = await serving(app)
    expect((await ask({ target: '/mcp' })).status).toBe(401)
    expect((await ask({ target: '/open' })).status).toBe(401)
    expect((await ask({ target: '/mcp/outside' })).text).toBe('null')
  })

  test('guards routes that were there before it', async () => {
    const app = Fastify()
    app.all('/mcp', who)
    app.register(gate)
    const ask = await serving(app)
    expect((await ask()).status).toBe(401)
    expect((await ask(asAda)).text).toBe('"ada"')
  })

  test('refuses a prefix of its own, which Fastify would ignore', async () => {
    const app = Fastify()
    await expect(app.register(gate, { prefix: '/api' }).ready()).rejects.toThrow('bearerAuth takes no "prefix"')
  })

  test('guards a path without a route too', async () => {
    const app = Fastify()
    await app.register(gate)
    const ask = await serving(app)
    expect((await ask({ target: '/mcp/nothing' })).status).toBe(401)
    expect((await ask({ target: '/nothing' })).status).toBe(401)
    expect((await ask({ target: '/mcp/nothing', ...asAda })).status).toBe(404)
  })

  test('guards whatever a lax router takes for the path', async () => {
    const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }
    const app = Fastify({ routerOptions })
    await app.register(bearerAuth(callers(), { protect: ['/mcp'] }))
    app.all('/mcp', who)
    app.all('/mcp/*', who)
    const ask = await serving(app)
    const spellings = ['/MCP', '/mcp/', '//mcp', '/mcp//', '/mcp;v=1', '/mcp;/../x', '/mcp;x/y', '/mcp/..', '/mcp/../open', '/mcp/%2e%2e/open', '/%6dcp;x', '/mcp%2fx', '/mcp/x;y']
    for (const target of spellings) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
    }
    for (const target of ['/MCP', '/mcp/', '//mcp', '/mcp;v=1', '/mcp;/../x', '/mcp/../open', '/%6dcp;x']) {
      expect({ target, text: (await ask({ target, ...asAda })).text }).toEqual({ target, text: '"ada"' })
    }
  })

  test('a path that rewriteUrl changed is guarded under both names', async () => {
    const app = Fastify({ rewriteUrl: ({ url = '/' }) => url.replace(/^\/tenant-a/, '').replace('/mcp-old', '/open').replace('/docs/', '/') })
    await app.register(bearerAuth(callers(), { protect: ['/mcp', '/mcp-old'] }))
    app.all('/mcp', who)
    app.all('/open', who)
    const ask = await serving(app)
    for (const target of ['/tenant-a/mcp', '/mcp', '/mcp-old', '/docs/mcp']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
    }
    expect((await ask({ target: '/tenant-a/open' })).text).toBe('null')
  })

  test('works for injected requests', async () => {
    const app = Fastify()
    await app.register(gate)
    app.post('/mcp', who)
    expect((await app.inject({ method: 'POST', url: '/mcp' })).statusCode).toBe(401)
    expect((await app.inject({ method: 'POST', url: '/mcp', payload: { a: 1 }, ...asAda })).payload).toBe('"ada"')
  })

  test('the context survives a body parser that works by events', async () => {
    const app = Fastify()
    await app.register(gate)
    app.addContentTypeParser('application/json', (_request, payload, done) => {
      payload.resume().on('end', () => done(null, undefined))
    })
    app.post('/mcp', who)
    const ask = await serving(app)
    expect((await ask({ ...asAda, body: JSON.stringify('x'.repeat(300_000)) })).text).toBe('"ada"')
  })

  test('every hook behind the gate knows the caller', async () => {
    const app = Fastify()
    await app.register(gate)
    const seen: unknown[] = []
    const note = (name: string) => async (): Promise<void> => void seen.push([name, getAccessToken()?.subject])
    app.addHook('onRequest', note('onRequest'))
    app.addHook('preParsing', note('preParsing'))
    app.addHook('preValidation', note('preValidation'))
    app.addHook('preHandler', note('preHandler'))
    app.addHook('onSend', note('onSend'))
    app.post('/mcp', who)
    const ask = await serving(app)
    await ask({ ...asAda, body: JSON.stringify('x'.repeat(100_000)) })
    expect(seen).toEqual(['onRequest', 'preParsing', 'preValidation', 'preHandler', 'onSend'].map((name) => [name, 'ada']))
  })
})
