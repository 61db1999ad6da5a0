import express from 'express'
import Fastify from 'fastify'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import * as onFastify from '../../src/adapters/fastify.js'
import { StaticProvider } from '../../src/index.js'
import { bodyOfMessage } from '../../src/http/node-body.js'
import { closing } from '../closing.js'
import { says } from '../oauth-kit.js'
import { listen } from '../adapters/http-kit.js'
import type { RequestHandler } from 'express'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BearerAuthProvider } from '../../src/index.js'
import type { RequestBody } from '../../src/gate/request/request-body.js'
import type { Running } from '../adapters/http-kit.js'

const CALL = JSON.stringify({ method: 'tools/call', params: { name: 'purge-notes' } })
const PING = '{"method":"ping"}'
const options = { operations: { 'tools/call': { 'purge-notes': 'notes:write' } } }

async function ofMessage(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message) text += String(chunk)
  return text
}

describe('a parser in front of the gate', () => {
  const serving = async (...parsers: RequestHandler[]): Promise<Running> => {
    const app = express()
    for (const parser of parsers) app.use(parser)
    app.use(bearerAuth(says('yes'), options)) // its caller may only read
    app.all('/mcp', async (req, res) => void res.json({ body: req.body ?? null, rest: await ofMessage(req) }))
    return closing(await listen(createServer(app)))
  }
  const ask = (server: Running, type: string, body = CALL): Promise<number> =>
    fetch(`${server.origin}/mcp`, { method: 'POST', headers: { Authorization: 'Bearer a-token', 'Content-Type': type }, body }).then(({ status }) => status)

  test('that parsed the body is believed', async () => {
    const server = await serving(express.json())
    expect(await ask(server, 'application/json')).toBe(403)
    expect(await ask(server, 'application/json', '{"method":"ping"}')).toBe(200)
  })

  test('that left the body alone, but an empty object in its place, is not', async () => {
    const pretending: RequestHandler = (req, _res, next) => {
      req.body = {}
      next()
    }
    expect(await ask(await serving(pretending), 'application/json')).toBe(403)
  })

  test.each([
    ['its text', express.text({ type: '*/*' })],
    ['its bytes', express.raw({ type: '*/*' })],
  ])('that left %s is believed too', async (_, parser) => {
    const server = await serving(parser)
    expect(await ask(server, 'application/json')).toBe(403)
    expect(await ask(server, 'application/json', '{"method":"ping"}')).toBe(200)
    expect(await ask(server, 'application/json', '{"method":')).toBe(400)
  })

  test('may be another gate, which has put back what it read', async () => {
    const server = await serving(bearerAuth(says('yes'), { operations: { 'prompts/get': 'prompts' } }))
    expect(await ask(server, 'application/json', '{"method":"ping"}')).toBe(200)
    expect(await ask(server, 'application/json')).toBe(403)
  })

  test('that swallowed what a gate in front of it has read is no reason to pass it', async () => {
    const swallowing: RequestHandler = (req, _res, next) => void ofMessage(req).then(() => next())
    expect(await ask(await serving(bearerAuth(says('yes'), options), swallowing), 'application/json', '{"method":"ping"}')).toBe(400)
  })

  test('that swallowed the body is no reason to pass it', async () => {
    const swallowing: RequestHandler = (req, _res, next) => void ofMessage(req).then(() => next())
    expect(await ask(await serving(swallowing), 'application/json')).toBe(400)
  })
})

