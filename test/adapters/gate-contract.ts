/** What every adapter must do, in front of a real server: one table, so that all of them answer alike. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { getAccessToken } from '../../src/index.js'
import { ADA, BOB, BUGS, callers, GOOD, NOBODY, smallApp } from './callers.js'
import type { Denial, GateOptions } from '../../src/index.js'
import type { Caller } from './callers.js'
import type { Answered, Asked, Running } from './http-kit.js'
import type { AppUnderTest, Serve } from './servers.js'

export interface ServerTraits {
  /** Spellings of `/mcp` that this server's router sends to the handler of `/mcp`. */
  readonly reads: readonly string[]
  /** The app can set headers of its own in front of the gate. */
  readonly setsHeadersFirst: boolean
}

const EXPOSED = 'WWW-Authenticate, Retry-After'

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

// Fastify adds the charset.
const JSON_TYPE = expect.stringMatching(/^application\/json(; charset=utf-8)?$/)

const UNAUTHENTICATED = { error: 'unauthorized', error_description: 'Authentication required' }
const INVALID = { error: 'invalid_token', error_description: 'Token is invalid or expired' }
const MALFORMED = { error: 'invalid_request', error_description: 'The Authorization header must be: Bearer, one blank, one token' }
const INSUFFICIENT = { error: 'insufficient_scope', error_description: 'The token lacks a scope that this needs' }
const UNAVAILABLE = { error: 'temporarily_unavailable', error_description: 'The token cannot be checked right now; keep it and try again' }
const TOO_MANY = { error: 'too_many_requests', error_description: 'Too many requests with this token; keep it and try again later' }

const CROWDED = { error: 'temporarily_unavailable', error_description: 'Too many unknown tokens are waiting to be checked; keep yours and try again' }

type Expected =
  | { readonly caller: Caller }
  | {
      readonly status: number
      readonly parameters: Readonly<Record<string, string>> | null
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }

const unauthenticated: Expected = { status: 401, parameters: { realm: 'protected' }, body: UNAUTHENTICATED }
const invalid: Expected = { status: 401, parameters: INVALID, body: INVALID }
const malformed: Expected = { status: 400, parameters: MALFORMED, body: MALFORMED }
const unavailable: Expected = { status: 503, parameters: null, body: UNAVAILABLE, headers: { 'retry-after': '7' } }
const tooMany: Expected = { status: 429, parameters: null, body: TOO_MANY, headers: { 'retry-after': '9' } }
const crowded: Expected = { status: 429, parameters: null, body: CROWDED, headers: { 'retry-after': '11' } }

const WEAK = { error: 'insufficient_user_authentication', error_description: 'This needs a sign-in that is stronger or more recent' }
const SIGN_IN = { ...WEAK, acr_values: 'phr', max_age: '300' }
const weak: Expected = { status: 401, parameters: SIGN_IN, body: WEAK }
const SIGNED_IN: GateOptions = { acr: ['phr'], maxAuthAge: 300 }

interface Case {
  readonly name: string
  readonly gate?: GateOptions
  readonly asked: Asked
  readonly expected: Expected
}

const onMcp = (name: string, authorization: string | readonly string[] | undefined, expected: Expected, gate?: GateOptions): Case => ({
  name,
  asked: { headers: authorization === undefined ? {} : { Authorization: authorization } },
  expected,
  ...(gate && { gate }),
})
const onPath = (target: string, headers: Record<string, string>, expected: Expected, gate?: GateOptions, method = 'POST'): Case => ({
  name: `${method} ${target} with ${headers['Authorization'] ?? 'no token'}${gate ? ` and ${JSON.stringify(gate)}` : ''}`,
  asked: { method, target, headers },
  expected,
  ...(gate && { gate }),
})

const SCOPED: GateOptions = { requiredScopes: ['notes:read', 'notes:write'] }
const SCOPE = 'notes:read notes:write'
const EXCLUDED: GateOptions = { exclude: ['/health', '/docs'] }
const READABLE: GateOptions = { exclude: [{ path: '/open', methods: ['GET'] }] }
const NARROW: GateOptions = { protect: ['/mcp'] }

