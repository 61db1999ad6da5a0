// `tokenVerifier` in a server of the real mcp-use, which needs Node 22.
import assert from 'node:assert/strict'
import test from 'node:test'
import { MCPServer, text } from '../../build/peers/mcp-use/node_modules/mcp-use/dist/index-node.js'
import { oauthCustomProvider } from '../../build/peers/mcp-use/node_modules/mcp-use/dist/oauth/index.js'
import { tokenVerifier } from '../../dist/src/adapters/mcp.js'
import { StaticProvider } from '../../dist/src/index.js'

const KEY = 'key-of-ada-0123456789'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'ada' }, scopes: ['notes:read'] } })
const oauth = oauthCustomProvider({
  resource: 'https://mcp.example.com/mcp',
  oauthMetadata: {
    issuer: 'https://id.example.com',
    authorization_endpoint: 'https://id.example.com/authorize',
    token_endpoint: 'https://id.example.com/token',
    response_types_supported: ['code'],
  },
  createTokenVerifier: ({ href }) => tokenVerifier(auth, { resource: href }),
  mapAuthInfo: ({ scopes, extra }) => ({ user: { id: extra.subject }, payload: extra.claims, permissions: scopes }),
})
const server = new MCPServer({ name: 'notes', version: '1.0.0', oauth, host: '127.0.0.1' })
server.tool({ name: 'whoami', description: 'Says who calls.' }, async (_args, { auth }) => text(`${auth.user.id} may ${auth.permissions}`))

function call(headers) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } })
  const all = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers }
  return server.fetch(new Request('https://mcp.example.com/mcp', { method: 'POST', headers: all, body }))
}

test('a tool of mcp-use knows the caller', async () => {
  const answered = await call({ Authorization: `Bearer ${KEY}` })
  assert.equal(answered.status, 200)
  assert.match(await answered.text(), /ada may notes:read/)
})

test('mcp-use refuses whom the provider refuses', async () => {
  for (const headers of [{}, { Authorization: 'Bearer never-issued' }]) {
    const answered = await call(headers)
    assert.equal(answered.status, 401)
    assert.match(answered.headers.get('WWW-Authenticate'), /resource_metadata="https:\/\/mcp\.example\.com\//)
  }
})
