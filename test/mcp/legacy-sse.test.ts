/** The legacy transport of MCP behind the gate, as docs/servers.md has it: no message without a token, and none into somebody else's session. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import express from 'express'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { requireAuth } from '../../src/index.js'
import { callers, GOOD } from '../adapters/callers.js'
import { listen } from '../adapters/http-kit.js'
import type { Running } from '../adapters/http-kit.js'

let server: Running
const received: string[] = []

beforeAll(async () => {
  const app = express().use(bearerAuth(callers(), { resource: 'https://mcp.example.com/sse' }))
  const sessions = new Map<string, { readonly transport: SSEServerTransport; readonly owner: string }>()
  const caller = (): string => JSON.stringify([requireAuth().issuer, requireAuth().subject, requireAuth().clientId])
  app.get('/sse', async (_req, res) => {
    const transport = new SSEServerTransport('/messages', res)
    sessions.set(transport.sessionId, { transport, owner: caller() })
    res.on('close', () => sessions.delete(transport.sessionId))
    await new McpServer({ name: 'notes', version: '1.0.0' }).connect(transport)
  })
  app.post('/messages', async (req, res) => {
    const session = sessions.get(String(req.query['sessionId']))
    if (session?.owner !== caller()) return void res.status(404).end()
    received.push(String(requireAuth().subject))
    await session.transport.handlePostMessage(req, res)
  })
  server = await listen(createServer(app))
})
afterAll(() => server.close())

test('a stranger opens no stream and sends no message; nobody sends into the session of another', async () => {
  expect((await server.ask({ method: 'GET', target: '/sse' })).status).toBe(401)
  const stream = await fetch(`${server.origin}/sse`, { headers: { Authorization: `Bearer ${GOOD.ada}` } })
  const reader = stream.body?.getReader()
  const first = new TextDecoder().decode((await reader?.read())?.value)
  const target = /data: (\S+)/.exec(first)?.[1] ?? ''
  expect(target).toMatch(/^\/messages\?sessionId=/)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const as = (token?: string) => server.ask({ target, body, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } })
  expect((await as()).status).toBe(401)
  expect((await as('never-issued')).status).toBe(401)
  expect((await as(GOOD.bob)).status).toBe(404)
  expect(received).toEqual([])
  expect((await as(GOOD.ada)).status).toBe(202)
  expect(received).toEqual(['ada'])
  await reader?.cancel()
})