/** The table. */
const CASES: readonly Case[] = [
  onMcp('no header', undefined, unauthenticated),
  onMcp('an empty header', '', unauthenticated),
  onMcp('a good token', `Bearer ${GOOD.ada}`, { caller: ADA }),
  onMcp('the scheme in small letters', `bearer ${GOOD.ada}`, { caller: ADA }),
  onMcp('the scheme in capitals', `BEARER ${GOOD.ada}`, { caller: ADA }),
  onMcp('a bad token', 'Bearer never-issued', invalid),
  onMcp('a token that is bound to a key, as plain Bearer', 'Bearer bound-to-a-key', invalid),
  onMcp('a token without a scheme', GOOD.ada, unauthenticated),
  onMcp('another scheme', `Basic ${btoa('ada:secret')}`, unauthenticated),
  onMcp('another scheme that begins alike', `BearerX ${GOOD.ada}`, unauthenticated),
  onMcp('the scheme alone', 'Bearer', unauthenticated),
  onMcp('two blanks', `Bearer  ${GOOD.ada}`, malformed),
  onMcp('a tab', `Bearer\t${GOOD.ada}`, malformed),
  onMcp('a comma after the token', `Bearer ${GOOD.ada},`, malformed),
  onMcp('a comma after the scheme', `Bearer, ${GOOD.ada}`, malformed),
  onMcp('two tokens in one header', `Bearer ${GOOD.ada} ${GOOD.bob}`, malformed),
  onMcp('two headers', [`Bearer ${GOOD.ada}`, `Bearer ${GOOD.bob}`], malformed),
  onMcp('the same header twice', [`Bearer ${GOOD.ada}`, `Bearer ${GOOD.ada}`], malformed),
  onMcp('a quoted token', `Bearer "${GOOD.ada}"`, malformed),
  onMcp('a token outside the alphabet', 'Bearer a:b', malformed),
  onMcp('a token outside ASCII', 'Bearer \xe4\xf6\xfc', malformed),
  onMcp('padding in the middle', 'Bearer a=b', malformed),
  onMcp('64 KB of token', `Bearer ${'a'.repeat(65_536)}`, malformed),
  onMcp('64 KB of nothing', `Bearer${' '.repeat(65_536)}x`, malformed),
  onMcp('a token with every scope', `Bearer ${GOOD.bob}`, { caller: BOB }, SCOPED),
  onMcp('a token that lacks a scope', `Bearer ${GOOD.ada}`, { status: 403, parameters: { ...INSUFFICIENT, scope: SCOPE }, body: INSUFFICIENT }, SCOPED),
  onMcp('no header where scopes are needed', undefined, { ...unauthenticated, parameters: { scope: SCOPE } }, SCOPED),
  onMcp('a bad token where scopes are needed', 'Bearer never-issued', { ...invalid, parameters: { ...INVALID, scope: SCOPE } }, SCOPED),
  onMcp('a token of who did not sign in well enough', `Bearer ${GOOD.ada}`, weak, SIGNED_IN),
  onMcp('a token of who did', `Bearer ${GOOD.signedIn}`, { caller: ADA }, SIGNED_IN),
  onMcp('an outage', 'Bearer nobody-knows', unavailable),
  onMcp('an outage of unknown length', 'Bearer nobody-knows-how-long', { ...unavailable, headers: { 'retry-after': '5' } }),
  onMcp('a caller who asks too often', 'Bearer asks-too-often', tooMany),
  onMcp('one of too many unknown tokens, whose sender is not blamed', 'Bearer one-of-too-many', crowded),

  // Whatever comes to the gate, on any path and by any method.
  ...['/health', '/docs/api', '/openmcp.json', '/open', '/mcpx', '/mcp/messages', '/nowhere', '/'].map((path) => onPath(path, {}, unauthenticated)),
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => onPath('/open', {}, unauthenticated, undefined, method)),
  onPath('http://localhost/open', {}, unauthenticated),
  onPath('http://localhost/mcp', {}, unauthenticated),
  onPath('/mcp?x=/health', {}, unauthenticated),
  onPath('/open', bearer(GOOD.ada), { caller: ADA }),
  onPath('/open', bearer('never-issued'), invalid),
  onPath('/open', {}, { ...unauthenticated, parameters: { scope: SCOPE } }, SCOPED),
  onPath('/open', {}, unauthenticated, { resource: 'https://mcp.example.com/api' }),
  onPath('/mcp', {}, unauthenticated, undefined, 'OPTIONS'),
  onPath('/mcp', bearer(GOOD.ada), { caller: ADA }, undefined, 'OPTIONS'),
  onPath('/mcp', bearer('never-issued'), invalid, undefined, 'OPTIONS'),

  // What was excluded by name: no token is looked at.
  onPath('/health', bearer(GOOD.ada), { caller: NOBODY }, EXCLUDED),
  onPath('/health', bearer('nobody-knows'), { caller: NOBODY }, EXCLUDED),
  onPath('/health?x=/mcp', {}, { caller: NOBODY }, EXCLUDED),
  onPath('http://localhost/health', {}, { caller: NOBODY }, EXCLUDED),
  onPath('/docs/api', {}, { caller: NOBODY }, EXCLUDED, 'GET'),
  onPath('/docs', {}, { caller: NOBODY }, EXCLUDED, 'PUT'),
  onPath('/docs-secret', {}, unauthenticated, EXCLUDED),
  onPath('/HEALTH', {}, unauthenticated, EXCLUDED),
  onPath('/health', {}, { caller: NOBODY }, EXCLUDED, 'OPTIONS'),
  onPath('/docs-secret', {}, unauthenticated, { protect: ['/docs-secret'], exclude: ['/docs'] }),
  onPath('/mcp/messages', {}, { caller: NOBODY }, { exclude: ['/mcp/messages'] }),
  onPath('/mcp', {}, unauthenticated, { exclude: ['/mcp/messages'] }),
  onPath('/open', {}, { caller: NOBODY }, READABLE, 'GET'),
  onPath('/open/caller', {}, unauthenticated, { exclude: [{ path: '/open', exact: true }] }),
  onPath('/open', {}, unauthenticated, READABLE),
  onPath('/open', {}, unauthenticated, READABLE, 'DELETE'),
  onPath('/open', { 'X-HTTP-Method-Override': 'DELETE' }, unauthenticated, READABLE, 'GET'),
  onPath('/open', {}, unauthenticated, { exclude: ['/'] }),
  onPath('/health', bearer(GOOD.ada), { caller: ADA }, { exclude: [] }),

  // Where paths were named, all else is open: a good token is known there, and a bad one ignored.
  onPath('/mcp', {}, unauthenticated, NARROW),
  onPath('/mcp/messages', {}, unauthenticated, NARROW),
  onPath('/mcp/messages', bearer(GOOD.ada), { caller: ADA }, NARROW),
  onPath('/mcpx', {}, { caller: NOBODY }, NARROW),
  onPath('/open', {}, { caller: NOBODY }, NARROW),
  onPath('/open', {}, { caller: NOBODY }, NARROW, 'OPTIONS'),
  onPath('/open', bearer(GOOD.ada), { caller: ADA }, NARROW),
  onPath('/open', bearer('never-issued'), { caller: NOBODY }, NARROW),
  onPath('/open', bearer('nobody-knows'), { caller: NOBODY }, NARROW),
  onPath('/open', bearer('bound-to-a-key'), { caller: NOBODY }, NARROW),
  onPath('/open', { Authorization: 'Bearer  two-blanks' }, { caller: NOBODY }, NARROW),
  onPath('/open', bearer(GOOD.ada), { caller: ADA }, { ...SCOPED, ...NARROW }),
  onPath('/api/notes', {}, unauthenticated, { protect: ['/api'] }),
  onPath('/api/notes', {}, unauthenticated, { protect: ['/api/'] }),
  onPath('/mcp', {}, { caller: NOBODY }, { protect: ['/api'] }),
  onPath('/open', {}, unauthenticated, { protect: ['/'] }),
  onPath('/health', {}, { caller: NOBODY }, { protect: ['/'], exclude: ['/health'] }),

  onPath('/open', {}, { caller: NOBODY }, { optional: true }),
  onPath('/mcp', {}, { caller: NOBODY }, { optional: true }),
  onPath('/mcp', bearer(GOOD.ada), { caller: ADA }, { optional: true }),
  onPath('/mcp', bearer('never-issued'), invalid, { optional: true }),
  onPath('/mcp', bearer('nobody-knows'), unavailable, { optional: true }),
  onPath('/mcp', { Authorization: 'Bearer a b' }, malformed, { optional: true }),

  // One provider, several audiences: the token must have this gate's.
  onPath('/mcp', bearer(GOOD.ada), { caller: ADA }, { audience: 'https://mcp.example.com/mcp' }),
  onPath('/mcp', bearer(GOOD.ada), { caller: ADA }, { audience: ['https://mail.example.com/mcp', 'https://mcp.example.com/mcp'] }),
  onPath('/mcp', bearer(GOOD.ada), invalid, { audience: 'https://mail.example.com/mcp' }),
  onPath('/open', bearer(GOOD.ada), { caller: NOBODY }, { ...NARROW, audience: 'https://mail.example.com/mcp' }),
].map(withMetadata)

