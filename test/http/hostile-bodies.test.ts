/** Requests as no honest client writes them: however a body comes, no call goes through that a rule refuses, and no request waits for ever. */
import express from 'express'
import Fastify from 'fastify'
import { createServer } from 'node:http'
import * as http2 from 'node:http2'
import { connect } from 'node:net'
import { beforeEach, describe, expect, test } from 'vitest'
import * as onExpress from '../../src/adapters/express.js'
import * as onFastify from '../../src/adapters/fastify.js'
import * as onNode from '../../src/adapters/node.js'
import { StaticProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { until } from '../until.js'
import { listen } from '../adapters/http-kit.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const KEY = 'local-development-key'
const provider = new StaticProvider({ [KEY]: { claims: { sub: 'me' }, scopes: ['notes:read'] } })
const options = { operations: { 'tools/call': { purge: 'notes:write' } } }
const call = (name: string): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
const PURGE = call('purge')
const GREET = call('greet')

/** What handlers have found: never the call that is refused. */
const found: string[] = []
beforeEach(() => void (found.length = 0))

function serve(req: IncomingMessage, res: ServerResponse): void {
  let text = ''
  req.on('data', (chunk) => (text += String(chunk))).on('end', () => {
    found.push(text)
    res.end(`found ${text.length}`)
  })
}

const SERVERS = {
  'node:http': async () => createServer(onNode.bearerAuth(provider, options)(serve)),
  Express: async () => createServer(express().use(onExpress.bearerAuth(provider, options), serve)),
  Fastify: async () => {
    const app = Fastify()
    app.addContentTypeParser('application/json', (_request, payload, done) => done(null, payload))
    await app.register(onFastify.bearerAuth(provider, options))
    app.post('/mcp', (request, reply) => (reply.hijack(), serve(request.raw, reply.raw)))
    await app.ready()
    return app.server
  },
}

const head = (more: string, key = KEY): string => `POST /mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${more}\r\n`
const whole = (body: string, key = KEY): string => head(`Content-Length: ${body.length}\r\n`, key) + body
const chunked = (...parts: string[]): string => parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

describe.each(Object.entries(SERVERS))('on %s', (_, start) => {
  const serving = async (): Promise<number> => {
    const running = closing(await listen((await start()) as ReturnType<typeof createServer>))
    return Number(new URL(running.origin).port)
  }

  /** Statuses of the answers to what is written, piece by piece, until so many are there or the server closes. */
  async function statuses(pieces: readonly string[], count: number, port?: number): Promise<number[]> {
    const at = port ?? (await serving())
    let text = ''
    const read = (): number[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)).filter((status) => status !== 100)
    await new Promise<void>((resolve) => {
      const socket = connect(at, '127.0.0.1')
      const over = (): void => (socket.destroy(), resolve())
      socket.setNoDelay(true).on('error', over).on('close', over).on('data', (chunk) => {
        text += String(chunk)
        if (read().length >= count) over()
      })
      const left = [...pieces]
      const next = (): void => {
        const piece = left.shift()
        if (piece !== undefined) socket.write(piece, () => setImmediate(next))
      }
      next()
    })
    return read()
  }

  test.each<[string, string[]]>([
    ['at once', [whole(PURGE)]],
    ['letter by letter', [...whole(PURGE)]],
    ['its head, then its body', [head(`Content-Length: ${PURGE.length}\r\n`), PURGE]],
    ['with all but the last letter at once', [whole(PURGE).slice(0, -1), '}']],
    ['in chunks', [head(CHUNKED), chunked(PURGE.slice(0, 30)), chunked(PURGE.slice(30)), '0\r\n\r\n']],
    ['in chunks of one letter, at once', [head(CHUNKED) + chunked(...PURGE) + '0\r\n\r\n']],
    ['in chunks with trailers', [head(CHUNKED) + chunked(PURGE), '0\r\nContent-Type: text/plain\r\n', '\r\n']],
    ['behind Expect: 100-continue', [head(`Expect: 100-continue\r\nContent-Length: ${PURGE.length}\r\n`), PURGE]],
    ['behind Expect: 100-continue, without waiting', [head(`Expect: 100-continue\r\nContent-Length: ${PURGE.length}\r\n`) + PURGE]],
  ])('a call that a rule refuses is refused, sent %s', async (_name, pieces) => {
    expect(await statuses(pieces, 1)).toEqual([403])
    expect(found).toEqual([])
  })

  test('each of several requests on one connection is judged by its own body, and answered in turn', async () => {
    const all = [whole(GREET), whole(PURGE), whole(GREET, 'no-such-key-at-all'), whole(call('hello')), whole(PURGE), whole('{"method":'), whole(GREET)]
    const expected = [200, 403, 401, 200, 403, 400, 200]
    expect(await statuses([all.join('')], 7)).toEqual(expected)
    expect(await statuses(all, 7)).toEqual(expected)
    expect(await statuses([...all.join('')], 7)).toEqual(expected)
    expect(found.filter((text) => text !== GREET && text !== call('hello'))).toEqual([])
    expect(found).toHaveLength(9)
  })

  test('one that says a length that is too short sends the rest as a request of its own, which is none', async () => {
    const cut = head(`Content-Length: ${GREET.length}\r\n`) + GREET + PURGE
    expect((await statuses([cut], 2)).filter((status) => status === 200).length).toBeLessThanOrEqual(1)
    expect(found.filter((text) => text !== GREET)).toEqual([])
  })

  test('one that is too large is refused, and so is whatever follows it on the connection', async () => {
    const large = JSON.stringify({ method: 'ping', params: { text: 'x'.repeat(4 * 1024 * 1024) } })
    expect(await statuses([whole(large), whole(PURGE)], 2)).toEqual([413, 403])
    expect(found).toEqual([])
  })

  test('a large one that is allowed goes through whole, with one behind it', async () => {
    const large = JSON.stringify({ method: 'ping', params: { text: 'x'.repeat(3 * 1024 * 1024) } })
    expect(await statuses([whole(large) + whole(PURGE), whole(GREET)], 3)).toEqual([200, 403, 200])
    expect(found.map((text) => text.length)).toEqual([large.length, GREET.length])
  })

  test('one that breaks off runs no handler, and the next client is served', async () => {
    const port = await serving()
    for (const cut of [1, 20, GREET.length - 1]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).write(head(`Content-Length: ${GREET.length}\r\n`) + GREET.slice(0, cut), () => setImmediate(() => socket.destroy()))
      await new Promise((resolve) => void socket.on('close', resolve))
    }
    expect(await statuses([whole(GREET)], 1, port)).toEqual([200])
    await until(() => found.length > 0)
    expect(found).toEqual([GREET])
  })
})

