/** The gate for `fetch` around the real mcp-handler: its own `withMcpAuth` answers an outage with 401. */
import { createMcpHandler } from 'mcp-handler'
import { expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { authInfo } from '../../src/adapters/mcp.js'
import { requireAuth } from '../../src/index.js'
import { callers, GOOD } from '../adapters/callers.js'

const mcp = createMcpHandler((server) => {
  server.registerTool('whoami', { description: 'Says who calls.' }, ({ http }) => ({
    content: [{ type: 'text', text: JSON.stringify([requireAuth().subject, http?.authInfo?.clientId]) }],
  }))
})
const handler = bearerAuth(callers())((request: Request) => mcp(Object.assign(request, { auth: authInfo() })))

function call(token: string): Promise<Response> {
  return handler(
    new Request('https://mcp.example.com/mcp', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
    }),
  )
}

test('a tool of mcp-handler finds the caller, in the context and as its authInfo', async () => {
  const answered = await call(GOOD.ada)
  expect(answered.status).toBe(200)
  expect(await answered.text()).toContain(JSON.stringify(JSON.stringify(['ada', 'app-of-ada'])).slice(1, -1))
})

test('an outage in front of mcp-handler is a 503, and a bad token a 401', async () => {
  expect([(await call('nobody-knows')).status, (await call('never-issued')).status]).toEqual([503, 401])
})
