/** oidc-provider in this process: opaque and JWT tokens, introspection, signed answers, revocation, and tokens that are bound to a key or a certificate. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Agent, fetch as undiciFetch } from 'undici'
// Not from 'oidc-provider': that file warns on Node 20, which is older than it supports. This is the class behind it.
import { Provider } from 'oidc-provider/lib/provider.js'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { AUDIENCE } from '../oauth-kit.js'
import type { JWK } from 'jose'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { authority } from './client-auth/certificates.js'
import type { Authority, Certificate } from './client-auth/certificates.js'

export interface OidcKit {
  readonly issuer: string
  readonly clientKey: JWK
  readonly clientPem: string
  /** Of the client `edwards`. */
  readonly edwardsKey: JWK
  /** Answers to `encrypted-rsa` and `encrypted-ec` are for these keys. */
  readonly decryption: { readonly rsa: JWK; readonly ec: JWK }
  /** What the client `self-signed` registered: nobody vouches for it. */
  readonly selfSigned: Certificate | undefined
  /** A new token for the client `agent`. */
  token(format?: 'opaque' | 'jwt'): Promise<string>
  revoke(token: string): Promise<void>
  close(): Promise<void>
}

export const CLIENT_SECRET = 'a secret: with % odd + chars, long enough'

/** An identifier that has to be encoded. */
export const ODD_ID = 'notes:server+1 100%/\u0026='

/** `tls`: speaks TLS with certificates of this authority, and takes those of clients. */
export async function oidcKit({ tls }: { readonly tls?: Authority } = {}): Promise<OidcKit> {
  const server = tls === undefined ? createServer() : createTlsServer({ ...tls.issue('oidc-provider'), ca: tls.ca, requestCert: true, rejectUnauthorized: false })
  server.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const issuer = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const clientKey = { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: 'client-key', alg: 'ES256' }
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'client-key', alg: 'ES256', use: 'sig' }] }
  const edwards = generateKeyPairSync('ed25519')
  const selfSigned = tls && authority('somebody').issue('whoever')
  const [rsa, ec] = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
  const encrypted = (key: typeof rsa, alg: string): object => ({
    ...{ introspection_encrypted_response_alg: alg, introspection_encrypted_response_enc: 'A256GCM' },
    jwks: { keys: [{ ...key.publicKey.export({ format: 'jwk' }), use: 'enc', kid: alg, alg }] },
  })
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
      client(ODD_ID, 'client_secret_basic'),
      client('edwards', 'private_key_jwt', {
        jwks: { keys: [{ ...edwards.publicKey.export({ format: 'jwk' }), kid: 'ed', use: 'sig' }] },
        client_secret: undefined,
        token_endpoint_auth_signing_alg: 'EdDSA',
      }),
      client('encrypted-rsa', 'client_secret_basic', encrypted(rsa, 'RSA-OAEP-256')),
      client('encrypted-ec', 'client_secret_basic', encrypted(ec, 'ECDH-ES')),
      ...(selfSigned === undefined ? [] : [
        client('certified', 'tls_client_auth', BY_NAME),
        client('bound', 'tls_client_auth', { ...BY_NAME, tls_client_certificate_bound_access_tokens: true }),
        client('bound-jwt', 'tls_client_auth', { ...BY_NAME, tls_client_certificate_bound_access_tokens: true }),
        client('self-signed', 'self_signed_tls_client_auth', { client_secret: undefined, jwks: { keys: [jwkOf(selfSigned)] } }),
      ]),
    ],
    scopes: ['notes:read'],
    adapter: MemoryAdapter,
    ttl: { ClientCredentials: 600 },
    clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' },
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
      ...(tls === undefined ? [] : ['tls_client_auth', 'self_signed_tls_client_auth']),
    ],
    jwks: { keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'idp' }] },
    cookies: { keys: ['not used here'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      encryption: { enabled: true },
      ...(tls !== undefined && { mTLS: MUTUAL_TLS }),
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, _resource: string, { clientId }: { clientId: string }) => ({
          audience: AUDIENCE,
          scope: 'notes:read',
          accessTokenFormat: clientId === 'agent' ? format.current : clientId === 'bound-jwt' ? 'jwt' : 'opaque',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
  server.on('request', provider.callback())
  const dispatcher = tls && new Agent({ connect: { ca: tls.ca } })
  const post = async (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'agent', client_secret: CLIENT_SECRET, ...form })
    const response = await undiciFetch(`${issuer}${path}`, { method: 'POST', body, ...(dispatcher && { dispatcher }) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    ...{ issuer, clientKey, clientPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) },
    selfSigned,
    edwardsKey: { ...(edwards.privateKey.export({ format: 'jwk' }) as JWK), kid: 'ed' },
    decryption: {
      rsa: { ...(rsa.privateKey.export({ format: 'jwk' }) as JWK), alg: 'RSA-OAEP-256' },
      ec: { ...(ec.privateKey.export({ format: 'jwk' }) as JWK), alg: 'ECDH-ES' },
    },
    async token(wanted = 'opaque') {
      format.current = wanted
      const response = await post('/token', { grant_type: 'client_credentials', resource: AUDIENCE, scope: 'notes:read' })
      return ((await response.json()) as { access_token: string }).access_token // by oidc-provider
    },
    revoke: async (token) => void (await post('/token/revocation', { token })),
    async close() {
      await dispatcher?.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** RFC 8705 section 2.1: known by the name that an authority vouches for. */
const BY_NAME = { client_secret: undefined, tls_client_auth_subject_dn: 'CN=notes-server' }

/** RFC 8705 section 2.2: known by the certificate itself. */
function jwkOf({ cert }: Certificate): object {
  const certificate = new X509Certificate(cert)
  return { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] }
}

interface TlsContext {
  readonly socket: TLSSocket
}

/** A certificate of the authority, with the subject that was registered; or any that was registered itself. */
const MUTUAL_TLS = {
  ...{ enabled: true, tlsClientAuth: true, selfSignedTlsClientAuth: true, certificateBoundAccessTokens: true },
  getCertificate: ({ socket }: TlsContext) => socket.getPeerX509Certificate()?.toString(),
  certificateAuthorized: ({ socket }: TlsContext) => socket.authorized,
  certificateSubjectMatches: ({ socket }: TlsContext, _property: string, expected: string) =>
    new X509Certificate(socket.getPeerX509Certificate()?.raw ?? '').subject === expected,
}
