/** `challengeResult` in real servers and clients of both SDKs, over HTTP: a tool's result carries what the gate would answer. */
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer as McpServer2 } from '@modelcontextprotocol/server'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { challengeResult } from '../../src/adapters/mcp.js'
import { bearerAuth } from '../../src/adapters/node.js'
import { AuthUnavailableError, requireAuth, requireFreshAuth, StaticProvider, withAccessToken } from '../../src/index.js'
import { parseChallenge, parseChallenges } from '../adapters/challenge-parser.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import type { GateOptions } from '../../src/index.js'
import type { RequestListener } from 'node:http'

const RESOURCE = 'https://mcp.example.com/mcp'
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
const [READER, WRITER] = ['the-token-of-a-reader', 'the-token-of-a-writer']
const auth = new StaticProvider({ [READER]: { claims: { sub: 'eve' }, scopes: ['notes:read'] }, [WRITER]: { claims: { sub: 'bob' }, scopes: ['notes:read', 'notes:write'] } })

async function write() {
  try {
    return { content: [{ type: 'text' as const, text: `written by ${requireAuth('notes:write').subject}` }] }
  } catch (error) {
    return challengeResult(error)
  }
}

const CONFIG = { _meta: { securitySchemes: [{ type: 'oauth2', scopes: ['notes:write'] }] } }

const SERVERS: Readonly<Record<string, () => RequestListener>> = {
  '1.x': () => async (req, res) => {
    const server = new McpServer1({ name: 'notes', version: '1.0.0' })
    server.registerTool('write', CONFIG, write)
    const transport = new StreamableHTTPServerTransport()
    await server.connect(transport as Parameters<typeof server.connect>[0]) // the SDK's own types disagree under exactOptionalPropertyTypes
    await transport.handleRequest(req, res)
  },
  '2.x': () =>
    toNodeHandler(
      createMcpHandler(() => {
        const server = new McpServer2({ name: 'notes', version: '1.0.0' })
        server.registerTool('write', CONFIG, write)
        return server
      }),
    ) as RequestListener, // what it reads of a request may be undefined there, and not in its types
}

const CLIENTS = {
  '1.x': async (url: URL, headers: Record<string, string>) => {
    const client = closing(new Client1({ name: 'test', version: '1.0.0' }))
    await client.connect(new Transport1(url, { requestInit: { headers } }) as Parameters<typeof client.connect>[0])
    return client
  },
  '2.x': async (url: URL, headers: Record<string, string>) => {
    const client = closing(new Client2({ name: 'test', version: '1.0.0' }))
    await client.connect(new Transport2(url, { requestInit: { headers } }))
    return client
  },
}

describe.each(Object.entries(SERVERS))('a tool of SDK %s', (_, listenerOf) => {
  describe.each(Object.entries(CLIENTS))('called by a client of SDK %s', (_name, connected) => {
    async function called(token: string | undefined, options: GateOptions = {}) {
      const { origin } = closing(await listen(createServer(bearerAuth(auth, { resource: RESOURCE, optional: true, ...options })(listenerOf()))))
      const client = await connected(new URL(`${origin}/mcp`), token === undefined ? {} : { Authorization: `Bearer ${token}` })
      return { result: await client.callTool({ name: 'write', arguments: {} }), tools: (await client.listTools()).tools }
    }
    const challengeIn = ({ result }: Awaited<ReturnType<typeof called>>) => {
      const [challenge, ...more] = result._meta?.['mcp/www_authenticate'] as string[]
      expect(more).toEqual([])
      return parseChallenge(challenge ?? '')
    }

    test('asks a stranger to sign in, for the scopes that the tool needs', async () => {
      const answer = await called(undefined)
      expect(answer.result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'Authentication required' }] })
      expect(challengeIn(answer)).toEqual({
        scheme: 'Bearer',
        parameters: { error: 'invalid_token', error_description: 'Authentication required', scope: 'notes:write', resource_metadata: METADATA },
      })
      expect(answer.tools[0]?._meta).toEqual(CONFIG._meta)
    })

    test('asks a caller for the scope that is missing, with the challenge of the gate', async () => {
      const answer = await called(READER)
      expect(answer.result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'Insufficient scope: this needs notes:write' }] })
      expect(challengeIn(answer).parameters).toMatchObject({ error: 'insufficient_scope', scope: expect.stringContaining('notes:write'), resource_metadata: METADATA })
    })

    test('works for who may', async () => {
      const { result } = await called(WRITER)
      expect(result).toMatchObject({ content: [{ text: 'written by bob' }] })
      expect(result._meta?.['mcp/www_authenticate']).toBeUndefined()
    })
  })
})

