/** A client of another library reads the challenge, signs its person in as it says at a real OpenID provider, and comes back (RFC 9470). */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import * as oauth from 'oauth4webapi'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { base, Check } from 'oidc-provider/lib/helpers/interaction_policy/index.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { Person } from '../../examples/demo/person.js'
import { Watch } from '../../examples/demo/watch.js'
import { bearerAuth } from '../../src/adapters/node.js'
import { clientSecretBasic, IntrospectionProvider, JwksProvider, requireAuth } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import type { GateOptions } from '../../src/index.js'
import type { Interaction } from 'oidc-provider/lib/provider.js'

const RESOURCE = 'https://notes.example.com/mcp'
const CALLBACK = 'http://127.0.0.1/callback'
const SECRET = 'a secret that is long enough for this'

let issuer = ''
let close: () => unknown
beforeAll(async () => {
  const http = createServer()
  const server = await listen(http)
  issuer = server.origin
  close = () => server.close()
  const provider = new Provider(issuer, configuration())
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next()
    const { req, res } = context
    context.status = 303
    context.redirect(await provider.interactionResult(req, res, await signedIn(provider, await provider.interactionDetails(req, res))))
  })
  http.on('request', provider.callback())
})
afterAll(() => close())
afterEach(() => void vi.useRealTimers())

/** By which Ada can sign in. */
const CLASSES = ['pwd', 'phr', 'phrh']

/** Ada signs in by what is asked for, or else by her password, and allows all of it. */
async function signedIn(provider: Provider, { params, grantId, prompt }: Interaction): Promise<object> {
  const { scope = '', acr_values: classes = 'pwd' } = params
  const acr = classes.split(' ').find((one) => CLASSES.includes(one))
  if (acr === undefined) return { error: 'unmet_authentication_requirements' }
  const grant = (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ?? new provider.Grant({ accountId: 'ada', clientId: params.client_id })
  grant.addOIDCScope(scope)
  grant.addResourceScope(RESOURCE, scope)
  const consent = { grantId: await grant.save() }
  return prompt.name === 'login' ? { login: { accountId: 'ada', acr }, consent } : { consent }
}

interface Signed {
  readonly oidc: {
    readonly entities: { readonly AuthorizationCode?: { readonly acr?: string; readonly authTime?: number } }
    readonly params: { readonly acr_values?: string }
    readonly acr?: string
  }
}

function configuration(): object {
  const policy = base()
  // By itself oidc-provider takes `acr_values` for a wish.
  policy.get('login').checks.add(
    new Check('acr_values', 'another sign-in is asked for', ({ oidc }: Signed) => oidc.params.acr_values?.split(' ').includes(oidc.acr ?? '') === false),
  )
  const client = (id: string, more: object) => ({ client_id: id, client_secret: SECRET, redirect_uris: [CALLBACK], scope: 'openid notes:read notes:write', ...more })
  return {
    clients: [client('jwt', {}), client('opaque', {}), client('server', { grant_types: [], response_types: [], redirect_uris: [] })],
    scopes: ['openid', 'notes:read', 'notes:write'],
    acrValues: CLASSES,
    adapter: MemoryAdapter,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'idp' }] },
    cookies: { keys: ['not used here'] },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { policy, url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    // RFC 9068 section 2.2.1: into access tokens, which oidc-provider leaves to whoever sets it up.
    extraTokenClaims: ({ oidc: { entities } }: Signed) => ({ acr: entities.AuthorizationCode?.acr, auth_time: entities.AuthorizationCode?.authTime }),
    ttl: { AccessToken: 36_000, AuthorizationCode: 60, Grant: 360_000, IdToken: 600, Interaction: 600, Session: 360_000 },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, _resource: string, { clientId }: { clientId: string }) => ({
          ...{ audience: RESOURCE, scope: 'notes:read notes:write', accessTokenFormat: clientId, jwt: { sign: { alg: 'ES256' } } },
        }),
      },
    },
  }
}

/** A client that knows RFC 9470: it asks for what a challenge names. */
class Client {
  readonly #id: 'jwt' | 'opaque'
  readonly #ada = new Person(new Watch(issuer))
  /** What the challenges named. */
  readonly challenges: (oauth.WWWAuthenticateChallengeParameters | undefined)[] = []
  #token = ''

  constructor(id: 'jwt' | 'opaque') {
    this.#id = id
  }

