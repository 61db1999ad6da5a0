import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../../src/adapters/fetch.js'
import { scopeChallenge } from '../../../src/adapters/mcp.js'
import { accessToken, ChainProvider, gate, IssuerRouter, JwksProvider, requireAuth, StaticProvider } from '../../../src/index.js'
import { entra, entraExternalId } from '../../../providers/presets/index.js'
import { parseChallenge } from '../../adapters/challenge-parser.js'
import type { BearerAuthProvider, GateOptions } from '../../../src/index.js'

const API = '11111111-2222-3333-4444-555555555555'
const TENANT = '99999999-8888-7777-6666-555555555555'
const resource = 'https://mcp.example.com/mcp'
const options: GateOptions = { resource, requiredScopes: ['notes:read'], operations: { 'tools/call': { add_note: 'notes:write' } } }
const keys = new StaticProvider({ 'local-development-key': { claims: { sub: 'me' }, scopes: ['notes:read'] } })

describe('what clients ask for', () => {
  test('by the preset for Entra, scopes behind the Application ID URI', async () => {
    const provider = new JwksProvider(entra({ tenant: TENANT, audience: API }))
    expect(await askedFor(provider, options)).toEqual({ challenge: `api://${API}/notes:read`, metadata: [`api://${API}/notes:read`, `api://${API}/notes:write`] })
  })

  test.each<[string, BearerAuthProvider]>([
    ['an Application ID URI of its own', new JwksProvider(entra({ tenant: TENANT, audience: [API, 'api://notes'] }))],
    ['External ID', new JwksProvider(entraExternalId({ tenant: TENANT, domain: 'contoso', audience: 'api://notes' }))],
    ['a chain, by the first that names an issuer', new ChainProvider([keys, new JwksProvider(entra({ tenant: TENANT, audience: 'api://notes' })), jwks()])],
    ['a router', new IssuerRouter({ issuers: { [`https://login.microsoftonline.com/${TENANT}/v2.0`]: new JwksProvider(entra({ tenant: TENANT, audience: 'api://notes' })) } })],
  ])('%s', async (_, provider) => {
    expect((await askedFor(provider, options)).challenge).toBe('api://notes/notes:read')
  })

  test('a chain whose first issuer calls them by their own names', async () => {
    const provider = new ChainProvider([keys, jwks(), new JwksProvider(entra({ tenant: TENANT, audience: 'api://notes' }))])
    expect((await askedFor(provider, options)).challenge).toBe('notes:read')
  })

  test('the gate has the last word', async () => {
    const provider = new JwksProvider(entra({ tenant: TENANT, audience: API }))
    expect((await askedFor(provider, { ...options, requestAs: (scope) => `https://notes.example.com/${scope}` })).challenge).toBe('https://notes.example.com/notes:read')
  })

  test('nothing, where no client can ask for it, and a name once', async () => {
    const provider = jwks({ requestAs: (scope) => (scope === 'notes:read' ? undefined : 'notes') })
    expect(await askedFor(provider, { ...options, scopesSupported: ['notes:read', 'notes:write', 'notes:admin'] })).toEqual({ challenge: undefined, metadata: ['notes'] })
  })

  test('and what it needs is still looked up by its own name', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add_note', arguments: {} } }
    const request = { ...post('local-development-key'), body: async () => ({ parsed: body }) }
    const decide = gate(keys, { ...options, requestAs: (scope) => `api://notes/${scope}` })
    const decision = await decide(request)
    expect(decision.pass ? 200 : [decision.answer.status, scopeIn(decision.answer)]).toEqual([403, 'api://notes/notes:read api://notes/notes:write'])
  })

  test('what is no scope is left out where a token brings it along', async () => {
    const names: Record<string, string> = { 'notes:read': 'api://notes/notes:read', 'notes:write': 'api://notes/notes:write' }
    const granted = new StaticProvider({ 'local-development-key': { claims: { sub: 'me' }, scopes: ['notes:read', 'constructor', 'toString'] } })
    const body = async () => ({ parsed: { method: 'tools/call', params: { name: 'add_note' } } })
    const decision = await gate(granted, { ...options, requestAs: (scope) => names[scope] })({ ...post('local-development-key'), body })
    expect(decision.pass || scopeIn(decision.answer)).toBe('api://notes/notes:read api://notes/notes:write')
  })

  test('in what requireAuth throws, and in the challenge of a tool of SDK 2.x', async () => {
    const handle = bearerAuth(keys, { protect: ['/'], requestAs: (scope) => `api://notes/${scope}` })(async () => Response.json(scopeChallenge('notes:write')({})?.scopes))
    const request = (path: string) => new Request(`https://mcp.example.com${path}`, { headers: { Authorization: 'Bearer local-development-key' } })
    expect(await (await handle(request('/tool'))).json()).toEqual(['api://notes/notes:write', 'api://notes/notes:read'])
    const throwing = bearerAuth(keys, { protect: ['/'], requestAs: (scope) => `api://notes/${scope}` })(async () => new Response(requireAuth('notes:write').subject))
    expect(parseChallenge((await throwing(request('/'))).headers.get('WWW-Authenticate') ?? '').parameters.scope).toBe('api://notes/notes:write api://notes/notes:read')
  })
})

