/** The same small app on every server that there is an adapter for, with the gate in front. */
import { createAdaptorServer } from '@hono/node-server'
import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { All, Catch, Controller, HttpCode, Module, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import Koa from 'koa'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { authInfo } from '../../src/adapters/mcp.js'
import { authErrors, bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { askingDirectly, listen, MAX_HEADER } from './http-kit.js'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { BearerAuthProvider, Gate, GateOptions } from '../../src/index.js'
import type { Running } from './http-kit.js'

/** What runs at a path: takes the parsed body and what the adapter left for MCP transports, gives JSON. May be async, may throw. */
export type Handle = (body: unknown, auth: unknown) => unknown

export interface AppUnderTest {
  readonly provider: BearerAuthProvider | Gate
  readonly gate?: GateOptions
  readonly handlers: Readonly<Record<string, Handle>>
  /** What the app's own CORS middleware sets, in front of the gate. */
  readonly cors?: { readonly origin: string; readonly expose: string }
}

export type Serve = (app: AppUnderTest) => Promise<Running>

export const SERVERS = {
  fetch: serveFetch,
  node: serveNode,
  express: serveExpress,
  express4: serveExpress4,
  hono: serveHono,
  fastify: serveFastify,
  koa: serveKoa,
  nestOnExpress: serveNestOnExpress,
  nestOnFastify: serveNestOnFastify,
}

async function serveFetch({ provider, gate, handlers }: AppUnderTest): Promise<Running> {
  const handler = fetchAuth(provider, gate)((request: Request) => {
    const handle = handlers[new URL(request.url).pathname]
    if (handle === undefined) return new Response('nothing here', { status: 404 })
    const send = (out: unknown): Response => Response.json(out)
    if (request.headers.get('content-type') === null) return whenever(handle(undefined, authInfo()), send)
    return request.json().then((body) => whenever(handle(body, authInfo()), send))
  })
  return { ask: askingDirectly(handler), origin: 'http://localhost', close: async () => undefined }
}

async function serveNode({ provider, gate, handlers, cors }: AppUnderTest): Promise<Running> {
  const guarded = nodeAuth(provider, gate)((req, res) => {
    // The usual idiom. It reads "//host/mcp" and "/x/../mcp" as "/mcp".
    const handle = handlers[new URL(req.url ?? '/', 'http://localhost').pathname]
    const auth = 'auth' in req ? req.auth : undefined
    const send = (out: unknown): void => void res.setHeader('Content-Type', 'application/json').end(JSON.stringify(out))
    if (handle === undefined) return void res.writeHead(404).end()
    if (req.headers['content-type'] === undefined) return whenever(handle(undefined, auth), send)
    return (async () => {
      let text = ''
      for await (const chunk of req) text += String(chunk)
      send(await handle(JSON.parse(text), auth))
    })()
  })
  return listen(
    createServer({ maxHeaderSize: MAX_HEADER }, (req, res) => {
      if (cors) for (const [name, value] of Object.entries(corsHeaders(cors))) res.setHeader(name, value)
      return guarded(req, res)
    }),
  )
}

/** Its types are not installed; what is used here is the same in both. */
export const express4 = createRequire(import.meta.url)('express4') as typeof express

function serveExpress(under: AppUnderTest): Promise<Running> {
  return serveOnExpress(under, express, (_next, answered) => answered)
}

/** Express 4 knows nothing of promises: its users pass what is thrown later to `next`. */
function serveExpress4(under: AppUnderTest): Promise<Running> {
  return serveOnExpress(under, express4, (next, answered) => void (answered instanceof Promise && answered.catch(next)))
}

type Answering = (next: express.NextFunction, answered: unknown) => unknown

async function serveOnExpress({ provider, gate, handlers, cors }: AppUnderTest, make: typeof express, answering: Answering): Promise<Running> {
  const app = make()
  if (cors) {
    app.use((_req, res, next) => {
      res.set(corsHeaders(cors))
      next()
    })
  }
  app.use(expressAuth(provider, gate))
  // After the gate: the body arrives in events that know nothing of the request's context.
  app.use(make.json({ limit: '1mb' }))
  for (const [path, handle] of Object.entries(handlers)) {
    app.all(path, (req, res, next) => answering(next, whenever(handle(req.body, req.auth), (out) => void res.json(out))))
  }
  return listen(createServer({ maxHeaderSize: MAX_HEADER }, app))
}

async function serveHono({ provider, gate, handlers, cors: own }: AppUnderTest): Promise<Running> {
  const app = new Hono()
  if (own) app.use(cors({ origin: own.origin, exposeHeaders: [own.expose] }))
  app.use(honoAuth(provider, gate))
  for (const [path, handle] of Object.entries(handlers)) {
    app.all(path, (c): Response | Promise<Response> => {
      const auth: unknown = c.get('auth' as never)
      const send = (out: unknown): Response => Response.json(out)
      if (c.req.header('content-type') === undefined) return whenever(handle(undefined, auth), send)
      return c.req.json().then((body: unknown) => whenever(handle(body, auth), send))
    })
  }
  return listen(createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false, serverOptions: { maxHeaderSize: MAX_HEADER } }) as Server)
}

