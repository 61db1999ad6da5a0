import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/hono.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { askingDirectly } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { Context } from 'hono'
import type { Ask } from './http-kit.js'

describe('the gate for Hono', () => {
  keepsTheGateContract(SERVERS.hono, {
    reads: ['/%6dcp', '/x/../mcp', 'http://localhost/mcp', 'http://localhost/%6dcp'],
    setsHeadersFirst: true,
    wordsOfThrown: 'ours',
  })

  const gate = bearerAuth(callers())
  const who = (c: Context): Response => c.json(getAccessToken()?.subject ?? null)
  const asAda = { headers: { Authorization: `Bearer ${GOOD.ada}` } }
  const asking = (app: Hono): Ask => askingDirectly((request) => app.fetch(request))

  describe('guards everything where it is mounted', () => {
    const mounted: Record<string, () => Hono> = {
      'on a path': () => new Hono().use('/api/*', gate).all('*', who),
      'in an app of its own': () => new Hono().route('/api', new Hono().use(gate).all('*', who)).all('*', who),
      'in an app of an app': () => new Hono().route('/api', new Hono().route('/', new Hono().use(gate).all('*', who))).all('*', who),
      'in an app with its own error handler': () =>
        new Hono()
          .route('/api', new Hono().onError((_error, c) => c.text('oops', 500)).use(gate).all('*', who))
          .all('*', who),
      'below a base path': () => {
        const app = new Hono()
        app.basePath('/api').use(gate)
        return app.all('*', who)
      },
    }
    for (const [how, make] of Object.entries(mounted)) {
      test(how, async () => {
        const ask = asking(make())
        for (const target of ['/api', '/api/x', '/api/health', '/api/mcpx', '/%61pi/x', '/x/../api/x']) {
          expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
          expect((await ask({ target, ...asAda })).json).toBe('ada')
        }
        expect((await ask({ target: '/elsewhere' })).json).toBe(null)
        expect((await ask({ target: '/mcp' })).json).toBe(null)
      })
    }

    test('on a route', async () => {
      const ask = asking(new Hono().post('/x', gate, who).post('/y', who).on('PURGE', '/z', gate, who))
      expect((await ask({ target: '/x' })).status).toBe(401)
      expect((await ask({ target: '/x', ...asAda })).json).toBe('ada')
      expect((await ask({ target: '/y' })).json).toBe(null)
      expect((await ask({ target: '/z', method: 'PURGE' })).status).toBe(401)
    })

    test('even on a path that is open where the whole app is wrapped', async () => {
      const ask = asking(new Hono().use('/docs/*', gate).get('/health', gate, who).all('*', who))
      expect((await ask({ target: '/docs/api' })).status).toBe(401)
      expect((await ask({ target: '/health', method: 'GET' })).status).toBe(401)
    })
  })

  for (const path of ['*', '/*']) {
    test(`on ${path} it wraps the whole app`, async () => {
      const ask = asking(new Hono().use(path, gate).all('*', who))
      for (const target of ['/mcp', '/open', '/health']) expect((await ask({ target })).status).toBe(401)
    })
  }

  test('a path that the app reads from somewhere else is guarded under both names', async () => {
    const app = new Hono({ getPath: ({ url }) => new URL(url).pathname.replace(/^\/tenant-a/, '').replace('/mcp-old', '/open').replace('/docs/', '/') })
    const ask = asking(app.use('*', bearerAuth(callers(), { protect: ['/mcp', '/mcp-old'] })).all('/mcp', who).all('/open', who))
    for (const target of ['/tenant-a/mcp', '/mcp', '/mcp-old', '/docs/mcp']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
    }
    expect((await ask({ target: '/tenant-a/open' })).json).toBe(null)
  })

  test('headers that the app set on everything do not win over those of a denial', async () => {
    const app = new Hono().use(async (c, next) => {
      c.header('Cache-Control', 'public, max-age=60')
      await next()
    })
    const ask = asking(app.use(bearerAuth(callers(), { exclude: ['/open'] })).all('/mcp', who).all('/open', (c) => requireAuth() && who(c)))
    for (const target of ['/mcp', '/open']) {
      expect((await ask({ target })).headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' })
    }
  })

  test("the app's own error handler decides", async () => {
    const app = new Hono().onError((error, c) => c.text('code' in error ? String(error.code) : 'no code', 418))
    const ask = asking(app.use(bearerAuth(callers(), { exclude: ['/open'] })).get('/open', (c) => requireAuth() && who(c)))
    const answered = await ask({ method: 'GET', target: '/open' })
    expect(answered).toMatchObject({ status: 418, text: 'ERR_AUTHENTICATION_REQUIRED' })
    expect(answered.headers).not.toHaveProperty('www-authenticate')
  })

  test('the variable that it sets is typed by whoever names it', async () => {
    const app = new Hono<{ Variables: { auth?: { clientId: string } } }>()
    app.use(gate)
    app.post('/mcp', (c) => c.json(c.get('auth')?.clientId ?? null))
    const ask = askingDirectly((request) => app.fetch(request))
    expect((await ask(asAda)).json).toBe('app-of-ada')
  })
})
