/** Whoever asks for `authSignal()` leaves nothing behind, whatever becomes of the request: on real servers, each adapter. */
import { createAdaptorServer } from '@hono/node-server'
import { All, Controller, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { EventEmitter, once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { accessToken, authSignal, requireAuth } from '../../src/index.js'
import { closing } from '../closing.js'
import { until } from '../until.js'
import { listen } from './http-kit.js'
import { express4 } from './servers.js'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BearerAuthProvider } from '../../src/index.js'

/** What a handler does before it would answer `{}`; a text is sent in its place. */
type Work = () => unknown

/** A provider that counts who follows its tokens. */
function counting() {
  const watched = { begun: 0, ended: 0 }
  const provider: BearerAuthProvider = {
    verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada' }, scopes: [] }),
    watch: () => ((watched.begun += 1), () => void (watched.ended += 1)),
  }
  return { watched, provider }
}

const express5 = (app: ReturnType<typeof express>, provider: BearerAuthProvider, work: Work): Server => {
  app.use(expressAuth(provider)).all('/mcp', (_req, res, next) => void Promise.resolve().then(work).then(() => res.json({}), next))
  app.use((_error: unknown, _req: unknown, res: ServerResponse, _next: unknown) => void Object.assign(res, { statusCode: 500 }).end())
  return createServer(app)
}

async function nestApp(adapter: 'express' | 'fastify', provider: BearerAuthProvider, work: Work): Promise<Server> {
  class Answers {
    async answer(): Promise<unknown> {
      await work()
      return {}
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Answers.prototype, 'answer') ?? {}
  All('mcp')(Answers.prototype, 'answer', descriptor)
  Controller()(Answers)
  class App {}
  Module({ controllers: [Answers] })(App)
  if (adapter === 'express') {
    const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false })
    app.use(nestAuth(provider))
    await app.init()
    return createServer(app.getHttpAdapter().getInstance())
  }
  const fastify = new FastifyAdapter()
  const app = await NestFactory.create<NestFastifyApplication>(App, fastify, { logger: false })
  app.use(nestAuth(provider))
  await app.init()
  await fastify.getInstance().ready()
  return app.getHttpServer()
}

const inNode = (provider: BearerAuthProvider, work: Work) => {
  const guarded = nodeAuth(provider)(async (_req, res) => {
    await work()
    res.setHeader('Content-Type', 'application/json').end('{}')
  })
  // As servers do with what their listeners throw.
  return (req: IncomingMessage, res: ServerResponse): unknown => guarded(req, res).catch(() => void Object.assign(res, { statusCode: 500 }).end())
}

const inFetch = (provider: BearerAuthProvider, work: Work) =>
  fetchAuth(provider)(async () => {
    await work()
    return Response.json({})
  })

const SERVERS: Record<string, (provider: BearerAuthProvider, work: Work) => Promise<Server>> = {
  node: async (provider, work) => createServer(inNode(provider, work)),
  express: async (provider, work) => express5(express(), provider, work),
  'express 4': async (provider, work) => express5(express4(), provider, work),
  async fastify(provider, work) {
    const app = Fastify()
    await app.register(fastifyAuth(provider))
    app.all('/mcp', async () => {
      await work()
      return {}
    })
    await app.ready()
    return app.server
  },
  async koa(provider, work) {
    const app = new Koa()
    app.silent = true
    app.use(koaAuth(provider)).use(async (ctx) => {
      await work()
      ctx.body = {}
    })
    return createServer(app.callback())
  },
  'nest on express': (provider, work) => nestApp('express', provider, work),
  'nest on fastify': (provider, work) => nestApp('fastify', provider, work),
  async hono(provider, work) {
    const app = new Hono().use(honoAuth(provider))
    app.all('/mcp', async (c) => {
      await work()
      return c.json({})
    })
    return createAdaptorServer({ fetch: app.fetch }) as Server // of node:http, since nothing else was asked for
  },
  fetch: async (provider, work) => createAdaptorServer({ fetch: inFetch(provider, work) }) as Server, // as above
}

const HEADERS = { Authorization: 'Bearer a-good-token' }

describe.each(Object.entries(SERVERS))('authSignal() leaves nothing behind (%s)', (_, serve) => {
  test.each<[string, string, Work]>([
    ['an answer in JSON', 'POST', () => undefined],
    ['the answer to a HEAD', 'HEAD', () => undefined],
    ['a handler that fails', 'POST', () => Promise.reject(new Error('a bug'))],
    ['a handler that fails with what is no error', 'POST', () => Promise.reject('a text')],
    ['a handler that refuses', 'POST', () => requireAuth('a-scope-that-is-missing')],
  ])('after %s', async (__, method, work) => {
    const { watched, provider } = counting()
    const server = closing(await listen(await serve(provider, async () => {
      authSignal()
      await until(() => watched.begun === 1) // what follows is loaded by the first
      return work()
    })))
    await fetch(`${server.origin}/mcp`, { method, headers: HEADERS }).then((response) => response.text(), () => 'broken off')
    await until(() => watched.ended === 1)
    expect(watched).toEqual({ begun: 1, ended: 1 })
  })

  test('after a client that left in the middle', async () => {
    const { watched, provider } = counting()
    const steps = new EventEmitter()
    const server = closing(await listen(await serve(provider, async () => {
      authSignal()
      const goneOn = once(steps, 'go on')
      steps.emit('begun')
      await goneOn
    })))
    const begun = once(steps, 'begun')
    const asked = request(`${server.origin}/mcp`, { headers: HEADERS }).on('error', () => undefined)
    asked.end()
    await begun
    asked.destroy()
    await new Promise((resolve) => void asked.once('close', resolve))
    await fetch(`${server.origin}/mcp`) // refused, and by then the server knows who has left
    steps.emit('go on')
    await until(() => watched.ended === 1)
    expect(watched).toEqual({ begun: 1, ended: 1 })
  })
})

test('authSignal() leaves nothing behind on HTTP/2, whatever was asked', async () => {
  const { watched, provider } = counting()
  const server = createServer2(inNode(provider, () => authSignal()) as never) // typed for HTTP/1.1
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const client = connect(`http://127.0.0.1:${port}`)
  for (const method of ['GET', 'HEAD']) {
    const stream = client.request({ ':path': '/mcp', ':method': method, authorization: HEADERS.Authorization })
    stream.resume()
    await once(stream, 'close')
  }
  await until(() => watched.ended === 2)
  client.destroy()
  server.close()
  expect(watched).toEqual({ begun: 2, ended: 2 })
})
