/** Our own servers hold: every adapter, with the options that its documents show. */
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bearerAuth as fetchAuth } from '../../../src/adapters/fetch.js'
import { bearerAuth as nodeAuth } from '../../../src/adapters/node.js'
import { boundSessions, clientSecretBasic, IntrospectionProvider, JwksProvider } from '../../../src/index.js'
import { createTestIssuer, proofOf, proveGuarded } from '../../../src/testing/index.js'
import { SERVERS } from '../../adapters/servers.js'
import type { Listener } from '../../../src/adapters/node.js'
import type { GateOptions } from '../../../src/index.js'
import type { ProveOptions, TestIssuer } from '../../../src/testing/index.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const GATE: GateOptions = {
  resource: RESOURCE,
  requiredScopes: ['notes:read'],
  exclude: ['/health'],
  operations: { 'tools/call': { 'purge-notes': 'notes:write' } },
}

interface World {
  readonly issuer: TestIssuer
  readonly provider: JwksProvider
  readonly options: ProveOptions
}

function world(): World {
  let later = 0
  const issuer = createTestIssuer({ audience: RESOURCE, now: () => Date.now() / 1000 + later })
  const options: ProveOptions = {
    issuer,
    routes: ['/notes', '/mcp'],
    open: ['/health'],
    requiredScopes: ['notes:read'],
    operations: { 'tools/call': { 'purge-notes': 'notes:write' } },
    elapse: (seconds) => (later += seconds),
  }
  return { issuer, provider: new JwksProvider(issuer.options), options }
}

const answer = (body: unknown): unknown => [body ?? {}].flat().map((message) => ({ jsonrpc: '2.0', id: (message as { id?: unknown }).id, result: {} })).at(0)
const handlers = { '/mcp': answer, '/notes': () => ['a note'], '/health': () => 'well' }

/** The handlers, behind a gate for node:http. */
const answering: Listener = async (req, res) => {
  const handle = Object.entries(handlers).find(([path]) => path === req.url)?.[1]
  if (handle === undefined) return void res.writeHead(404).end()
  const body = await text(req)
  res.setHeader('Content-Type', 'application/json').end(JSON.stringify(handle(body === '' ? undefined : JSON.parse(body))))
}

// The gate tells developers what it takes for mistakes, and a prober makes all of them.
beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined))
afterAll(() => void vi.restoreAllMocks())

describe('proveGuarded', () => {
  test.each(Object.keys(SERVERS).filter((name) => name !== 'fetch') as (keyof typeof SERVERS)[])('holds the gate on %s, proofs and all', async (name) => {
    const { provider, options } = world()
    const running = await SERVERS[name]({ provider, gate: { ...GATE, proof: { dpop: 'accepted', nonce: true } }, handlers })
    try {
      const proof = await proveGuarded(running.origin, options)
      expect(proof.untold, String(proof)).toEqual([])
      expect(proof.notTried.map(({ check }) => check)).toEqual(['other-tenant', 'other-session'])
    } finally {
      await running.close()
    }
  })

  test('holds the gate for fetch', async () => {
    const { provider, options } = world()
    const app = fetchAuth(provider, GATE)(async (request) => {
      const handle = Object.entries(handlers).find(([path]) => path === new URL(request.url).pathname)?.[1]
      return handle === undefined ? new Response(null, { status: 404 }) : Response.json(handle(request.body === null ? undefined : await request.json()))
    })
    const proof = await proveGuarded(app, options)
    expect(proof.notTried.map(({ check }) => check)).toEqual(['upgrade', 'dpop-replay', 'other-tenant', 'other-session'])
  })

  test('takes "later" for an answer where a key has the name of a URL: our providers say so once they have asked for enough keys', async () => {
    const { provider, issuer } = world()
    const app = fetchAuth(provider, { resource: RESOURCE, protect: ['/notes'] })(() => Response.json({}))
    const impatient = async (request: Request): Promise<Response> => {
      const [head = ''] = (request.headers.get('authorization') ?? '').replace('Bearer ', '').split('.')
      return /"kid":"http/.test(atob(head.replaceAll('-', '+').replaceAll('_', '/'))) ? new Response(null, { status: 429 }) : app(request)
    }
    const proof = await proofOf(impatient, { issuer, routes: ['/notes'] })
    const trials = proof.checks.find(({ check }) => check === 'fetches-from-token')?.trials
    expect(trials?.map(({ came, verdict }) => `${came}: ${verdict}`)).toEqual(['401 invalid_token: holds', '401 invalid_token: holds', '401 invalid_token: holds', '429: holds'])
  })

  test('holds sessions that are bound to their principal', async () => {
    const { provider, options } = world()
    const sessions = boundSessions()
    const app = nodeAuth(provider, { ...GATE, sessions })((req, res) => {
      if (req.url !== '/mcp' && req.url !== '/notes') return void res.writeHead(404).end()
      res.setHeader('Mcp-Session-Id', sessions.newId()).setHeader('Content-Type', 'application/json')
      res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }))
    })
    const proof = await proveGuarded(app, options)
    expect(proof.checks.find(({ check }) => check === 'other-session')?.verdict).toBe('holds')
  })

  test.each([true, { secret: 'a secret of more than 32 characters' }, false])('holds bound tokens, where DPoP is accepted (nonce: %j)', async (nonce) => {
    const { provider, options, issuer } = world()
    const app = nodeAuth(provider, { ...GATE, proof: { dpop: 'accepted', nonce, now: issuer.options.now } })(answering)
    const proof = await proveGuarded(app, options)
    expect(proof.untold, String(proof)).toEqual([])
    expect(proof.notTried.map(({ check }) => check)).toEqual(['other-tenant', 'other-session'])
  })

  test.each([true, false])('holds a server that requires DPoP, whose every token comes with a proof (nonce: %j)', async (nonce) => {
    const { provider, options, issuer } = world()
    const app = nodeAuth(provider, { ...GATE, proof: { dpop: 'required', nonce, now: issuer.options.now } })(answering)
    const proof = await proveGuarded(app, { ...options, dpop: true } as ProveOptions)
    expect(proof.untold, String(proof)).toEqual([])
    expect(proof.notTried.map(({ check }) => check)).toEqual(['other-tenant', 'other-session'])
  })

  test('cannot tell of such a server while it presents tokens as Bearer', async () => {
    const { provider, options } = world()
    const app = nodeAuth(provider, { ...GATE, proof: { dpop: 'required' } })(answering)
    await expect(proveGuarded(app, options)).rejects.toThrow(/a good token is not let in/)
  })

  test('holds introspection, with nothing but the issuer and the app', async () => {
    const issuer = createTestIssuer({ audience: RESOURCE })
    const clientAuth = clientSecretBasic(issuer.client.clientId, issuer.client.clientSecret ?? '')
    const provider = new IntrospectionProvider({ issuer: issuer.issuer, audience: RESOURCE, clientAuth, fetch: issuer.fetch })
    const proof = await proofOf(fetchAuth(provider, { resource: RESOURCE })(() => Response.json({ jsonrpc: '2.0', id: 1, result: {} })), { issuer })
    expect(proof.open.map(({ check }) => check), String(proof)).toEqual([])
    expect(proof.trusted).toBe(true)
  })
})
