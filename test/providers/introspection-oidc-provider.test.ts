/** IntrospectionProvider against oidc-provider: every way to authenticate, opaque and JWT tokens, signed answers, revocation. */
import { createPrivateKey, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import {
  bearerClientAuth,
  clientCredentials,
  clientSecret,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  IntrospectionProvider,
  noClientAuth,
  privateKeyJwt,
} from '../../src/index.js'
import { closing } from '../closing.js'
import { faultEndpoint, json } from '../introspection/fault-endpoint.js'
import { CLIENT_SECRET, ODD_ID, oidcKit } from '../introspection/oidc-kit.js'
import { AUDIENCE } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { ClientAuth, IntrospectionProviderOptions } from '../../src/index.js'
import type { OidcKit } from '../introspection/oidc-kit.js'

let idp: OidcKit
beforeAll(async () => {
  idp = await oidcKit()
})
afterAll(() => idp.close())

function provider(clientAuth: ClientAuth, options: Partial<IntrospectionProviderOptions> = {}) {
  const { events, observe } = recorder()
  const made = closing(new IntrospectionProvider({
    ...{ issuer: idp.issuer, audience: AUDIENCE, clientAuth, cache: false, timeout: 10, observe },
    ...options,
  } as IntrospectionProviderOptions))
  return { made, events }
}

describe('client authentication that oidc-provider takes', () => {
  const kms = (data: Uint8Array): Uint8Array => sign('sha256', data, { key: createPrivateKey(idp.clientPem), dsaEncoding: 'ieee-p1363' })
  const ways: readonly (readonly [string, () => ClientAuth])[] = [
    ['clientSecretBasic, odd characters and all', () => clientSecretBasic('basic', CLIENT_SECRET)],
    ['clientSecretPost', () => clientSecretPost('post', CLIENT_SECRET)],
    ['clientSecretJwt', () => clientSecretJwt('shared', CLIENT_SECRET)],
    ['clientSecret, in the way that discovery names', () => clientSecret('basic', CLIENT_SECRET)],
    ['privateKeyJwt with a JWK', () => privateKeyJwt('private', idp.clientKey)],
    ['privateKeyJwt with a PEM', () => privateKeyJwt('private', idp.clientPem, { alg: 'ES256', kid: 'client-key' })],
    ['privateKeyJwt with a signer elsewhere', () => privateKeyJwt('private', kms, { alg: 'ES256', kid: 'client-key' })],
    ['privateKeyJwt with an Edwards key', () => privateKeyJwt('edwards', idp.edwardsKey)],
    ['clientSecretBasic with an identifier as odd as the secret', () => clientSecretBasic(ODD_ID, CLIENT_SECRET)],
    ['noClientAuth', () => noClientAuth('public')],
  ]
  test.each(ways)('%s', async (_, clientAuth) => {
    const { made, events } = provider(clientAuth())
    const token = await made.verifyToken(await idp.token())
    expect(token, JSON.stringify(events)).toMatchObject({ subject: 'agent', clientId: 'agent', scopes: ['notes:read'], issuer: idp.issuer })
  })

  test('a wrong secret is unavailable and loud', async () => {
    const { made, events } = provider(clientSecretBasic('basic', 'another secret'))
    const answer = await made.verifyToken(await idp.token()).catch((error: unknown) => error)
    expect(isUnavailable(answer)).toBe(true)
    expect(events.map(({ type }) => type)).toContain('credentials_refused')
  })

  test.each([
    ['that throws', () => Promise.reject(new Error('kms is down')), /could not be signed/],
    ['that gives no bytes', () => 'text' as never, /gave no bytes/],
  ])('a signer %s is unavailable', async (_, signer, message) => {
    const { made } = provider(privateKeyJwt('private', signer, { alg: 'ES256' }))
    await expect(made.verifyToken(await idp.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', message: expect.stringMatching(message) })
  })

  test('a source of tokens that fails is unavailable', async () => {
    const { made } = provider(bearerClientAuth(() => Promise.reject(new Error('no token'))))
    await expect(made.verifyToken(await idp.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test.each([
    ['a PEM of another kind', () => privateKeyJwt('a', '-----BEGIN RSA PRIVATE KEY-----', { alg: 'RS256' }), /PKCS #8/],
    ['a public JWK', () => privateKeyJwt('a', { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }), /private key/],
    ['a PEM without an algorithm', () => privateKeyJwt('a', '-----BEGIN PRIVATE KEY-----'), /algorithm/],
    ['an empty secret', () => clientSecretBasic('a', ''), /"clientSecret".*environment/],
    ['a missing identifier', () => clientSecretPost(undefined as never, 'b'), /"clientId"/],
    ['a token that is no source of tokens', () => bearerClientAuth('token' as never), /bearer takes a function/],
  ])('%s is refused at construction', (_, construct, message) => {
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})

describe('tokens of oidc-provider', () => {
  test('an opaque token is accepted, revoked, and refused', async () => {
    const { made } = provider(clientSecretBasic('basic', CLIENT_SECRET))
    const token = await idp.token()
    expect(await made.verifyToken(token)).not.toBeNull()
    await idp.revoke(token)
    expect(await made.verifyToken(token)).toBeNull()
  })

  test('a token for another server is refused', async () => {
    const { made, events } = provider(clientSecretBasic('basic', CLIENT_SECRET), { audience: 'https://elsewhere.example' })
    expect(await made.verifyToken(await idp.token())).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'wrong_audience' })
  })

  test('what it never issued is refused', async () => {
    const { made } = provider(clientSecretBasic('basic', CLIENT_SECRET))
    expect(await made.verifyToken('never-issued')).toBeNull()
  })

  // oidc-provider keeps no JWTs, and answers 400 unsupported_token_type.
  test('a JWT of its own is recognized, shown, and not its to say', async () => {
    const { made, events } = provider(clientSecretBasic('basic', CLIENT_SECRET))
    const token = await idp.token('jwt')
    expect(made.recognizes(token)).toBe('mine')
    expect(await made.verifyToken(token)).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'unknown_token', hint: expect.stringContaining('JwksProvider') })
  })
})

describe('a token of our own', () => {
  test('is granted by oidc-provider, and taken by an endpoint that verifies it there', async () => {
    const guard = provider(clientSecretBasic('basic', CLIENT_SECRET)).made
    const endpoint = closing(await faultEndpoint())
    const grants: (string | undefined)[] = []
    endpoint.answer((response, question) => {
      const [, own = ''] = question.headers.authorization?.split(' ') ?? []
      grants.push(own)
      void guard
        .verifyToken(own)
        .then((token) => (token === null ? json({}, 401) : json({ active: true, aud: AUDIENCE, sub: 'ada', exp: Date.now() / 1000 + 60 }))(response, question))
    })
    const clientAuth = bearerClientAuth(
      clientCredentials({
        clientAuth: clientSecretBasic('basic', CLIENT_SECRET),
        tokenEndpoint: `${idp.issuer}/token`,
        scope: 'notes:read',
        parameters: { resource: AUDIENCE },
      }),
    )
    const { made } = provider(clientAuth, { issuer: undefined, endpoint: endpoint.endpoint } as never)
    expect(await made.verifyToken('one')).toMatchObject({ subject: 'ada' })
    await idp.revoke(grants[0] ?? '')
    await expect(made.verifyToken('two')).rejects.toMatchObject({ fault: 'credentials' })
    expect(await made.verifyToken('three')).toMatchObject({ subject: 'ada' })
    expect(new Set(grants).size).toBe(2)
  })
})

describe('signed answers (RFC 9701)', () => {
  const clientAuth = clientSecretBasic('signed', CLIENT_SECRET)

  test('are asked for, verified and opened', async () => {
    const { made, events } = provider(clientAuth, { signed: {} } as never)
    expect(await made.verifyToken(await idp.token()), JSON.stringify(events)).toMatchObject({ subject: 'agent' })
    expect(await made.verifyToken('never-issued')).toBeNull()
  })

  test.each(['rsa', 'ec'] as const)('are decrypted with a key of ours (%s), and with no other', async (kind) => {
    const asked = clientSecretBasic(`encrypted-${kind}`, CLIENT_SECRET)
    const { made, events } = provider(asked, { signed: { decryption: idp.decryption[kind] } } as never)
    expect(await made.verifyToken(await idp.token()), JSON.stringify(events)).toMatchObject({ subject: 'agent' })
    expect(await made.verifyToken('never-issued')).toBeNull()
    for (const signed of [{}, { decryption: idp.decryption[kind === 'rsa' ? 'ec' : 'rsa'] }]) {
      const { made: without } = provider(asked, { signed } as never)
      await expect(without.verifyToken(await idp.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'unreadable' })
    }
  })

  test('that come in the clear where they should be encrypted are not trusted', async () => {
    const { made } = provider(clientAuth, { signed: { decryption: idp.decryption.rsa } } as never)
    await expect(made.verifyToken(await idp.token())).rejects.toMatchObject({ fault: 'unreadable' })
  })

  test('for somebody else are not trusted, but where that is told', async () => {
    const { made, events } = provider(clientAuth, { signed: { audience: 'somebody-else' } } as never)
    expect(isUnavailable(await made.verifyToken(await idp.token()).catch((error: unknown) => error))).toBe(true)
    expect(events.find(({ type }) => type === 'endpoint_unavailable')).toMatchObject({ fault: 'unreadable', message: expect.stringContaining('signed.audience') })
    const { made: told } = provider(clientAuth, { signed: { audience: ['somebody-else', 'signed'] } } as never)
    expect(await told.verifyToken(await idp.token())).not.toBeNull()
  })

  test('are not trusted when another clock says that they are old', async () => {
    const { made } = provider(clientAuth, { signed: {}, now: () => Date.now() / 1000 + 120 } as never)
    expect(isUnavailable(await made.verifyToken(await idp.token()).catch((error: unknown) => error))).toBe(true)
  })
})