/** Spellings that some router or other takes for `/mcp`. */
const ODD_SPELLINGS: readonly string[] = [
  '/MCP', '/Mcp', '/mcp/', '//mcp', '///mcp', '/mcp//', '/./mcp', '/mcp/.', '/x/../mcp', '/health/../mcp', '/docs/..//mcp', '/health/%2e%2e/mcp',
  '/x/%2e%2e/mcp', '/x/%2E%2E%2Fmcp', '/%6dcp', '/%6Dcp', '/mc%70', '/%2fmcp', '/%2Fmcp', '/mcp%2f', '/\\mcp', '/x\\..\\mcp', '/%5cmcp', '/mcp;v=1', '/mcp;',
  `/${'x/../'.repeat(1500)}mcp`, '/x%2fy/../mcp', '/mcp%3fx', '/mcp%23x', '/mcp%20', '/m%09cp', '/;x/mcp', '/mcp%3bv=1', '/mcp#x', '/mcp%00', '/mcp?', '//localhost/mcp', '//x/mcp', '//x//mcp', '//x/y/../mcp', '/x//../../mcp', '/mcp/x/..',
  'http://localhost/mcp', 'http://localhost/MCP', 'http://localhost/%6dcp', 'http://localhost//mcp', 'http://localhost/x/../mcp', 'http://localhost/mcp/',
  'http://localhost/mcp?x=/health', 'http://x:1/mcp', 'https://localhost/mcp', 'HTTP://localhost/mcp', 'http://mcp@localhost/mcp', 'http://localhost/health/../mcp',
]

