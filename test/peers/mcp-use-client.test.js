// The client of mcp-use, in the last version that has one, against the demo.
import assert from 'node:assert/strict'
import test from 'node:test'
import { MCPClient } from '../../build/peers/mcp-use-client/node_modules/mcp-use/dist/src/client.js'
import { demo } from './demo.js'

async function session(t, server) {
  const client = new MCPClient({ mcpServers: { notes: server } })
  t.after(() => client.closeAllSessions())
  return client.createSession('notes')
}

for (const [how, withToken] of [
  ['an authToken', (token) => ({ authToken: token })],
  ['a header', (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
]) {
  test(`with ${how}, mcp-use lists the tools and calls one`, async (t) => {
    const { url, token } = await demo(t)
    const notes = await session(t, { url, ...withToken(token) })
    assert.deepEqual((await notes.listTools()).map(({ name }) => name), ['greet', 'add_note'])
    const { content } = await notes.callTool('greet', {})
    assert.deepEqual(content, [{ type: 'text', text: 'Hello Ada, you may: notes:read' }])
  })
}

test('without a token, or with one that is refused, it says 401', async (t) => {
  const { url } = await demo(t)
  for (const server of [{ url }, { url, authToken: 'never-issued' }]) {
    await assert.rejects(session(t, server), { code: 401, message: 'Authentication required' })
  }
})

test('of a tool that needs more scope, it says 403', async (t) => {
  const { url, token } = await demo(t)
  const notes = await session(t, { url, authToken: token })
  await assert.rejects(notes.callTool('add_note', { text: 'buy milk' }), { code: 403, message: /insufficient_scope/ })
})
