// An authorization server of Better Auth, in memory. At /clients it says who may ask for tokens and who may ask about them,
// and at /rotate it changes its key.
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { oauthProvider } from '@better-auth/oauth-provider'

const { PORT, RESOURCE } = process.env
const TABLES = ['user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthResource', 'oauthClientResource', 'oauthAccessToken', 'oauthRefreshToken', 'oauthConsent']
const database = Object.fromEntries(TABLES.map((table) => [table, []]))

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: 'of-this-test-and-of-nothing-else-0123456789',
  database: memoryAdapter(database),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  disabledPaths: ['/token'],
  plugins: [jwt(), oauthProvider({ loginPage: '/sign-in', consentPage: '/consent', scopes: ['openid', 'notes:read'], resources: [RESOURCE], clientPrivileges: () => true })],
})

const { headers } = await auth.api.signUpEmail({ body: { email: 'ada@example.com', password: 'ada-lovelace-1815', name: 'Ada' }, returnHeaders: true })
const cookie = headers.getSetCookie().map((one) => one.split(';', 1)[0]).join('; ')

async function client({ isLinked }) {
  const body = {
    redirect_uris: ['http://127.0.0.1/callback'],
    application_type: 'native',
    grant_types: ['client_credentials', 'authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic',
    client_credentials_scopes: ['notes:read'],
  }
  const { client_id: id, client_secret: secret } = await auth.api.adminCreateOAuthClient({ headers: new Headers({ cookie }), body })
  if (isLinked) database.oauthClientResource.push({ id, clientId: id, resourceId: RESOURCE, createdAt: new Date() })
  return { id, secret }
}

const clients = { caller: await client({ isLinked: true }), server: await client({ isLinked: true }), stranger: await client({ isLinked: false }) }
const handler = toNodeHandler(auth)
createServer((request, response) => {
  if (request.url === '/clients') return response.end(JSON.stringify(clients))
  if (request.url !== '/rotate') return handler(request, response)
  database.jwks.length = 0
  return response.end()
}).listen(Number(PORT), '127.0.0.1')