/** Runs the contract against one adapter. */
export function keepsTheGateContract(serve: Serve, traits: ServerTraits): void {
  const app = smallApp()
  const provider = callers()
  const running: Running[] = []
  const serving = async (gate?: GateOptions, cors?: AppUnderTest['cors']): Promise<Running> => {
    const server = await serve({ provider, handlers: app.handlers, ...(gate && { gate }), ...(cors && { cors }) })
    running.push(server)
    return server
  }
  let plain: Running
  /** Guards `/mcp` and nothing else. */
  let narrow: Running
  beforeAll(async () => {
    plain = await serving()
    narrow = await serving(NARROW)
  })
  beforeEach(() => {
    app.ran.length = 0
    provider.asked.length = 0
  })
  afterEach(() => expect(getAccessToken()).toBe(null))
  afterAll(() => Promise.all(running.map((server) => server.close())))

  describe('answers as every adapter does', () => {
    for (const { name, gate, asked, expected } of CASES) {
      test(name, async () => {
        const server = gate === undefined ? plain : await serving(gate)
        const answered = await server.ask(asked)
        if ('caller' in expected) {
          expect({ status: answered.status, json: answered.json }).toEqual({ status: 200, json: expected.caller })
          expect(app.ran).toHaveLength(1)
          expect(answered.challenge).toBeUndefined()
          return
        }
        expect(app.ran).toEqual([])
        expect(summary(answered)).toEqual({ status: expected.status, parameters: expected.parameters ?? undefined, body: expected.body })
        expect(answered.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': JSON_TYPE, ...expected.headers })
        if (expected.headers === undefined) expect(answered.headers).not.toHaveProperty('retry-after')
      })
    }
  })

  describe('a bug in the provider is a 500, never a 401 and never a pass', () => {
    beforeAll(() => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined) // Hono says it aloud
    })
    afterAll(() => vi.restoreAllMocks())

    for (const bug of Object.keys(BUGS)) {
      for (const [target, open] of [['/mcp', false], ['/open', false], ['/open', true]] as const) {
        test(`one that ${bug.replaceAll('-', ' ')}, on ${target}${open ? ', which is open' : ''}`, async () => {
          const answered = await (open ? narrow : plain).ask({ target, headers: bearer(bug) })
          expect({ status: answered.status, ran: app.ran, challenge: answered.challenge }).toEqual({ status: 500, ran: [], challenge: undefined })
          expect(provider.asked).toEqual([bug])
          expect((await plain.ask({ headers: bearer(GOOD.ada) })).json).toEqual(ADA)
        })
      }
    }
  })

  describe('no spelling of a guarded path gets past without a token', () => {
    for (const target of ODD_SPELLINGS) {
      test(target.slice(0, 80), async () => {
        for (const [server, headers] of [plain, narrow].flatMap((server) => [[server, {}], [server, bearer('never-issued')]] as const)) {
          const { status } = await server.ask({ target, headers })
          expect({ status, ran: app.ran }).toEqual({ status: expect.toSatisfy((code: number) => code >= 400 && code < 500), ran: [] })
        }
      })
    }

    test('though some of them do reach the handler with one', async () => {
      const reached: string[] = []
      for (const target of ODD_SPELLINGS) {
        app.ran.length = 0
        const answered = await narrow.ask({ target, headers: bearer(GOOD.ada) })
        if (app.ran.length === 0) continue
        reached.push(target)
        expect(answered.json).toEqual(ADA)
      }
      expect(reached).toEqual(expect.arrayContaining([...traits.reads]))
    })

    test('nor any spelling of the path of the resource', async () => {
      const server = await serving({ resource: 'https://mcp.example.com/api/notes/', protect: ['/api/notes'] })
      for (const target of ['/api/notes', '/api/notes/', '/API/notes', '/api//notes', '/api//../notes', '/api/x/../notes', '//x/api/notes', '/api/n%6ftes', '/api%2fnotes']) {
        const { status } = await server.ask({ target })
        expect({ target, status, ran: app.ran }).toEqual({ target, status: 401, ran: [] })
      }
    })
  })

  test('a preflight made up by a stranger reaches no handler, is granted nothing, and is no 401', async () => {
    const asked = (headers: Asked['headers'], more: Asked = {}): Asked => ({ method: 'OPTIONS', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST', ...headers }, ...more })
    for (const target of ['/mcp', '/open', '/health', '/nowhere']) {
      const answered = await plain.ask(asked({}, { target }))
      expect({ target, status: answered.status, text: answered.text, ran: app.ran }).toEqual({ target, status: 204, text: '', ran: [] })
      expect(Object.keys(answered.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    const noPreflights = [asked({}, { body: '{}' }), asked({ 'X-HTTP-Method-Override': 'POST' }), { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } }, { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'POST' } }]
    for (const one of noPreflights) {
      expect({ one, status: (await plain.ask(one)).status, ran: app.ran }).toEqual({ one, status: 401, ran: [] })
    }
  })

  test('a preflight is handed on where the gate is told so, and nothing else is', async () => {
    const server = await serving({ preflight: 'pass' })
    const headers = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' }
    expect(await server.ask({ method: 'OPTIONS', headers })).toMatchObject({ status: 200, json: NOBODY })
    expect((await server.ask({ method: 'OPTIONS', headers, body: '{}' })).status).toBe(401)
    expect((await server.ask({ method: 'OPTIONS' })).status).toBe(401)
  })

  describe('OAuth discovery that is not ours', () => {
    const DOCUMENTS = ['oauth-protected-resource', 'oauth-protected-resource/x', 'oauth-authorization-server', 'oauth-authorization-server/mcp', 'openid-configuration', 'openid-configuration/mcp'].map((name) => `/.well-known/${name}`)

    test('is not found, so that clients go on looking, and its preflight is granted', async () => {
      for (const target of [...DOCUMENTS, '/mcp/.well-known/openid-configuration']) {
        for (const method of ['GET', 'HEAD']) expect({ target, status: (await plain.ask({ method, target })).status }).toEqual({ target, status: 404 })
        const { status, headers } = await plain.ask({ method: 'OPTIONS', target, headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' } })
        expect({ status, allowed: headers['access-control-allow-headers'] }).toEqual({ status: 204, allowed: '*' })
        for (const method of ['POST', 'PUT', 'OPTIONS']) expect((await plain.ask({ method, target })).status).toBe(401)
      }
      for (const target of ['/.well-known/oauth-protected-resourcex', '/.well-known/', '/.well-known', '//.well-known/oauth-authorization-server', '/.well-known/%6fpenid-configuration']) {
        expect({ target, status: (await plain.ask({ method: 'GET', target })).status }).toEqual({ target, status: 401 })
      }
    })

    test("is the app's where it was excluded, and where paths were named", async () => {
      const target = '/.well-known/oauth-authorization-server'
      const document = { ...app.handlers, [target]: () => ({ issuer: 'me' }) }
      for (const gate of [{ exclude: [target] }, NARROW]) {
        const server = await serve({ provider, handlers: document, gate })
        running.push(server)
        expect(await server.ask({ method: 'GET', target })).toMatchObject({ status: 200, json: { issuer: 'me' } })
      }
    })
  })

  describe('operations', () => {
    const message = (name: string, filling = ''): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: { filling } } })
    let server: Running
    beforeAll(async () => {
      server = await serving({ operations: { 'tools/call': { 'purge-notes': 'notes:write' } } })
    })
    const echo = (token: string, body: string): Promise<Answered> => server.ask({ target: '/mcp/echo', headers: bearer(token), body })

    test('what was looked at reaches the handler whole', async () => {
      for (const body of [message('greet'), message('greet', 'x'.repeat(300_000)), message('greet', '\u00e4\u20ac\u{1f600}'.repeat(5_000))]) {
        expect(await echo(GOOD.ada, body)).toMatchObject({ status: 200, json: { caller: ADA, body: JSON.parse(body) } })
      }
      expect(await echo(GOOD.bob, message('purge-notes'))).toMatchObject({ status: 200, json: { caller: BOB } })
    })

    test('a call that needs more is a 403, and never reaches the handler', async () => {
      const answered = await echo(GOOD.ada, message('purge-notes'))
      expect(summary(answered)).toEqual({ status: 403, parameters: { ...INSUFFICIENT, scope: 'notes:write' }, body: INSUFFICIENT })
      expect(app.ran).toEqual([])
    })

    test('a body that cannot be read as JSON is a 400, and one without an end a 413', async () => {
      expect(await echo(GOOD.ada, '{"method":')).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
      expect(await echo(GOOD.ada, message('greet', 'x'.repeat(5_000_000)))).toMatchObject({ status: 413 })
      expect(app.ran).toEqual([])
    })

    test('many at once', async () => {
      const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'greet' : 'purge-notes'))
      const answered = await Promise.all(names.map((name) => echo(GOOD.ada, message(name, 'x'.repeat(50_000)))))
      expect(answered.map(({ status }) => status)).toEqual(names.map((name) => (name === 'greet' ? 200 : 403)))
    })
  })

  describe('a token that comes elsewhere', () => {
    let assertions: Running
    beforeAll(async () => {
      assertions = await serve({ provider: Object.assign(callers(), { tokenHeader: 'x-assertion' }), handlers: app.handlers })
      running.push(assertions)
    })
    const unread = { error: 'invalid_request', error_description: 'The header for the token must hold one token and nothing else' }

    test('is taken from the header that the provider names', async () => {
      expect(await assertions.ask({ headers: { 'X-Assertion': GOOD.ada } })).toMatchObject({ status: 200, json: ADA })
    })

    test('is refused when it comes in Authorization', async () => {
      expect(await assertions.ask({ headers: bearer(GOOD.ada) })).toMatchObject({ status: 401, json: UNAUTHENTICATED })
    })

    test('is refused with a scheme, or twice', async () => {
      for (const value of [`Bearer ${GOOD.ada}`, [GOOD.ada, GOOD.ada]]) {
        expect(await assertions.ask({ headers: { 'X-Assertion': value } })).toMatchObject({ status: 400, json: unread })
      }
    })

    test('is taken from a cookie of a page of ours, and of no other', async () => {
      const server = await serving({ tokenFrom: { cookie: '__Host-token', origins: ['https://app.example.com'] } })
      const cookie = { Cookie: `theme=dark; __Host-token=${GOOD.ada}` }
      expect(await server.ask({ headers: { ...cookie, Origin: 'https://app.example.com' } })).toMatchObject({ status: 200, json: ADA })
      expect(await server.ask({ headers: { ...cookie, Origin: 'https://evil.example' } })).toMatchObject({ status: 401, json: UNAUTHENTICATED })
      expect(await server.ask({ headers: bearer(GOOD.ada) })).toMatchObject({ status: 200, json: ADA })
    })
  })

  describe('RFC 9728 metadata', () => {
    const RESOURCE = 'https://mcp.example.com/api/notes'
    const METADATA = '/.well-known/oauth-protected-resource/api/notes'
    let server: Running
    beforeAll(async () => {
      server = await serving({ resource: RESOURCE, requiredScopes: ['notes:read'] })
    })

    test('is served where the challenge says', async () => {
      const { challenge } = await server.ask({ target: '/api/notes' })
      expect(challenge?.parameters).toEqual({ scope: 'notes:read', resource_metadata: `https://mcp.example.com${METADATA}` })
      const answered = await server.ask({ method: 'GET', target: METADATA })
      expect(answered).toMatchObject({
        status: 200,
        json: { resource: RESOURCE, authorization_servers: ['https://id.example.com'], scopes_supported: ['notes:read'], bearer_methods_supported: ['header'] },
        headers: { 'content-type': JSON_TYPE, 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' },
      })
    })

    test('says which authorization servers were configured', async () => {
      const other = await serving({ resource: RESOURCE, authorizationServers: ['https://a.example.com', 'https://b.example.com'] })
      expect((await other.ask({ method: 'GET', target: METADATA })).json.authorization_servers).toEqual(['https://a.example.com', 'https://b.example.com'])
    })

    test('names other scopes than those needed, where it is told to', async () => {
      const other = await serving({ resource: RESOURCE, requiredScopes: ['notes:read'], scopesSupported: ['notes:read', 'notes:write'] })
      expect((await other.ask({ method: 'GET', target: METADATA })).json.scopes_supported).toEqual(['notes:read', 'notes:write'])
      expect((await other.ask({ target: '/api/notes' })).challenge?.parameters['scope']).toBe('notes:read')
    })

    test('needs no token, and looks at none', async () => {
      const { status } = await server.ask({ method: 'GET', target: METADATA, headers: bearer('nobody-knows') })
      expect({ status, asked: provider.asked }).toEqual({ status: 200, asked: [] })
    })

    test('answers HEAD without a body', async () => {
      const answered = await server.ask({ method: 'HEAD', target: METADATA })
      expect(answered).toMatchObject({ status: 200, text: '', headers: { 'content-type': JSON_TYPE } })
    })

    test('answers a preflight', async () => {
      const answered = await server.ask({ method: 'OPTIONS', target: METADATA, headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' } })
      expect(answered).toMatchObject({
        status: 204,
        text: '',
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD, OPTIONS', 'access-control-allow-headers': '*' },
      })
    })

    for (const method of ['POST', 'PUT', 'DELETE']) {
      test(`refuses ${method}`, async () => {
        const answered = await server.ask({ method, target: METADATA })
        expect(answered).toMatchObject({ status: 405, text: '', headers: { allow: 'GET, HEAD, OPTIONS' } })
      })
    }

    test('is nowhere else, and nowhere without a resource', async () => {
      for (const [where, target] of [[server, `${METADATA}/x`], [server, '/.well-known/oauth-protected-resource/api'], [plain, '/.well-known/oauth-protected-resource'], [plain, '/.well-known/oauth-protected-resource/mcp']] as const) {
        expect((await where.ask({ method: 'GET', target })).status).toBe(404)
      }
    })

    test('is at the root too, where clients look next', async () => {
      const [one, other] = await Promise.all([METADATA, '/.well-known/oauth-protected-resource'].map((target) => server.ask({ method: 'GET', target })))
      expect(other?.json).toEqual(one?.json)
    })

    test('is at the root for a resource at the root, and everything else is guarded', async () => {
      const other = await serving({ resource: 'https://mcp.example.com' })
      expect((await other.ask({ method: 'GET', target: '/.well-known/oauth-protected-resource' })).json.resource).toBe('https://mcp.example.com')
      expect((await other.ask({ target: '/open' })).status).toBe(401)
    })
  })

  test('the metadata of the authorization server are mirrored on request, for everybody to read', async () => {
    const METADATA = { issuer: 'https://id.example.com', token_endpoint: 'https://id.example.com/token' }
    const server = await serving({ mirror: { issuer: METADATA.issuer, fetch: async () => Response.json(METADATA) } })
    const target = '/.well-known/oauth-authorization-server'
    const readable = { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=300' }
    expect(await server.ask({ method: 'GET', target, headers: bearer('nobody-knows') })).toMatchObject({ status: 200, json: METADATA, headers: readable })
    expect(await server.ask({ method: 'HEAD', target })).toMatchObject({ status: 200, text: '', headers: readable })
    expect(await server.ask({ target })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
    expect((await plain.ask({ method: 'GET', target })).status).toBe(404)
  })

  describe('a page on another origin', () => {
    const NOT_GOOD: readonly Asked[] = [
      { method: 'GET', target: '/.well-known/openid-configuration' },
      {},
      { headers: bearer('never-issued') },
      { headers: { Authorization: 'Bearer a b' } },
      { headers: bearer('nobody-knows') },
      { target: '/open/caller' },
      { target: '/open/caller-later' },
      { target: '/mcp/write', headers: bearer(GOOD.ada) },
      { target: '/mcp/write-later', headers: bearer(GOOD.ada) },
    ]
    const OPENED: GateOptions = { exclude: ['/open'] }
    let opened: Running
    beforeAll(async () => {
      opened = await serving(OPENED)
    })
    /** What apps set on everything, in front of the gate. */
    const OWN = { origin: 'https://app.example.com', expose: 'X-Mine' }

    test('can read every denial, and those of handlers', async () => {
      for (const asked of NOT_GOOD) {
        const { headers } = await opened.ask(asked)
        expect({ asked, ...headers }).toMatchObject({ asked, 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED })
      }
    })

    test('cannot read what a handler answers, as far as we are concerned', async () => {
      for (const asked of [{ headers: bearer(GOOD.ada) }, { target: '/open' }]) {
        expect((await opened.ask(asked)).headers).not.toHaveProperty('access-control-allow-origin')
      }
    })

    if (traits.setsHeadersFirst) test('is let in by the app, whose own headers stay', async () => {
      const server = await serving(OPENED, OWN)
      for (const { headers: sent, ...asked } of NOT_GOOD) {
        const { headers } = await server.ask({ ...asked, headers: { ...sent, Origin: OWN.origin } })
        expect({ asked, ...headers }).toMatchObject({
          asked,
          'access-control-allow-origin': OWN.origin,
          'access-control-expose-headers': `${OWN.expose}, ${EXPOSED}`,
        })
      }
      const { headers } = await server.ask({ headers: { ...bearer(GOOD.ada), Origin: OWN.origin } })
      expect(headers).toMatchObject({ 'access-control-allow-origin': OWN.origin, 'access-control-expose-headers': OWN.expose })
    })
  })

  describe('what requireAuth throws in a handler', () => {
    for (const path of ['/open/caller', '/open/caller-later']) {
      test(`${path} is a 401 with the gate's challenge`, async () => {
        const server = await serving({ resource: 'https://mcp.example.com/mcp', requiredScopes: ['notes:read'], exclude: ['/open'] })
        const answered = await server.ask({ target: path })
        expect(answered.status).toBe(401)
        expect(answered.challenge?.parameters).toEqual({ scope: 'notes:read', resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp' })
        expect(answered.json).toEqual(UNAUTHENTICATED)
        expect(app.ran).toEqual([path])
      })
    }

    for (const path of ['/mcp/write', '/mcp/write-later']) {
      test(`${path} is a 403 that names the scopes needed`, async () => {
        const answered = await plain.ask({ target: path, headers: bearer(GOOD.ada) })
        expect(answered.status).toBe(403)
        expect(answered.challenge).toEqual({ scheme: 'Bearer', parameters: { ...INSUFFICIENT, scope: 'notes:write' } })
        expect(answered.json).toEqual(INSUFFICIENT)
      })

      test(`${path} is no hindrance for who has the scope`, async () => {
        expect((await plain.ask({ target: path, headers: bearer(GOOD.bob) })).json).toEqual(BOB)
      })
    }

    for (const path of ['/mcp/sign-in', '/mcp/sign-in-later']) {
      test(`${path} is a 401 that says how to sign in`, async () => {
        const answered = await plain.ask({ target: path, headers: bearer(GOOD.ada) })
        expect(answered.status).toBe(401)
        expect(answered.challenge).toEqual({ scheme: 'Bearer', parameters: SIGN_IN })
        expect(answered.json).toEqual(WEAK)
        expect(answered.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': JSON_TYPE, 'access-control-expose-headers': EXPOSED })
      })

      test(`${path} is no hindrance for who signed in so`, async () => {
        expect((await plain.ask({ target: path, headers: bearer(GOOD.signedIn) })).json).toEqual(ADA)
      })
    }

    test('an outage that a handler found is a 503, as at the gate', async () => {
      for (const target of ['/open/outage', '/open/outage-later']) {
        const answered = await narrow.ask({ target })
        expect(answered).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
        expect(answered.challenge).toBeUndefined()
      }
    })

    test('a caller who asked too often, as a handler found, is told so with a 429', async () => {
      const answered = await narrow.ask({ target: '/open/too-often' })
      expect(answered).toMatchObject({ status: 429, headers: { 'retry-after': '9', 'cache-control': 'no-store' } })
      expect(answered.challenge).toBeUndefined()
    })

    test('has the body that the house writes, as the denials of the gate have', async () => {
      const told: Denial[] = []
      const body: GateOptions['body'] = (denial) => {
        told.push(denial)
        return { headers: { 'Content-Type': 'application/problem+json', 'WWW-Authenticate': 'Basic' }, body: JSON.stringify({ title: 'No entry', status: denial.status }) }
      }
      const server = await serving({ resource: 'https://mcp.example.com/mcp', exclude: ['/open'], body })
      const denied = [
        await server.ask({ target: '/mcp' }),
        await server.ask({ target: '/open/caller' }),
        await server.ask({ target: '/open/caller-later' }),
        await server.ask({ target: '/mcp/write', headers: bearer(GOOD.ada) }),
      ]
      expect(denied.map(({ status, text }) => [status, JSON.parse(text) as unknown])).toEqual(
        [401, 401, 401, 403].map((status) => [status, { title: 'No entry', status }]),
      )
      for (const { headers, challenge } of denied) {
        expect(headers['content-type']).toMatch(/^application\/problem\+json/)
        expect(challenge).toMatchObject({ scheme: 'Bearer', parameters: { resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp' } })
      }
      expect(told.at(-1)).toMatchObject({ status: 403, error: 'insufficient_scope', challenge: { error: 'insufficient_scope', scope: 'notes:write' } })
    })

    test('speaks as mcp-use does where the gate does', async () => {
      const server = await serving({ profile: 'mcp-use' })
      const answered = await server.ask({ target: '/open/caller' })
      expect(answered.status).toBe(401)
      expect(answered.headers['www-authenticate']).toBe('Bearer')
    })
  })

  describe('the context', () => {
    test('is not mixed up among 200 requests at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => plain.ask({ target: '/mcp/slow', headers: bearer(index % 2 === 0 ? GOOD.ada : GOOD.bob) })),
      )
      expect(answers.map(({ json }) => json)).toEqual(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? [ADA, ADA, ADA] : [BOB, BOB, BOB])))
    })

    test('is not inherited by the next request on the same connection', async () => {
      await narrow.ask({ target: '/open', headers: bearer(GOOD.ada) })
      expect((await narrow.ask({ target: '/open' })).json).toEqual(NOBODY)
    })

    test('survives the reading of the body', async () => {
      const text = 'x'.repeat(300_000)
      const answers = await Promise.all([GOOD.ada, GOOD.bob].map((token) => plain.ask({ target: '/mcp/echo', headers: bearer(token), body: JSON.stringify({ text }) })))
      expect(answers.map(({ json }) => json)).toEqual([
        { caller: ADA, body: { text } },
        { caller: BOB, body: { text } },
      ])
    })

    test('is empty outside of requests', () => {
      expect(getAccessToken()).toBe(null)
    })
  })

  describe('what MCP transports find', () => {
    test('is the caller in the shape of the SDKs', async () => {
      const server = await serving({ resource: 'https://mcp.example.com/mcp' })
      const { json } = await server.ask({ target: '/mcp/auth', headers: bearer(GOOD.ada) })
      expect(json.auth).toEqual({
        token: GOOD.ada,
        clientId: 'app-of-ada',
        scopes: ['notes:read'],
        expiresAt: 4_000_000_000,
        resource: 'https://mcp.example.com/mcp',
        resourceMetadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
        extra: {
          claims: { sub: 'ada', iss: 'https://id.example.com', client_id: 'app-of-ada', aud: 'https://mcp.example.com/mcp' },
          provider: 'custom',
          subject: 'ada',
          issuer: 'https://id.example.com',
        },
      })
    })

    test('is nothing where nobody is authenticated', async () => {
      expect((await narrow.ask({ target: '/open/auth' })).json).toEqual({ auth: null })
    })
  })
}

// A gate that knows its resource says in every challenge where the metadata is.
function withMetadata(row: Case): Case {
  const { gate, expected } = row
  if (gate?.resource === undefined || 'caller' in expected) return row
  const { origin, pathname } = new URL(gate.resource)
  return { ...row, expected: { ...expected, parameters: { resource_metadata: `${origin}/.well-known/oauth-protected-resource${pathname}` } } }
}

function summary({ status, challenge, json }: Answered): unknown {
  if (challenge !== undefined) expect(challenge.scheme).toBe('Bearer')
  return { status, parameters: challenge?.parameters, body: json }
}
