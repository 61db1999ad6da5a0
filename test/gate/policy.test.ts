import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { bearerAuth as express } from '../../src/adapters/express.js'
import { bearerAuth as fastify } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchGate } from '../../src/adapters/fetch.js'
import { bearerAuth as hono } from '../../src/adapters/hono.js'
import { bearerAuth as node } from '../../src/adapters/node.js'
import { decide } from '../../src/gate/decide.js'
import { gatePolicy } from '../../src/gate/policy.js'
import { always, AuthUnavailableError, ChainProvider, fromClaim, gate, standardScopes, StaticProvider } from '../../src/index.js'
import { says } from '../oauth-kit.js'
import { headers } from './headers.js'
import type { BearerAuthProvider, Decision, GateOptions } from '../../src/index.js'

const POST = { method: 'POST', path: '/mcp', header: headers({ authorization: ['Bearer a-token'] }) }
const NO_TOKEN = headers({})

async function decided(options: GateOptions, request: object = {}, provider: BearerAuthProvider = says('yes')): Promise<Decision> {
  return decide({ ...POST, ...request }, provider, gatePolicy(options))
}

async function challengeOf(options: GateOptions, request: object = {}, provider?: BearerAuthProvider): Promise<string | undefined> {
  const decision = await decided(options, request, provider)
  return decision.pass ? 'passed' : decision.answer.headers['WWW-Authenticate']
}

describe('gatePolicy', () => {
  test.each<[string, unknown, RegExp]>([
    ['a misspelt option', { requiredScope: ['a'] }, /"requiredScope" is not an option of bearerAuth; did you mean "requiredScopes"\?$/],
    ['an option of another library', { realm: 'notes' }, /"realm" is not an option of bearerAuth; it takes requiredScopes, acr, maxAuthAge, resource/],
    ['scopes, for those that are required', { scopes: ['a'] }, /what requests need is "requiredScopes"$/],
    ['an option of providers', { clockTolerance: 5 }, /"clockTolerance" is not an option of bearerAuth but of the provider$/],
    ['scopes as text', { requiredScopes: 'a' }, /"requiredScopes" must hold one scope per entry/],
    ['two scopes in one entry', { requiredScopes: ['a b'] }, /one scope per entry/],
    ['a scope that would break the header', { requiredScopes: ['a"b'] }, /"requiredScopes"/],
    ['a resource that is a path', { resource: '/mcp' }, /"resource" must be an absolute URL/],
    ['a resource on plain http', { resource: 'http://mcp.example.com' }, /https/],
    ['a resource with a fragment', { resource: 'https://mcp.example.com/#x' }, /fragment/],
    ['a resource with a password', { resource: 'https://a:b@mcp.example.com/' }, /password/],
    ['an empty resource', { resource: '' }, /"resource"/],
    ['a path that is no list', { protect: '/mcp' }, /"protect"/],
    ['a pattern', { exclude: ['/docs/*'] }, /"exclude".*no patterns/],
    ['optional as text', { optional: 'no' }, /"optional"/],
    ['a cookie without a name', { tokenFrom: { cookie: '' } }, /"tokenFrom.cookie" must be the name/],
    ['a cookie without pages', { tokenFrom: { cookie: 'a' } }, /"tokenFrom.origins" must name the pages/],
    ['a page with a path', { tokenFrom: { cookie: 'a', origins: ['https://app.example.com/'] } }, /without a path/],
    ['a header that is read anyway', { tokenFrom: { header: 'Cookie' } }, /"tokenFrom.header" must be the name of a header/],
    ['a header and a cookie', { tokenFrom: { header: 'x-api-key', cookie: 'a' } }, /"cookie" is not an option of tokenFrom/],
    ['an unknown profile', { profile: 'rfc6750' }, /"profile" must be one of mcp-use/],
    ['the option that "profile" replaced', { errors: 'mcp-use' }, /"errors" is not an option of bearerAuth any more: profile: 'mcp-use'/],
    ['an empty list of what is protected', { protect: [] }, /"protect" is empty, and would guard nothing; leave it out to guard everything/],
    ['a word for preflights', { preflight: true }, /"preflight" must be one of answer, pass/],
    ['an audience that is none', { audience: '' }, /"audience" must be what/],
    ['no audience', { audience: [] }, /"audience" must be what/],
    ['issuers as text', { authorizationServers: 'https://id.example.com' }, /"authorizationServers"/],
    ['an issuer that is no URL', { authorizationServers: ['id.example.com'] }, /"authorizationServers"/],
  ])('%s is refused', (_, options, message) => {
    expect(() => gatePolicy(options as GateOptions)).toThrow(message)
    expect(() => gatePolicy(options as GateOptions)).toThrow(TypeError)
  })
})

