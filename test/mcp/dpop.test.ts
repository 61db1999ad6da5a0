/** Clients that make proofs: the MCP SDK's, `oauth4webapi` and `dpop`, with tokens of `oidc-provider`, over real HTTP, at a gate that requires all there is. */
import { Client, ClientCredentialsProvider, DpopSession, StreamableHTTPClientTransport, withDpop } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer } from '@modelcontextprotocol/server'
import { generateProof, generateKeyPair as proofKeyPair } from 'dpop'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import * as oauth from 'oauth4webapi'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { clientSecretBasic, IntrospectionProvider, JwksProvider, requireAuth } from '../../src/index.js'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Listener } from '../../src/adapters/node.js'
import type { AuthEvent, BearerAuthProvider, ProofOptions } from '../../src/index.js'

const SECRET = 'a secret that is long enough for this'
const opened: { close(): unknown }[] = []
let issuer = ''

beforeAll(async () => {
  const server = createServer()
  issuer = await listening(server)
  const client = (id: string, more: object = {}): object => ({
    ...{ client_id: id, client_secret: SECRET, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'notes:read' },
    ...{ token_endpoint_auth_method: 'client_secret_basic', ...more },
  })
  const provider = new Provider(issuer, {
    clients: [client('jwt'), client('opaque'), client('server')],
    scopes: ['notes:read'],
    adapter: MemoryAdapter,
    ttl: { ClientCredentials: 600 },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'idp' }] },
    cookies: { keys: ['not used here'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'http://127.0.0.1/none',
        getResourceServerInfo: (_context: unknown, resource: string, { clientId }: { clientId: string }) => ({
          ...{ audience: resource, scope: 'notes:read', accessTokenFormat: clientId === 'jwt' ? 'jwt' : 'opaque', jwt: { sign: { alg: 'ES256' } } },
        }),
      },
    },
  })
  server.on('request', provider.callback())
})

