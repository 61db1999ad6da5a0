/** Our gate and no gate of an SDK: real MCP clients talk to real MCP servers, and every tool knows its caller. */
import { StreamableHTTPTransport } from '@hono/mcp'
import { Client as Client2, StreamableHTTPClientTransport as ClientTransport2 } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as ClientTransport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport as ServerTransport1 } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer as McpServer2, requireScopes, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { authInfo } from '../../src/adapters/mcp.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { callers, GOOD } from '../adapters/callers.js'
import { askingDirectly, listen } from '../adapters/http-kit.js'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthInfo } from '../../src/adapters/mcp.js'
import type { Ask } from '../adapters/http-kit.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
const gate = { resource: RESOURCE }
const STRONG = { acr: ['phr'], maxAuthAge: 300 }

interface McpUnderTest {
  readonly ask: Ask
  readonly url: URL
  /** How a client gets there, where it is not the network. */
  readonly fetch?: typeof globalThis.fetch
  close(): Promise<void>
}

/* ---- The servers -------------------------------------------------------------------------------------------------- */

const says = (what: unknown): { content: { type: 'text'; text: string }[] } => ({ content: [{ type: 'text', text: JSON.stringify(what) }] })

function notes1(): McpServer1 {
  const server = new McpServer1({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', {}, async ({ authInfo: auth }) => {
    await Promise.resolve()
    return says({ auth, subject: requireAuth().subject })
  })
  server.registerTool('write', {}, () => requireAuth('notes:write') && says('WRITTEN'))
  server.registerTool('purge', {}, () => requireAuth(STRONG) && says('PURGED'))
  return server
}

function notes2(): McpServer2 {
  const server = new McpServer2({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', {}, async ({ http }): Promise<CallToolResult> => {
    await Promise.resolve()
    return says({ auth: http?.authInfo, subject: requireAuth().subject })
  })
  server.registerTool('write', {}, (): CallToolResult => requireAuth('notes:write') && says('WRITTEN'))
  server.registerTool('purge', {}, (): CallToolResult => requireAuth(STRONG) && says('PURGED'))
  server.registerTool('write_challenged', { scopeChallenge: requireScopes('notes:read', 'notes:write') }, (): CallToolResult => says('WRITTEN'))
  return server
}

