/** Event streams end with the token that opened them, on every server that there is an adapter for. */
import { StreamableHTTPTransport } from '@hono/mcp'
import { createAdaptorServer } from '@hono/node-server'
import { Controller, Module, Sse } from '@nestjs/common'
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
import { Readable } from 'node:stream'
import { interval, map, startWith } from 'rxjs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { gate } from '../../src/gate/gate.js'
import { endingWithToken } from '../../src/http/event-stream.js'
import { accept, authSignal, ChainProvider, IssuerRouter, JwksProvider, StandardProvider, StaticProvider } from '../../src/index.js'
import { after } from '../../src/lib/timer.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { closing } from '../closing.js'
import { collect } from '../collect.js'
import { until } from '../until.js'
import { listen } from './http-kit.js'
import { express4 } from './servers.js'
import type { Gate } from '../../src/gate/gate.js'
import type { BearerAuthProvider } from '../../src/index.js'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'

const KEY = 'key-of-ada-0123456789'
const provider = (): StaticProvider => new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
const SSE = { 'Content-Type': 'text/event-stream' }

/** The gate of a provider, whose streams are followed at once: the second in which most of them are over is no longer than a turn. */
const gateOf = (auth: BearerAuthProvider): Gate => gate(auth, undefined, { after: (seconds, work) => after(seconds === 1 ? 0 : seconds, work) })

/** Streams that are written to for as long as somebody listens. */
function startStream(response: ServerResponse, head: 'object' | 'list' | 'set'): void {
  if (head === 'set') response.setHeader('Content-Type', 'text/event-stream').writeHead(200)
  else if (head === 'list') response.writeHead(200, ['Content-Type', 'text/event-stream'])
  else response.writeHead(200, SSE)
  const writing = setInterval(() => response.write('data: on\n\n'), 1)
  response.on('close', () => clearInterval(writing))
  response.write('data: first\n\n')
}

function streamBody(): ReadableStream<Uint8Array> {
  let writing: NodeJS.Timeout | undefined
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('data: first\n\n'))
      writing = setInterval(() => controller.enqueue(new TextEncoder().encode('data: on\n\n')), 1)
    },
    cancel: () => clearInterval(writing),
  })
}

/** What `@Sse('mcp')` on the method of a controller does, and a controller in a module. */
function nestStream(): new () => object {
  class Streams {}
  const descriptor = { value: () => interval(1).pipe(map(() => ({ data: 'on' })), startWith({ data: 'first' })) }
  Object.defineProperty(Streams.prototype, 'stream', descriptor)
  Sse('mcp')(Streams.prototype, 'stream', descriptor)
  Controller()(Streams)
  class App {}
  Module({ controllers: [Streams] })(App)
  return App
}

const SERVERS: Record<string, (guard: Gate) => Promise<Server>> = {
  'node, with a head as an object': async (guard) => createServer(nodeAuth(guard)((_req, res) => startStream(res, 'object'))),
  'node, with a head as a list': async (guard) => createServer(nodeAuth(guard)((_req, res) => startStream(res, 'list'))),
  'node, with a header that was set': async (guard) => createServer(nodeAuth(guard)((_req, res) => startStream(res, 'set'))),
  express: async (guard) => createServer(express().use(expressAuth(guard)).get('/mcp', (_req, res) => startStream(res, 'object'))),
  'express 4': async (guard) => createServer(express4().use(expressAuth(guard)).get('/mcp', (_req, res) => startStream(res, 'object'))),
  async 'nest on express'(guard) {
    const app = await NestFactory.create(nestStream(), new ExpressAdapter(), { logger: false })
    app.use(nestAuth(guard))
    await app.init()
    return createServer(app.getHttpAdapter().getInstance())
  },
  async 'nest on fastify'(guard) {
    const adapter = new FastifyAdapter()
    const app = await NestFactory.create<NestFastifyApplication>(nestStream(), adapter, { logger: false })
    app.use(nestAuth(guard))
    await app.init()
    await adapter.getInstance().ready()
    return app.getHttpServer()
  },
  async fastify(guard) {
    const app = Fastify()
    await app.register(fastifyAuth(guard))
    app.get('/mcp', (_request, reply) => {
      reply.hijack()
      startStream(reply.raw, 'object')
    })
    await app.ready()
    return app.server
  },
  async 'koa, as a body'(guard) {
    const app = new Koa()
    app.silent = true // says that the stream closed early, as it does when a client leaves
    app.use(koaAuth(guard)).use((ctx) => {
      ctx.type = 'text/event-stream'
      ctx.body = Readable.from(streamBody())
    })
    return createServer(app.callback())
  },
  async 'koa, past its own response'(guard) {
    const app = new Koa().use(koaAuth(guard)).use((ctx) => {
      ctx.respond = false
      startStream(ctx.res, 'object')
    })
    return createServer(app.callback())
  },
  async hono(guard) {
    const app = new Hono()
    app.use(honoAuth(guard))
    app.get('/mcp', () => new Response(streamBody(), { headers: SSE }))
    return createAdaptorServer({ fetch: app.fetch }) as Server // of node:http, since nothing else was asked for
  },
  async fetch(guard) {
    return createAdaptorServer({ fetch: fetchAuth(guard)(() => new Response(streamBody(), { headers: SSE })) }) as Server // as above
  },
}

