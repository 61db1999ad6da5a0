// mcp-remote between the demo and a client that speaks stdio only.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { demo, somebody } from './demo.js'
import { fileOf, strangersEnvironment } from './programs.js'

const MCP_REMOTE = fileOf('mcp-remote', 'mcp-remote/dist/proxy.js')

/** A client behind mcp-remote. `heard` gets what mcp-remote says on stderr, as far as it has come. */
async function connected(t, args, heard = () => {}) {
  const env = await strangersEnvironment(t)
  const transport = new StdioClientTransport({ command: process.execPath, args: [MCP_REMOTE, ...args], env, stderr: 'pipe' })
  let said = ''
  transport.stderr.setEncoding('utf8').on('data', (text) => heard((said += text)))
  const client = new Client({ name: 'stdio', version: '1.0.0' })
  t.after(() => client.close())
  await client.connect(transport)
  return client
}

test('with a header, mcp-remote lists the tools and calls one', async (t) => {
  const { url, token } = await demo(t)
  const client = await connected(t, [url, '--header', `Authorization: Bearer ${token}`])
  assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ['greet', 'add_note'])
  const { content } = await client.callTool({ name: 'greet' })
  assert.deepEqual(content, [{ type: 'text', text: 'Hello Ada, you may: notes:read' }])
})

test('with the URL alone it registers, has somebody sign in, and again for the tool that needs more', async (t) => {
  const { url } = await demo(t)
  const { read, pressed } = somebody(url)
  const client = await connected(t, [url, '--host', '127.0.0.1'], read)
  const greeted = await client.callTool({ name: 'greet' })
  assert.deepEqual(greeted.content, [{ type: 'text', text: 'Hello Ada, you may: notes:read' }])
  const noted = await client.callTool({ name: 'add_note', arguments: { text: 'buy milk' } })
  assert.deepEqual(noted.content, [{ type: 'text', text: 'Noted for Ada: buy milk' }])
  assert.equal(pressed().length, 2)
})