describe('challengeResult', () => {
  /** What a handler would make of it behind a gate with these options. */
  async function thrownBehind(options: GateOptions, token: string | undefined, run: () => unknown) {
    let made: unknown
    const handler = bearerAuth(auth, { resource: RESOURCE, optional: true, ...options })(async (_req, res) => {
      made = await new Promise((resolve) => resolve(run())).catch((error: unknown) => challengeResult(error))
      res.end()
    })
    const { ask } = closing(await listen(createServer(handler)))
    await ask(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })
    return parseChallenges((made as ReturnType<typeof challengeResult>)._meta['mcp/www_authenticate'][0])
  }

  test('has the very challenge of the 403 that the gate answers with', async () => {
    const handler = bearerAuth(auth, { resource: RESOURCE, requiredScopes: ['notes:write'] })((_req, res) => void res.end())
    const { ask } = closing(await listen(createServer(handler)))
    const { challenge, status } = await ask({ headers: { Authorization: `Bearer ${READER}` } })
    expect(status).toBe(403)
    expect(await thrownBehind({}, READER, () => requireAuth('notes:write'))).toEqual([challenge])
  })

  test('asks a stranger for the scopes of every request as well, by the names that clients ask for', async () => {
    const [asked] = await thrownBehind({ requiredScopes: ['notes:read'], requestAs: (scope) => `api://notes/${scope}` }, undefined, () => requireAuth('notes:write'))
    expect(asked?.parameters).toMatchObject({ scope: 'api://notes/notes:read api://notes/notes:write' })
  })

  test('says what is wrong in the first of several schemes', async () => {
    const challenges = await thrownBehind({ proof: { dpop: 'accepted' } }, undefined, () => requireAuth())
    expect(challenges.map(({ scheme, parameters: { error } }) => ({ scheme, error }))).toEqual([{ scheme: 'Bearer', error: 'invalid_token' }, { scheme: 'DPoP', error: undefined }])
  })

  test('keeps the challenge where the house writes bodies of its own, and where the profile has a bare one', async () => {
    for (const options of [{ body: () => ({ body: 'sorry' }) }, { profile: 'mcp-use' as const }]) {
      expect((await thrownBehind(options, undefined, () => requireAuth()))[0]?.parameters).toEqual({
        error: 'invalid_token',
        error_description: 'Authentication required',
        resource_metadata: METADATA,
      })
    }
  })

  test('is a result without metadata where no gate is around', () => {
    const result = withAccessToken(null, () => {
      try {
        return requireAuth()
      } catch (error) {
        return challengeResult(error)
      }
    })
    expect(result).toMatchObject({ _meta: { 'mcp/www_authenticate': ['Bearer error="invalid_token", error_description="Authentication required"'] } })
  })

  test('has a challenge for a token that is good no more', async () => {
    const answers = [auth.verifyToken(READER), Promise.resolve(null)]
    const revoked = { verifyToken: async () => (await answers.shift()) ?? null }
    let made: unknown
    const handler = bearerAuth(revoked, { resource: RESOURCE })(async (_req, res) => {
      made = await requireFreshAuth(0).catch((error: unknown) => challengeResult(error))
      res.end()
    })
    const { ask } = closing(await listen(createServer(handler)))
    await ask({ headers: { Authorization: `Bearer ${READER}` } })
    expect(made).toMatchObject({ isError: true, _meta: { 'mcp/www_authenticate': [expect.stringContaining('error="invalid_token", error_description="Token is invalid or expired"')] } })
  })

  test.each([new AuthUnavailableError('away'), new Error('a bug'), 'a text', undefined, null, { code: 'ERR_INSUFFICIENT_SCOPE', answer: {} }])(
    'throws %s again: nobody signs in for that',
    (thrown) => {
      let again: unknown = 'nothing'
      try {
        challengeResult(thrown)
      } catch (error) {
        again = error
      }
      expect(again).toBe(thrown)
    },
  )
})
