/** A real OpenID provider: issues access tokens for the server that a client names, and can be switched off. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
// Not from 'oidc-provider': that file warns on Node 20, which is older than it supports. This is the class behind it.
import { Provider } from 'oidc-provider/lib/provider.js'
import { listen } from './listen.js'

/** Seconds from a token's issue to its `exp`. */
export const TOKEN_LIFETIME = 3600

/** Ada's agent: a program that signs in for itself and may only read. */
export interface Client {
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
}

export interface IdentityProvider {
  readonly issuer: string
  readonly client: Client
  /** The same agent in an older program, which gets opaque tokens. */
  readonly olderClient: Client
  /** The MCP server itself, which may ask about tokens. */
  readonly server: Client
  /** Switches it off. Does nothing the second time. */
  close(): Promise<void>
}

/** `key`: a private JWK to sign with. Default: a new one. */
export async function startIdentityProvider({ key = signingKey() }: { readonly key?: object } = {}): Promise<IdentityProvider> {
  const client = { clientId: 'ada', clientSecret: secret(), scope: 'notes:read' }
  const olderClient = { ...client, clientId: 'ada-before' }
  const server = { clientId: 'notes-server', clientSecret: secret(), scope: '' }
  const { origin, close } = await listen((issuer) => new Provider(issuer, configuration([client, olderClient, server], key)).callback())
  return { issuer: origin, client, olderClient, server, close }
}

const SCOPES = ['notes:read', 'notes:write']

function configuration(clients: readonly Client[], key: object): object {
  return {
    clients: clients.map(({ clientId, clientSecret, scope }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope !== '' && { scope }),
      grant_types: scope === '' ? [] : ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    scopes: SCOPES,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [key] },
    cookies: { keys: [secret()] },
    adapter: Memory,
    ttl: { ClientCredentials: TOKEN_LIFETIME },
    // What the tools greet their caller by.
    extraTokenClaims: () => ({ name: 'Ada' }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      // RFC 8707: a client names the server it wants a token for, and the token is good there only.
      resourceIndicators: {
        enabled: true,
        // In earnest there would be a list of the servers known.
        getResourceServerInfo: (_context: unknown, resource: string, { clientId }: { clientId: string }) => ({
          audience: resource,
          scope: SCOPES.join(' '),
          accessTokenFormat: clientId === 'ada' ? 'jwt' : 'opaque',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  }
}

/** Opaque tokens are kept here; JWTs are kept by those who hold them. */
class Memory {
  readonly #kept = new Map<string, object>()

  async find(id: string): Promise<object | undefined> {
    return this.#kept.get(id)
  }

  async upsert(id: string, payload: object): Promise<void> {
    this.#kept.set(id, payload)
  }

  async destroy(id: string): Promise<void> {
    this.#kept.delete(id)
  }
}

/** A new private key, as a JWK. */
export function signingKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
}

function secret(): string {
  return randomBytes(32).toString('hex')
}
