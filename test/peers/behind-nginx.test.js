// mcp-remote and clients of both SDKs behind an nginx that takes a prefix away, by the recipe of docs/gate.md: they find the metadata below it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { JwksProvider, requireAuth } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/express'
import { blocksOf } from '../docs/markdown-blocks.ts'
import { freePort } from '../free-port.js'
import { isInstalled, startProxy } from '../prefix-proxy.ts'
import { demo, somebody } from './demo.js'
import { fileOf, serve, strangersEnvironment } from './programs.js'
import { requestToken } from '../../build/demo/token-request.js'

const MCP_REMOTE = fileOf('mcp-remote', 'mcp-remote/dist/proxy.js')
const skip = isInstalled('nginx') ? false : 'nginx is not installed'
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** A server that clients know as `/team/mcp`, and that sees `/mcp`. Its tokens come from the authorization server of the demo. */
async function prefixed(t) {
  const world = await demo(t)
  const port = await freePort()
  const outside = `http://127.0.0.1:${port}/team`
  const resource = `${outside}/mcp`
  const app = express()
  const auth = new JwksProvider({ issuer: world.identityProvider.issuer, audience: resource })
  const metadataUrl = `${outside}/.well-known/oauth-protected-resource`
  app.use(bearerAuth(auth, { resource, metadataUrl, requiredScopes: ['notes:read'], operations: { 'tools/call': { write: 'notes:write' } } }))
  app.post('/mcp', async (req, res) => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    for (const name of ['read', 'write']) server.registerTool(name, {}, () => ({ content: [{ type: 'text', text: `${name} by ${requireAuth().claims.name}` }] }))
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    await transport.handleRequest(req, res)
  })
  app.all('/mcp', (_req, res) => void res.sendStatus(405))
  const inner = await serve(t, () => app)
  const recipe = blocksOf(read('docs/gate.md')).find(({ note }) => note === 'nginx').code
  const nginx = await startProxy('nginx', recipe, port, new URL(inner).host)
  t.after(() => nginx.close())
  return { resource, token: await requestToken(world.identityProvider, resource) }
}

test('with the URL alone, mcp-remote finds the metadata, registers, has somebody sign in, and again for the tool that needs more', { skip }, async (t) => {
  const { resource } = await prefixed(t)
  const { read: heard, pressed } = somebody(resource)
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, args: [MCP_REMOTE, resource, '--host', '127.0.0.1'] },
    ...{ env: await strangersEnvironment(t), stderr: 'pipe' },
  })
  let said = ''
  transport.stderr.setEncoding('utf8').on('data', (text) => heard((said += text)))
  const client = new Client({ name: 'stdio', version: '1.0.0' })
  t.after(() => client.close())
  await client.connect(transport)
  assert.deepEqual((await client.callTool({ name: 'read', arguments: {} })).content, [{ type: 'text', text: 'read by Ada' }])
  assert.deepEqual((await client.callTool({ name: 'write', arguments: {} })).content, [{ type: 'text', text: 'write by Ada' }])
  assert.equal(pressed().length, 2)
})

for (const [name, Connecting, Transport] of [['1.x', Client, StreamableHTTPClientTransport], ['2.x', Client2, Transport2]]) {
  test(`with a token, a client of SDK ${name} calls a tool`, { skip }, async (t) => {
    const { resource, token } = await prefixed(t)
    const client = new Connecting({ name: 'test', version: '1.0.0' })
    t.after(() => client.close())
    await client.connect(new Transport(new URL(resource), { requestInit: { headers: { Authorization: `Bearer ${token}` } } }))
    assert.deepEqual((await client.callTool({ name: 'read', arguments: {} })).content, [{ type: 'text', text: 'read by Ada' }])
  })
}
