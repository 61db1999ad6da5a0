/** A server over stdio as users start it: a process with its token in the environment, and a client of the SDK that speaks to it. Needs what was built. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { describe, expect, test } from 'vitest'
import { closing } from '../closing.js'

const TOKEN = 'a-key-0123456789abcdef'

/** The server of docs/servers.md, with a key in the place of an authorization server. */
const program = (transport: string): string => `
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { requireAuth, StaticProvider } from 'bearer-auth-providers'
import { stdioCaller } from 'bearer-auth-providers/mcp'
const auth = new StaticProvider({ '${TOKEN}': { claims: { sub: 'ada' }, scopes: ['notes:read'] } })
const server = new McpServer({ name: 'notes', version: '1.0.0' })
server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: 'you are ' + requireAuth('notes:read').subject }] }))
await server.connect(${transport})`

async function started(env: Record<string, string>, transport = 'await stdioCaller(auth, process.env.NOTES_TOKEN, new StdioServerTransport())') {
  const pipe = new StdioClientTransport({
    ...{ command: process.execPath, args: ['--input-type=module', '--eval', program(transport)], env: { PATH: process.env.PATH ?? '', ...env }, stderr: 'pipe' },
  })
  let said = ''
  pipe.stderr?.on('data', (text) => (said += String(text)))
  const client = closing(new Client({ name: 'test', version: '1.0.0' }))
  await client.connect(pipe as Parameters<typeof client.connect>[0]).catch((error: unknown) => Promise.reject(new Error(said, { cause: error })))
  return client
}

describe('a server over stdio, as a process', () => {
  test('knows whose token is in its environment, at each later call', async () => {
    const client = await started({ NOTES_TOKEN: TOKEN })
    for (const _ of ['first', 'second']) expect(await client.callTool({ name: 'whoami', arguments: {} })).toMatchObject({ content: [{ text: 'you are ada' }] })
  })

  test.each([
    ['the variable is not set', {}, 'is the environment variable set?'],
    ['the token is not good', { NOTES_TOKEN: 'never-issued-0123456789' }, 'the token that this process was started with is not good'],
  ])('does not start where %s, and says so', async (_, env, words) => {
    await expect(started(env)).rejects.toThrow(words)
  })

  test('knows nobody without stdioCaller: no tool of it is open by mistake', async () => {
    const client = await started({ NOTES_TOKEN: TOKEN }, 'new StdioServerTransport()')
    expect(await client.callTool({ name: 'whoami', arguments: {} })).toMatchObject({ isError: true, content: [{ text: 'Authentication required' }] })
  })
})