  async call(url: string): Promise<{ readonly status: number; readonly json: unknown }> {
    if (this.#token === '') await this.#signIn({})
    for (let times = 0; ; times++) {
      try {
        const response = await oauth.protectedResourceRequest(this.#token, 'GET', new URL(url), new Headers(), null, HTTP)
        return { status: response.status, json: await response.json() }
      } catch (error) {
        if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error
        const { parameters } = error.cause[0] ?? {}
        this.challenges.push(parameters)
        if (error.status !== 401 || parameters?.error !== 'insufficient_user_authentication' || times === 2) return { status: error.status, json: undefined }
        const { acr_values, max_age, scope } = parameters
        await this.#signIn({ ...(acr_values && { acr_values }), ...(max_age && { max_age }), ...(scope && { scope: `openid ${scope}` }) })
      }
    }
  }

  async #signIn(more: Record<string, string>): Promise<void> {
    const as = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), HTTP))
    const client = { client_id: this.#id }
    const verifier = oauth.generateRandomCodeVerifier()
    const asked = { response_type: 'code', client_id: this.#id, redirect_uri: CALLBACK, resource: RESOURCE, scope: 'openid notes:read', ...more }
    const start = new URL(as.authorization_endpoint ?? '')
    start.search = String(new URLSearchParams({ ...asked, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }))
    const back = await this.#ada.visit(start, CALLBACK, () => true)
    const answer = oauth.validateAuthResponse(as, client, back)
    const options = { ...HTTP, additionalParameters: { resource: RESOURCE } }
    const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.ClientSecretBasic(SECRET), answer, CALLBACK, verifier, options)
    this.#token = (await oauth.processAuthorizationCodeResponse(as, client, response)).access_token
  }
}

const HTTP = { [oauth.allowInsecureRequests]: true } as const

async function notes(kind: 'jwt' | 'opaque', options: GateOptions): Promise<string> {
  const auth = closing(
    kind === 'jwt'
      ? new JwksProvider({ issuer, audience: RESOURCE })
      : new IntrospectionProvider({ issuer, audience: RESOURCE, clientAuth: clientSecretBasic('server', SECRET) }),
  )
  const gate = bearerAuth(auth, { resource: RESOURCE, ...options })
  const server = createServer(
    gate((req, res) => {
      const { claims, scopes } = req.url === '/purge' ? requireAuth({ acr: ['phr'], maxAuthAge: 300 }) : requireAuth()
      res.end(JSON.stringify({ acr: claims['acr'], scopes }))
    }),
  )
  return closing(await listen(server)).origin
}

describe.each(['jwt', 'opaque'] as const)('a client with tokens of the kind %s', (kind) => {
  test('learns by the challenge how its person has to sign in, and gets in', async () => {
    const client = new Client(kind)
    const url = await notes(kind, { acr: ['phrh', 'phr'] })
    expect(await client.call(url)).toEqual({ status: 200, json: { acr: 'phrh', scopes: ['notes:read'] } })
    expect(client.challenges).toMatchObject([{ acr_values: 'phrh phr', scope: 'notes:read' }])
    expect(await client.call(url)).toMatchObject({ status: 200 })
    expect(client.challenges).toHaveLength(1)
  })

  test('has its person sign in once more where that was too long ago', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const client = new Client(kind)
    const url = await notes(kind, { maxAuthAge: 300 })
    expect(await client.call(url)).toMatchObject({ status: 200 })
    vi.setSystemTime(Date.now() + 310_000)
    expect(await client.call(url)).toMatchObject({ status: 200 })
    expect(client.challenges).toMatchObject([{ max_age: '300' }])
  })

  test('brings both and a scope besides from one sign-in, on what a handler asks for too', async () => {
    const client = new Client(kind)
    const url = await notes(kind, { requiredScopes: ['notes:write'], acr: ['phr'], maxAuthAge: 300 })
    expect(await client.call(url)).toMatchObject({ status: 200, json: { acr: 'phr' } })
    expect(client.challenges).toMatchObject([{ acr_values: 'phr', max_age: '300', scope: 'notes:write notes:read' }])
    const other = new Client(kind)
    expect(await other.call(`${await notes(kind, {})}/purge`)).toMatchObject({ status: 200, json: { acr: 'phr' } })
    expect(other.challenges).toMatchObject([{ acr_values: 'phr', max_age: '300' }])
  })

  test('is told by its authorization server where nobody can sign in so', async () => {
    const client = new Client(kind)
    await expect(client.call(await notes(kind, { acr: ['retina'] }))).rejects.toMatchObject({ error: 'unmet_authentication_requirements' })
    expect(client.challenges).toHaveLength(1)
  })
})
