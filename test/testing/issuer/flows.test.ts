/** Clients of others sign in at the test issuer, over real HTTP: openid-client, and MCP clients of both SDKs that have only a URL. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { afterEach, describe, expect, test } from 'vitest'
import { listen } from '../../../examples/demo/listen.js'
import { greet } from '../../../examples/demo/mcp-client.js'
import { newcomer1, newcomer2 } from '../../../examples/demo/newcomer.js'
import { no, Person, yes } from '../../../examples/demo/person.js'
import { Watch } from '../../../examples/demo/watch.js'
import { bearerAuth } from '../../../src/adapters/node.js'
import { JwksProvider, requireAuth } from '../../../src/index.js'
import { createTestIssuer } from '../../../src/testing/index.js'
import type { RequestListener } from 'node:http'
import type { TestIssuer, TestIssuerOptions } from '../../../src/testing/index.js'

const CALLBACK = 'http://127.0.0.1:33418/callback'
const RESOURCE = 'https://mcp.example.com/mcp'
const insecure = { execute: [openid.allowInsecureRequests] }

const open: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

async function listening(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await createTestIssuer(options).listen()
  open.push(issuer)
  return issuer
}

/** From the question to the code, as a browser goes. */
async function comesBack(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(response.headers.get('Location') ?? `failed:${response.status}`)
}

async function question(config: openid.Configuration, verifier: string, more: Record<string, string> = {}): Promise<URL> {
  const parameters = {
    redirect_uri: CALLBACK,
    scope: 'openid notes:read',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 'of-the-client',
    nonce: 'n-1',
    resource: RESOURCE,
    ...more,
  }
  return openid.buildAuthorizationUrl(config, parameters)
}

describe.each(['oidc', 'oauth2'] as const)('openid-client, by %s discovery', (algorithm) => {
  test('registers, signs a person in with PKCE, asks who it is, refreshes once, and takes tokens back', async () => {
    const issuer = await listening({ claims: { email: 'ada@example.com' } })
    const metadata = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_post' }
    const config = await openid.dynamicClientRegistration(new URL(issuer.issuer), metadata, undefined, { algorithm, ...insecure })
    const verifier = openid.randomPKCECodeVerifier()
    const checks = { pkceCodeVerifier: verifier, expectedState: 'of-the-client', expectedNonce: 'n-1', idTokenExpected: true }
    const back = await comesBack(await question(config, verifier))
    const tokens = await openid.authorizationCodeGrant(config, back, checks)
    expect(tokens.claims()).toMatchObject({ sub: 'ada', iss: issuer.issuer })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: RESOURCE, scope: 'openid notes:read', sid: tokens.claims()?.sid })
    expect(await openid.fetchUserInfo(config, tokens.access_token, 'ada')).toMatchObject({ sub: 'ada', email: 'ada@example.com' })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, aud: RESOURCE })

    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(decodeJwt(refreshed.access_token)).toMatchObject({ aud: RESOURCE, sub: 'ada' })
    await expect(openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(openid.authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'invalid_grant' })
    await openid.tokenRevocation(config, refreshed.access_token)
    expect(await openid.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false })
    const { payload } = await jwtVerify(refreshed.access_token, createRemoteJWKSet(new URL(`${issuer.issuer}/jwks`)), { issuer: issuer.issuer, audience: RESOURCE })
    expect(payload.client_id).toBe(config.clientMetadata().client_id)
  })
})

