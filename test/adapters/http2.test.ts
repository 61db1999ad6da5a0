/** The gate on servers of `node:http2`, which keep the first of several headers in `headers` and say nothing of the rest. */
import { createAdaptorServer } from '@hono/node-server'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { once } from 'node:events'
import { connect as connectHttp2, createServer } from 'node:http2'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { byRequest, gate } from '../../src/index.js'
import { callers, GOOD, whoCalls } from './callers.js'
import type { Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Gate } from '../../src/index.js'

const guard = gate(callers(), { resource: 'https://mcp.example.com/mcp', tokenFrom: { cookie: '__Host-token', origins: ['https://app.example.com'] } })

/** The small app on each: `/mcp` says who calls. Handlers are typed for HTTP/1.1, and run for both. */
const SERVERS: Readonly<Record<string, (guard: Gate) => Promise<Http2Server>>> = {
  'node:http2': async (guard) => createServer(nodeAuth(guard)((_req, res) => void res.end(JSON.stringify(whoCalls()))) as never),
  Koa: async (guard) =>
    createServer(
      new Koa()
        .use(koaAuth(guard))
        .use((ctx) => void (ctx.body = JSON.stringify(whoCalls())))
        .callback(),
    ),
  Fastify: async (guard) => {
    const app = Fastify({ http2: true })
    await app.register(fastifyAuth(guard))
    app.all('/mcp', async () => whoCalls())
    await app.ready()
    return app.server
  },
  Hono: async (guard) =>
    createAdaptorServer({
      fetch: new Hono().use(honoAuth(guard)).all('/mcp', (c) => c.json(whoCalls())).fetch,
      createServer,
      overrideGlobalObjects: false,
    }) as Http2Server,
}

describe.each(Object.entries(SERVERS))('the gate on HTTP/2 with %s', (_, serve) => {
  let server: Http2Server
  beforeAll(async () => {
    server = await serve(byRequest(({ host }) => (host === 'mcp.example.com' ? guard : undefined)))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => void server.close(resolve)))

  const bearer = (token: string): Field => ['authorization', `Bearer ${token}`]
  const cookie: Field = ['cookie', `__Host-token=${GOOD.ada}`]
  test.each<[string, readonly Field[], object]>([
    ['one header', [bearer(GOOD.ada)], { sub: 'ada' }],
    ['no header', [], { error: 'unauthorized' }],
    ['two headers', [bearer(GOOD.ada), bearer(GOOD.bob)], { error: 'invalid_request' }],
    ['the same header twice', [bearer(GOOD.ada), bearer(GOOD.ada)], { error: 'invalid_request' }],
    ['two schemes, a header each', [['authorization', 'Basic eA=='], bearer(GOOD.ada)], { error: 'invalid_request' }],
    ['a cookie in crumbs', [['origin', 'https://app.example.com'], ['cookie', 'theme=dark'], cookie], { sub: 'ada' }],
    ['a cookie from a page with two origins', [['origin', 'https://app.example.com'], ['origin', 'https://evil.example'], cookie], { error: 'unauthorized' }],
  ])('%s', async (_, fields, answered) => {
    const { port } = server.address() as AddressInfo // a TCP server that listens has one
    expect(await askedByHand(port, fields)).toMatchObject(answered)
  })
})

