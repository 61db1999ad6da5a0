/** Thousands of spellings against routers at their laxest: none may reach a guarded handler without a token. */
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
import { callers, GOOD } from './callers.js'
import { listen } from './http-kit.js'
import type { Server } from 'node:http'
import type { Running } from './http-kit.js'

const SEED = 20_261_123
const gate = { protect: ['/mcp', '/api/mcp'] }

/** Each counts what reaches `/mcp` or `/api/mcp`, or anything below. */
const LAX: Record<string, (reached: () => void) => Promise<Server>> = {
  async Express(reached) {
    const app = express().use(expressAuth(callers(), gate))
    return createServer(
      app.use(['/mcp', '/api/mcp'], (_req, res) => {
        reached()
        res.end()
      }),
    )
  },
  async Fastify(reached) {
    const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }
    const app = Fastify({ routerOptions })
    await app.register(fastifyAuth(callers(), gate))
    for (const path of ['/mcp', '/mcp/*', '/api/mcp', '/api/mcp/*']) {
      app.all(path, async () => {
        reached()
        return ''
      })
    }
    await app.ready()
    return app.server
  },
  async Hono(reached) {
    const app = new Hono({ strict: false }).use(honoAuth(callers(), gate))
    for (const path of ['/mcp/*', '/api/mcp/*']) {
      app.all(path, (c) => {
        reached()
        return c.text('')
      })
    }
    return createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  },
  async 'a listener with new URL'(reached) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        if (/^\/+(api\/+)?mcp(\/|$)/.test(pathname(req.url ?? '/'))) reached()
        res.end()
      }),
    )
  },
  async 'a listener that decodes, folds and normalizes'(reached) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        const path = posix.normalize(decoded(pathname(req.url ?? '/')).toLowerCase().replaceAll('\\', '/'))
        if (/^\/(api\/)?mcp(\/|;|$)/.test(path)) reached()
        res.end()
      }),
    )
  },
  async 'a listener that normalizes as file systems do'(reached) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        if (/^\/(api\/)?mcp(\/|$)/.test(posix.normalize(decoded((req.url ?? '/').replace(/[?#].*/, ''))))) reached()
        res.end()
      }),
    )
  },
  async 'a listener that decodes, then takes new URL'(reached) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        if (/^\/+(api\/+)?mcp(\/|$)/.test(pathname(decoded(req.url ?? '/')))) reached()
        res.end()
      }),
    )
  },
  async 'a listener that looks at the beginning'(reached) {
    return createServer(
      nodeAuth(callers(), gate)((req, res) => {
        if (/^\/(api\/)?mcp([/?;]|$)/i.test(req.url ?? '')) reached()
        res.end()
      }),
    )
  },
}

function pathname(url: string): string {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : ''
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

const spelled = (word: string): fc.Arbitrary<string> =>
  fc
    .tuple(...[...word].map((letter) => fc.constantFrom(letter, letter, letter, letter, letter, letter, letter, letter.toUpperCase(), `%${letter.charCodeAt(0).toString(16)}`)))
    .map((letters) => letters.join(''))
const oddity = fc.constantFrom('/', '//', '/./', '/../', '..', '.', '\\', '%2f', '%5c', '/%2e%2e/', '%2e', ';', ';x=1', '?', '%00', '%20', '%3f', '%23', '%09', 'x', '/x/', 'health', '/docs', '%2525')
const slash = fc.constantFrom('/', '/', '/', '/', '/', '/', '%2f/../', '/x%2f../', '//', '/./', '/../', '/x/../', '/x%2fy/../', '//../', '%2f', '\\', '/;/')
const noise = fc.array(oddity, { maxLength: 3 }).map((pieces) => pieces.join(''))
const often = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof({ weight: 3, arbitrary: fc.constant('') }, arbitrary)
const target = fc
  .tuple(
    often(fc.constantFrom('//x', 'http://localhost', 'HTTP://x:1', '*')),
    often(noise.map((text) => `/${text}`)),
    slash,
    fc.option(fc.tuple(spelled('api'), slash), { nil: [] }),
    spelled('mcp'),
    often(noise),
  )
  .map(([front, way, first, second, last, after]) => [front, way, first, ...second, last, after].join(''))
  // A star in the place of the slash too, which Fastify's router takes for one.
  .map((text) => text.replace(/^\*\//, '*'))
  .filter((text) => /^[/*]|^http:\/\/[^/]+\//i.test(text))

describe.each(Object.entries(LAX))('%s', (_, make) => {
  let reached = 0
  let server: Running
  beforeAll(async () => {
    server = await listen(await make(() => void (reached += 1)))
  })
  afterAll(() => server.close())

  test('is not reached without a token', async () => {
    const headers = { Authorization: `Bearer ${GOOD.ada}` }
    let withToken = 0
    await fc.assert(
      fc.asyncProperty(target, async (spelling) => {
        reached = 0
        await server.ask({ target: spelling, headers })
        if (reached === 0) return
        withToken += 1
        reached = 0
        expect((await server.ask({ target: spelling })).status).toBe(401)
        expect(reached).toBe(0)
      }),
      { seed: SEED, numRuns: 800 },
    )
    // Else the test would prove nothing.
    expect(withToken).toBeGreaterThan(30)
  })
})