describe('openid-client', () => {
  const configOf = (issuer: TestIssuer, auth?: openid.ClientAuth) =>
    openid.discovery(new URL(issuer.issuer), issuer.client.clientId, issuer.client.clientSecret, auth, insecure)

  test.each(['jwt', 'opaque'] as const)('gets a token for a program, %s, for the resource that it names', async (accessTokens) => {
    const issuer = await listening({ accessTokens, scopes: ['notes:read'] })
    const { clientId, clientSecret = '' } = issuer.client
    const config = await configOf(issuer, openid.ClientSecretBasic(clientSecret))
    const { access_token, scope } = await openid.clientCredentialsGrant(config, { resource: RESOURCE, scope: 'notes:read notes:write' })
    expect(scope).toBe('notes:read')
    expect(access_token.split('.')).toHaveLength(accessTokens === 'jwt' ? 3 : 1)
    expect(await openid.tokenIntrospection(config, access_token)).toMatchObject({ active: true, sub: clientId, client_id: clientId, aud: RESOURCE, scope: 'notes:read' })
  })

  test('is refused a code with another verifier, a wrong secret, and a resource that was not granted', async () => {
    const issuer = await listening()
    const config = await configOf(issuer)
    const grant = async (checks: openid.AuthorizationCodeGrantChecks, more = {}) => {
      const back = await comesBack(await question(config, 'v'.repeat(43)))
      return openid.authorizationCodeGrant(config, back, { expectedState: 'of-the-client', expectedNonce: 'n-1', ...checks }, more)
    }
    await expect(grant({ pkceCodeVerifier: 'w'.repeat(43) })).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(grant({ pkceCodeVerifier: 'v'.repeat(43) }, { resource: 'https://other.example.com' })).rejects.toMatchObject({ error: 'invalid_target' })
    expect(await grant({ pkceCodeVerifier: 'v'.repeat(43) }, { resource: RESOURCE })).toMatchObject({ token_type: 'bearer' })
    const wrong = await openid.discovery(new URL(issuer.issuer), issuer.client.clientId, 'wrong', undefined, insecure)
    await expect(openid.clientCredentialsGrant(wrong)).rejects.toMatchObject({ status: 401 })
  })

  test('is told of a session that ended: its refresh token is gone', async () => {
    const issuer = await listening()
    const config = await configOf(issuer)
    const back = await comesBack(await question(config, 'v'.repeat(43), { login_hint: 'bob' }))
    const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: 'v'.repeat(43), expectedState: 'of-the-client', expectedNonce: 'n-1' })
    const sid = String(tokens.claims()?.sid)
    expect(decodeJwt(await issuer.logout({ sid, sub: 'bob' }))).toMatchObject({ sid, sub: 'bob', aud: issuer.client.clientId })
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
    await expect(openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})

describe('a client that asks how its person signs in', () => {
  test.each<[string, Record<string, string>, object]>([
    ['by a class', { acr_values: 'phr phrh' }, { acr: 'phr', auth_time: expect.any(Number) }],
    ['a moment ago', { max_age: '300' }, { auth_time: expect.any(Number) }],
    ['in no way', {}, {}],
  ])('%s, finds that in its token, and no younger after a refresh', async (_, asked, expected) => {
    const clock = { now: 1_800_000_000 }
    const issuer = await listening({ now: () => clock.now })
    const config = await openid.discovery(new URL(issuer.issuer), issuer.client.clientId, issuer.client.clientSecret, undefined, insecure)
    const back = await comesBack(await question(config, 'v'.repeat(43), { ...asked, scope: 'notes:read' }))
    const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: 'v'.repeat(43), expectedState: 'of-the-client' })
    const says = (token: string) => Object.fromEntries(Object.entries(decodeJwt(token)).filter(([name]) => name === 'acr' || name === 'auth_time'))
    expect(says(tokens.access_token)).toEqual(expected)
    clock.now += 600
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(says(refreshed.access_token)).toEqual(says(tokens.access_token))
  })
})

