/** Two MCP servers on one host, with a provider and metadata each: however they are put together, nothing of theirs gets mixed up. */
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import mount from 'koa-mount'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { accessToken, byRequest, gate, getAccessToken } from '../../src/index.js'
import { closing } from '../closing.js'
import { askingDirectly, listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { BearerAuthProvider, GateOptions } from '../../src/index.js'
import type { Ask } from './http-kit.js'

interface Resource {
  readonly provider: BearerAuthProvider
  readonly options: GateOptions
  readonly path: string
  /** Where its metadata is, on any server. */
  readonly metadata: string
}
interface Both {
  readonly notes: Resource
  readonly mail: Resource
}

const ORIGIN = 'https://mcp.example.com'
const WELL_KNOWN = '/.well-known/oauth-protected-resource'

const who = () => ({ by: getAccessToken()?.provider ?? 'nobody' })

async function asking(server: ReturnType<typeof createServer>): Promise<Ask> {
  const started = closing(await listen(server))
  return started.ask
}

/** By the path of the request, in one gate. */
const CHOSEN = Object.fromEntries(
  Object.entries(SERVERS).map(([name, serve]) => [
    `${name}, chosen by path`,
    async ({ notes, mail }: Both) => {
      const [forNotes, forMail] = [notes, mail].map(({ provider, options }) => gate(provider, options))
      const guard = byRequest(({ path }) => (path === mail.path || path.startsWith(`${mail.path}/`) ? forMail : forNotes))
      const server = closing(await serve({ provider: guard, handlers: { [notes.path]: who, [mail.path]: who } }))
      return server.ask
    },
  ]),
)

/** One behind the other; each leaves the other's tokens alone. */
const IN_A_ROW: Readonly<Record<string, (both: Both) => Promise<Ask>>> = {
  'express, one gate behind the other': ({ notes, mail }) =>
    asking(
      createServer(
        express()
          .use(expressAuth(notes.provider, notes.options), expressAuth(mail.provider, mail.options))
          .use((_req, res) => void res.json(who())),
      ),
    ),
  'fastify, one gate behind the other': async ({ notes, mail }) => {
    const app = Fastify()
    await app.register(fastifyAuth(notes.provider, notes.options))
    await app.register(fastifyAuth(mail.provider, mail.options))
    for (const { path } of [notes, mail]) app.all(path, async (_request, reply) => reply.type('application/json').send(JSON.stringify(who())))
    await app.ready()
    return asking(app.server)
  },
  'hono, one gate behind the other': async ({ notes, mail }) => {
    const app = new Hono()
      .use(honoAuth(notes.provider, notes.options))
      .use(honoAuth(mail.provider, mail.options))
      .all('*', (c) => c.json(who()))
    return askingDirectly((request) => app.fetch(request))
  },
  'koa, one gate behind the other': ({ notes, mail }) => {
    const app = new Koa().use(koaAuth(notes.provider, notes.options)).use(koaAuth(mail.provider, mail.options))
    app.use((ctx) => void ((ctx.body = JSON.stringify(who())), (ctx.type = 'json')))
    return asking(createServer(app.callback()))
  },
  'node, one gate in the other': ({ notes, mail }) => {
    const listener = nodeAuth(mail.provider, mail.options)((_req, res) => void res.setHeader('Content-Type', 'application/json').end(JSON.stringify(who())))
    return asking(createServer(nodeAuth(notes.provider, notes.options)(listener)))
  },
}

/** Each on its own path, and on that of its metadata. */
const MOUNTED: Readonly<Record<string, (both: Both) => Promise<Ask>>> = {
  'express, each mounted on its paths': ({ notes, mail }) => {
    const app = express()
    for (const { provider, options, path, metadata } of [notes, mail]) app.use([path, metadata], expressAuth(provider, options))
    return asking(createServer(app.use((_req, res) => void res.json(who()))))
  },
  'hono, each mounted on its paths': async ({ notes, mail }) => {
    const app = new Hono()
    for (const { provider, options, path, metadata } of [notes, mail]) for (const at of [path, metadata]) app.use(at, honoAuth(provider, options))
    app.all('*', (c) => c.json(who()))
    return askingDirectly((request) => app.fetch(request))
  },
  'koa, each mounted on its paths': ({ notes, mail }) => {
    const app = new Koa()
    for (const { provider, options, path, metadata } of [notes, mail]) for (const at of [path, metadata]) app.use(mount(at, koaAuth(provider, options)))
    app.use((ctx) => void (ctx.body = JSON.stringify(who()), (ctx.type = 'json')))
    return asking(createServer(app.callback()))
  },
}

test('a gate that guards nothing of a request does not take its caller away, and one that is asked within it does not lend him', async () => {
  const shown: string[] = []
  const { provider } = resource('notes', shown)
  const open = resource('mail', shown)
  const inner = new Hono().use(honoAuth(open.provider, { protect: ['/mail'] })).all('*', (c) => c.json(who()))
  const app = new Hono().use(honoAuth(provider, { protect: ['/notes'] }))
  app.all('/notes/within', () => inner.request('/anywhere') as Promise<Response>)
  app.all('/notes/*', (c) => inner.fetch(c.req.raw))
  const ask = askingDirectly((request) => app.fetch(request))
  const headers = { Authorization: 'Bearer token-of-notes' }
  expect((await ask({ target: '/notes/x', headers })).json).toEqual({ by: 'notes' })
  expect((await ask({ target: '/notes/within', headers })).json).toEqual({ by: 'nobody' })
  expect(shown).toEqual(['notes: token-of-notes', 'notes: token-of-notes'])
})

describe.each(Object.entries({ ...CHOSEN, ...IN_A_ROW, ...MOUNTED }))('two resources on %s', (_, serve) => {
  test('take their own tokens, and are shown no others', async () => {
    const shown: string[] = []
    const both = { notes: resource('notes', shown), mail: resource('mail', shown) }
    const ask = await serve(both)
    for (const name of ['notes', 'mail'] as const) {
      const [other] = name === 'notes' ? ['mail'] : ['notes']
      const target = both[name].path
      expect((await ask({ target, headers: { Authorization: `Bearer token-of-${name}` } })).json).toEqual({ by: name })
      expect(await ask({ target, headers: { Authorization: `Bearer token-of-${other}` } })).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
      expect(shown.splice(0)).toEqual([`${name}: token-of-${name}`, `${name}: token-of-${other}`])
    }
  })

  test('point at metadata of their own, and serve them', async () => {
    const both = { notes: resource('notes', []), mail: resource('mail', []) }
    const ask = await serve(both)
    for (const name of ['notes', 'mail'] as const) {
      const { path, metadata } = both[name]
      expect((await ask({ target: path })).challenge?.parameters).toEqual({ resource_metadata: `${ORIGIN}${metadata}` })
      const served = await ask({ method: 'GET', target: metadata })
      expect(served).toMatchObject({ status: 200, json: { resource: `${ORIGIN}${path}`, authorization_servers: [`https://id.${name}.example`] } })
    }
  })
})

function resource(name: string, shown: string[]): Resource {
  const path = `/${name}/mcp`
  return {
    provider: {
      issuers: [`https://id.${name}.example`],
      async verifyToken(token) {
        shown.push(`${name}: ${token}`)
        return token === `token-of-${name}` ? accessToken({ token, claims: {}, scopes: [], provider: name }) : null
      },
    },
    options: { resource: `${ORIGIN}${path}`, protect: [`/${name}`], exclude: [`/${name === 'notes' ? 'mail' : 'notes'}`] },
    path,
    metadata: `${WELL_KNOWN}${path}`,
  }
}
