/** `scopeChallenge` and `visibleTools` in a real server of SDK 2.x, with a scope that implies another. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer, requireBearerAuth } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { authInfo, scopeChallenge, tokenVerifier, visibleTools } from '../../src/adapters/mcp.js'
import { StaticProvider } from '../../src/index.js'
import { parseChallenge } from '../adapters/challenge-parser.js'
import type { CallToolResult, ScopeChallengeHandler } from '@modelcontextprotocol/server'

const RESOURCE = 'https://mcp.example.com/mcp'
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
const [ADMIN, WRITER, READER] = ['the-token-of-an-admin', 'the-token-of-a-writer', 'the-token-of-a-reader']

const tool = (name: string, scopeChallenge?: ScopeChallengeHandler) => ({ name, config: { ...(scopeChallenge && { scopeChallenge }) } })

/** Without a cast: what ours gives is a handler of the SDK's. */
const TOOLS = [tool('list'), tool('purge', scopeChallenge('notes:read', 'notes:write'))]

/** Made for each request, so that it registers what its caller may see. */
const mcp = createMcpHandler(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  for (const { name, config } of visibleTools(TOOLS)) server.registerTool(name, config, (): CallToolResult => ({ content: [{ type: 'text', text: 'DONE' }] }))
  return server
})

interface Said {
  readonly shown: readonly string[]
  readonly status: number | undefined
  readonly challenge: string | null | undefined
}

async function talk(handler: (request: Request) => Promise<Response>, token: string | undefined, mode: 'legacy' | { pin: string }): Promise<Said> {
  const answered: Response[] = []
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
  const transport = new StreamableHTTPClientTransport(new URL(RESOURCE), {
    requestInit: { headers: { ...(token !== undefined && { Authorization: `Bearer ${token}` }) } },
    fetch: async (url, init) => {
      const response = await handler(new Request(url, init))
      answered.push(response)
      return response
    },
  })
  await client.connect(transport)
  const { tools } = await client.listTools()
  await client.callTool({ name: 'purge' }).catch(() => undefined) // what came back is what counts
  await client.close()
  const last = answered.at(-1)
  return { shown: tools.map(({ name }) => name), status: last?.status, challenge: last?.headers.get('WWW-Authenticate') }
}

describe.each([['2025', 'legacy'], ['2026', { pin: '2026-07-28' }]] as const)('tools of SDK 2.x, as clients of %s call them', (_, mode) => {
  describe.each([true, false])('with expandScopes: %s', (expandScopes) => {
    const auth = new StaticProvider(
      {
        [ADMIN]: { claims: { sub: 'ada' }, scopes: ['notes:admin'] },
        [WRITER]: { claims: { sub: 'bob' }, scopes: ['notes:read', 'notes:write'] },
        [READER]: { claims: { sub: 'eve' }, scopes: ['notes:read'] },
      },
      { implies: { 'notes:admin': ['notes:read', 'notes:write'] }, expandScopes },
    )
    const passedOn = (request: Request): Promise<Response> => {
      const auth = authInfo()
      return mcp.fetch(request, { ...(auth && { authInfo: auth }) })
    }

    test('the challenge of a tool is met by a scope that implies those it names', async () => {
      const ours = bearerAuth(auth, { resource: RESOURCE })(passedOn)
      for (const token of [ADMIN, WRITER]) expect(await talk(ours, token, mode)).toEqual({ shown: ['list', 'purge'], status: 200, challenge: null })
      const denied = await talk(ours, READER, mode)
      expect(denied.status).toBe(403)
      const { parameters } = parseChallenge(denied.challenge ?? '')
      expect(parameters).toMatchObject({ error: 'insufficient_scope', scope: 'notes:read notes:write', resource_metadata: METADATA })
    })

    test("behind the SDK's own gate too, which knows nothing of ours", async () => {
      const gate = requireBearerAuth({ verifier: tokenVerifier(auth), resourceMetadataUrl: METADATA })
      const theirs = async (request: Request): Promise<Response> => {
        const passed = await gate(request)
        return passed instanceof Response ? passed : mcp.fetch(request, { authInfo: passed })
      }
      for (const [token, status] of [[ADMIN, 200], [WRITER, 200], [READER, 403]] as const) expect((await talk(theirs, token, mode)).status).toBe(status)
    })

    test('a stranger whom the gate lets in may call what names no scopes, and nothing else', async () => {
      const open = bearerAuth(auth, { resource: RESOURCE, optional: true })(passedOn)
      expect(await talk(open, undefined, mode)).toMatchObject({ shown: ['list', 'purge'], status: 403 })
      expect(await talk(open, WRITER, mode)).toMatchObject({ status: 200 })
    })

    test("what the gate's operations forbid is not even shown", async () => {
      const ours = bearerAuth(auth, { resource: RESOURCE, operations: { 'tools/call': { purge: 'notes:write' } } })(passedOn)
      for (const [token, shown, status] of [[ADMIN, ['list', 'purge'], 200], [WRITER, ['list', 'purge'], 200], [READER, ['list'], 403]] as const) {
        expect(await talk(ours, token, mode)).toMatchObject({ shown, status })
      }
    })
  })
})
