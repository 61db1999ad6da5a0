/** Upgrades: a connection that goes over to another protocol needs a token as any request does, and ends with it. */
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server'
import { createNodeWebSocket } from '@hono/node-ws'
import fastifyWebsocket from '@fastify/websocket'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { constants, deflateRawSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { bearerAuth, guardUpgrade } from '../../src/adapters/node.js'
import { authSignal, byRequest, gate, getAccessToken, requireAuth, StaticProvider } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WSEvents } from 'hono/ws'
import type { GateOptions } from '../../src/index.js'

const ADA = 'key-of-ada-0123456789'
const BOB = 'key-of-bob-0123456789'
const keys = (): StaticProvider => new StaticProvider({ [ADA]: { claims: { sub: 'ada' }, scopes: ['notes:read'] }, [BOB]: { claims: { sub: 'bob' }, scopes: ['notes:write'] } })

/** A promise, and what settles it. */
function later<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void // set by the promise at once
  return { promise: new Promise<T>((settle) => void (resolve = settle)), resolve }
}
/** Once it is closed, after whatever error. */
const closing = (socket: Socket): Promise<unknown> => new Promise((closed) => void socket.once('close', closed))

const running: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(running.splice(0).map((server) => new Promise((closed) => server.close(closed))))
})

/** Starts a server on a free port of this machine. */
async function listen(server: Server): Promise<number> {
  server.on('connection', (socket) => sockets.add(socket).size && socket.on('close', () => sockets.delete(socket)))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  running.push(server)
  return (server.address() as AddressInfo).port // a TCP server that listens has one
}

const serving = (
  listener: Parameters<ReturnType<typeof guardUpgrade>>[0],
  auth = callers() as Parameters<typeof guardUpgrade>[0],
  options?: GateOptions,
): Promise<number> => listen(createServer((_req, res) => void res.end('a plain answer')).on('upgrade', guardUpgrade(auth, options)(listener)))

interface Raw {
  readonly method?: string
  readonly target?: string
  readonly protocol?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes that come with the request. */
  readonly head?: string
}

const requestText = ({ method = 'GET', target = '/mcp', protocol = 'websocket', headers = {}, head = '' }: Raw): string => {
  const all = { Host: 'localhost', Connection: 'Upgrade', Upgrade: protocol, ...headers }
  return `${method} ${target} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${head}`
}

/** All that the server sends until it closes the connection. */
async function exchange(port: number, text: string): Promise<string> {
  const client = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => void chunks.push(chunk)).on('error', () => undefined)
  client.write(text)
  await once(client, 'close')
  return Buffer.concat(chunks).toString()
}
const raw = (port: number, asked: Raw = {}): Promise<string> => exchange(port, requestText(asked))
const as = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` })
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])

/** What a client of WebSockets sends beside that. */
const HANDSHAKE = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' }

/** A listener that says who calls, and what came with the request. */
const greets = (_request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${getAccessToken()?.subject ?? 'nobody'} ${head.toString()}`)
}