describe('an event stream', () => {
  for (const [name, serve] of Object.entries(SERVERS)) {
    test(`ends when its token is revoked (${name})`, async () => {
      const auth = provider()
      const server = closing(await listen(await serve(gateOf(auth))))
      const response = await fetch(`${server.origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } })
      const reader = response.body?.getReader()
      expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('data: first')
      expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('data: on')
      await auth.revoke({ token: KEY })
      // To its end, and not to an error.
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
      expect((await fetch(`${server.origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } })).status).toBe(401)
    })
  }

  test('of @hono/mcp ends with its token, and the transport has noticed', async () => {
    const auth = provider()
    const left: string[] = []
    const transport = new StreamableHTTPTransport({ sessionIdGenerator: () => 'one-session', onsessiondisconnected: (id) => void left.push(id) })
    const app = new Hono().use(honoAuth(gateOf(auth))).all('/mcp', (c) => transport.handleRequest(c))
    const asked = { headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json', 'Mcp-Session-Id': 'one-session' } }
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } }
    await app.request('/mcp', { ...asked, method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) })
    const stream = await app.request('/mcp', asked)
    expect(stream.headers.get('Content-Type')).toBe('text/event-stream')
    const ended = stream.text()
    await auth.revoke({ token: KEY })
    expect(await ended).toBe('')
    expect(left).toEqual(['one-session'])
  })

  test('behind a chain and a router ends with its token too', async () => {
    const key = handSigner('ES256')
    const jwks = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: () => START })
    const auth = provider()
    const token = key.token({ exp: Math.floor(Date.now() / 1000) + 3600, iat: START - 10 })
    const chain = new ChainProvider([auth, new IssuerRouter({ issuers: { [ISSUER]: jwks } })])
    const handler = fetchAuth(gateOf(chain))(() => new Response(streamBody(), { headers: SSE }))
    for (const [presented, revoke] of [[KEY, () => auth.revoke({ token: KEY })], [token, () => jwks.revoke({ token })]] as const) {
      const { body } = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${presented}` } }))
      const reader = body?.getReader()
      expect((await reader?.read())?.done).toBe(false)
      await revoke()
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
    }
  })

  test('of a token that has ended before it is asked for has no part', async () => {
    const life = { follow: (answer: { end(): void }) => answer.end(), close: () => undefined }
    const response = endingWithToken(new Response(streamBody(), { headers: SSE }), { token: null, life } as never, new Request('https://mcp.example.com/mcp'))
    expect(await response.text()).toBe('')
  })

  test('that never waits ends with its token too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const auth = provider()
    const part = new TextEncoder().encode('data: on\n\n')
    let cancelled = false
    const source = () => new ReadableStream({ pull: (controller) => controller.enqueue(part), cancel: () => void (cancelled = true) })
    const handler = fetchAuth(auth)(() => new Response(source(), { headers: SSE }))
    const { body } = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }))
    const reader = body?.getReader()
    await reader?.read()
    await auth.revoke({ token: KEY })
    vi.advanceTimersByTime(1_000) // or it would be too short to be followed
    const most = 100 // parts, of a stream that would have no end
    for (let count = 0; (await reader?.read())?.done === false; count += 1) if (count > most) break
    expect((await reader?.read())?.done).toBe(true)
    expect(cancelled).toBe(true)
  })

  describe.each(['HTTP/1.1', 'HTTP/2'])('that begins when its client has left costs nothing any more (%s)', (version) => {
    test.each(['before the handler', 'during it'])('%s', async (when) => {
      const watched = { begun: 0, ended: 0 }
      const watch = (): (() => void) => ((watched.begun += 1), () => void (watched.ended += 1))
      const responses: ServerResponse[] = []
      let leave = (): void => undefined
      const left = async (response?: ServerResponse): Promise<unknown> => {
        const closed = response && once(response, 'close')
        leave()
        return closed
      }
      const done = new EventEmitter()
      const verifyToken = async (token: string) => {
        if (when === 'before the handler') await left(responses[0])
        return provider().verifyToken(token)
      }
      const guarded = nodeAuth({ verifyToken, watch })(async (_req, res) => {
        if (when === 'during it') await left(res)
        res.writeHead(200, SSE)
        done.emit('done')
      })
      const listener = (req: IncomingMessage, res: ServerResponse): unknown => (responses.push(res), guarded(req, res))
      const server = version === 'HTTP/2' ? createServer2(listener as never) : createServer(listener) // typed for HTTP/1.1
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo // a TCP server that listens has one
      const headers = { Authorization: `Bearer ${KEY}` }
      const finished = once(done, 'done')
      if (version === 'HTTP/2') {
        const client = connect(`http://127.0.0.1:${port}`)
        client.request({ ':path': '/mcp', ...headers }).on('error', () => undefined)
        leave = () => client.destroy()
      } else {
        const asked = request({ port, path: '/mcp', headers }).on('error', () => undefined)
        asked.end()
        leave = () => asked.destroy()
      }
      await finished
      await new Promise((closed) => server.close(closed))
      expect(watched.begun).toBe(watched.ended)
    })
  })

  test('that breaks off is not followed any longer', async () => {
    const watched = { begun: 0, ended: 0 }
    const watch = (): (() => void) => ((watched.begun += 1), () => void (watched.ended += 1))
    const verifyToken = (token: string) => provider().verifyToken(token)
    const breaking = () => new ReadableStream({ pull: (controller) => controller.error(new Error('upstream is gone')) })
    const handler = fetchAuth({ verifyToken, watch })(() => new Response(breaking(), { headers: SSE }))
    const response = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }))
    await expect(response.text()).rejects.toThrow('upstream is gone')
    expect(watched.begun).toBe(watched.ended)
  })

  test('what is no event stream is left alone', async () => {
    const auth = provider()
    const answers: ServerResponse[] = []
    const server = closing(await listen(createServer(nodeAuth(auth)((_req, res) => void (answers.push(res), res.writeHead(200, { 'Content-Type': 'text/plain' }).write('half '))))))
    const asked = fetch(`${server.origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } })
    const response = await asked
    await auth.revoke({ token: KEY })
    answers[0]?.end('and half')
    expect(await response.text()).toBe('half and half')
  })

  test('a handler can follow the token by itself', async () => {
    const auth = provider()
    const signals: (AbortSignal | null)[] = []
    const handler = fetchAuth(auth)(({ url }) => (signals.push(authSignal()), new Response(url.endsWith('/file') ? streamBody() : 'whole')))
    const ask = (path: string) => handler(new Request(`https://mcp.example.com/mcp${path}`, { headers: { Authorization: `Bearer ${KEY}` } }))
    expect(await (await ask('/whole')).text()).toBe('whole')
    const file = await ask('/file')
    await handler(new Request('https://mcp.example.com/health')).catch(() => undefined)
    expect(signals.slice(0, 2).map((signal) => signal?.aborted)).toEqual([false, false])
    await auth.revoke({ token: KEY })
    expect(signals.slice(0, 2).map((signal) => signal?.aborted), 'an answer that is finished is followed no longer').toEqual([false, true])
    await file.text() // to its end, and not for ever
    expect(authSignal()).toBeNull()
  })

  test('the bytes that were sent are let go of: nothing waits for the token beside each part', async () => {
    const auth = provider()
    const parts = 200
    const body = (): ReadableStream<Uint8Array> => {
      let left = parts
      return new ReadableStream({ pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(65_536)) : controller.close()) })
    }
    const handler = fetchAuth(auth)(() => new Response(body(), { headers: SSE }))
    const { body: stream } = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }))
    const reader = stream?.getReader()
    const held: WeakRef<Uint8Array>[] = []
    // In a function of its own: what a loop holds in a variable is not collected.
    const readOne = async (): Promise<void> => {
      const { value } = (await reader?.read()) ?? {}
      if (value !== undefined) held.push(new WeakRef(value))
    }
    for (let n = 0; n < parts; n += 1) await readOne()
    await until(() => {
      collect()
      return held.filter((part) => part.deref() !== undefined).length < 5
    })
    expect(held).toHaveLength(parts)
    await reader?.cancel()
  })

  test.each(['fetch', 'hono'])('the answer to a HEAD is not followed (%s)', async (kind) => {
    const watched = { begun: 0, ended: 0 }
    const watch = (): (() => void) => ((watched.begun += 1), () => void (watched.ended += 1))
    const verifyToken = (token: string) => provider().verifyToken(token)
    const answer = (): Response => new Response(streamBody(), { headers: SSE })
    const app = new Hono().use(honoAuth({ verifyToken, watch })).all('*', answer)
    const handler = kind === 'fetch' ? fetchAuth({ verifyToken, watch })(answer) : (request: Request) => app.fetch(request)
    await handler(new Request('https://mcp.example.com/mcp', { method: 'HEAD', headers: { Authorization: `Bearer ${KEY}` } }))
    expect(watched).toEqual({ begun: 0, ended: 0 })
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['a JSON answer', (res) => res.end('{}')],
    ['a client that left', (res) => res.destroy()],
  ])('authSignal() of %s leaves nothing running', async (_, answer) => {
    const watched = { begun: 0, ended: 0 }
    const watch = (): (() => void) => ((watched.begun += 1), () => void (watched.ended += 1))
    const verifyToken = (token: string) => provider().verifyToken(token)
    const server = closing(await listen(createServer(nodeAuth({ verifyToken, watch })((_req, res) => (authSignal(), answer(res))))))
    for (let n = 0; n < 5; n += 1) {
      await fetch(`${server.origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } }).then((response) => response.text(), () => undefined)
    }
    await until(() => watched.ended === 5)
    expect(watched).toEqual({ begun: 5, ended: 5 })
  })

  test.each([' text/event-stream', 'Text/Event-Stream;charset=utf-8', 'application/x-ndjson'])('is one with the type "%s"', async (type) => {
    const auth = provider()
    const handler = fetchAuth(gateOf(auth))(() => {
      const response = new Response(streamBody())
      Object.defineProperty(response.headers, 'get', { value: () => type }) // as servers that keep it to the letter do
      return response
    })
    const response = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }))
    const whole = response.text()
    await new Promise((resolve) => setImmediate(resolve))
    await auth.revoke({ token: KEY })
    expect(await whole).toContain('data: first')
  })

  test('whose first head could not be written ends with its token too', async () => {
    const auth = provider()
    const listener = (_: IncomingMessage, res: ServerResponse): void => {
      expect(() => res.writeHead(200, { ...SSE, 'X-Name': 'no header takes this: \u2603' })).toThrow(/Invalid character/)
      startStream(res, 'object')
    }
    const server = closing(await listen(createServer(nodeAuth(gateOf(auth))(listener))))
    const response = await fetch(`${server.origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } })
    const whole = response.text()
    await auth.revoke({ token: KEY })
    expect(await whole).toContain('data: first')
  })

  test('that is answered on the stream of HTTP/2 itself ends too', async () => {
    const auth = provider()
    const server = createServer2(
      nodeAuth(gateOf(auth))((_req, res) => {
        const { stream } = res as unknown as { stream: ServerHttp2Stream } // typed for HTTP/1.1
        stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
        stream.write('data: first\n\n')
      }) as never,
    )
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // a TCP server that listens has one
    const client = connect(`http://127.0.0.1:${port}`)
    const stream = client.request({ ':path': '/mcp', authorization: `Bearer ${KEY}` })
    await once(stream, 'data')
    const ended = once(stream, 'end')
    stream.resume()
    await auth.revoke({ token: KEY })
    await ended
    client.destroy()
    server.close()
  })

  test('a revocation is told to those whom it concerns, and nobody is asked', async () => {
    let asked = 0
    class Asking extends StandardProvider {
      protected check(token: string) {
        asked += 1
        return accept({ sub: token, jti: token, exp: Math.floor(Date.now() / 1000) + 600 })
      }
    }
    const auth = new Asking()
    const handler = fetchAuth(gateOf(auth))(() => new Response(streamBody(), { headers: SSE }))
    const open = async (token: string) => (await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${token}` } }))).body?.getReader()
    const readers = await Promise.all(Array.from({ length: 500 }, (_, n) => open(`person-${n}`)))
    await Promise.all(readers.map((reader) => reader?.read()))
    asked = 0
    for (let n = 0; n < 1000; n += 1) await auth.revoke({ jti: `stranger-${n}` })
    await auth.revoke({ sub: 'person-7' })
    for (let part = await readers[7]?.read(); part?.done === false; part = await readers[7]?.read());
    expect(asked).toBe(0)
    expect((await readers[8]?.read())?.done).toBe(false)
    await auth.close()
    await Promise.all(readers.map((reader) => reader?.cancel()))
  })
})
