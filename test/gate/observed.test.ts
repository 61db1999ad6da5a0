/** Tests that a gate tells what it decides, with the request beside it and nothing in it that a client wrote. */
import { describe, expect, test } from 'vitest'
import { AuthUnavailableError, boundSessions, ChainProvider, gate, StaticProvider } from '../../src/index.js'
import { START } from '../oauth-kit.js'
import { holder, provider as bound, RESOURCE, TOKEN } from './dpop/proof-kit.js'
import type { AuthEvent, BearerAuthProvider, GateOptions, GateRequest, ProofOptions } from '../../src/index.js'
import type { Holder } from './dpop/proof-kit.js'

const KEY = 'a-long-enough-key'
const provider = new StaticProvider({ [KEY]: { claims: { sub: 'ada', aud: 'notes' }, scopes: ['notes:read'] }, 'bound-long-enough': { claims: { sub: 'ada', cnf: { jkt: 'x' } } } })

interface Sent {
  readonly token?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
}

/** What the gate told of one request, and the requests that it handed over. */
async function told(sent: Sent, options: GateOptions = {}, by: BearerAuthProvider = provider) {
  const events: AuthEvent[] = []
  const requests: (GateRequest | undefined)[] = []
  const headers: NonNullable<Sent['headers']> = { ...(sent.token !== undefined && { authorization: `Bearer ${sent.token}` }), ...sent.headers }
  const request: GateRequest = {
    method: sent.method ?? 'POST',
    path: sent.path ?? '/mcp',
    header: (name) => [headers[name] ?? []].flat(),
    source: {},
    ...(sent.body !== undefined && { body: async () => ({ text: JSON.stringify(sent.body) }), hasBody: true }),
  }
  const guard = gate(by, {
    ...options,
    observe: (event, from) => {
      if (event.provider !== 'gate') return
      events.push(event)
      requests.push(from)
    },
  })
  await guard(request)
  return { events, requests, request }
}

describe('a denial for want of a proof', () => {
  const proof: ProofOptions = { dpop: 'accepted', now: () => START, certificate: () => undefined }

  test.each<[string, object | undefined, string, (ada: Holder) => readonly Promise<string>[], ProofOptions, object]>([
    ['without one', undefined, 'DPoP', () => [], proof, { check: 'one_header' }],
    ['as plain Bearer', undefined, 'Bearer', (ada) => [ada.prove()], proof, { check: 'scheme' }],
    ['with one for a slash more', undefined, 'DPoP', (ada) => [ada.prove({ htu: `${RESOURCE}/` })], proof, { check: 'htu', hint: 'it differs by a slash at the end' }],
    ['with one that is late', undefined, 'DPoP', (ada) => [ada.prove({ iat: START - 301 })], proof, { check: 'iat', hint: expect.stringMatching(/clock of the client/) }],
    ['without a nonce', undefined, 'DPoP', (ada) => [ada.prove()], { ...proof, nonce: true }, { check: 'nonce' }],
    ['bound to another key', { jkt: 'A'.repeat(43) }, 'DPoP', (ada) => [ada.prove()], proof, { check: 'binding' }],
    ['bound to a certificate', { 'x5t#S256': 'A'.repeat(43) }, 'Bearer', () => [], proof, { check: 'certificate' }],
    ['bound to nothing, where that is not enough', undefined, 'Bearer', () => [], { ...proof, dpop: 'required' }, { check: 'unbound' }],
  ])('%s says which check it was', async (name, cnf, scheme, prove, options, expected) => {
    const ada = await holder()
    const claims = name.startsWith('bound to nothing') ? {} : { cnf: cnf ?? { jkt: ada.jkt } }
    const headers = { authorization: `${scheme} ${TOKEN}`, dpop: await Promise.all(prove(ada)) }
    const { events } = await told({ headers }, { resource: RESOURCE, proof: options }, bound(claims))
    expect(events).toEqual([{ type: 'denied', provider: 'gate', method: 'POST', status: 401, reason: 'bound_to_key', ...expected }])
    expect(JSON.stringify(events)).not.toContain(ada.jkt)
  })

  test('that was used before says so, and one that is good is a caller who was admitted', async () => {
    const ada = await holder()
    const events: object[] = []
    const guard = gate(bound({ cnf: { jkt: ada.jkt } }), { resource: RESOURCE, proof, observe: (event) => events.push(event) })
    const headers: Readonly<Record<string, string>> = { authorization: `DPoP ${TOKEN}`, dpop: await ada.prove() }
    for (let n = 0; n < 2; n += 1) await guard({ method: 'POST', path: '/mcp', header: (name) => [headers[name] ?? []].flat() })
    expect(events).toMatchObject([{ type: 'admitted' }, { type: 'denied', reason: 'bound_to_key', check: 'replay' }])
  })
})