describe('decide', () => {
  test('no credentials: a challenge without an error, with the scopes to ask for', async () => {
    const request = { header: NO_TOKEN }
    expect(await challengeOf({}, request)).toBe('Bearer realm="protected"')
    expect(await challengeOf({ requiredScopes: ['a', 'b'] }, request)).toBe('Bearer scope="a b"')
    expect(await challengeOf({ resource: 'https://mcp.example.com/mcp' }, request)).toBe(
      'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
    )
  })

  test('a bad token: invalid_token', async () => {
    expect(await challengeOf({ requiredScopes: ['a'] }, {}, says('no'))).toBe(
      'Bearer error="invalid_token", error_description="Token is invalid or expired", scope="a"',
    )
  })

  test('a scope missing: all that are needed, in one challenge', async () => {
    expect(await challengeOf({ requiredScopes: ['notes:read', 'notes:write'] })).toContain('scope="notes:read notes:write"')
  })

  test('silence: 503, the time to wait, and no challenge', async () => {
    const decision = await decided({}, {}, says('silence'))
    expect(decision).toMatchObject({ pass: false, answer: { status: 503, headers: { 'Retry-After': '7', 'Cache-Control': 'no-store' } } })
    expect(decision).not.toHaveProperty(['answer', 'headers', 'WWW-Authenticate'])
  })

  test('a bug is thrown, on guarded paths and on others', async () => {
    await expect(decided({}, {}, says('bug'))).rejects.toThrow('the provider failed')
    await expect(decided({ protect: ['/mcp'] }, { path: '/elsewhere' }, says('bug'))).rejects.toThrow('the provider failed')
  })

  test.each<[string, (token: string) => unknown]>([
    ['an error', (token) => new SyntaxError(`Unexpected token in "${token}"`)],
    ['an error of a client that quotes the URL', (token) => Object.assign(new TypeError('no URL'), { stack: `TypeError: https://idp.example/?token=${encodeURIComponent(token)}\n    at ask (own.js:1:1)` })],
    ['a text', (token) => `no answer about ${token}`],
  ])('a bug that is %s with the token in it is printed without', async (_, thrown) => {
    const token = 'a-secret+token/of.ada=='
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const failing = { verifyToken: async () => { throw thrown(token) } }
    const bug = await decided({}, { header: headers({ authorization: [`Bearer ${token}`] }) }, failing).catch((error: unknown) => error)
    const printed = [bug, ...warned.mock.calls].map((one) => inspect(one, { depth: 9 })).join('\n')
    expect(warned).toHaveBeenCalledOnce()
    expect(printed).toContain('<the token>')
    expect(printed).not.toContain(token)
    expect(printed).not.toContain(encodeURIComponent(token))
  })

  test('a bug brings nothing of its own that a framework would send', async () => {
    const thrown = Object.assign(new Error('https://idp.internal/?secret=s3cr3t'), { status: 401, statusCode: 401, headers: { 'X-Idp': 'internal' } })
    const failing = { verifyToken: () => Promise.reject(thrown) }
    const bug = await decided({}, {}, failing).catch((error: unknown) => error)
    expect(bug).toMatchObject({ message: 'the provider failed', cause: thrown })
    for (const name of ['status', 'statusCode', 'headers', 'getResponse']) expect(bug).not.toHaveProperty(name)
  })

  test('a token that is bound to a key is refused without the proof', async () => {
    const bound: BearerAuthProvider = {
      verifyToken: async (token) => ({ token, claims: { sub: 'ada', cnf: { jkt: 'abc' } }, scopes: [], provider: 'own' }),
    }
    expect(await decided({}, {}, bound)).toMatchObject({ pass: false, answer: { status: 401 } })
    expect(await decided({ protect: ['/mcp'] }, { path: '/elsewhere' }, bound)).toMatchObject({ pass: true, context: { token: null } })
  })

  test('everything is guarded, whatever the resource is', async () => {
    const request = { header: NO_TOKEN, path: '/api/mcp' }
    expect((await decided({}, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com/notes' }, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com/api/mcp' }, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com' }, { ...request, path: '/anything' })).pass).toBe(false)
  })

  test('a path that was rewritten on its way is guarded by either of its names, and excluded only by both', async () => {
    const passes = async (options: GateOptions, path: string, routedPath: string) =>
      (await decided(options, { path, routedPaths: [routedPath], header: NO_TOKEN })).pass
    const guards = { protect: ['/mcp'] }
    expect([await passes(guards, '/x', '/mcp'), await passes(guards, '/mcp', '/x'), await passes(guards, '/x', '/x')]).toEqual([false, false, true])
    const excludes = { protect: ['/'], exclude: ['/health'] }
    expect([await passes(excludes, '/health', '/mcp'), await passes(excludes, '/mcp', '/health'), await passes(excludes, '/health', '/health')]).toEqual([false, false, true])
  })

  test('a path that only begins like an excluded one is not excluded', async () => {
    const passes = async (path: string) => (await decided({ protect: ['/'], exclude: ['/health'] }, { path, header: NO_TOKEN })).pass
    expect([await passes('/health'), await passes('/health/live'), await passes('/healthy'), await passes('/health-secrets')]).toEqual([true, true, false, false])
  })

  test('OPTIONS in another spelling is no preflight', async () => {
    const request = { header: headers({ origin: ['https://app.example.com'], 'access-control-request-method': ['POST'] }) }
    expect(await decided({}, { ...request, method: 'OPTIONS' })).toMatchObject({ answer: { status: 204 } })
    for (const method of ['options', 'Options', 'OPTIONS ', 'XOPTIONS']) expect(await decided({}, { ...request, method })).toMatchObject({ answer: { status: 401 } })
  })

  test('behind another gate, one that guards the path looks itself, and one that does not leaves the caller alone', async () => {
    const source = {}
    const front = await decided({ protect: ['/'] }, { source })
    expect(front).toMatchObject({ pass: true, context: { token: { subject: 'ada' } } })
    expect(await decided({ protect: ['/'] }, { source }, says('no'))).toMatchObject({ pass: false, answer: { status: 401 } })
    expect(await decided({ protect: ['/other'] }, { source }, says('no'))).toBe(front)
    expect(await decided({ protect: ['/other'] }, { source: {} }, says('no'))).toMatchObject({ pass: true, context: { token: null } })
  })

  test('an excluded path is not looked at, even with a token', async () => {
    const provider = says('yes')
    expect(await decided({ protect: ['/'], exclude: ['/health'] }, { path: '/health' }, provider)).toMatchObject({ pass: true, context: { token: null } })
    expect(provider.asked).toEqual([])
  })

  test('optional: nothing presented passes, something bad does not', async () => {
    const options = { optional: true }
    expect(await decided(options, { header: NO_TOKEN })).toMatchObject({ pass: true, context: { token: null } })
    expect(await decided(options)).toMatchObject({ pass: true, context: { token: { token: 'a-token' } } })
    expect((await decided(options, {}, says('no'))).pass).toBe(false)
    expect((await decided(options, { header: headers({ authorization: ['Bearer a b'] }) })).pass).toBe(false)
  })

  describe('metadata', () => {
    const resource = 'https://mcp.example.com/mcp'
    const get = { method: 'GET', path: '/.well-known/oauth-protected-resource/mcp', header: NO_TOKEN }
    const document = async (options: GateOptions, provider: BearerAuthProvider): Promise<unknown> => {
      const decision = await decided(options, get, provider)
      return decision.pass ? 'passed' : JSON.parse(decision.answer.body)
    }

    test('names the resource to the letter, the issuers of the provider and the scopes', async () => {
      const provider = { ...says('no'), issuers: ['https://id.example.com/'] }
      expect(await document({ resource, requiredScopes: ['notes:read'] }, provider)).toEqual({
        resource,
        authorization_servers: ['https://id.example.com/'],
        scopes_supported: ['notes:read'],
        bearer_methods_supported: ['header'],
      })
      expect(await document({ resource, requiredScopes: ['notes:read'], scopesSupported: ['notes:read', 'notes:write'] }, provider)).toMatchObject({
        scopes_supported: ['notes:read', 'notes:write'],
      })
      expect(await document({ resource, authorizationServers: ['https://other.example'] }, provider)).toMatchObject({
        authorization_servers: ['https://other.example'],
      })
    })

    test('names the scopes of operations, and what else is to be said', async () => {
      const options: GateOptions = {
        resource,
        requiredScopes: ['a'],
        operations: { 'tools/call': { x: 'b', y: ['a', 'c'] } },
        metadata: { resource_name: 'Notes', dpop_bound_access_tokens_required: false },
      }
      expect(await document(options, says('no'))).toEqual({
        resource,
        scopes_supported: ['a', 'b', 'c'],
        bearer_methods_supported: ['header'],
        resource_name: 'Notes',
        dpop_bound_access_tokens_required: false,
      })
    })

    test.each<[string, object, RegExp]>([
      ['a member that there is not', { metadata: { name: 'Notes' } }, /"name" is not an option of metadata/],
      ['a member of another kind', { metadata: { resource_name: 7 } }, /"metadata.resource_name" must be a string \(RFC 9728/],
      ['a list that is none', { metadata: { dpop_signing_alg_values_supported: 'ES256' } }, /must be an array of strings/],
      ['a document on plain http', { metadata: { resource_documentation: 'http://docs.example.com' } }, /https/],
      ['a mirror of a name', { mirror: { issuer: 'accounts' } }, /"mirror.issuer" must be an absolute URL/],
    ])('%s is refused', (_, options, message) => {
      expect(() => gatePolicy({ resource, ...options } as GateOptions)).toThrow(message)
    })

    test('a description of nothing is refused', () => {
      expect(() => gatePolicy({ metadata: { resource_name: 'Notes' } })).toThrow(/"metadata" describes "resource"/)
    })

    test('names what the provider can give, all members of a chain together, and nothing about signing in', async () => {
      const one = new StaticProvider({ 'key-0123456789abcdef': { claims: { sub: 'a' } } }, { scopes: fromClaim('roles', { admin: ['notes:*', 'notes:admin'], staff: ['notes:read', 'openid', 'offline_access'] }), implies: { 'notes:admin': 'notes:write' } })
      const other = new StaticProvider({ 'key-of-another-0123456': { claims: { sub: 'b' } } }, { scopes: [standardScopes, always('mcp')] })
      expect(await document({ resource, requiredScopes: ['a'] }, new ChainProvider([one, other]))).toMatchObject({ scopes_supported: ['a', 'notes:admin', 'notes:read', 'notes:write', 'mcp'] })
      expect(await document({ resource, scopesSupported: ['b'] }, one)).toMatchObject({ scopes_supported: ['b'] })
    })

    test('stands at the root for a resource at the root, and carries its query', async () => {
      const at = (path: string, root: string): Promise<Decision> => decided({ resource: root }, { ...get, path })
      expect((await at('/.well-known/oauth-protected-resource', 'https://mcp.example.com')).pass).toBe(false)
      expect(await challengeOf({ resource: 'https://mcp.example.com/mcp?tenant=a' }, { header: NO_TOKEN })).toContain(
        'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp?tenant=a"',
      )
    })

    test('says nothing of how to send a token that a proxy writes into a header of its own', async () => {
      expect(await document({ resource }, Object.assign(says('no'), { tokenHeader: 'x-assertion' }))).toEqual({ resource })
    })

    test('without a resource there is none', async () => {
      expect(await document({}, says('no'))).toMatchObject({ error: 'not_found' })
    })

    test('only reading is allowed', async () => {
      expect(await decided({ resource }, { ...get, method: 'POST' })).toMatchObject({ answer: { status: 405, headers: { Allow: 'GET, HEAD, OPTIONS' } } })
      expect(await decided({ resource }, { ...get, method: 'OPTIONS' })).toMatchObject({ answer: { status: 204 } })
    })
  })
})

describe('Retry-After', () => {
  test.each([
    [7.2, '8'],
    [Number.NaN, '5'],
    [-1, '5'],
    ['1\r\nSet-Cookie: a=b', '5'],
    [Number.POSITIVE_INFINITY, '5'],
    [undefined, '5'],
  ])('of %s is sent as %s', async (retryAfter, expected) => {
    const silent = { verifyToken: () => Promise.reject(new AuthUnavailableError('no answer', { retryAfter: retryAfter as number })) }
    expect(await decided({}, {}, silent)).toMatchObject({ answer: { headers: { 'Retry-After': expected } } })
  })
})

describe('what is protected by name', () => {
  test('is not opened by the default list of what is not', async () => {
    const request = { header: NO_TOKEN, path: '/docs/internal' }
    expect((await decided({ protect: ['/docs'] }, request)).pass).toBe(false)
    expect((await decided({ protect: ['/docs/internal'] }, request)).pass).toBe(false)
    expect((await decided({ protect: ['/'] }, request)).pass).toBe(false)
    expect((await decided({ protect: ['/Docs'] }, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com/docs/internal' }, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com/docs/internal', profile: 'mcp-use' }, request)).pass).toBe(false)
    expect((await decided({ protect: ['/docs'], profile: 'mcp-use' }, request)).pass).toBe(false)
    expect((await decided({ resource: 'https://mcp.example.com/', profile: 'mcp-use' }, { ...request, path: '/health' })).pass).toBe(true)
    expect((await decided({ profile: 'mcp-use' }, { ...request, mounted: true })).pass).toBe(false)
    expect((await decided({ protect: ['/docs'], exclude: ['/docs'] }, request)).pass).toBe(true)
  })

  test.each(['protect', 'exclude', 'requiredScopes', 'resource'])('%s from a variable that is not set is refused', (name) => {
    expect(() => gatePolicy({ [name]: undefined })).toThrow(/is a variable not set/)
  })

  test('a list with a hole in it is refused', () => {
    expect(() => gatePolicy({ protect: new Array(1) })).toThrow(/"protect"/)
  })

  test('a path with a query is odd, and guarded', async () => {
    expect((await decided({}, { header: NO_TOKEN, path: '/mcp?x=1' })).pass).toBe(false)
  })

  test.each(['protect', 'exclude', 'authorizationServers', 'requiredScopes', 'resource'])('%s of null or "" is refused', (name) => {
    expect(() => gatePolicy({ [name]: null })).toThrow(TypeError)
    expect(() => gatePolicy({ [name]: '' })).toThrow(TypeError)
  })
})

describe('what a gate is built with', () => {
  const doors: readonly (readonly [string, (provider: never, options?: GateOptions) => unknown])[] = [
    ['express', express],
    ['fastify', fastify],
    ['hono', hono],
    ['node', node],
    ['fetch', fetchGate],
  ]
  test.each(doors)('%s takes a provider, and says so at once', (_, bearerAuth) => {
    expect(() => bearerAuth(undefined as never)).toThrow(/bearerAuth takes a provider: an object with verifyToken/)
    expect(() => bearerAuth({ resource: 'https://mcp.example.com' } as never)).toThrow(/takes a provider/)
    expect(() => bearerAuth([says('yes')] as never)).toThrow(/new ChainProvider/)
    expect(() => bearerAuth(StaticProvider as never)).toThrow(/forget "new"/)
  })

  test('node and fetch wrap a function, and say where to look when Express hands them a request', () => {
    expect(() => node(says('yes'))({} as never)).toThrow(/for Express import bearer-auth-providers\/express/)
    expect(() => fetchGate(says('yes'))({} as never)).toThrow(/for Express import bearer-auth-providers\/express/)
  })
})

test('the pages that may use a cookie are those of the resource', () => {
  expect(gatePolicy({ resource: 'https://mcp.example.com/mcp', tokenFrom: { cookie: '__Host-token' } }).tokenCookie?.origins).toEqual(['https://mcp.example.com'])
})

test('a cookie and a header of the provider do not go together', () => {
  const provider = Object.assign(says('yes'), { tokenHeader: 'x-assertion' })
  const options = { tokenFrom: { cookie: 'a', origins: ['https://app.example.com'] } }
  expect(() => gate(provider, options)).toThrow(/"tokenFrom" does not go with this provider/)
})
