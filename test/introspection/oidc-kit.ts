/** oidc-provider in this process: opaque and JWT tokens, introspection, signed answers, revocation. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
// Not from 'oidc-provider': that file warns on Node 20, which is older than it supports. This is the class behind it.
// @ts-expect-error TS7016 the package brings no types of its own
import { Provider } from 'oidc-provider/lib/provider.js'
// @ts-expect-error TS7016 the package brings no types of its own
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { AUDIENCE } from '../oauth-kit.js'
import type { JWK } from 'jose'
import type { AddressInfo } from 'node:net'

export interface OidcKit {
  readonly issuer: string
  readonly clientKey: JWK
  readonly clientPem: string
  /** A new token for the client `agent`. */
  token(format?: 'opaque' | 'jwt'): Promise<string>
  revoke(token: string): Promise<void>
  close(): Promise<void>
}

export const CLIENT_SECRET = 'a secret: with % odd + chars, long enough'

export async function oidcKit(): Promise<OidcKit> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const clientKey = { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: 'client-key', alg: 'ES256' }
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'client-key', alg: 'ES256', use: 'sig' }] }
  const client = (id: string, method: string, more: object = {}): object => ({
    ...{ client_id: id, client_secret: CLIENT_SECRET, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: 'notes:read' },
    ...{ token_endpoint_auth_method: method, ...more },
  })
  const format = { current: 'opaque' }
  const provider = new Provider(issuer, {
    clients: [
      client('agent', 'client_secret_post'),
      client('basic', 'client_secret_basic'),
      client('post', 'client_secret_post'),
      client('shared', 'client_secret_jwt'),
      client('private', 'private_key_jwt', { jwks, client_secret: undefined }),
      client('public', 'none', { client_secret: undefined, grant_types: [], response_types: [] }),
      client('signed', 'client_secret_basic'),
    ],
    scopes: ['notes:read'],
    adapter: MemoryAdapter,
    ttl: { ClientCredentials: 600 },
    clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
    jwks: { keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'idp' }] },
    cookies: { keys: ['not used here'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ audience: AUDIENCE, scope: 'notes:read', accessTokenFormat: format.current, jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  })
  server.on('request', provider.callback())
  const post = async (path: string, form: Record<string, string>): Promise<Response> => {
    const body = new URLSearchParams({ client_id: 'agent', client_secret: CLIENT_SECRET, ...form })
    const response = await fetch(`${issuer}${path}`, { method: 'POST', body })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    ...{ issuer, clientKey, clientPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) },
    async token(wanted = 'opaque') {
      format.current = wanted
      const response = await post('/token', { grant_type: 'client_credentials', resource: AUDIENCE, scope: 'notes:read' })
      return ((await response.json()) as { access_token: string }).access_token // by oidc-provider
    },
    revoke: async (token) => void (await post('/token/revocation', { token })),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
