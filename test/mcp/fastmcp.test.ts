/** `authenticateWith` in a server of the real fastmcp. */
import { FastMCP } from 'fastmcp'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { authenticateWith } from '../../src/adapters/fastmcp.js'
import { callers, GOOD } from '../adapters/callers.js'
import { parseChallenge } from '../adapters/challenge-parser.js'
import { listen } from '../adapters/http-kit.js'
import type { FastMcpSession } from '../../src/adapters/fastmcp.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const provider = callers()
let server: FastMCP<FastMcpSession>
let endpoint: string

beforeAll(async () => {
  for (const method of ['info', 'debug'] as const) vi.spyOn(console, method).mockImplementation(() => undefined)
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  // fastmcp does not say which port it got.
  const free = await listen(createServer())
  await free.close()
  endpoint = `${free.origin}/mcp`
  const authenticate = authenticateWith(provider, { resource: RESOURCE, requiredScopes: ['notes:read'] })
  server = new FastMCP({ name: 'notes', version: '1.0.0', authenticate })
  server.addTool({ name: 'whoami', description: 'Says who calls.', execute: async (_args, { session }) => JSON.stringify(session) })
  server.addTool({ name: 'purge', description: 'Is for writers.', canAccess: ({ scopes }) => scopes.includes('notes:write'), execute: async () => 'gone' })
  await server.start({ transportType: 'httpStream', httpStream: { host: '127.0.0.1', port: Number(new URL(free.origin).port), stateless: true, enableJsonResponse: true } })
})
afterAll(async () => {
  await server.stop()
  vi.restoreAllMocks()
})

function call(token: string | undefined, method: string, params: object = {}): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
}

describe('the hook of fastmcp', () => {
  test('a tool finds the caller as its session', async () => {
    for (const name of ['ada', 'bob'] as const) {
      const answered = await call(GOOD[name], 'tools/call', { name: 'whoami', arguments: {} })
      const { result } = (await answered.json()) as { result: { content: readonly [{ text: string }] } } // what the tool above gives
      expect(JSON.parse(result.content[0].text)).toMatchObject({ clientId: `app-of-${name}`, resource: RESOURCE, extra: { subject: name } })
    }
  })

  test("a tool can be kept for callers with a scope, by fastmcp's own means", async () => {
    const names = async (token: string): Promise<string[]> => {
      const { result } = (await (await call(token, 'tools/list')).json()) as { result: { tools: { name: string }[] } } // MCP's answer
      return result.tools.map(({ name }) => name)
    }
    expect([await names(GOOD.ada), await names(GOOD.bob)]).toEqual([['whoami'], ['whoami', 'purge']])
  })

  test("denials are the gate's own, word by word", async () => {
    const none = await call(undefined, 'tools/list')
    expect({ status: none.status, challenge: parseChallenge(none.headers.get('WWW-Authenticate') ?? ''), body: await none.json() }).toEqual({
      status: 401,
      challenge: { scheme: 'Bearer', parameters: { scope: 'notes:read', resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp' } },
      body: { error: 'unauthorized', error_description: 'Authentication required' },
    })
    const bad = await call('never-issued', 'tools/list')
    expect([bad.status, await bad.json()]).toEqual([401, { error: 'invalid_token', error_description: 'Token is invalid or expired' }])
    const outage = await call('nobody-knows', 'tools/list')
    expect([outage.status, outage.headers.get('Retry-After'), outage.headers.get('WWW-Authenticate')]).toEqual([503, '7', null])
  })

  test('a missing scope is a 403', async () => {
    const authenticate = authenticateWith(callers(), { requiredScopes: ['notes:write'] })
    const request = { method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${GOOD.ada}` } }
    await expect(authenticate(request as never)).rejects.toMatchObject({ status: 403 })
  })

  test('a bug of the provider is a 500 without a word, and not a 401', async () => {
    const answered = await call('throws-an-error', 'tools/list')
    expect([answered.status, answered.headers.get('WWW-Authenticate'), await answered.text()]).toEqual([500, null, ''])
  })
})

test('over stdio there is no caller', async () => {
  expect(await authenticateWith(provider)(undefined)).toBeUndefined()
})

test('the hook of fastmcp refuses what it cannot fulfil', () => {
  for (const options of [{ optional: true }, { operations: { 'tools/call': { purge: 'notes:write' } } }]) {
    expect(() => authenticateWith(provider, options)).toThrow(TypeError)
  }
})
