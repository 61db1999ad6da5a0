/** The test issuer binds tokens to keys (RFC 9449): openid-client asks for them, and the holder that it hands out opens our own gate. */
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { clientSecretBasic, gate, IntrospectionProvider, JwksProvider } from '../../../src/index.js'
import { ProofKey } from '../../../src/testing/dpop/proof-key.js'
import { createTestIssuer } from '../../../src/testing/index.js'
import { closing } from '../../closing.js'
import { headers } from '../../gate/headers.js'
import type { DpopProofOptions, TestIssuer } from '../../../src/testing/index.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const CALLBACK = 'http://127.0.0.1:33418/callback'

/** Asks for a token as the client of the issuer, with these proofs. */
async function granted(issuer: TestIssuer, proofs: readonly string[], more: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { clientId, clientSecret = '' } = issuer.client
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...more })
  const response = await issuer.fetch(`${issuer.url}/token`, { method: 'POST', body, headers: proofs.map((proof): [string, string] => ['DPoP', proof]) })
  return (await response.json()) as Record<string, unknown> // its own
}

describe('the token endpoint', () => {
  test('says in its metadata that it knows proofs', async () => {
    const issuer = createTestIssuer()
    const response = await issuer.fetch(`${issuer.issuer}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({ dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']) })
  })

  test('binds what it gives to the key of the proof, for openid-client over real HTTP, and what is refreshed to the same', async () => {
    const issuer = closing(await createTestIssuer().listen())
    const metadata = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }
    const config = await openid.dynamicClientRegistration(new URL(issuer.issuer), metadata, undefined, { execute: [openid.allowInsecureRequests] })
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const jkt = await DPoP.calculateThumbprint()
    const verifier = openid.randomPKCECodeVerifier()
    const asked = async (more: Record<string, string> = {}) => {
      const challenge = { code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
      const url = openid.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'notes:read', ...challenge, ...more })
      return new URL((await fetch(url, { redirect: 'manual' })).headers.get('Location') ?? '')
    }
    const checks = { pkceCodeVerifier: verifier }
    const tokens = await openid.authorizationCodeGrant(config, await asked({ dpop_jkt: jkt }), checks, undefined, { DPoP })
    expect(tokens).toMatchObject({ token_type: 'dpop', refresh_token: expect.any(String) })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ cnf: { jkt } })
    const refreshToken = tokens.refresh_token ?? ''
    const thief = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    await expect(openid.refreshTokenGrant(config, refreshToken, undefined, { DPoP: thief }), 'of a public client, the refresh token is bound too').rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(openid.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await openid.refreshTokenGrant(config, refreshToken, undefined, { DPoP })).toMatchObject({ token_type: 'dpop' })
    await expect(openid.authorizationCodeGrant(config, await asked({ dpop_jkt: jkt }), checks, undefined, { DPoP: thief })).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await openid.authorizationCodeGrant(config, await asked(), checks), 'who sends none gets a plain one').toMatchObject({ token_type: 'bearer' })
  })

  test.each<[string, DpopProofOptions]>([
    ['for another method', { method: 'GET' }],
    ['for another URL', { claims: { htu: 'https://somebody-else.test/token' } }],
    ['that is old', { claims: { iat: 1_000_000 } }],
    ['without iat', { claims: { iat: undefined } }],
    ['without jti', { claims: { jti: undefined } }],
    ['of another typ', { header: { typ: 'JWT' } }],
    ['without a key', { header: { jwk: undefined } }],
    ['under alg none', { header: { alg: 'none' } }],
  ])('refuses a proof %s', async (_, options) => {
    const issuer = createTestIssuer()
    const key = await ProofKey.create()
    const proof = (more: DpopProofOptions) => key.prove({ url: `${issuer.url}/token`, now: Date.now() / 1000, token: undefined }, { method: 'POST', ...more })
    expect(await granted(issuer, [await proof(options)])).toMatchObject({ error: 'invalid_dpop_proof' })
    expect(await granted(issuer, [await proof({})]), 'and takes one that has nothing wrong').toMatchObject({ token_type: 'DPoP' })
  })

  test('refuses a proof the second time, and two of them', async () => {
    const issuer = createTestIssuer()
    const key = await ProofKey.create()
    const proof = () => key.prove({ url: `${issuer.url}/token`, now: Date.now() / 1000, token: undefined }, { method: 'POST' })
    const one = await proof()
    expect([await granted(issuer, [one]), await granted(issuer, [one]), await granted(issuer, [await proof(), await proof()])]).toMatchObject([
      { token_type: 'DPoP' },
      { error: 'invalid_dpop_proof' },
      { error: 'invalid_dpop_proof' },
    ])
  })
})

describe('a holder', () => {
  test.each(['jwt', 'opaque'] as const)('opens a gate by its proofs, one each, and nobody else does (%s)', async (accessTokens) => {
    const issuer = createTestIssuer({ audience: RESOURCE, accessTokens })
    const { clientId, clientSecret = '' } = issuer.client
    const asking = { issuer: issuer.issuer, audience: RESOURCE, clientAuth: clientSecretBasic(clientId, clientSecret), fetch: issuer.fetch }
    const guard = gate(accessTokens === 'jwt' ? new JwksProvider(issuer.options) : new IntrospectionProvider(asking), { resource: RESOURCE, proof: { dpop: 'required' } })
    const ada = await issuer.holder({ sub: 'ada', scopes: ['notes:read'] })
    const ask = async (sent: Record<string, string>): Promise<boolean> => {
      const { Authorization = '', DPoP = '' } = sent
      return (await guard({ method: 'POST', path: '/mcp', header: headers({ authorization: [Authorization], dpop: DPoP === '' ? [] : [DPoP] }) })).pass
    }
    const good = await ada.headers(RESOURCE, { method: 'POST' })
    expect([await ask(good), await ask(good)]).toEqual([true, false])
    expect(await ask(await ada.headers(`${RESOURCE}?a=b#c`, { method: 'POST' }))).toBe(true)
    expect(await ask({ Authorization: `Bearer ${ada.token}` })).toBe(false)
    const bob = await issuer.holder({ sub: 'bob' })
    expect(await ask({ ...good, DPoP: await bob.proof(RESOURCE, { method: 'POST', claims: { ath: hashOf(ada.token) } }) })).toBe(false)
    expect(ada.jkt).not.toBe(bob.jkt)
  })

  test('makes proofs by the clock of the issuer, with one fault where one is asked for', async () => {
    const issuer = createTestIssuer({ now: () => 1_700_000_000 })
    const ada = await issuer.holder()
    expect(decodeJwt(await ada.proof('https://api.test/notes'))).toMatchObject({ htm: 'GET', htu: 'https://api.test/notes', iat: 1_700_000_000, ath: hashOf(ada.token) })
    const faulty = decodeJwt(await ada.proof('https://api.test/notes', { nonce: 'n', claims: { ath: undefined } }))
    expect(faulty).toMatchObject({ nonce: 'n' })
    expect(faulty).not.toHaveProperty('ath')
  })

  test('is known to introspection as one, and to userinfo as nobody', async () => {
    const issuer = createTestIssuer()
    const { token, jkt } = await issuer.holder()
    const { clientId, clientSecret = '' } = issuer.client
    const body = new URLSearchParams({ token, client_id: clientId, client_secret: clientSecret })
    const answer = await issuer.fetch(`${issuer.url}/introspect`, { method: 'POST', body })
    expect(await answer.json()).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt } })
    expect((await issuer.fetch(`${issuer.url}/userinfo`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401)
  })
})

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