async function serve1(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void> {
  const server = notes1()
  const transport = new ServerTransport1({})
  res.on('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(req, res, body)
}

async function serve2(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void> {
  const server = notes2()
  const transport = new NodeStreamableHTTPServerTransport()
  res.on('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(req, res, body)
}

const handler2 = createMcpHandler(notes2)
type Handle = (req: IncomingMessage, res: ServerResponse, body?: unknown) => Promise<void>

const nodeHandler2 = toNodeHandler(handler2) as Handle // node:http's own types do not fit the SDK's under exactOptionalPropertyTypes

const onNode = (handle: Handle) => () => running(createServer(nodeAuth(callers(), gate)((req, res) => handle(req, res))))

const onExpress = (handle: Handle) => () => {
  const app = express().use(expressAuth(callers(), gate)).use(express.json())
  app.all('/mcp', (req, res) => handle(req, res, req.body))
  return running(createServer(app))
}

const onFastify = (handle: Handle) => async () => {
  const app = Fastify()
  await app.register(fastifyAuth(callers(), gate))
  app.all('/mcp', async (request, reply) => {
    reply.hijack()
    await handle(request.raw, reply.raw, request.body)
  })
  await app.ready()
  return running(app.server)
}

const onFetch = (handle: (request: Request) => Promise<Response>) => async () => inProcess(fetchAuth(callers(), gate)(handle))

async function onHono(): Promise<McpUnderTest> {
  const app = new Hono<{ Variables: { auth?: AuthInfo } }>().use(honoAuth(callers(), gate))
  app.all('/mcp', (c) => handler2.fetch(c.req.raw, { ...(c.var.auth && { authInfo: c.var.auth }) }))
  return inProcess(async (request) => app.fetch(request))
}

async function onHonoMcp(): Promise<McpUnderTest> {
  const app = new Hono().use(honoAuth(callers(), gate))
  app.all('/mcp', async (c) => {
    const transport = new StreamableHTTPTransport()
    await notes1().connect(transport)
    return transport.handleRequest(c)
  })
  return inProcess(async (request) => app.fetch(request))
}

async function webStandard(request: Request): Promise<Response> {
  const server = notes2()
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  const auth = authInfo()
  return transport.handleRequest(request, { ...(auth && { authInfo: auth }) })
}

async function webHandler(request: Request): Promise<Response> {
  const auth = authInfo()
  return handler2.fetch(request, { ...(auth && { authInfo: auth }) })
}

async function running(server: ReturnType<typeof createServer>): Promise<McpUnderTest> {
  const { ask, origin, close } = await listen(server)
  return { ask, url: new URL(`${origin}/mcp`), close }
}

function inProcess(handler: (request: Request) => Promise<Response>): McpUnderTest {
  return {
    ask: askingDirectly(handler),
    url: new URL('http://localhost/mcp'),
    fetch: (url, init) => handler(new Request(url, init)),
    close: async () => undefined,
  }
}

/* ---- The clients -------------------------------------------------------------------------------------------------- */

interface Said {
  readonly isError: boolean
  readonly text: string
}
type Call = (server: McpUnderTest, token: string | undefined, tool: string) => Promise<Said>

const bearer = (token: string | undefined): Record<string, string> => (token === undefined ? {} : { Authorization: `Bearer ${token}` })

const call1: Call = async ({ url, fetch }, token, tool) => {
  const client = new Client1({ name: 'test', version: '1.0.0' })
  try {
    const transport = new ClientTransport1(url, { requestInit: { headers: bearer(token) }, ...(fetch && { fetch }) })
    await client.connect(transport)
    return said(await client.callTool({ name: tool }))
  } finally {
    await client.close()
  }
}

const call2 =
  (mode: 'legacy' | { pin: string }): Call =>
  async ({ url, fetch }, token, tool) => {
    const client = new Client2({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
    try {
      await client.connect(new ClientTransport2(url, { requestInit: { headers: bearer(token) }, ...(fetch && { fetch }) }))
      return said(await client.callTool({ name: tool }))
    } finally {
      await client.close()
    }
  }

function said(result: unknown): Said {
  const { isError = false, content } = result as { isError?: boolean; content: { text: string }[] } // our own servers say text
  return { isError, text: content.map(({ text }) => text).join() }
}

/* ---- The conversations -------------------------------------------------------------------------------------------- */

const modern = call2({ pin: '2026-07-28' })
const legacy = call2('legacy')

/** Which server, which client, and whether the server knows our metadata by what we left it. */
const CONVERSATIONS: readonly [string, () => Promise<McpUnderTest>, Call, { readonly sdk: 1 | 2 }][] = [
  ['SDK 1.x on Express', onExpress(serve1), call1, { sdk: 1 }],
  ['SDK 1.x on node:http', onNode(serve1), call1, { sdk: 1 }],
  ['SDK 1.x on Fastify', onFastify(serve1), call1, { sdk: 1 }],
  ['SDK 1.x on Hono, by @hono/mcp', onHonoMcp, call1, { sdk: 1 }],
  ['SDK 2.x, its Node transport, on node:http', onNode(serve2), legacy, { sdk: 2 }],
  ['SDK 2.x, its Node transport, on Express', onExpress(serve2), legacy, { sdk: 2 }],
  ['SDK 2.x, its handler, on node:http', onNode(nodeHandler2), modern, { sdk: 2 }],
  ['SDK 2.x, its handler, on Express', onExpress(nodeHandler2), modern, { sdk: 2 }],
  ['SDK 2.x, its handler, on Fastify', onFastify(nodeHandler2), modern, { sdk: 2 }],
  ['SDK 2.x, its handler, on Hono', onHono, modern, { sdk: 2 }],
  ['SDK 2.x, its handler, as a fetch handler', onFetch(webHandler), modern, { sdk: 2 }],
  ['SDK 2.x, its web transport, as a fetch handler', onFetch(webStandard), legacy, { sdk: 2 }],
  ['SDK 1.x as client of an SDK 2.x server', onExpress(nodeHandler2), call1, { sdk: 2 }],
]

describe.each(CONVERSATIONS)('%s', (_, open, call, { sdk }) => {
  let server: McpUnderTest
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server.close())

  test('a tool knows its caller, from the SDK and from us', async () => {
    const { isError, text } = await call(server, GOOD.ada, 'whoami')
    expect({ isError, ...JSON.parse(text) }).toEqual({
      isError: false,
      subject: 'ada',
      auth: {
        token: GOOD.ada,
        clientId: 'app-of-ada',
        scopes: ['notes:read'],
        expiresAt: 4_000_000_000,
        resource: RESOURCE,
        resourceMetadataUrl: METADATA,
        extra: expect.objectContaining({ subject: 'ada', claims: expect.objectContaining({ sub: 'ada' }) }),
      },
    })
  })

  test('callers at the same time are not mixed up', async () => {
    const names = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 'ada' : 'bob'))
    const answers = await Promise.all(names.map((name) => call(server, GOOD[name as keyof typeof GOOD], 'whoami')))
    const told = answers.map(({ text }) => JSON.parse(text)).map(({ subject, auth }) => [subject, auth.clientId])
    expect(told).toEqual(names.map((name) => [name, `app-of-${name}`]))
  })

  test('a tool that asks for a scope gives an error without it, and never its output', async () => {
    const denied = await call(server, GOOD.ada, 'write')
    expect(denied).toEqual({ isError: true, text: 'Insufficient scope: this needs notes:write' })
    expect(await call(server, GOOD.bob, 'write')).toEqual({ isError: false, text: '"WRITTEN"' })
  })

  test('a tool that asks for a strong sign-in gives an error without it, that says which', async () => {
    const text = 'Insufficient authentication: this needs a sign-in by phr in the last 300 seconds'
    expect(await call(server, GOOD.ada, 'purge')).toEqual({ isError: true, text })
    expect(await call(server, GOOD.signedIn, 'purge')).toEqual({ isError: false, text: '"PURGED"' })
  })

  test('a client without a good token is not let in', async () => {
    await expect(call(server, undefined, 'whoami')).rejects.toThrow()
    await expect(call(server, 'never-issued', 'whoami')).rejects.toThrow()
    expect((await server.ask({ headers: bearer('never-issued'), body: '{}' })).challenge?.parameters).toMatchObject({
      error: 'invalid_token',
      resource_metadata: METADATA,
    })
  })

  test('an outage does not cost the client its token', async () => {
    await expect(call(server, 'nobody-knows', 'whoami')).rejects.toSatisfy((error: Error) => error.name !== 'UnauthorizedError')
    expect((await server.ask({ headers: bearer('nobody-knows'), body: '{}' })).status).toBe(503)
  })

  if (sdk === 2) test("SDK 2.x's challenge per tool is a 403 over HTTP that points to our metadata", async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write_challenged', arguments: {} } })
    const headers = { Accept: 'application/json, text/event-stream' }
    const denied = await server.ask({ headers: { ...headers, ...bearer(GOOD.ada) }, body })
    expect(denied.status).toBe(403)
    expect(denied.challenge?.parameters).toMatchObject({ error: 'insufficient_scope', scope: 'notes:read notes:write', resource_metadata: METADATA })
    expect(denied.text).not.toContain('WRITTEN')
    const granted = await server.ask({ headers: { ...headers, ...bearer(GOOD.bob) }, body })
    expect({ status: granted.status, text: granted.text }).toEqual({ status: 200, text: expect.stringContaining('WRITTEN') })
    await expect(call(server, GOOD.ada, 'write_challenged')).rejects.toThrow()
    expect(await call(server, GOOD.bob, 'write_challenged')).toEqual({ isError: false, text: '"WRITTEN"' })
  })
})

test('in a session, every call knows who makes it, and not who opened the session', async () => {
  const server = notes1()
  const transport = new ServerTransport1({ sessionIdGenerator: () => 'one-session' })
  await server.connect(transport)
  const app = express().use(expressAuth(callers(), gate))
  app.all('/mcp', (req, res) => transport.handleRequest(req, res))
  const { url, close } = await running(createServer(app))
  let token: string = GOOD.ada
  const client = new Client1({ name: 'test', version: '1.0.0' })
  const clientTransport = new ClientTransport1(url, {
    fetch: (target, init) => {
      const headers = new Headers(init?.headers)
      headers.set('Authorization', `Bearer ${token}`)
      return fetch(target, { ...init, headers })
    },
  })
  await client.connect(clientTransport)
  const whoami = async (): Promise<unknown> => JSON.parse(said(await client.callTool({ name: 'whoami' })).text)
  expect(await whoami()).toMatchObject({ subject: 'ada', auth: { clientId: 'app-of-ada' } })
  token = GOOD.bob
  expect(await whoami()).toMatchObject({ subject: 'bob', auth: { clientId: 'app-of-bob' } })
  await client.close()
  await server.close()
  await close()
})

test('authInfo() is nothing where nobody is authenticated', () => {
  expect(getAccessToken()).toBeNull()
  expect(authInfo()).toBeUndefined()
})
