import { Router } from '@koa/router'
import Koa from 'koa'
import mount from 'koa-mount'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/koa.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { closing } from '../closing.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { Middleware } from 'koa'
import type { Running } from './http-kit.js'

describe('the gate for Koa', () => {
  keepsTheGateContract(SERVERS.koa, {
    reads: ['/MCP', '/mcp/', 'http://localhost/mcp', 'http://localhost/MCP'],
    setsHeadersFirst: true,
    wordsOfThrown: 'ours',
  })

  async function serving(app: Pick<Koa, 'callback'>): Promise<Running['ask']> {
    const server = closing(await listen(createServer(app.callback())))
    return server.ask
  }
  const gate = bearerAuth(callers())
  const who: Middleware = (ctx) => {
    ctx.type = 'json'
    ctx.body = JSON.stringify(getAccessToken()?.subject ?? null)
  }
  const asAda = { headers: { Authorization: `Bearer ${GOOD.ada}` } }

  describe('guards everything where it is mounted', () => {
    const guardedApp = (): Koa => new Koa().use(gate).use(who)
    const mounted: Record<string, (app: Koa) => unknown> = {
      'below a path': (app) => app.use(mount('/api', gate)),
      'in an app of its own': (app) => app.use(mount('/api', guardedApp())),
      'in an app of an app': (app) => app.use(mount('/api', new Koa().use(mount('/', guardedApp())))),
      'below a path of a path': (app) => app.use(mount('/api', new Koa().use(mount('/x', guardedApp())).use(gate))),
      'in a router with a prefix': (app) => app.use(new Router({ prefix: '/api' }).use(gate).all('/', who).all('/*rest', who).routes()),
      'in a router of a router': (app) => app.use(new Router().use('/api', new Router().use(gate).all('/', who).all('/*rest', who).routes()).routes()),
    }
    for (const [how, mountOn] of Object.entries(mounted)) {
      test(how, async () => {
        const app = new Koa()
        mountOn(app)
        const ask = await serving(app.use(who))
        for (const target of ['/api', '/api/x', '/api/health', '/api/mcpx', '/api/x/mcp', 'http://localhost/api/x']) {
          expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
          expect((await ask({ target, ...asAda })).json).toBe('ada')
        }
        expect((await ask({ target: '/elsewhere' })).json).toBe(null)
        expect((await ask({ target: '/mcp' })).json).toBe(null)
      })
    }

    test('on a route', async () => {
      const ask = await serving(new Koa().use(new Router().post('/x', gate, who).post('/y', who).post(/^\/z/, gate, who).routes()))
      expect((await ask({ target: '/x' })).status).toBe(401)
      expect((await ask({ target: '/x', ...asAda })).json).toBe('ada')
      expect((await ask({ target: '/y' })).json).toBe(null)
      expect((await ask({ target: '/zz' })).status).toBe(401)
    })

    test('but for what was excluded by hand', async () => {
      const ask = await serving(new Koa().use(mount('/docs', bearerAuth(callers(), { exclude: ['/docs/open', '/open'] }))).use(who))
      expect((await ask({ target: '/docs/open/x' })).json).toBe(null)
      expect((await ask({ target: '/docs/other' })).status).toBe(401)
      // Nobody can tell a mount of koa-mount's from a rewrite: what is left of the path must be excluded too.
      const whole = await serving(new Koa().use(mount('/docs', bearerAuth(callers(), { exclude: ['/docs/open'] }))).use(who))
      expect((await whole({ target: '/docs/open/x' })).status).toBe(401)
    })
  })

  test('what was mounted in front of it does not make it guard more', async () => {
    const ask = await serving(new Koa().use(mount('/open', (_ctx, next) => next())).use(bearerAuth(callers(), { protect: ['/mcp'] })).use(who))
    expect((await ask({ target: '/open/x' })).json).toBe(null)
    expect((await ask({ target: '/mcp' })).status).toBe(401)
  })

  test('a path that something in front of the gate rewrote is guarded under both names', async () => {
    const app = new Koa().use((ctx, next) => {
      ctx.url = ctx.url.replace(/^\/tenant-a/, '').replace('/mcp-old', '/open').replace('/docs/', '/')
      return next()
    })
    const ask = await serving(app.use(bearerAuth(callers(), { protect: ['/mcp', '/mcp-old'], exclude: ['/docs'] })).use(who))
    for (const target of ['/tenant-a/mcp', '/mcp', '/mcp-old', '/docs/mcp']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
    }
    expect((await ask({ target: '/tenant-a/open' })).json).toBe(null)
  })

  test('a mount that was left behind, and a path that was rewritten after it, open nothing', async () => {
    const app = new Koa().use(mount('/docs', (_ctx, next) => next()))
    app.use((ctx, next) => {
      ctx.url = ctx.url.replace(/^\/docs/, '')
      return next()
    })
    const ask = await serving(app.use(bearerAuth(callers(), { exclude: ['/docs'] })).use(who))
    for (const target of ['/docs/mcp', '/docs/x']) expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
  })

  test('a second gate asks for more than the first', async () => {
    const router = new Router().post('/mcp', who).post('/mcp/write', bearerAuth(callers(), { requiredScopes: ['notes:write'] }), who)
    const ask = await serving(new Koa().use(bearerAuth(callers(), { optional: true })).use(router.routes()))
    expect((await ask({ target: '/mcp' })).json).toBe(null)
    expect((await ask({ target: '/mcp/write' })).status).toBe(401)
    expect((await ask({ target: '/mcp/write', ...asAda })).status).toBe(403)
  })

  test('what a handler had begun to say before it threw is not said', async () => {
    const app = new Koa().use(bearerAuth(callers(), { exclude: ['/open'] })).use((ctx) => {
      Object.assign(ctx, { body: { secret: 1 }, status: 201 })
      requireAuth()
    })
    const answered = await (await serving(app))({ target: '/open' })
    expect(answered).toMatchObject({ status: 401, json: { error: 'unauthorized', error_description: 'Authentication required' } })
  })

  test("errors that are not ours, and ours once the head is out, are the app's", async () => {
    const seen: unknown[] = []
    const app = new Koa().use(bearerAuth(callers(), { protect: ['/mcp'] })).use((ctx) => {
      if (ctx.path === '/teapot') throw Object.assign(new Error('short and stout'), { status: 418, expose: true })
      ctx.res.writeHead(200).end('all of it')
      requireAuth()
    })
    app.on('error', (error: { readonly code?: string }) => void seen.push(error.code))
    const ask = await serving(app)
    expect(await ask({ target: '/teapot' })).toMatchObject({ status: 418, text: 'short and stout' })
    expect(await ask({ target: '/open' })).toMatchObject({ status: 200, text: 'all of it' })
    expect(seen).toEqual([undefined, 'ERR_AUTHENTICATION_REQUIRED'])
  })

  test('error handlers of the app see the error first when they stand behind the gate', async () => {
    const app = new Koa().use(bearerAuth(callers(), { exclude: ['/open'] })).use(async (ctx, next) => {
      await next().catch((error: { readonly code: string; readonly status: number }) => {
        ctx.status = 418
        ctx.body = `${error.code} ${error.status}`
      })
    })
    const ask = await serving(app.use(() => void requireAuth()))
    expect(await ask({ target: '/open' })).toMatchObject({ status: 418, text: 'ERR_AUTHENTICATION_REQUIRED 401' })
  })

  test('middleware in front adds to a denial what it adds to everything', async () => {
    const app = new Koa().use(async (ctx, next) => {
      await next()
      ctx.set('X-Served-By', 'me')
    })
    const ask = await serving(app.use(gate).use(who))
    expect(await ask()).toMatchObject({ status: 401, headers: { 'x-served-by': 'me' } })
  })
})
