/** On `@hono/node-server` the gate reads the body by the message beneath: what it judges is what the handler finds, in every way to read it. */
import { text } from 'node:stream/consumers'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/hono.js'
import { StaticProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { listen } from './http-kit.js'
import type { HttpBindings } from '@hono/node-server'
import type { Server } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'

type Env = { Bindings: HttpBindings }
type Read = (c: Context<Env>) => Promise<unknown>

const KEY = 'local-development-key'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'me' }, scopes: ['notes:read'] } })
const gate = (): MiddlewareHandler => bearerAuth(auth, { operations: { 'tools/call': { purge: 'notes:write' } } })
const call = (name: string): string => JSON.stringify({ method: 'tools/call', params: { name } })
const GREET = call('greet')
const HEADERS = { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' }

/** What a handler finds of a body, on a server with these in front of it. */
async function answered(read: Read, body: string, before: readonly MiddlewareHandler<Env>[] = [], gates = [gate()]) {
  const app = new Hono<Env>()
  app.use(...before, ...gates)
  app.all('/mcp', async (c) => c.json({ found: await read(c) }))
  const running = closing(await listen(createAdaptorServer(app) as Server))
  const both = await Promise.all([running.ask({ method: 'POST', headers: HEADERS, body }), running.ask({ method: 'POST', headers: HEADERS, body })])
  expect(both[0]).toMatchObject({ status: both[1].status, text: both[1].text })
  return both[0]
}

const json: Read = async (c) => JSON.stringify(await c.req.json())

const WAYS: Readonly<Record<string, Read>> = {
  'c.req.json': json,
  'c.req.text': (c) => c.req.text(),
  'c.req.arrayBuffer': async (c) => Buffer.from(await c.req.arrayBuffer()).toString(),
  'the raw request': (c) => c.req.raw.text(),
  'a copy of the raw request': (c) => c.req.raw.clone().text(),
  'a request made of it': (c) => new Request(c.req.raw).text(),
  'its stream': async (c) => text(c.req.raw.body as unknown as AsyncIterable<Uint8Array>),
  'the message beneath': (c) => text(c.env.incoming),
}

describe.each(Object.entries(WAYS))('a handler that reads %s', (_, read) => {
  test('finds the body as it came, behind one gate and behind two', async () => {
    expect(await answered(read, GREET)).toMatchObject({ status: 200, text: JSON.stringify({ found: GREET }) })
    expect(await answered(read, GREET, [], [gate(), gate()])).toMatchObject({ status: 200, text: JSON.stringify({ found: GREET }) })
  })

  test('finds a large one whole', async () => {
    const large = JSON.stringify({ method: 'tools/call', params: { name: 'greet', text: 'ä'.repeat(300_000) } })
    expect((await answered(read, large)).text).toBe(JSON.stringify({ found: large }))
  })

  test('is not reached without the scope', async () => {
    expect((await answered(read, call('purge'))).status).toBe(403)
  })
})

const FRONT: Readonly<Record<string, MiddlewareHandler<Env>>> = {
  'has put another request there': async (c, next) => {
    c.req.raw = new Request(c.req.raw.url, { method: 'POST', headers: c.req.raw.headers, body: call('purge') })
    await next()
  },
  'left another body where hosts leave one': async (c, next) => {
    Object.assign(c.env.incoming, { rawBody: Buffer.from(call('purge')) })
    await next()
  },
}

test.each(Object.entries(FRONT))('what counts is what the handler will read, where somebody in front %s', async (_, front) => {
  expect((await answered(json, GREET, [front])).status).toBe(403)
})

test('a body that somebody in front has read cannot be judged', async () => {
  const reading: MiddlewareHandler<Env> = async (c, next) => {
    await c.req.raw.text()
    await next()
  }
  expect((await answered(async () => 'reached', GREET, [reading])).status).toBe(400)
})

test('one that somebody in front has copied is judged', async () => {
  const copying: MiddlewareHandler<Env> = async (c, next) => {
    await c.req.raw.clone().text()
    await next()
  }
  expect((await answered(json, GREET, [copying])).status).toBe(200)
  expect((await answered(json, call('purge'), [copying])).status).toBe(403)
})

test('headers and body count as somebody in front has put others on the request', async () => {
  const as = (name: string, value: unknown): MiddlewareHandler<Env> => async (c, next) => {
    Object.defineProperty(c.req.raw, name, { value })
    await next()
  }
  expect((await answered(json, GREET, [as('headers', new Headers({ ...HEADERS, Authorization: 'Bearer of-nobody-at-all' }))])).status).toBe(401)
  expect((await answered(json, GREET, [as('clone', () => new Request('http://localhost', { method: 'POST', body: call('purge') }))])).status).toBe(403)
})

test('headers count as somebody in front has changed them', async () => {
  const signingIn: MiddlewareHandler<Env> = async (c, next) => {
    c.req.raw.headers.set('authorization', 'Bearer of-nobody-at-all')
    await next()
  }
  expect((await answered(json, GREET, [signingIn])).status).toBe(401)
})