describe('a denial', () => {
  test.each<[string, Sent, GateOptions, object]>([
    ['without a token', {}, {}, { status: 401, reason: 'no_token' }],
    ['for two schemes at once', { headers: { authorization: 'Bearer a b' } }, {}, { status: 400, reason: 'malformed' }],
    ['for an unknown token', { token: 'an-unknown-token' }, {}, { status: 401, reason: 'invalid_token', because: 'unknown_token' }],
    ['for a token that is bound to a key', { token: 'bound-long-enough' }, {}, { status: 401, reason: 'bound_to_key' }],
    ['for another audience', { token: KEY }, { audience: 'other' }, { status: 401, reason: 'wrong_audience' }],
    ['for a scope', { token: KEY }, { requiredScopes: ['notes:write'] }, { status: 403, reason: 'insufficient_scope' }],
    ['for a session of somebody else', { token: KEY, headers: { 'mcp-session-id': 'theirs' } }, { sessions: boundSessions() }, { status: 404, reason: 'another_session' }],
    ['by the path that guards it', { path: '/mcp/deep/er', method: 'BREW' }, { protect: ['/mcp'] }, { status: 401, reason: 'no_token', prefix: '/mcp', method: 'other' }],
  ])('%s is told', async (_, sent, options, expected) => {
    const { events, requests, request } = await told(sent, options)
    expect(events).toEqual([{ type: 'denied', provider: 'gate', method: 'POST', ...expected }])
    expect(requests[0]?.source).toBe(request.source)
  })

  test('by a rule for operations has the key of the rule, and not what the client wrote', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'admin-secret-name' } }
    const headers = { 'content-type': 'application/json', 'content-length': '99' }
    const { events } = await told({ token: KEY, headers, body }, { operations: { 'tools/call': { 'admin-*': 'notes:admin', other: 'x' } } })
    expect(events).toEqual([{ type: 'denied', provider: 'gate', method: 'POST', status: 403, reason: 'insufficient_scope', rules: ['tools/call admin-*'] }])
  })

  test('while nobody knows is told', async () => {
    const away = { verifyToken: () => Promise.reject(new AuthUnavailableError('away')) }
    expect((await told({ token: KEY }, {}, away)).events).toMatchObject([{ status: 503, reason: 'unavailable' }])
  })

  test('of an opaque token at a chain has the hint of the chain, and the provider told the same observer', async () => {
    const types: string[] = []
    const chain = new ChainProvider([provider])
    const guard = gate(chain, { observe: ({ type }) => types.push(type) })
    await guard({ method: 'GET', path: '/', header: (name) => (name === 'authorization' ? ['Bearer an-unknown-token'] : []) })
    expect(types).toEqual(['rejected', 'denied'])
  })
})

test('a caller who is let in is told of, and a request that nobody has to sign in for is not', async () => {
  expect((await told({ token: KEY })).events).toEqual([{ type: 'admitted', provider: 'gate', method: 'POST', by: 'static' }])
  expect((await told({}, { optional: true })).events).toEqual([])
  expect((await told({ path: '/health' }, { exclude: ['/health'] })).events).toEqual([])
})

test('no decision depends on an observer that throws, and one that is no function is refused', async () => {
  const guard = gate(provider, { observe: () => { throw new Error('mine') } })
  expect(await guard({ method: 'GET', path: '/', header: () => [`Bearer ${KEY}`] })).toMatchObject({ pass: true })
  expect(() => gate(provider, { observe: 'log' as never })).toThrow(TypeError)
})

test('of two credentials, the event is about the one that is not good', async () => {
  const told: AuthEvent[] = []
  const keys = new StaticProvider({ 'header-key-0123456789': { claims: { sub: 'ada' } } }, { tokenHeader: 'x-api-key' })
  const guard = gate(new ChainProvider([new StaticProvider({ 'bearer-key-0123456789': { claims: { sub: 'ada' } } }), keys]), { observe: (event) => void told.push(event) })
  const presented: Record<string, string> = { authorization: 'Bearer bearer-key-0123456789', 'x-api-key': 'never-issued-0123456789' }
  await guard({ method: 'GET', path: '/', header: (name) => [presented[name] ?? []].flat() })
  expect(told.at(-1)).toMatchObject({ type: 'denied', status: 401, reason: 'invalid_token' })
})
