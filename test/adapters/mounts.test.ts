/** Gates below mounts, of their own framework and of others: the path that a client wrote counts, and not what is left of it. */
import { createAdaptorServer, getRequestListener } from '@hono/node-server'
import express from 'express'
import { H3, toResponse, withBase } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import mount from 'koa-mount'
import methodOverride from 'method-override'
import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { byRequest, gate, getAccessToken } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import { listen } from './http-kit.js'
import type { Server } from 'node:http'
import type { GateOptions } from '../../src/index.js'
import type { Ask, Running } from './http-kit.js'

const running: Running[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())))
async function asking(server: Server): Promise<Ask> {
  const started = await listen(server)
  running.push(started)
  return started.ask
}

const who = (): string => getAccessToken()?.subject ?? 'nobody'
const node = (options: GateOptions) => nodeAuth(callers(), options)((_req, res) => void res.end(who()))
const web = (options: GateOptions) => fetchAuth(callers(), options)(() => new Response(who()))
const hono = (options: GateOptions): Hono => new Hono().use(honoAuth(callers(), options)).all('*', (c) => c.text(who()))
const koa = (options: GateOptions): Koa => new Koa().use(koaAuth(callers(), options)).use((ctx) => void (ctx.body = who()))
const onNode = (app: { fetch: (request: Request, env: object) => Response | Promise<Response> }): Server =>
  createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server

const MOUNTED: Readonly<Record<string, (options: GateOptions) => Server>> = {
  'node within Express': (options) => createServer(express().use('/mcp', node(options))),
  'Koa within Express': (options) => createServer(express().use('/mcp', koa(options).callback())),
  'Hono within Express': (options) => createServer(express().use('/mcp', getRequestListener(hono(options).fetch, { overrideGlobalObjects: false }))),
  'Express within Express': (options) => createServer(express().use('/mcp', express().use(expressAuth(callers(), options)).use((_req, res) => void res.send(who())))),
  'fetch within Hono': (options) => onNode(new Hono().mount('/mcp', web(options))),
  'Hono within Hono': (options) => onNode(new Hono().mount('/mcp', hono(options).fetch)),
  'Koa below koa-mount': (options) => createServer(new Koa().use(mount('/mcp', koa(options))).callback()),
  'h3 with withBase': (options) => {
    const app = new H3().use((event, next) => fetchAuth(callers(), options)(async () => toResponse(await next(), event))(event.req)).all('/**', () => who())
    return onNode({ fetch: async (request) => new H3().all('/mcp/**', withBase('/mcp', app)).all('/mcp', withBase('/mcp', app)).fetch(request) })
  },
}

describe.each(Object.entries(MOUNTED))('%s, mounted at /mcp', (_, make) => {
  test.each<[string, GateOptions]>([['nothing', {}], ['the path as the client writes it', { protect: ['/mcp'] }], ['a path below it', { protect: ['/mcp/notes'] }]])('is guarded with %s', async (_, options) => {
    const ask = await asking(make(options))
    for (const target of ['/mcp/notes', '/mcp/notes/x']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
      expect((await ask({ target, headers: { Authorization: `Bearer ${GOOD.ada}` } })).text).toBe('ada')
    }
  })
})

describe('a method that something in front of the gate has changed', () => {
  const override = { 'X-HTTP-Method-Override': 'OPTIONS', Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }

  test.each<[string, GateOptions]>([['nothing', {}], ['preflights handed on', { preflight: 'pass' }]])('makes no preflight of a POST, with %s', async (_, options) => {
    const app = express().use(methodOverride()).use(expressAuth(callers(), options))
    const ask = await asking(createServer(app.use((_req, res) => void res.send(who()))))
    expect((await ask({ headers: override })).status).toBe(401)
  })

  test('opens no path that is excluded for another method', async () => {
    const app = express().use(methodOverride()).use(expressAuth(callers(), { exclude: [{ path: '/orders', methods: ['GET'] }] }))
    const ask = await asking(createServer(app.use((req, res) => void res.send(req.method))))
    expect((await ask({ target: '/orders', headers: { 'X-HTTP-Method-Override': 'GET' } })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/orders' })).text).toBe('GET')
  })
})

describe('the host that a client writes', () => {
  const chosen = byRequest(({ host }) => (host === 'notes.example.com' ? gate(callers()) : undefined))
  const servers: Readonly<Record<string, () => Server>> = {
    node: () => createServer(nodeAuth(chosen)((_req, res) => void res.end(who()))),
    express: () => createServer(express().use(expressAuth(chosen)).use((_req, res) => void res.send(who()))),
    koa: () => createServer(new Koa().use(koaAuth(chosen)).use((ctx) => void (ctx.body = who())).callback()),
    hono: () => onNode(new Hono().use(honoAuth(chosen)).all('*', (c) => c.text(who()))),
    fetch: () => onNode({ fetch: fetchAuth(chosen)(() => new Response(who())) }),
  }

  test.each(Object.entries(servers))('is none where the request line and Host disagree, on %s', async (_, make) => {
    const { ask, port } = await onPort(make())
    const headers = { Authorization: `Bearer ${GOOD.ada}` }
    expect(await raw(port, 'POST /x', 'notes.example.com')).toBe(200)
    expect(await raw(port, 'POST http://notes.example.com/x', 'notes.example.com')).toBe(200)
    expect(await raw(port, 'POST http://notes.example.com/x', 'mail.example.com')).toBe(401)
    expect(await raw(port, 'POST http://mail.example.com/x', 'notes.example.com')).toBe(401)
    expect((await ask({ target: '/x', headers })).status).toBe(401)
  })

  test.each(Object.entries(servers))('is a 400 where it cannot be one, on %s', async (_, make) => {
    const { port } = await onPort(make())
    for (const host of ['xn--a', '1.2.3.999', 'a b', 'a@b', '[::1']) expect({ host, status: await raw(port, 'POST /x', host) }).toEqual({ host, status: 400 })
  })

  async function onPort(server: Server): Promise<{ ask: Ask; port: number }> {
    const ask = await asking(server)
    return { ask, port: Number(new URL(running.at(-1)?.origin ?? '').port) }
  }

  async function raw(port: number, line: string, host: string): Promise<number> {
    const { connect } = await import('node:net')
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${line} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${GOOD.ada}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`))
      let text = ''
      socket.on('data', (chunk) => (text += String(chunk))).on('error', reject)
      socket.on('close', () => resolve(Number(text.split(' ')[1])))
    })
  }
})
