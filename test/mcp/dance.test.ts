/** The whole dance: real clients of both SDKs that have only a URL, a real OpenID provider, and our gate in front of real servers. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { listen } from '../../examples/demo/listen.js'
import { addNote, greet } from '../../examples/demo/mcp-client.js'
import { newcomer1, newcomer2 } from '../../examples/demo/newcomer.js'
import { no, yes } from '../../examples/demo/person.js'
import { startWorld } from '../../examples/demo/world.js'
import { bearerAuth } from '../../src/adapters/node.js'
import { JwksProvider, requireAuth } from '../../src/index.js'
import { parseChallenges } from '../adapters/challenge-parser.js'
import { closing } from '../closing.js'
import type { RequestListener } from 'node:http'
import type { Listening } from '../../examples/demo/listen.js'
import type { Tool } from '../../examples/demo/mcp-client.js'
import type { Newcomer } from '../../examples/demo/newcomer.js'
import type { World } from '../../examples/demo/world.js'
import type { GateOptions } from '../../src/index.js'

let world: World
/** Another server that trusts the same authorization server, made with SDK 2.x. */
let modern: Listening
/** A third, of whose tools each needs a scope that no other does. */
let apart: Listening
beforeAll(async () => {
  world = await startWorld()
  const { issuer } = world.identityProvider
  modern = await listen((origin) => modernServer(issuer, { resource: `${origin}/mcp`, requiredScopes: ['notes:read'], operations: { 'tools/call': { add_note: 'notes:write' } } }))
  const operations = { 'tools/call': { greet: 'notes:read', add_note: 'notes:write' } }
  apart = await listen((origin) => modernServer(issuer, { resource: `${origin}/mcp`, scopesSupported: ['notes:read'], operations }))
})
afterAll(() => Promise.all([world.close(), modern.close(), apart.close()]))

afterEach(() => void vi.useRealTimers())

interface Case {
  readonly client: string
  readonly come: (url: string) => Newcomer
  readonly server: () => string
  readonly otherServer: () => string
  /** Its first message. */
  readonly opening: string
  /** What it asks for besides the scopes of the challenge: SDK 2.x a refresh token, where the provider has them. */
  readonly besides: string
}

const atHome = { server: () => world.url, otherServer: () => `${modern.origin}/mcp` }
const away = { server: atHome.otherServer, otherServer: atHome.server }
const only2026 = { versionNegotiation: { mode: { pin: '2026-07-28' } } } as const