describe('guardUpgrade for node:http', () => {
  test('answers a stranger as bearerAuth does, and closes the connection', async () => {
    const listener = vi.fn<() => void>()
    const port = await serving(listener, callers(), { resource: 'https://mcp.example.com/mcp' })
    const [head = '', body = ''] = (await raw(port)).split('\r\n\r\n')
    expect(head.split('\r\n').map((line) => line.replace(/^Date: .*/, 'Date'))).toEqual([
      'HTTP/1.1 401 Unauthorized',
      'Connection: close',
      'Content-Type: application/json',
      'Cache-Control: no-store',
      'Access-Control-Expose-Headers: WWW-Authenticate, Retry-After',
      'WWW-Authenticate: Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
      'Access-Control-Allow-Origin: *',
      'Date',
      expect.stringMatching(/^Content-Length: \d+$/),
    ])
    expect(JSON.parse(body)).toEqual({ error: 'unauthorized', error_description: 'Authentication required' })
    expect(listener).not.toHaveBeenCalled()
  })

  test.each([
    ['a bad token', as('never-issued'), 401],
    ['a token without its scheme', { Authorization: GOOD.ada }, 401],
    ['two blanks', { Authorization: `Bearer  ${GOOD.ada}` }, 400],
    ['a token that lacks a scope', as(GOOD.ada), 403],
    ['an outage', as('nobody-knows'), 503],
    ['a caller who asks too often', as('asks-too-often'), 429],
    ['a token as a subprotocol', { 'Sec-WebSocket-Protocol': `bearer, ${GOOD.bob}` }, 401],
  ])('%s is refused', async (_, headers, status) => {
    const listener = vi.fn<() => void>()
    const port = await serving(listener, callers(), { requiredScopes: ['notes:write'] })
    expect(statusOf(await raw(port, { headers }))).toBe(status)
    expect(listener).not.toHaveBeenCalled()
  })

  test('a bug of the provider is a 500, and told', async () => {
    const warned = once(process, 'warning')
    const port = await serving(greets, { verifyToken: () => Promise.reject(new TypeError('undefined is not a function')) })
    expect(statusOf(await raw(port, { headers: as(GOOD.ada) }))).toBe(500)
    expect(String((await warned)[0])).toContain('undefined is not a function')
  })

  test('the listener has the bytes that came along, and knows the caller', async () => {
    const port = await serving(greets)
    expect(await raw(port, { headers: as(GOOD.ada), head: 'first bytes' })).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\nada first bytes')
  })

  test.each(['websocket', 'h2c', 'TLS/1.0', 'anything'])('guards an upgrade to %s', async (protocol) => {
    const port = await serving(greets)
    expect(statusOf(await raw(port, { protocol }))).toBe(401)
    expect(statusOf(await raw(port, { protocol, headers: as(GOOD.ada) }))).toBe(101)
  })

  test.each(['OPTIONS', 'POST', 'HEAD', 'PURGE'])('guards an upgrade by %s: it is no preflight', async (method) => {
    const port = await serving(greets)
    const preflight = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' }
    expect(statusOf(await raw(port, { method, headers: preflight }))).toBe(401)
    expect(statusOf(await raw(port, { method, headers: { ...preflight, ...as(GOOD.ada) } }))).toBe(101)
  })

  test('requests beside the upgrades are left alone', async () => {
    const port = await serving(greets)
    expect(await (await fetch(`http://127.0.0.1:${port}/mcp`)).text()).toBe('a plain answer')
  })

  test('protect and exclude mean what they mean for requests', async () => {
    const port = await serving(greets, callers(), { protect: ['/mcp'], exclude: ['/mcp/open'] })
    expect(await raw(port, { target: '/other' })).toMatch(/^HTTP\/1\.1 101 .*nobody $/s)
    expect(await raw(port, { target: '/other', headers: as(GOOD.ada) })).toMatch(/^HTTP\/1\.1 101 .*ada $/s)
    expect(await raw(port, { target: '/mcp/open', headers: as(GOOD.ada) })).toMatch(/^HTTP\/1\.1 101 .*nobody $/s)
    for (const target of ['/mcp', '/mcp/x', '/x/../mcp', '//mcp', '/MCP', 'http://localhost/mcp', '/mcp/open/../x', '/mcp?x=/mcp/open']) {
      expect({ target, status: statusOf(await raw(port, { target })) }).toEqual({ target, status: 401 })
    }
  })

  test('what is excluded for a method is not open to upgrades', async () => {
    const port = await serving(greets, callers(), { exclude: [{ path: '/orders', methods: ['GET'] }, '/open'] })
    expect(statusOf(await raw(port, { target: '/orders' }))).toBe(401)
    expect(statusOf(await raw(port, { target: '/open' }))).toBe(101)
  })

  test('optional lets a stranger pass as nobody, and refuses a bad token', async () => {
    const port = await serving(greets, callers(), { optional: true })
    expect(await raw(port)).toMatch(/^HTTP\/1\.1 101 .*nobody $/s)
    expect(statusOf(await raw(port, { headers: as('never-issued') }))).toBe(401)
  })

  test('takes a gate, and the gate of byRequest', async () => {
    const guard = gate(callers())
    const port = await serving(greets, byRequest(({ path }) => (path === '/mcp' ? guard : undefined)))
    expect(statusOf(await raw(port, { headers: as(GOOD.ada) }))).toBe(101)
    expect(statusOf(await raw(port, { target: '/other', headers: as(GOOD.ada) }))).toBe(401)
  })

  test('answers a request for the metadata with it, upgrade or not', async () => {
    const port = await serving(greets, callers(), { resource: 'https://mcp.example.com/mcp' })
    const answer = await raw(port, { target: '/.well-known/oauth-protected-resource/mcp' })
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*"resource":"https:\/\/mcp.example.com\/mcp"/s)
  })

  test.each([
    ['from a page of ours', { Origin: 'https://app.example.com' }, 101],
    ['from a page of somebody else', { Origin: 'https://evil.example.com' }, 401],
    ['from a page of somebody else who says that it is the same', { Origin: 'https://evil.example.com', 'Sec-Fetch-Site': 'same-origin' }, 401],
    ['from a page without an origin', { Origin: 'null' }, 401],
    ['from nobody knows where', {}, 401],
  ])('a token in a cookie, %s', async (_, headers, status) => {
    const port = await serving(greets, callers(), { tokenFrom: { cookie: '__Host-token', origins: ['https://app.example.com'] } })
    expect(statusOf(await raw(port, { headers: { ...headers, Cookie: `__Host-token=${GOOD.ada}` } }))).toBe(status)
  })

  test('no byte that came with a refused request is answered or handed on', async () => {
    const listener = vi.fn<() => void>()
    const plain = vi.fn<() => void>()
    const port = await listen(createServer(plain).on('upgrade', guardUpgrade(callers())(listener)))
    const answer = await raw(port, { head: 'GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n' })
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(statusOf(answer)).toBe(401)
    expect(listener).not.toHaveBeenCalled()
    expect(plain).not.toHaveBeenCalled()
  })

  test('a refusal never lands within the answer to an earlier request', async () => {
    const listener = vi.fn<() => void>()
    const slow = createServer((_req, res) => void res.write('the beginning of an answer')).on('upgrade', guardUpgrade(callers())(listener))
    const answer = await exchange(await listen(slow), `GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n${requestText({})}`)
    expect(answer).not.toContain('401')
    expect(listener).not.toHaveBeenCalled()
  })

  test('a refused client that never closes is let go of', async () => {
    const server = createServer().on('upgrade', guardUpgrade(callers())(vi.fn<() => void>()))
    const port = await listen(server)
    const connected = once(server, 'connection')
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    client.on('error', () => undefined).write(requestText({}))
    const [socket] = (await connected) as [Socket]
    await closing(socket)
    client.destroy()
  })

  test.each(['never-issued', GOOD.ada])('a client that breaks off while it is decided about harms nobody, and nothing is done for it (%s)', async (token) => {
    const connected = later<Socket>()
    const decided = later<void>()
    const listener = vi.fn<() => void>()
    const auth = {
      async verifyToken(text: string) {
        const gone = closing(await connected.promise)
        client.resetAndDestroy()
        await gone
        return callers().verifyToken(text)
      },
    }
    const guarded = guardUpgrade(auth)(listener)
    const server = createServer().on('upgrade', (...upgrade) => void Promise.resolve(guarded(...upgrade)).then(() => decided.resolve()))
    const port = await listen(server.on('connection', connected.resolve))
    const client = connect(port, '127.0.0.1')
    client.on('error', () => undefined).write(requestText({ headers: as(token) }))
    await decided.promise
    expect(listener).not.toHaveBeenCalled()
  })

  test('a token that is revoked while it is decided about opens nothing', async () => {
    const listener = vi.fn<() => void>()
    const watch = (_token: unknown, rung: (how: 'revoked') => void): (() => void) => (rung('revoked'), () => undefined)
    const port = await serving(listener, { verifyToken: (token: string) => callers().verifyToken(token), watch })
    expect(await raw(port, { headers: as(GOOD.ada) })).toBe('')
    expect(listener).not.toHaveBeenCalled()
  })

  test('what requireAuth throws is answered, before and after an await', async () => {
    const port = await serving(async ({ url }) => {
      if (url === '/mcp/later') await Promise.resolve()
      requireAuth('notes:write')
    })
    expect(await raw(port, { headers: as(GOOD.ada) })).toMatch(/^HTTP\/1\.1 403 .*insufficient_scope/s)
    expect(await raw(port, { target: '/mcp/later', headers: as(GOOD.ada) })).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('what requireAuth throws after the upgrade ends the connection, and is written into it nowhere', async () => {
    const port = await serving((_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      requireAuth('notes:write')
    })
    expect(await raw(port, { headers: as(GOOD.ada) })).toMatch(/^(HTTP\/1\.1 101 Switching Protocols\r\n\r\n)?$/)
  })

  test("the listener's own errors are left as they are, and the socket is not left open", async () => {
    const own = new Error('mine')
    const guarded = guardUpgrade(callers())(() => Promise.reject(own))
    const thrown: unknown[] = []
    const port = await listen(
      createServer().on(
        'upgrade',
        (request, socket, head) => void Promise.resolve(guarded(request, socket, head)).catch((error: unknown) => thrown.push(error)),
      ),
    )
    expect(await raw(port, { headers: as(GOOD.ada) })).toBe('')
    expect(thrown).toEqual([own])
  })

  test('a socket is destroyed when its token is no longer valid', async () => {
    const auth = keys()
    const begun = later<AbortSignal | null>()
    const port = await serving((_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      begun.resolve(authSignal())
    }, auth)
    const closed = raw(port, { headers: as(ADA) })
    const signal = await begun.promise
    await auth.revoke({ token: ADA })
    await closed
    expect(signal?.aborted).toBe(true)
  })

  test('a token is followed as long as its connection, and no longer', async () => {
    const watched = { begun: 0, ended: 0 }
    const watch = (): (() => void) => ((watched.begun += 1), () => void (watched.ended += 1))
    const auth = { verifyToken: (token: string) => callers().verifyToken(token), watch }
    const opened = later<Socket>()
    const port = await serving((request) => opened.resolve(request.socket), auth)
    const client = connect(port, '127.0.0.1')
    client.write(requestText({ headers: as(GOOD.ada) }))
    const socket = await opened.promise
    expect(watched).toEqual({ begun: 1, ended: 0 })
    const closed = closing(socket)
    client.destroy()
    socket.resume().on('end', () => socket.end())
    await closed
    expect(watched).toEqual({ begun: 1, ended: 1 })
  })

  test.each([
    ['no listener', () => guardUpgrade(callers())(undefined as never), /wraps a listener of "upgrade" or a WebSocketServer/],
    ['a WebSocketServer that listens by itself', () => guardUpgrade(callers())(new WebSocketServer({ server: createServer() })), /noServer: true/],
    ['operations', () => guardUpgrade(callers(), { operations: { 'tools/call': 'notes:write' } }), /"operations"/],
    ['an option that there is not', () => guardUpgrade(callers(), { require: [] } as GateOptions), /require/],
    ['no provider', () => guardUpgrade(undefined as never), /provider/],
  ])('%s is a TypeError that says what to write', (_, build, message) => {
    expect(build).toThrow(TypeError)
    expect(build).toThrow(message)
  })
})

/** A server whose WebSockets at `/mcp` answer each message with who sent it. */
type Serve = (auth: StaticProvider) => Server | Promise<Server>

const answersWhoSends = (socket: WebSocket): void => {
  const { subject } = requireAuth()
  socket.on('message', (data: Buffer) => socket.send(`${subject} ${getAccessToken()?.subject ?? 'nobody'} ${data.toString()}`))
}
const overNodeServer = (): WSEvents => {
  const { subject } = requireAuth()
  return { onMessage: ({ data }, socket) => socket.send(`${subject} ${getAccessToken()?.subject ?? 'nobody'} ${String(data)}`) }
}

/** Under our strict settings Hono's types and those of `ws` do not agree. */
const noServer = (): never => new WebSocketServer({ noServer: true }) as never

const SERVERS: Record<string, Serve> = {
  'node:http with ws'(auth) {
    const webSockets = new WebSocketServer({ noServer: true }).on('connection', answersWhoSends)
    return createServer(bearerAuth(auth)((_req, res) => void res.end())).on('upgrade', guardUpgrade(auth)(webSockets))
  },
  'Express with ws'(auth) {
    const app = express().use(expressAuth(auth))
    const webSockets = new WebSocketServer({ noServer: true }).on('connection', answersWhoSends)
    return createServer(app).on('upgrade', guardUpgrade(auth)(webSockets))
  },
  async '@fastify/websocket'(auth) {
    const app = Fastify()
    await app.register(fastifyAuth(auth))
    await app.register(fastifyWebsocket)
    app.get('/mcp', { websocket: true }, answersWhoSends)
    await app.ready()
    return app.server
  },
  async '@fastify/websocket, in front of the gate'(auth) {
    const app = Fastify()
    await app.register(fastifyWebsocket)
    await app.register(async (scope) => {
      await scope.register(fastifyAuth(auth))
      scope.get('/mcp', { websocket: true }, answersWhoSends)
    })
    await app.ready()
    return app.server
  },
  'Hono on @hono/node-server'(auth) {
    const app = new Hono().use(honoAuth(auth)).get('/mcp', upgradeWebSocket(overNodeServer))
    return createAdaptorServer({ fetch: app.fetch, websocket: { server: noServer() } }) as Server // of node:http, as nothing else was asked for
  },
  'fetch on @hono/node-server'(auth) {
    const app = new Hono().get('/mcp', upgradeWebSocket(overNodeServer))
    const fetch = fetchAuth(auth)((request: Request, env: object) => app.fetch(request, env))
    return createAdaptorServer({ fetch: fetch as typeof app.fetch, websocket: { server: noServer() } }) as Server // as above
  },
  'Hono with @hono/node-ws'(auth) {
    const app = new Hono().use(honoAuth(auth))
    const { injectWebSocket, upgradeWebSocket: upgrade } = createNodeWebSocket({ app })
    app.get('/mcp', upgrade(overNodeServer))
    const server = createAdaptorServer({ fetch: app.fetch }) as Server // as above
    injectWebSocket(server)
    return server
  },
}
/** It shows nobody its WebSockets: they are cut off, and what is called later has to keep what it wants to know. */
const HIDES = 'Hono with @hono/node-ws'

const dial = (port: number, headers: Record<string, string> = {}): WebSocket => new WebSocket(`ws://127.0.0.1:${port}/mcp`, { headers }).on('error', () => undefined)

async function said(client: WebSocket, text: string): Promise<string> {
  const answer = once(client, 'message')
  client.send(text)
  return String((await answer)[0])
}

describe.each(Object.entries(SERVERS))('a WebSocket (%s)', (name, serve) => {
  test('is opened for nobody without a token', async () => {
    const port = await listen(await serve(keys()))
    for (const headers of [{}, as('never-issued-0123456789'), { 'Sec-WebSocket-Protocol': ADA }]) {
      const [, response] = (await once(dial(port, headers), 'unexpected-response')) as [unknown, IncomingMessage]
      expect(response.statusCode).toBe(401)
      if (name !== HIDES) expect(response.headers['www-authenticate']).toMatch(/^Bearer/)
      response.destroy()
    }
  })

  test('is opened with a token, and knows its caller', async () => {
    const port = await listen(await serve(keys()))
    const [ada, bob] = [dial(port, as(ADA)), dial(port, as(BOB))]
    await Promise.all([once(ada, 'open'), once(bob, 'open')])
    for (const turn of ['1', '2', '3']) {
      expect(await said(ada, turn)).toBe(`ada ${name === HIDES ? 'nobody' : 'ada'} ${turn}`)
      expect(await said(bob, turn)).toBe(`bob ${name === HIDES ? 'nobody' : 'bob'} ${turn}`)
    }
    ada.terminate()
    bob.terminate()
  })

  test('is closed when its token is no longer valid, and no other', async () => {
    const auth = keys()
    const port = await listen(await serve(auth))
    const [ada, bob] = [dial(port, as(ADA)), dial(port, as(BOB))]
    await Promise.all([once(ada, 'open'), once(bob, 'open')])
    const closed = once(ada, 'close')
    await said(ada, 'hello')
    await auth.revoke({ token: ADA })
    const [code, reason] = (await closed) as [number, Buffer]
    expect([code, reason.toString()]).toEqual(name === HIDES ? [1006, ''] : [3000, 'the access token is no longer valid'])
    expect(await said(bob, 'still')).toContain('still')
    bob.terminate()
  })

  test('warns of nothing, however many there are', async () => {
    const warnings = vi.spyOn(process, 'emitWarning')
    const port = await listen(await serve(keys()))
    await (await fetch(`http://127.0.0.1:${port}/mcp`, { headers: as(ADA) })).text()
    const clients = Array.from({ length: 12 }, () => dial(port, as(ADA))) // Node warns of an eleventh listener
    await Promise.all(clients.map((client) => once(client, 'open')))
    for (const client of clients) client.terminate()
    expect(warnings).not.toHaveBeenCalled()
    warnings.mockRestore()
  })
})

test('what is excluded for a method is not open to upgrades on Hono either', async () => {
  const app = new Hono().use(honoAuth(keys(), { exclude: [{ path: '/mcp', methods: ['GET'] }] })).get('/mcp', upgradeWebSocket(() => ({})))
  const port = await listen(createAdaptorServer({ fetch: app.fetch, websocket: { server: noServer() } }) as Server) // as above
  const [, response] = (await once(dial(port), 'unexpected-response')) as [unknown, IncomingMessage]
  expect(response.statusCode).toBe(401)
  response.destroy()
})

describe('a WebSocket behind guardUpgrade', () => {
  const dialing = async (onConnection: (socket: WebSocket, request: IncomingMessage) => void, auth = keys(), token = ADA): Promise<WebSocket> => {
    const webSockets = new WebSocketServer({ noServer: true }).on('connection', onConnection)
    return dial(await serving(webSockets, auth), as(token))
  }

  test('finds the caller on its request too, as MCP transports do', async () => {
    const seen = later<unknown>()
    const client = await dialing((_socket, request) => seen.resolve('auth' in request && request.auth))
    expect(await seen.promise).toMatchObject({ clientId: '', scopes: ['notes:read'], extra: { subject: 'ada' } })
    client.terminate()
  })

  test.each([
    ['where it begins', () => void requireAuth('notes:write')],
    ['at a message', (socket: WebSocket) => void socket.on('message', () => requireAuth('notes:write'))],
  ])('is closed by what requireAuth throws, %s', async (_, onConnection) => {
    const client = await dialing(onConnection)
    client.on('open', () => client.send('delete it'))
    const [code, reason] = (await once(client, 'close')) as [number, Buffer]
    expect([code, reason.toString()]).toEqual([3003, 'not permitted'])
  })

  test('is not heard any more once its token is no longer valid, whatever its client does about the close', async () => {
    const auth = keys()
    const heard: string[] = []
    const first = later<void>()
    const opened = later<Socket>()
    const webSockets = new WebSocketServer({ noServer: true }).on('connection', (socket, request) => {
      socket.on('message', (data: Buffer) => first.resolve(void heard.push(data.toString())))
      opened.resolve(request.socket)
    })
    const port = await serving(webSockets, auth)
    const client = connect(port, '127.0.0.1')
    client.write(requestText({ headers: { ...HANDSHAKE, ...as(ADA) } }))
    const socket = await opened.promise
    const frame = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)]) // masked by nothing
    client.write(frame('before'))
    await first.promise
    await auth.revoke({ token: ADA })
    const arrived = once(socket, 'data')
    client.write(frame('after'))
    await arrived
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['before'])
    client.destroy()
  })

  test('is never taken for another caller, where compression works in turn for all of them', async () => {
    const heard: string[] = []
    const all = later<void>()
    const perMessageDeflate = { threshold: 0, concurrencyLimit: 1 }
    const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate }).on('connection', (socket) => {
      const { subject } = requireAuth()
      socket.on('message', () => void (heard.push(`${subject} ${getAccessToken()?.subject ?? 'nobody'}`) === 40 && all.resolve()))
    })
    const port = await serving(webSockets, keys())
    const text = deflateRawSync('x'.repeat(50_000), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    const frame = Buffer.concat([Buffer.from([0xc1, 0x80 + text.length, 0, 0, 0, 0]), text]) // compressed, masked by nothing
    for (const token of [ADA, BOB]) {
      // The messages come along with the request, and are read in the context of the listener.
      const head = Buffer.concat(Array<Buffer>(20).fill(frame))
      const asked = requestText({ headers: { ...HANDSHAKE, 'Sec-WebSocket-Extensions': 'permessage-deflate', ...as(token) } })
      connect(port, '127.0.0.1').on('error', () => undefined).write(Buffer.concat([Buffer.from(asked), head]))
    }
    await all.promise
    expect(new Set(heard)).toEqual(new Set(['ada ada', 'bob bob']))
  })

  test('goes to the server that the listener chooses', async () => {
    const [a, b] = ['a', 'b'].map((name) => new WebSocketServer({ noServer: true }).on('connection', (socket) => socket.send(`${requireAuth().subject} at ${name}`)))
    const port = await serving(({ url }) => (url === '/a' ? a : b), keys())
    for (const name of ['a', 'b']) {
      const client = new WebSocket(`ws://127.0.0.1:${port}/${name}`, { headers: as(ADA) })
      expect(String((await once(client, 'message'))[0])).toBe(`ada at ${name}`)
      client.terminate()
    }
  })
})

