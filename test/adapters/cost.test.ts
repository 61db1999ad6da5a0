/** What a request with a remembered token makes on its way through the gate: promises and bytes are counted, and no time is measured. */
import { createHook } from 'node:async_hooks'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { getHeapStatistics } from 'node:v8'
import { describe, expect, test } from 'vitest'
import * as express from '../../src/adapters/express.js'
import * as fastify from '../../src/adapters/fastify.js'
import * as fetch from '../../src/adapters/fetch.js'
import * as hono from '../../src/adapters/hono.js'
import * as koa from '../../src/adapters/koa.js'
import * as nest from '../../src/adapters/nest.js'
import * as node from '../../src/adapters/node.js'
import { accept, getAccessToken, standardScopes, StandardProvider } from '../../src/index.js'
import { isPending } from '../../src/lib/awaitable.js'
import type { Verdict } from '../../src/index.js'

const TOKEN = 'ci-0123456789abcdef'
const HEADERS = ['Host', 'mcp.example.com', 'Authorization', `Bearer ${TOKEN}`, 'Content-Type', 'application/json', 'Accept', 'application/json', 'Content-Length', '130']

class Remembering extends StandardProvider {
  checks = 0

  protected override check(): Verdict {
    this.checks += 1
    return accept({ sub: 'ci', scope: 'deploy', aud: 'https://mcp.example.com/mcp' })
  }
}

const provider = new Remembering({ scopes: [standardScopes] })
const OPTIONS = { resource: 'https://mcp.example.com/mcp', requiredScopes: ['deploy'] }

let served = 0
const serve = (): void => {
  if (getAccessToken()?.subject === 'ci') served += 1
}

type Serve = (message: IncomingMessage, response: ServerResponse) => unknown

const onNode = node.bearerAuth(provider, OPTIONS)(serve)
const onExpress = express.bearerAuth(provider, OPTIONS)
const onNest = nest.bearerAuth(provider, OPTIONS)
const onFastify = hookOf(fastify.bearerAuth(provider, OPTIONS))
const onKoa = koa.bearerAuth(provider, OPTIONS)
const onHono = hono.bearerAuth(provider, OPTIONS)
const onFetch = fetch.bearerAuth(provider, OPTIONS)(() => (serve(), new Response()))

/**
 * How one request is served, and the most promises that it may make, with the one that whoever awaits the answer makes of it,
 * and one more for each `await` while a hook listens.
 */
const ADAPTERS: Readonly<Record<string, { readonly serve: Serve; readonly most: number }>> = {
  'node:http, whose listener is called by an async function': { serve: onNode, most: 2 },
  Express: { serve: (message, response) => onExpress(message, response, serve), most: 0 },
  Nest: { serve: (message, response) => onNest(message, response, serve), most: 0 },
  Fastify: { serve: (raw, response) => onFastify({ raw, routeOptions: {}, server: {} }, replyOf(response), serve), most: 0 },
  'Koa, whose next is awaited': { serve: (req, res) => onKoa(koaContext(req, res), async () => serve()), most: 4 },
  'Hono, whose next is awaited': { serve: (message) => onHono(honoContext(message), async () => serve()), most: 4 },
  'fetch, whose handler is awaited': { serve: (message) => onFetch(requestOf(message)), most: 4 },
}

describe.each(Object.entries(ADAPTERS))('with a remembered token, %s', (_name, { serve: one, most }) => {
  test('makes no promise where nothing is waited for', async () => {
    const before = { served, checks: provider.checks }
    for (const [message, response] of messages(50)) await one(message, response)
    let promises = 0
    const hook = createHook({ init: (_id, type) => void (type === 'PROMISE' && (promises += 1)) })
    const counts: number[] = []
    for (const [message, response] of messages(20)) {
      promises = 0
      hook.enable()
      const done = one(message, response)
      if (isPending(done)) await done
      hook.disable()
      counts.push(promises)
    }
    expect(served - before.served).toBe(70)
    expect(provider.checks).toBe(1)
    expect(Math.min(...counts)).toBeLessThanOrEqual(most)
  })
})

test('no more than eight kilobytes', async () => {
  const rounds: number[] = []
  for (let round = 0; round < 40; round += 1) {
    const all = messages(100)
    const before = getHeapStatistics().used_heap_size
    for (const one of all) await onNode(...one)
    rounds.push((getHeapStatistics().used_heap_size - before) / all.length)
  }
  // Less where the garbage collector came in between.
  const bytes = rounds.toSorted((a, b) => a - b)[20] ?? 0
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(8_000)
})