describe.each<Case>([
  { client: 'of SDK 1.x', come: newcomer1, ...atHome, opening: 'initialize', besides: '' },
  { client: 'of SDK 2.x', come: newcomer2, ...atHome, opening: 'initialize', besides: ' offline_access' },
  { client: 'that speaks 2026-07-28 only', come: (url) => newcomer2(url, only2026), ...away, opening: 'server/discover', besides: ' offline_access' },
])('a client $client that has only the URL', ({ come, server, otherServer, opening, besides }) => {
  const FIRST = [
    ['client', `401 /mcp ${opening}`, '200 /.well-known/oauth-protected-resource/mcp', '200 /.well-known/oauth-authorization-server', '201 /reg'],
    browser(`Sign in as Ada and allow: notes:read${besides}`),
  ]
  const THEN = ['client', '200 /token', `200 /mcp ${opening}`, '200 /mcp greet']

  /** Closed when the test is over. */
  function arrive(url = server()): Newcomer {
    return closing(come(url))
  }

  async function arriveAndGreet(url = server()): Promise<Newcomer> {
    const newcomer = arrive(url)
    await newcomer.callTool(greet, yes)
    return newcomer
  }

  test('finds from the 401 to a token, and from the 403 of a tool to a better one, on the same connection', async () => {
    const newcomer = arrive()
    expect(await newcomer.callTool(greet, yes)).toBe('Hello Ada, you may: notes:read')
    expect(await newcomer.callTool(addNote, yes)).toBe('Noted for Ada: buy milk')
    expect(await newcomer.callTool(greet, no), 'nothing is lost').toBe('Hello Ada, you may: notes:read notes:write')
    expect(newcomer.watch.way).toEqual([
      ...FIRST,
      [...THEN, '403 /mcp add_note'],
      browser(`Sign in as Ada and allow: notes:read notes:write${besides}`),
      ['client', '200 /token', '200 /mcp add_note', '200 /mcp greet'],
    ])
  })

  test('asks for this server by its name, with PKCE, and first for no more than the challenge says', async () => {
    const { signIn, callTool } = await arriveAndGreet()
    await callTool(addNote, yes)
    const always = { resource: server(), response_type: 'code', code_challenge_method: 'S256', code_challenge: expect.stringMatching(/^[\w-]{43}$/) }
    const asked = signIn.asked.map(({ searchParams }) => Object.fromEntries(searchParams))
    expect(asked).toMatchObject([
      { ...always, scope: `notes:read${besides}` },
      { ...always, scope: `notes:read notes:write${besides}` },
    ])
    expect(asked[1]?.['code_challenge'], 'a new one each time').not.toBe(asked[0]?.['code_challenge'])
  })

  test('gets tokens for this server and no other, in the name of the person', async () => {
    const { signIn, callTool } = await arriveAndGreet()
    const always = { aud: server(), iss: world.identityProvider.issuer, sub: 'ada' }
    expect(decodeJwt(tokenOf(signIn))).toMatchObject({ ...always, scope: 'notes:read' })
    await callTool(addNote, yes)
    expect(decodeJwt(tokenOf(signIn))).toMatchObject({ ...always, scope: 'notes:read notes:write' })
  })

  test('is told by one challenge all that a tool needs, what it has included', async () => {
    const { status, headers } = await call(server(), await arriveAndGreet(), addNote)
    expect(status).toBe(403)
    expect(challengeIn(headers)).toEqual({
      error: 'insufficient_scope',
      error_description: expect.any(String),
      scope: 'notes:read notes:write',
      resource_metadata: server().replace('/mcp', '/.well-known/oauth-protected-resource/mcp'),
    })
  })

  test('loses nothing by a step up to what another tool needs: it is told of what it has, or keeps that by itself', async () => {
    const newcomer = arrive(`${apart.origin}/mcp`)
    await newcomer.callTool(greet, yes)
    const { headers } = await call(`${apart.origin}/mcp`, newcomer, addNote, opening === 'server/discover' ? { 'MCP-Protocol-Version': '2026-07-28' } : {})
    expect(challengeIn(headers)?.['scope']?.split(' ')).toEqual(opening === 'server/discover' ? ['notes:write'] : ['notes:write', 'notes:read'])
    expect(await newcomer.callTool(addNote, yes)).toBe('Noted for Ada: buy milk')
    expect(await newcomer.callTool(greet, no)).toMatch(/^Hello Ada, you may: (notes:read notes:write|notes:write notes:read)$/)
  })

  test('is left with the 403 and what it had where the person says no, and asks no more', async () => {
    const { watch, signIn, callTool } = await arriveAndGreet()
    const before = tokenOf(signIn)
    expect(await callTool(addNote, no)).toBeUndefined()
    expect(watch.status).toBe(403)
    expect(tokenOf(signIn)).toBe(before)
    expect(await callTool(greet, no)).toBe('Hello Ada, you may: notes:read')
    expect(watch.way).toEqual([...FIRST, [...THEN, '403 /mcp add_note'], browser('No'), ['client', '200 /mcp greet']])
  })

  test('comes no further than the 401 where the person says no at once', async () => {
    const { watch, signIn, callTool } = arrive()
    expect(await callTool(greet, no)).toBeUndefined()
    expect(watch.status).toBe(401)
    expect(signIn.tokens()).toBeUndefined()
  })

  test('goes on when its token has ended, and nobody has to press anything', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { watch, callTool } = await arriveAndGreet()
    vi.setSystemTime(Date.now() + 3_610_000)
    expect(await callTool(greet, no)).toBe('Hello Ada, you may: notes:read')
    const byRefreshToken = [[...THEN, '401 /mcp greet', '200 /token', '200 /mcp greet']]
    const byTheirSession = [[...THEN, '401 /mcp greet'], ['browser', '303 /auth'], ['client', '200 /token', '200 /mcp greet']]
    expect(watch.way).toEqual([...FIRST, ...(besides === '' ? byTheirSession : byRefreshToken)])
  })

  test('cannot use its token at another server of the same authorization server', async () => {
    const here = await arriveAndGreet()
    expect((await call(server(), here, greet)).status).toBe(200)
    const refused = await call(otherServer(), here, greet)
    expect(refused.status).toBe(401)
    expect(challengeIn(refused.headers)).toMatchObject({ error: 'invalid_token', scope: 'notes:read' })
  })

  test('takes no answer to a question that it did not ask', async () => {
    const { signIn } = await arriveAndGreet()
    expect(() => signIn.answerIn(new URL(`${signIn.redirectUrl}?code=an-attacker-s&state=guessed`))).toThrow('"state" differs')
  })
})

/** What a browser does, up to its way back to the client. */
function browser(button: string): string[] {
  return ['browser', '303 /auth', '200 /interaction', `\u201C${button}\u201D`, '303 /interaction', '303 /auth']
}

function tokenOf(signIn: Newcomer['signIn']): string {
  return signIn.tokens()?.access_token ?? 'none'
}

/** What the client would send, by hand. */
function call(url: string, { signIn }: Newcomer, params: Tool, more: Record<string, string> = {}): Promise<Response> {
  const headers = { ...more, Authorization: `Bearer ${tokenOf(signIn)}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }) })
}

/** The parameters of the first challenge: the demo offers DPoP behind Bearer. */
function challengeIn(headers: Headers): Readonly<Record<string, string>> | undefined {
  return parseChallenges(headers.get('WWW-Authenticate') ?? '')[0]?.parameters
}

/** The demo's server once more, for both revisions. */
function modernServer(issuer: string, options: GateOptions & { readonly resource: string }): RequestListener {
  const says = (text: string) => ({ content: [{ type: 'text' as const, text }] })
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '2.0.0' })
    server.registerTool('greet', {}, () => says(`Hello ${requireAuth().claims.name}, you may: ${requireAuth().scopes.join(' ')}`))
    server.registerTool('add_note', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => says(`Noted for ${requireAuth('notes:write').claims.name}: ${text}`))
    return server
  })
  const gate = bearerAuth(new JwksProvider({ issuer, audience: options.resource }), options)
  return gate(toNodeHandler(handler) as RequestListener) // node:http's own types do not fit the SDK's under exactOptionalPropertyTypes
}
