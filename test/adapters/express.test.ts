import express5 from 'express'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { closing } from '../closing.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { listen } from './http-kit.js'
import { express4, SERVERS } from './servers.js'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import type { Running } from './http-kit.js'

const VERSIONS = [
  { version: 4, express: express4, serve: SERVERS.express4 },
  { version: 5, express: express5, serve: SERVERS.express },
]

describe.each(VERSIONS)('the gate for Express $version', ({ express, serve }) => {
  keepsTheGateContract(serve, {
    reads: ['/MCP', '/mcp/', 'http://localhost/mcp', 'http://localhost/MCP'],
    setsHeadersFirst: true,
    wordsOfThrown: "the framework's",
  })

  async function serving(app: Express): Promise<Running['ask']> {
    const server = closing(await listen(createServer(app)))
    return server.ask
  }
  const gate = bearerAuth(callers())
  const who: RequestHandler = (_req, res) => void res.json(getAccessToken()?.subject ?? null)
  const asAda = { headers: { Authorization: `Bearer ${GOOD.ada}` } }

  describe('guards everything where it is mounted', () => {
    const mounted: Record<string, (app: Express) => unknown> = {
      'below a path': (app) => app.use('/api', gate),
      'in a router': (app) => app.use('/api', express.Router().use(gate)),
      'in a router of a router': (app) => app.use('/api', express.Router().use('/', express.Router().use(gate))),
      'in an app of its own': (app) => app.use('/api', express().use(gate)),
      'below one of several paths': (app) => app.use(['/other', '/api'], gate),
    }
    for (const [how, mount] of Object.entries(mounted)) {
      test(how, async () => {
        const app = express()
        mount(app)
        const ask = await serving(app.use(who))
        for (const target of ['/api', '/api/', '/API/x', '/api/health', '/api/mcpx', 'http://localhost/api/x']) {
          expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
          expect((await ask({ target, ...asAda })).json).toBe('ada')
        }
        expect((await ask({ target: '/elsewhere' })).json).toBe(null)
        expect((await ask({ target: '/mcp' })).json).toBe(null)
      })
    }

    test('below a path, what "protect" names below it, though it leaves the path out', async () => {
      const ask = await serving(express().use('/api', bearerAuth(callers(), { protect: ['/notes'] })).use(who))
      expect((await ask({ target: '/api/notes' })).status).toBe(401)
      expect((await ask({ target: '/api/mail' })).json).toBe(null)
    })

    test('on a route', async () => {
      const ask = await serving(express().post('/x', gate, who).post('/y', who))
      expect((await ask({ target: '/x' })).status).toBe(401)
      expect((await ask({ target: '/x', ...asAda })).json).toBe('ada')
      expect((await ask({ target: '/y' })).json).toBe(null)
    })

    test('on a path that others leave open', async () => {
      const ask = await serving(express().use('/docs', gate).get('/health', gate).use(who))
      expect((await ask({ target: '/docs/api' })).status).toBe(401)
      expect((await ask({ target: '/health', method: 'GET' })).status).toBe(401)
    })

    test('but for what was excluded by hand', async () => {
      const ask = await serving(express().use('/docs', bearerAuth(callers(), { exclude: ['/docs/open'] })).use(who))
      expect((await ask({ target: '/docs/open/x' })).json).toBe(null)
      expect((await ask({ target: '/docs/other' })).status).toBe(401)
    })
  })

  test('a handler that was mounted on a guarded path is not reached by dots behind it', async () => {
    const ask = await serving(express().use(gate).use('/mcp', who))
    for (const target of ['/mcp/..', '/mcp/../open', '/mcp/%2e%2e/open', '/mcp/x/../../open', 'http://localhost/mcp/../open', '/mcp/../health']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
      expect((await ask({ target, ...asAda })).json).toBe('ada')
    }
  })

  test('a path that something in front of the gate rewrote is guarded under both names', async () => {
    const app = express().use((req, _res, next) => {
      req.url = req.url.replace(/^\/tenant-a/, '').replace('/mcp-old', '/open')
      next()
    })
    const ask = await serving(app.use(bearerAuth(callers(), { protect: ['/mcp', '/mcp-old'] })).use(who))
    for (const target of ['/tenant-a/mcp', '/mcp', '/mcp-old']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
    }
    expect((await ask({ target: '/tenant-a/open' })).json).toBe(null)
  })

  test('a path that was excluded is not, once it is rewritten to one that is not', async () => {
    const app = express().use((req, _res, next) => {
      req.url = req.url.replace('/docs', '')
      next()
    })
    const ask = await serving(app.use(bearerAuth(callers(), { exclude: ['/docs'] })).use(who))
    expect((await ask({ target: '/docs/mcp' })).status).toBe(401)
  })

  test('a second gate asks for more than the first', async () => {
    const app = express().use(bearerAuth(callers(), { optional: true }))
    const ask = await serving(app.post('/mcp', who).post('/mcp/write', bearerAuth(callers(), { requiredScopes: ['notes:write'] }), who))
    expect((await ask({ target: '/mcp' })).json).toBe(null)
    expect((await ask({ target: '/mcp/write' })).status).toBe(401)
    expect((await ask({ target: '/mcp/write', ...asAda })).status).toBe(403)
  })

  test('an answer that somebody else has begun is left alone', async () => {
    const app = express().use((_req, res, next) => {
      res.status(408).end('too slow')
      next()
    })
    const ask = await serving(app.use(gate).use(who))
    expect(await ask()).toMatchObject({ status: 408, text: 'too slow' })
  })

  test("the app's own error handler sees the code and the status", async () => {
    const seen: unknown[] = []
    const app = express().use(bearerAuth(callers(), { exclude: ['/open'] }))
    app.get('/open', () => requireAuth())
    app.use(((error, _req, res, _next) => {
      seen.push([error.code, error.status, error.headers['WWW-Authenticate']])
      res.status(418).end()
    }) satisfies ErrorRequestHandler)
    const ask = await serving(app)
    expect((await ask({ method: 'GET', target: '/open' })).status).toBe(418)
    expect(seen).toEqual([['ERR_AUTHENTICATION_REQUIRED', 401, 'Bearer realm="protected"']])
  })
})