describe('with operations', () => {
  const withOperations = express.bearerAuth(provider, { ...OPTIONS, operations: { 'tools/call': { purge: 'purge' } } })
  const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet' } })

  /** As the parser of HTTP does it: the body comes when the listener has had its turn. */
  const decided = ([message, response]: [IncomingMessage, ServerResponse]): Promise<void> => {
    return new Promise<void>((resolve) => {
      withOperations(message, response, () => resolve())
      message.push(Buffer.from(CALL))
      message.complete = true
      message.push(null)
    })
  }

  test('no promise is made, however many steps wait for the body', async () => {
    for (const one of messages(20)) await decided(one)
    const counts: number[] = []
    for (const one of messages(20)) {
      let promises = 0
      const hook = createHook({ init: (_id, type) => void (type === 'PROMISE' && (promises += 1)) }).enable()
      const done = decided(one)
      await done
      hook.disable()
      counts.push(promises)
      expect(await text(one[0])).toBe(CALL)
    }
    expect(Math.min(...counts)).toBe(2) // of whoever awaits it here
  })

  test('the request goes on within the call that brings the end of its body', () => {
    const [[message, response] = expect.unreachable()] = messages(1)
    let goes = 0
    withOperations(message, response, () => (goes += 1))
    message.push(Buffer.from(CALL.slice(0, 20)))
    message.push(Buffer.from(CALL.slice(20)))
    expect(goes).toBe(0)
    message.complete = true
    message.push(null)
    expect(goes).toBe(1)
    expect(message.readableDidRead).toBe(false)
    expect(message.readableLength).toBe(CALL.length)
  })

  test('and nothing is left on the request but the caller and its own push, and nothing on the response but one function', async () => {
    const [[message, response] = expect.unreachable()] = messages(1)
    const before = [Reflect.ownKeys(message), Reflect.ownKeys(response)]
    await decided([message, response])
    const after = [Reflect.ownKeys(message), Reflect.ownKeys(response)]
    expect(after.map((keys, index) => keys.filter((key) => !before[index]?.includes(key) && key !== '_eventsCount'))).toEqual([['push', 'auth'], ['writeHead']])
    expect(message.push).toBe(IncomingMessage.prototype.push)
  })

  test('each message is given the same functions, which are taken back', async () => {
    const listening = messages(2).map(([message, response]) => {
      withOperations(message, response, () => undefined)
      return [...['close', 'error'].flatMap((event) => message.listeners(event)), message.push]
    })
    expect(listening[0]).toEqual(listening[1])
    expect(listening[0]).toHaveLength(3)
    const [[message, response] = expect.unreachable()] = messages(1)
    await decided([message, response])
    expect(['readable', 'close', 'error'].map((event) => message.listenerCount(event))).toEqual([0, 0, 0])
    expect(message.push).toBe(IncomingMessage.prototype.push)
  })
})

// V8 keeps what a fresh function closes over until the whole heap is collected, where it is put on an object that was made elsewhere.
test('every response is given the same function', async () => {
  const watched = await Promise.all(messages(2).map(async ([message, response]) => {
    const own = response.writeHead
    await onNode(message, response)
    expect(response.writeHead).not.toBe(own)
    return response.writeHead
  }))
  expect(watched[0]).toBe(watched[1])
})

/** Requests as they come from a socket, and the answers to them, made before anything is counted. */
function messages(count: number): [IncomingMessage, ServerResponse][] {
  return Array.from({ length: count }, () => {
    const message = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', url: '/mcp', rawHeaders: [...HEADERS] })
    return [message, new ServerResponse(message)]
  })
}

/** The hook that the plugin registers for requests. */
function hookOf(plugin: ReturnType<typeof fastify.bearerAuth>): (...call: unknown[]) => void {
  const hooks = new Map<string, (...call: unknown[]) => void>()
  plugin({ prefix: '', addHook: (name: string, hook: never) => hooks.set(name, hook) }, {}, () => undefined)
  return hooks.get('onRequest') ?? expect.unreachable()
}

const replyOf = (raw: ServerResponse): object => ({ raw, getHeader: () => undefined })

function koaContext(req: IncomingMessage, res: ServerResponse) {
  return { req, res, originalUrl: '/mcp', state: {}, headerSent: false, response: { get: () => '' }, set: () => undefined }
}

function honoContext(message: IncomingMessage) {
  const req = { path: '/mcp', raw: requestOf(message), routePath: '*' }
  return { req, env: {}, res: new Response(), error: undefined, header: () => undefined, set: () => undefined }
}

const requestOf = ({ rawHeaders: [, , name = '', value = ''] }: IncomingMessage): Request => new Request('https://mcp.example.com/mcp', { method: 'POST', headers: { [name]: value } })