afterAll(async () => {
  for (const one of opened.toReversed()) await one.close()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push({ close: () => (server.closeAllConnections(), server.close()) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
}

interface Notes {
  readonly url: string
  readonly events: AuthEvent[]
  /** What came, as the server saw it. */
  readonly seen: { readonly scheme: string | undefined; readonly proof: string | undefined }[]
}

/** An MCP server that takes tokens of `kind`. */
async function notes(kind: 'jwt' | 'opaque', proof: Partial<ProofOptions> = {}): Promise<Notes> {
  const events: AuthEvent[] = []
  const seen: Notes['seen'][number][] = []
  let guarded: Listener = () => undefined
  const origin = await listening(
    createServer((req, res) => {
      seen.push({ scheme: req.headers.authorization?.split(' ')[0], proof: req.headers.dpop as string | undefined })
      void guarded(req, res)
    }),
  )
  const url = `${origin}/mcp`
  const auth: BearerAuthProvider =
    kind === 'jwt'
      ? new JwksProvider({ issuer, audience: url })
      : new IntrospectionProvider({ issuer, audience: url, clientAuth: clientSecretBasic('server', SECRET) })
  opened.push({ close: () => auth.close?.() })
  const gate = bearerAuth(auth, { resource: url, requiredScopes: ['notes:read'], proof: { dpop: 'required', nonce: true, observe: (event) => events.push(event), ...proof } })
  guarded = gate(async (req, res) => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('whoami', {}, async (): Promise<CallToolResult> => ({ content: [{ type: 'text', text: JSON.stringify(requireAuth()) }] }))
    const transport = new NodeStreamableHTTPServerTransport({})
    res.on('close', () => void server.close())
    await server.connect(transport)
    await transport.handleRequest(req, res)
  })
  return { url, events, seen }
}

/** A client of the SDK that asks for bound tokens. */
class Holder extends ClientCredentialsProvider {
  readonly session = DpopSession.create()
  dpop(): Promise<DpopSession> {
    return this.session
  }
}

const AS = (): oauth.AuthorizationServer => ({ issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` })

/** A token by `oauth4webapi`, which makes the proofs for the authorization server. */
async function tokenFor(resource: string, client: oauth.Client, DPoP: oauth.DPoPHandle): Promise<string> {
  const options = { DPoP, [oauth.allowInsecureRequests]: true }
  const ask = () => oauth.clientCredentialsGrantRequest(AS(), client, oauth.ClientSecretBasic(SECRET), { scope: 'notes:read', resource }, options)
  try {
    return (await oauth.processClientCredentialsResponse(AS(), client, await ask())).access_token
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return (await oauth.processClientCredentialsResponse(AS(), client, await ask())).access_token
  }
}

describe.each(['jwt', 'opaque'] as const)('with %s tokens of oidc-provider', (kind) => {
  test('the client of the MCP SDK finds its way from nothing to a tool, and a nonce to the next request', async () => {
    const { url, events, seen } = await notes(kind)
    const authProvider = new Holder({ clientId: kind, clientSecret: SECRET, scope: 'notes:read', expectedIssuer: issuer })
    const client = new Client({ name: 'agent', version: '1.0.0' })
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }))
    const { content } = await client.callTool({ name: 'whoami', arguments: {} })
    const [first] = content
    expect(JSON.parse(first?.type === 'text' ? first.text : 'null')).toMatchObject({ clientId: kind, boundTo: { jkt: (await authProvider.session).thumbprint } })
    await client.close()
    expect(events.filter(({ type }) => type !== 'proof_accepted'), 'the nonce came with the first challenge').toEqual([])
    expect(new Set(seen.map(({ scheme }) => scheme))).toEqual(new Set([undefined, 'DPoP']))
    // The same token and the same proof by somebody else: as a thief has them.
    const token = authProvider.tokens()?.access_token ?? ''
    const stolen = await fetch(url, { method: 'POST', headers: { Authorization: `DPoP ${token}`, DPoP: seen.at(-1)?.proof ?? '' } })
    expect(stolen.status).toBe(401)
    expect(await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` } }).then(({ status }) => status)).toBe(401)
  })

  test('oauth4webapi gets a token and through the gate', async () => {
    const { url } = await notes(kind)
    const client: oauth.Client = { client_id: kind }
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const token = await tokenFor(url, client, DPoP)
    const headers = new Headers({ 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' })
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } } })
    const ask = () => oauth.protectedResourceRequest(token, 'POST', new URL(url), headers, body, { DPoP, [oauth.allowInsecureRequests]: true })
    const first = await ask().catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(first), 'it knows our challenge for one').toBe(true)
    expect((await ask()).status).toBe(200)
  })
})

describe('the SDK\'s withDpop around fetch', () => {
  test('retries with the nonce, and does not again', async () => {
    const { url, seen } = await notes('jwt')
    const client: oauth.Client = { client_id: 'jwt' }
    const keys = await oauth.generateKeyPair('ES256', { extractable: true })
    const token = await tokenFor(url, client, oauth.DPoP(client, keys))
    const publicJwk = (await crypto.subtle.exportKey('jwk', keys.publicKey)) as never // as jose types it
    const session = await DpopSession.create({ keyPair: { ...keys, publicJwk, thumbprint: '', alg: 'ES256' } })
    const fetching = withDpop(session, () => token)(fetch)
    const ask = async () => (await fetching(url, { method: 'POST', body: '{}' })).status
    expect([await ask(), await ask()].every((status) => status !== 401)).toBe(true)
    expect(seen).toHaveLength(3)
  })
})

describe('the package dpop', () => {
  // The token endpoint of oidc-provider takes these.
  test.each(['ES256', 'Ed25519'] as const)('makes proofs by %s that pass', async (alg) => {
    const { url } = await notes('jwt', { nonce: false })
    const client: oauth.Client = { client_id: 'jwt' }
    const keys = await proofKeyPair(alg, { extractable: true })
    const token = await tokenFor(url, client, oauth.DPoP(client, keys))
    const proof = await generateProof(keys, url, 'POST', undefined, token)
    const headers = { Authorization: `DPoP ${token}`, DPoP: proof, 'Content-Type': 'application/json' }
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).not.toBe(401)
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(401)
    const next = { ...headers, DPoP: await generateProof(keys, url, 'POST', undefined, token) }
    expect((await fetch(`${url}?a=b`, { method: 'POST', headers: next, body: '{}' })).status).not.toBe(401)
  })
})