describe('what stands in front of the gate', () => {
  const ask = async (front: RequestHandler, body: string, parts = [body], provider: BearerAuthProvider = known) => {
    const app = express()
    app.use(front, bearerAuth(provider, options))
    app.all('/mcp', async (req, res) => void res.json({ found: await ofMessage(req), ...res.locals }))
    const server = closing(await listen(createServer(app)))
    const headers = { Authorization: 'Bearer a-token-of-this-test', 'Content-Type': 'application/json' }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(`${server.origin}/mcp`, { method: 'POST', headers }, resolve).on('error', reject)
      const left = [...parts]
      const next = (): void => {
        const part = left.shift()
        if (part === undefined) sent.end()
        else sent.write(part, () => setImmediate(next))
      }
      next()
    })
    return { status: answer.statusCode, text: await ofMessage(answer) }
  }
  /** Says so at once, so that the gate waits for the body and for nothing else. */
  const known = new StaticProvider({ 'a-token-of-this-test': { claims: { sub: 'me' }, scopes: [] } })
  const LARGE = JSON.stringify({ method: 'ping', params: { text: 'ä'.repeat(400_000) } })

  const waiting: RequestHandler = (_req, _res, next) => void setTimeout(next, 20)
  const counting: RequestHandler = (req, res, next) => {
    Object.assign(res.locals, { counted: 0 })
    req.on('data', (chunk: Buffer) => (res.locals['counted'] += chunk.length))
    next()
  }
  const storage = new AsyncLocalStorage<string>()
  const FRONTS: Readonly<Record<string, RequestHandler>> = {
    'that takes its time': waiting,
    'that puts another object in the place of the request': (req, res, next) => {
      const other: unknown = Object.create(req)
      bearerAuth(says('yes'), options)(other as typeof req, res, next)
    },
    'that has put a push of its own on the request': (req, res, next) => {
      const { push } = req
      req.push = (...pushed) => (Object.assign(res.locals, { pushed: true }), push.apply(req, pushed))
      next()
    },
  }

  test.each(Object.entries(FRONTS))('%s keeps nothing of the body from the gate, nor from the handler', async (_, front) => {
    for (const provider of [known, says('yes')]) {
      for (const body of [PING, LARGE]) {
        const { status, text } = await ask(front, body, [body.slice(0, 9), body.slice(9)], provider)
        expect(status).toBe(200)
        expect((JSON.parse(text) as { found: string }).found === body).toBe(true)
      }
      expect((await ask(front, CALL, [CALL], provider)).status).toBe(403)
      expect((await ask(front, CALL, [...CALL], provider)).status).toBe(403)
    }
  })

  // Where the token has to be asked about, the listener in front has had some of the body by then, and nobody can judge it.
  test('hears all of a body that it listens to, and so does the handler, where the token is known', async () => {
    for (const body of [PING, LARGE]) {
      const { text } = await ask(counting, body, [body.slice(0, 9), body.slice(9)])
      expect(JSON.parse(text)).toEqual({ found: body, counted: Buffer.byteLength(body) })
    }
    expect((await ask(counting, CALL)).status).toBe(403)
    expect((await ask(counting, CALL, [CALL], says('yes'))).status).toBeOneOf([400, 403])
  })

  test('reads none of it meanwhile, or nobody can say what the handler will find', async () => {
    const stealing: RequestHandler = (req, _res, next) => {
      next()
      req.read()
    }
    expect((await ask(stealing, PING, ['{"method":', '"ping"}'])).status).toBeOneOf([200, 400])
    expect((await ask(stealing, CALL, [CALL.slice(0, 30), CALL.slice(30)])).status).toBeOneOf([400, 403])
  })

  test('that has it decoded in another way is no reason to pass it', async () => {
    const latin: RequestHandler = (req, _res, next) => (req.setEncoding('latin1'), next())
    expect((await ask(latin, PING)).status).toBe(400)
  })

  test('keeps its async context, in the handler too', async () => {
    const app = express()
    app.use((_req, _res, next) => storage.run('of this request', next), bearerAuth(known, options))
    app.all('/mcp', (_req, res) => void res.json(storage.getStore() ?? null))
    const server = closing(await listen(createServer(app)))
    const answer = await fetch(`${server.origin}/mcp`, { method: 'POST', headers: { Authorization: 'Bearer a-token-of-this-test', 'Content-Type': 'application/json' }, body: PING })
    expect(await answer.json()).toBe('of this request')
  })
})

// It hangs nobody, and tells what a server would.
test.each([[PING, 200], [CALL, 403], ['{"method":', 400]])('%s by the inject of Fastify is judged as it is by a server', async (body, status) => {
  const app = Fastify()
  await app.register(onFastify.bearerAuth(new StaticProvider({ 'a-token-of-this-test': { claims: { sub: 'me' }, scopes: [] } }), options))
  app.post('/mcp', async (request) => request.body)
  const headers = { Authorization: 'Bearer a-token-of-this-test', 'Content-Type': 'application/json' }
  const answer = await app.inject({ method: 'POST', url: '/mcp', headers, payload: body })
  expect(answer.statusCode).toBe(status)
  if (status === 200) expect(answer.body).toBe(body)
})

describe('the body of a request', () => {
  let port = 0
  const seen: ((read: RequestBody, after: string) => void)[] = []
  const server = createServer((req, res) => {
    void Promise.resolve(bodyOfMessage(req)(20)).then(async (read) => {
      const after = 'text' in read ? await ofMessage(req) : ''
      res.end()
      seen.shift()?.(read, after)
    })
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port // a TCP server that listens has one
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const send = (...parts: string[]): Promise<[RequestBody, string]> =>
    new Promise((resolve) => {
      seen.push((read, after) => resolve([read, after]))
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).resume()
      const next = (): void => {
        const part = parts.shift()
        if (part === undefined) return
        if (part === 'hang up') return void socket.destroy()
        socket.write(part, 'latin1', () => setImmediate(next))
      }
      next()
    })
  const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  const sized = (length: number): string => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`

  test.each<[string, string[], string]>([
    ['in one piece', [`${sized(5)}hello`], 'hello'],
    ['letter by letter', [sized(5), 'h', 'e', 'l', 'l', 'o'], 'hello'],
    ['in chunks', [chunked, '2\r\nhe\r\n', '3\r\nllo\r\n', '0\r\n\r\n'], 'hello'],
    ['in chunks, all at once', [`${chunked}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`], 'hello'],
    ['of no bytes', [sized(0)], ''],
    ['of no chunks', [`${chunked}0\r\n\r\n`], ''],
    ['with trailers', [`${chunked}5\r\nhello\r\n0\r\n`, 'X-Name: purge\r\n\r\n'], 'hello'],
    ['that may come', [`POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`, 'hello'], 'hello'],
  ])('%s is read, and is there to be read again', async (_, parts, text) => {
    expect(await send(...parts)).toEqual([{ text }, text])
  })

  test.each<[string, string[], string]>([
    ['that is too large', [sized(21), 'x'.repeat(21)], 'too large'],
    ['in chunks without an end', [chunked, ...Array<string>(5).fill('8\r\nxxxxxxxx\r\n')], 'too large'],
    ['that is no UTF-8', [`${sized(2)}\xff\xfe`], 'unreadable'],
    ['that breaks off', [sized(5), 'he', 'hang up'], 'unreadable'],
  ])('%s is said to be so', async (_, parts, problem) => {
    expect(await send(...parts)).toEqual([{ problem }, ''])
  })
})