describe('the authorization endpoint', () => {
  test.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['with a challenge in plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token in the URL', { response_type: 'token' }, 'unsupported_response_type'],
    ['for a resource with a fragment', { resource: `${RESOURCE}#x` }, 'invalid_target'],
  ])('refuses a client %s, and says so to it', async (_, more, error) => {
    const issuer = await listening()
    const config = await openid.discovery(new URL(issuer.issuer), issuer.client.clientId, issuer.client.clientSecret, undefined, insecure)
    const { searchParams } = await comesBack(await question(config, 'v'.repeat(43), more))
    expect(Object.fromEntries(searchParams)).toEqual({ error, state: 'of-the-client', iss: issuer.issuer })
  })

  test('sends nobody where no client registered: another port is the same place on this machine only', async () => {
    const issuer = await listening({ clients: [{ clientId: 'web', redirectUris: ['https://app.example.com/callback', 'http://127.0.0.1/callback'] }] })
    const ask = async (client_id: string, redirect_uri: string) =>
      (await fetch(`${issuer.issuer}/authorize?${new URLSearchParams({ client_id, redirect_uri })}`, { redirect: 'manual' })).status
    expect(await ask('web', 'https://app.example.com/callback')).toBe(302)
    expect(await ask('web', 'http://127.0.0.1:4711/callback')).toBe(302)
    expect(await ask('web', 'https://app.example.com:8443/callback')).toBe(400)
    expect(await ask('web', 'http://127.0.0.1:4711/other')).toBe(400)
    expect(await ask('nobody', 'https://app.example.com/callback')).toBe(400)
  })

  test('a code is for the redirect_uri that it was asked for', async () => {
    const issuer = await listening()
    const config = await openid.discovery(new URL(issuer.issuer), issuer.client.clientId, issuer.client.clientSecret, undefined, insecure)
    const back = await comesBack(await question(config, 'v'.repeat(43), { nonce: '' }))
    const form = {
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:1/callback',
      code_verifier: 'v'.repeat(43),
      client_id: issuer.client.clientId,
      client_secret: issuer.client.clientSecret ?? '',
    }
    const response = await fetch(`${issuer.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect(await response.json()).toMatchObject({ error: 'invalid_grant', error_description: expect.stringContaining('redirect_uri') })
  })

  test.each([
    ['a plain http address elsewhere', { redirect_uris: ['http://client.example.com/'] }],
    ['a scheme that browsers run', { redirect_uris: ['javascript:alert(1)'] }],
    ['a fragment', { redirect_uris: ['https://client.example.com/#x'] }],
    ['no address', {}],
    ['a way to authenticate that there is not', { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'tls_client_auth' }],
  ])('registers nobody with %s', async (_, metadata) => {
    const issuer = createTestIssuer()
    const response = await issuer.fetch(`${issuer.issuer}/register`, { method: 'POST', body: JSON.stringify(metadata) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
  })
})

function notes(issuer: string, resource: string): RequestListener {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('greet', {}, () => ({ content: [{ type: 'text', text: `Hello ${requireAuth().subject}, you may: ${requireAuth().scopes.join(' ')}` }] }))
    return server
  })
  const gate = bearerAuth(new JwksProvider({ issuer, audience: resource }), { resource, requiredScopes: ['notes:read'] })
  return gate(toNodeHandler(handler) as RequestListener) // node:http's own types do not fit the SDK's under exactOptionalPropertyTypes
}

describe.each([
  ['1.x', newcomer1],
  ['2.x', newcomer2],
] as const)('an MCP client of SDK %s that has only the URL of a server', (_, come) => {
  test('registers and signs in, on a click', async () => {
    const issuer = await listening({ consent: 'on a click', scopes: ['notes:read'] })
    const server = await listen((origin) => notes(issuer.issuer, `${origin}/mcp`))
    const newcomer = come(`${server.origin}/mcp`)
    open.push(server, newcomer)
    expect(await newcomer.callTool(greet, no)).toBeUndefined()
    expect(await newcomer.callTool(greet, yes)).toMatch(/^Hello ada, you may: notes:read/)
    expect(new Set(issuer.calls.map(({ endpoint }) => endpoint))).toEqual(new Set(['discovery', 'registration', 'authorization', 'token', 'jwks']))
  })

  test('registers and signs in by itself', async () => {
    const issuer = await listening({ scopes: ['notes:read'], sub: 'eve' })
    const server = await listen((origin) => notes(issuer.issuer, `${origin}/mcp`))
    const newcomer = come(`${server.origin}/mcp`)
    open.push(server, newcomer)
    expect(await newcomer.callTool(greet, () => false)).toMatch(/^Hello eve/)
  })
})

test('the page is a page: names are text, and a question is answered once', async () => {
  const issuer = await listening({ consent: 'on a click', sub: '<b>ada</b>', clients: [{ clientId: '<i>', redirectUris: [CALLBACK] }] })
  const config = await openid.discovery(new URL(issuer.issuer), '<i>', undefined, undefined, insecure)
  const url = await question(config, 'v'.repeat(43))
  const page = await (await fetch(url)).text()
  expect(page).not.toMatch(/<b>|<i>/)
  const [action = ''] = /\/authorize\/[\w-]+\/no/.exec(page) ?? []
  const press = () => fetch(new URL(action, issuer.issuer), { method: 'POST', redirect: 'manual' })
  expect(new URL((await press()).headers.get('Location') ?? '').searchParams.get('error')).toBe('access_denied')
  expect((await press()).status).toBe(400)
  expect((await new Person(new Watch(RESOURCE)).visit(url, CALLBACK, yes)).searchParams.get('code')).toBeTruthy()
})