test.each([
  ['two scopes at once', (scope: string) => `api://notes/${scope} offline_access`],
  ['a quote', (scope: string) => `"${scope}"`],
  ['nothing to speak of', () => ''],
  ['null', () => null as unknown as undefined],
])('%s is refused at construction', (_, requestAs) => {
  expect(() => gate(keys, { ...options, requestAs })).toThrow(/"requestAs" must give one scope for "notes:read"/)
  expect(() => gate(keys, { scopesSupported: ['notes:read'], requestAs })).toThrow(/"requestAs" must give one scope for "notes:read"/)
})

test('what was granted is left out where its names are more than a header can hold', async () => {
  const scope = Array.from({ length: 400 }, (_, index) => `s${index}`).join(' ')
  const granted = { verifyToken: async (token: string) => accessToken({ token, claims: { scope }, scopes: [] }) }
  const handle = bearerAuth(granted, { protect: ['/'], requestAs: (name) => `api://${API}/${name}` })(async () => new Response(requireAuth('notes:read').subject))
  const { headers } = await handle(new Request('https://mcp.example.com/', { headers: { Authorization: 'Bearer a-token' } }))
  expect(headers.get('WWW-Authenticate')).toContain(`scope="api://${API}/notes:read"`)
})

test('what is no function is refused', () => {
  expect(() => gate(keys, { requestAs: 'api://notes' as never })).toThrow(/"requestAs" must be a function/)
  expect(() => jwks({ requestAs: 'api://notes' as never })).toThrow(/"requestAs" must be a function/)
})

function jwks(more: Partial<ConstructorParameters<typeof JwksProvider>[0]> = {}): JwksProvider {
  return new JwksProvider({ issuer: 'https://id.example.com', audience: resource, ...more } as ConstructorParameters<typeof JwksProvider>[0])
}

function post(token?: string) {
  return { method: 'POST', path: '/mcp', header: (name: string) => (name === 'authorization' && token !== undefined ? [`Bearer ${token}`] : []) }
}

function scopeIn({ headers }: { readonly headers: Readonly<Record<string, string>> }): string | undefined {
  return parseChallenge(headers['WWW-Authenticate'] ?? '').parameters.scope
}

async function askedFor(provider: BearerAuthProvider, gateOptions: GateOptions) {
  const decide = gate(provider, gateOptions)
  const refused = await decide(post())
  const metadata = await decide({ method: 'GET', path: '/.well-known/oauth-protected-resource/mcp', header: () => [] })
  if (refused.pass || metadata.pass) throw new Error('expected answers')
  const { scopes_supported } = JSON.parse(metadata.answer.body) as { scopes_supported?: unknown }
  return { challenge: scopeIn(refused.answer), metadata: scopes_supported }
}