test('a response with 101, as other runtimes have it, is followed for as long as somebody listens', async () => {
  const auth = keys()
  let signal: AbortSignal | null = null
  const handler = fetchAuth(auth)(() => {
    signal = authSignal()
    return Object.defineProperty(new Response(), 'status', { value: 101 }) // none that Node lets us make
  })
  expect((await handler(new Request('https://mcp.example.com/mcp', { headers: as(ADA) }))).status).toBe(101)
  await auth.revoke({ token: ADA })
  expect(signal).toMatchObject({ aborted: true })
})

describe('an upgrade that no gate sees', () => {
  const warningsOf = async (server: Server): Promise<readonly string[]> => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const port = await listen(server)
    for (let count = 0; count < 3; count += 1) await (await fetch(`http://127.0.0.1:${port}/mcp`)).text()
    const told = warnings.mock.calls.map(([warning]) => String(warning))
    warnings.mockRestore()
    return told
  }
  const UNGUARDED = [expect.stringMatching(/upgrades do not come to bearerAuth.*guardUpgrade/)]

  test('is told of once, at the first request', async () => {
    expect(await warningsOf(createServer(bearerAuth(callers())(() => undefined)).on('upgrade', () => undefined))).toEqual(UNGUARDED)
    const beside = createServer(bearerAuth(callers())(() => undefined))
    beside.on('upgrade', guardUpgrade(callers())(() => undefined))
    new WebSocketServer({ server: beside })
    expect(await warningsOf(beside)).toEqual(UNGUARDED)
  })

  test.each<[string, () => Promise<Server>]>([
    ['Express', async () => createServer(express().use(expressAuth(callers())))],
    ['Koa', async () => createServer(new Koa().use(koaAuth(callers())).callback())],
    ['Nest', async () => {
      class App {}
      Module({})(App)
      const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false })
      await app.use(nestAuth(callers())).init()
      return app.getHttpServer() as Server // as Express's adapter has it
    }],
  ])('is told of for %s', async (_, serve) => {
    const server = await serve()
    new WebSocketServer({ server })
    expect(await warningsOf(server)).toEqual(UNGUARDED)
  })

  test('is told of for Fastify, whose own plugin asks the gate', async () => {
    const app = Fastify()
    await app.register(fastifyAuth(callers()))
    await app.register(fastifyWebsocket)
    await app.ready()
    new WebSocketServer({ server: app.server })
    expect(await warningsOf(app.server)).toEqual(UNGUARDED)
  })

  test('is nothing to tell of where there is none, or where it is guarded', async () => {
    expect(await warningsOf(createServer(bearerAuth(callers())(() => undefined)))).toEqual([])
    expect(await warningsOf(createServer(bearerAuth(callers())(() => undefined)).on('upgrade', guardUpgrade(callers())(() => undefined)))).toEqual([])
  })
})