describe('on HTTP/2', () => {
  async function status(parts: readonly string[], end: 'ends' | 'breaks off' | 'has none'): Promise<number> {
    const server = closing(http2.createServer(onNode.bearerAuth(provider, options)(serve as never) as never))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    try {
      return await new Promise((resolve) => {
        const stream = client.request({ ':method': 'POST', ':path': '/mcp', authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, { endStream: end === 'has none' })
        stream.on('response', (headers) => resolve(Number(headers[':status']))).on('error', () => undefined).on('close', () => resolve(0)).resume()
        if (end === 'has none') return
        const left = [...parts]
        const next = (): void => {
          const part = left.shift()
          if (part !== undefined) stream.write(part, () => setImmediate(next))
          else if (end === 'ends') stream.end()
          else client.destroy()
        }
        next()
      })
    } finally {
      client.destroy()
    }
  }

  test('a call that a rule refuses is refused, and others go through', async () => {
    expect(await status([PURGE], 'ends')).toBe(403)
    expect(await status([...PURGE], 'ends')).toBe(403)
    expect(await status([GREET.slice(0, 9), GREET.slice(9)], 'ends')).toBe(200)
    expect(found).toEqual([GREET])
  })

  test('one without a body is refused', async () => {
    expect(await status([], 'has none')).toBe(400)
    expect(await status([], 'ends')).toBe(400)
  })

  test('one that breaks off runs no handler, though all of it has come but its end', async () => {
    expect(await status([GREET], 'breaks off')).toBe(0)
    expect(await status([GREET.slice(0, 9)], 'breaks off')).toBe(0)
    expect(await status([PURGE], 'ends')).toBe(403)
    expect(found).toEqual([])
  })
})