describe('a body that comes by HTTP/2', () => {
  const operations = { operations: { 'tools/call': { 'purge-notes': 'notes:purge' } } }
  const server = createServer(
    nodeAuth(callers(), operations)(async (req, res) => {
      let text = ''
      for await (const chunk of req) text += String(chunk)
      res.end(text)
    }) as never, // typed for HTTP/1.1
  )
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => void server.close(resolve)))

  const ask = async (method: string, ...parts: string[]): Promise<string> => {
    const { port } = server.address() as AddressInfo // a TCP server that listens has one
    const client = connectHttp2(`http://127.0.0.1:${port}`)
    const stream = client.request({ ':method': method, ':path': '/mcp', authorization: `Bearer ${GOOD.ada}`, 'content-type': 'application/json' }, { endStream: false })
    for (const part of parts) await new Promise((written) => stream.write(part, written))
    stream.end().setEncoding('utf8')
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    client.close()
    return text
  }
  const call = (name: string): string => JSON.stringify({ method: 'tools/call', params: { name } })
  test.each([
    ['in one piece', [call('greet')]],
    ['in two', [call('greet').slice(0, 9), call('greet').slice(9)]],
    ['of many frames', [JSON.stringify({ method: 'ping', params: 'x'.repeat(200_000) })]],
  ])('is read, and is there to be read again: %s', async (_, parts) => {
    expect(await ask('POST', ...parts)).toBe(parts.join(''))
  })

  // No length announces it, as it must in HTTP/1.1.
  test.each(['POST', 'post', 'GET', 'DELETE'])('is read whatever its method: %s', async (method) => {
    expect(await ask(method, call('purge-notes'))).toContain('insufficient_scope')
  })

  test('of no bytes is no JSON, and nothing that a GET would need', async () => {
    expect(await ask('POST')).toContain('invalid_request')
    for (const method of ['GET', 'DELETE']) expect(await ask(method)).toBe('')
  })

  test('of no frame neither', async () => {
    const { port } = server.address() as AddressInfo // a TCP server that listens has one
    const client = connectHttp2(`http://127.0.0.1:${port}`)
    const stream = client.request({ ':path': '/mcp', authorization: `Bearer ${GOOD.ada}` }, { endStream: true })
    const [head] = (await once(stream, 'response')) as [{ readonly ':status': number }]
    client.destroy()
    expect(head[':status']).toBe(200)
  })
})

test('a request that names two hosts, by HTTP/2, is of neither', async () => {
  const chosen: unknown[] = []
  const server = createServer(nodeAuth(byRequest(({ host }) => void chosen.push(host)))(() => undefined) as never) // typed for HTTP/1.1
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  await askedByHand(port, [['host', 'mail.example.com']])
  await askedByHand(port, [['host', 'mcp.example.com']])
  await new Promise((resolve) => void server.close(resolve))
  expect(chosen).toEqual([undefined, 'mcp.example.com'])
})

type Field = readonly [name: string, value: string]

/** The body of the answer. The frames are written by hand (RFC 9113), since Node's client sends no `authorization` twice. */
function askedByHand(port: number, fields: readonly Field[]): Promise<unknown> {
  const pseudo: readonly Field[] = [[':method', 'GET'], [':scheme', 'http'], [':authority', 'mcp.example.com'], [':path', '/mcp']]
  const block = Buffer.concat([...pseudo, ...fields].map(literal))
  const SETTINGS = 4
  const [HEADERS, END_STREAM_AND_HEADERS] = [1, 5]
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', reject)
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0, Buffer.alloc(0)), frame(HEADERS, END_STREAM_AND_HEADERS, 1, block)]))
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const { data, isWhole } = dataIn(received)
      if (!isWhole) return
      socket.destroy()
      resolve(JSON.parse(data))
    })
    socket.on('close', () => reject(new Error('the answer broke off')))
  })
}

/** RFC 7541 section 6.2.2: a literal that nobody needs to remember, without Huffman's code. */
function literal([name, value]: Field): Buffer {
  return Buffer.from([0, name.length, ...Buffer.from(name), value.length, ...Buffer.from(value)])
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.set([type, flags], 3)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** What DATA frames hold, and whether one of them was the last. */
function dataIn(bytes: Buffer): { readonly data: string; readonly isWhole: boolean } {
  const [DATA, END_STREAM] = [0, 1]
  const data: Buffer[] = []
  let isWhole = false
  for (let at = 0; at + 9 <= bytes.length; ) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    if (bytes[at + 3] === DATA) {
      data.push(bytes.subarray(at + 9, end))
      isWhole = ((bytes[at + 4] ?? 0) & END_STREAM) !== 0
    }
    at = end
  }
  return { data: Buffer.concat(data).toString(), isWhole }
}
