/** Clients of both MCP SDKs notice nothing of a gate that only reports, nor of a shadow. */
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as Server1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { authInfo, visibleTools } from '../../src/adapters/mcp.js'
import { boundSessions, getAccessToken, reportOnly, StaticProvider } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { recorder } from '../recorder.js'
import type { GateOptions } from '../../src/index.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const KEY = 'a-long-enough-key'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
const TOOLS = [{ name: 'who' }, { name: 'purge' }]
const text = () => ({ content: [{ type: 'text' as const, text: getAccessToken()?.subject ?? 'nobody' }] })

/** What each of the two tools says to this caller. */
type Talk = (options: GateOptions, token: string | undefined) => Promise<readonly unknown[]>

const headersOf = (token: string | undefined) => (token === undefined ? {} : { requestInit: { headers: { Authorization: `Bearer ${token}` } } })
const textIn = (result: unknown): unknown => (result as { readonly content: readonly [{ readonly text: string }] }).content[0].text

const sdk1: Talk = async (options, token) => {
  const app = express()
  app.use(expressAuth(auth, options), express.json())
  app.all('/mcp', async (req, res) => {
    const server = new Server1({ name: 'notes', version: '1.0.0' })
    for (const { name } of visibleTools(TOOLS)) server.registerTool(name, {}, text)
    const transport = new StreamableHTTPServerTransport({})
    await server.connect(transport as Parameters<Server1['connect']>[0])
    await transport.handleRequest(req, res, req.body)
  })
  const { origin } = closing(await listen(createServer(app)))
  const client = new Client1({ name: 'test', version: '1.0.0' })
  await client.connect(new Transport1(new URL(`${origin}/mcp`), headersOf(token)) as Parameters<Client1['connect']>[0])
  closing(client)
  return [await client.callTool({ name: 'who' }), await client.callTool({ name: 'purge' })].map(textIn)
}

const sdk2: Talk = async (options, token) => {
  const mcp = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    for (const { name } of visibleTools(TOOLS)) server.registerTool(name, {}, text)
    return server
  })
  const handler = fetchAuth(auth, options)((request: Request) => {
    const caller = authInfo()
    return mcp.fetch(request, { ...(caller && { authInfo: caller }) })
  })
  const client = new Client2({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  await client.connect(new Transport2(new URL(RESOURCE), { ...headersOf(token), fetch: async (url, init) => handler(new Request(url, init)) }))
  closing(client)
  return [await client.callTool({ name: 'who' }), await client.callTool({ name: 'purge' })].map(textIn)
}

describe.each([['1.x', sdk1], ['2.x', sdk2]] as const)('a client of SDK %s', (_, talk) => {
  test('uses every tool of a server whose gate only reports', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const { told, observe } = recorder()
    const options: GateOptions = { resource: RESOURCE, operations: { 'tools/call': { purge: 'notes:purge' } }, sessions: boundSessions(), observe, [reportOnly]: true }
    expect(await talk(options, undefined)).toEqual(['nobody', 'nobody'])
    expect(new Set(told('would_deny').map(({ reason }) => reason))).toEqual(new Set(['no_token']))
    expect(await talk(options, 'never-issued')).toEqual(['nobody', 'nobody'])
    expect(await talk(options, KEY)).toEqual(['ada', 'ada'])
    expect(told('would_deny').at(-1)).toMatchObject({ reason: 'insufficient_scope', rules: ['tools/call purge'] })
    expect(told('denied')).toEqual([])
  })

  test('is served while a shadow hangs', async () => {
    const { told, observe } = recorder()
    const shadow = { verifyToken: () => new Promise<never>(() => undefined), recognizes: () => 'mine' as const }
    expect(await talk({ resource: RESOURCE, observe, shadow }, KEY)).toEqual(['ada', 'ada'])
    expect(told('admitted').length).toBeGreaterThan(1)
  })
})
