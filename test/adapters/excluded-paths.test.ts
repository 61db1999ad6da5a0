/** Thousands of spellings against routers at their laxest: what is excluded opens its own handlers, and no others. */
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import fc from 'fast-check'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { createServer } from 'node:http'
import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { callers } from './callers.js'
import { listen } from './http-kit.js'
import type { RequestHandler } from 'express'
import type { Server } from 'node:http'
import type { Running } from './http-kit.js'

const SEED = 20_261_130
const gate = { exclude: ['/docs', { path: '/orders', methods: ['GET'] }, { path: '/', methods: ['GET'] }] }

/** Tells which handler runs: that of what is open, or the one for all else. */
type Ran = (which: 'open' | 'secret') => void

const SERVERS: Record<string, (ran: Ran) => Promise<Server>> = {
  async Express(ran) {
    const says = (which: 'open' | 'secret'): RequestHandler => (_req, res) => void (ran(which), res.end())
    const app = express().use(expressAuth(callers(), gate))
    app.get('/', says('open')).get(['/orders', '/orders/*rest'], says('open'))
    return createServer(app.use('/docs', says('open')).use(says('secret')))
  },
  async Fastify(ran) {
    const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }
    const app = Fastify({ routerOptions })
    await app.register(fastifyAuth(callers(), gate))
    for (const path of ['/docs', '/docs/*']) app.all(path, async () => (ran('open'), ''))
    for (const path of ['/', '/orders', '/orders/*']) app.get(path, async () => (ran('open'), ''))
    for (const path of ['/orders', '/orders/*']) app.delete(path, async () => (ran('secret'), ''))
    app.all('/admin', async () => (ran('secret'), ''))
    app.all('/admin/*', async () => (ran('secret'), ''))
    await app.ready()
    return app.server
  },
  async Hono(ran) {
    const app = new Hono({ strict: false }).use(honoAuth(callers(), gate))
    app.get('/', (c) => (ran('open'), c.text('')))
    app.get('/orders/*', (c) => (ran('open'), c.text('')))
    app.all('/docs/*', (c) => (ran('open'), c.text('')))
    app.all('*', (c) => (ran('secret'), c.text('')))
    return createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  },
  async 'a listener that decodes and normalizes'(ran) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        const path = posix.normalize(decoded((req.url ?? '/').replace(/[?#].*/, '')).replaceAll('\\', '/'))
        const isRead = req.method === 'GET' || req.method === 'HEAD'
        ran(path === '/' || /^\/docs(\/|$)/.test(path) || (isRead && /^\/orders(\/|$)/.test(path)) ? 'open' : 'secret')
        res.end()
      }),
    )
  },
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

const piece = fc.constantFrom('docs', 'docs', 'orders', 'admin', 'DOCS', 'x', '..', '.', '', '%2e%2e', '%64ocs', '..%2fadmin', 'docs%2f..', ';', 'docs;x', '..;', '\\..', '%5c..', '%00', '%20')
const target = fc.tuple(fc.array(piece, { minLength: 0, maxLength: 5 }), fc.constantFrom('', '', '', '/', '?x', '?/../admin', '#x')).map(([pieces, end]) => `/${pieces.join('/')}${end}`)
const method = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS')

describe.each(Object.entries(SERVERS))('%s', (_, make) => {
  const ran: string[] = []
  let server: Running
  beforeAll(async () => {
    server = await listen(await make((which) => void ran.push(which)))
  })
  afterAll(() => server.close())

  test('runs nothing without a token but what was excluded', async () => {
    let opened = 0
    await fc.assert(
      fc.asyncProperty(method, target, async (how, path) => {
        ran.length = 0
        await server.ask({ method: how, target: path })
        expect(ran).not.toContain('secret')
        opened += ran.length
      }),
      { seed: SEED, numRuns: 600, examples: [['GET', '/docs/../admin'], ['GET', '/docs/x'], ['POST', '/orders'], ['DELETE', '/'], ['GET', '//']] },
    )
    // Else the test would prove nothing.
    expect(opened).toBeGreaterThan(30)
  })
})