async function serveFastify({ provider, gate, handlers, cors }: AppUnderTest): Promise<Running> {
  const app = Fastify({ http: { maxHeaderSize: MAX_HEADER } })
  if (cors) {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers(corsHeaders(cors))
    })
  }
  await app.register(fastifyAuth(provider, gate))
  for (const [path, handle] of Object.entries(handlers)) {
    app.all(path, (request, reply) => {
      const auth = 'auth' in request.raw ? request.raw.auth : undefined
      return whenever(handle(request.body, auth), (out) => void reply.send(out))
    })
  }
  await app.ready()
  return listen(app.server)
}

async function serveKoa({ provider, gate, handlers, cors }: AppUnderTest): Promise<Running> {
  const app = new Koa()
  app.silent = true
  if (cors) {
    app.use((ctx, next) => {
      ctx.set(corsHeaders(cors))
      return next()
    })
  }
  app.use(koaAuth(provider, gate))
  app.use(bodyParser({ jsonLimit: '1mb' }))
  const router = new Router()
  for (const [path, handle] of Object.entries(handlers)) {
    router.all(path, (ctx) => whenever(handle(ctx.request.body, ctx.state['auth']), (out) => void (ctx.body = JSON.stringify(out), ctx.type = 'json')))
  }
  app.use(router.routes())
  return listen(createServer({ maxHeaderSize: MAX_HEADER }, app.callback()))
}

async function serveNestOnExpress(under: AppUnderTest): Promise<Running> {
  const app = await NestFactory.create<NestExpressApplication>(nestModule(under), new ExpressAdapter(), { logger: false })
  app.use(...nestMiddleware(under))
  app.useBodyParser('json', { limit: '1mb' })
  app.useGlobalFilters(authErrors(Catch))
  await app.init()
  return listen(createServer({ maxHeaderSize: MAX_HEADER }, app.getHttpAdapter().getInstance()))
}

async function serveNestOnFastify(under: AppUnderTest): Promise<Running> {
  const adapter = new FastifyAdapter({ http: { maxHeaderSize: MAX_HEADER } })
  const app = await NestFactory.create<NestFastifyApplication>(nestModule(under), adapter, { logger: false })
  for (const middleware of nestMiddleware(under)) app.use(middleware)
  app.useGlobalFilters(authErrors(Catch))
  await app.init()
  await adapter.getInstance().ready()
  return listen(app.getHttpServer())
}

type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

function nestMiddleware({ provider, gate, cors }: AppUnderTest): Middleware[] {
  const own: Middleware = (_req, res, next) => {
    if (cors) for (const [name, value] of Object.entries(corsHeaders(cors))) res.setHeader(name, value)
    next()
  }
  return [own, nestAuth(provider, gate)]
}

/** Decorators are functions: this is what `@All(path)` and `@Req()` on the methods of a controller do. */
function nestModule({ handlers }: AppUnderTest): new () => object {
  class Handlers {}
  for (const [path, handle] of Object.entries(handlers)) {
    const descriptor = { value: (req: NestRequest): unknown => handle(req.body, (req.raw ?? req).auth) }
    Object.defineProperty(Handlers.prototype, path, descriptor)
    Req()(Handlers.prototype, path, 0)
    HttpCode(200)(Handlers.prototype, path, descriptor)
    All(path)(Handlers.prototype, path, descriptor)
  }
  Controller()(Handlers)
  class App {}
  Module({ controllers: [Handlers] })(App)
  return App
}

/** Express's request, or Fastify's with the message in it. */
interface NestRequest {
  readonly body?: unknown
  readonly auth?: unknown
  readonly raw?: { readonly auth?: unknown }
}

function corsHeaders({ origin, expose }: NonNullable<AppUnderTest['cors']>): Record<string, string> {
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': expose }
}

// Without this a handler that throws at once would be made to throw later.
function whenever<T>(out: unknown, use: (out: unknown) => T): T | Promise<T> {
  return out instanceof Promise ? out.then(use) : use(out)
}
