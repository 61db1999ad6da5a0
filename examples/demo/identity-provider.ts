/**
 * A real OpenID provider: clients register themselves, a person signs in and consents, programs sign in for themselves.
 * Access tokens are for the server that a client names. It can be switched off.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
// Not from 'oidc-provider': that file warns on Node 20, which is older than it supports. This is the class behind it.
import { Provider } from 'oidc-provider/lib/provider.js'
import { serveConsentPage } from './consent-page.js'
import { listen } from './listen.js'
import { checkRegistration } from './registration.js'
import type { Context } from 'oidc-provider/lib/provider.js'

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
  const { origin, close } = await listen((issuer) => {
    const provider = new Provider(issuer, configuration([client, olderClient, server], key))
    provider.use(giveDefaultScope)
    serveConsentPage(provider, SCOPES)
    return provider.callback()
  })
  return { issuer: origin, client, olderClient, server, close }
}

/** Of the MCP server; and the one by which a client asks for a refresh token. */
const SCOPES = ['notes:read', 'notes:write', 'offline_access']

const MINUTE = 60
const DAY = 86_400

/** A client, or a token of one, as the provider hands it over. */
interface Caller {
  readonly clientId: string
}

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
    adapter: createMemoryAdapter(),
    ttl: {
      ...{ AccessToken: TOKEN_LIFETIME, ClientCredentials: TOKEN_LIFETIME, IdToken: TOKEN_LIFETIME },
      ...{ AuthorizationCode: MINUTE, Interaction: 10 * MINUTE, Session: DAY, Grant: 30 * DAY, RefreshToken: 30 * DAY },
    },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // What the tools greet their caller by.
    extraTokenClaims: () => ({ name: 'Ada' }),
    // The client's own pages may ask for its tokens.
    clientBasedCORS: () => true,
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Of those members of RFC 7591 that the provider itself does not know: it calls for each, so one will do.
    extraClientMetadata: { properties: ['software_version'], validator: checkRegistration },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_context: unknown, { clientId }: Caller) => clientId === 'notes-server' },
      revocation: { enabled: true, allowedPolicy: (_context: unknown, { clientId }: Caller, token: Caller) => clientId === token.clientId },
      // RFC 8707: a client names the server it wants a token for, and the token is good there only.
      resourceIndicators: {
        enabled: true,
        // In earnest there would be a list of the servers known.
        getResourceServerInfo: (_context: unknown, resource: string, { clientId }: Caller) => ({
          audience: resource,
          scope: 'notes:read notes:write',
          accessTokenFormat: clientId === 'ada-before' ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  }
}

/** RFC 6749 section 3.3: a client that asks for no scope may have a predefined one. */
async function giveDefaultScope(context: Context, next: () => Promise<void>): Promise<void> {
  const request = new URLSearchParams(context.querystring)
  if (context.path === '/auth' && !request.has('scope')) context.querystring = `${request}&scope=notes%3Aread`
  await next()
}

/** A new private key, as a JWK. */
export function signingKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
}

function secret(): string {
  return randomBytes(32).toString('hex')
}
