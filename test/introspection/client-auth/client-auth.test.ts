/** What a client sends to prove who it is, as the endpoint reads it, and what is refused before anything is sent. */
import { createPublicKey, createSecretKey, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  bearerClientAuth,
  clientCredentials,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  IntrospectionProvider,
  privateKeyJwt,
  tlsClientAuth,
} from '../../../src/index.js'
import { closing } from '../../closing.js'
import { AUDIENCE, START } from '../../oauth-kit.js'
import { faultEndpoint } from '../fault-endpoint.js'
import type { ClientAuth } from '../../../src/index.js'

/** The question that arrives, and what the provider says. */
async function asking(clientAuth: ClientAuth) {
  const idp = closing(await faultEndpoint())
  idp.answer({ active: true, aud: AUDIENCE, sub: 'ada', exp: START + 300 })
  const provider = closing(new IntrospectionProvider({ issuer: idp.issuer, audience: AUDIENCE, clientAuth, now: () => START, cache: false }))
  const outcome: unknown = await provider.verifyToken('opaque').catch((error: unknown) => error)
  return { idp, outcome, question: idp.questions[0] }
}

describe('clientSecretBasic', () => {
  test.each([
    ['blanks, colons, percent signs and plus signs', 'a:b c', 's%c+r:t &='],
    ['letters beyond ASCII, as UTF-8', 'no\u0308te', '\u00fcber\u{1f511}'],
    ['hyphens, dots and underlines as they are', 'notes-server.v1', 'a_b-c.d'],
  ])('encodes %s as a form does, and a form reads them back', async (_, id, secret) => {
    const { question } = await asking(clientSecretBasic(id, secret))
    const pair = Buffer.from(question?.headers.authorization?.split(' ')[1] ?? '', 'base64').toString('latin1')
    expect(pair).toMatch(/^[\x21-\x7e]+$/)
    const decoded = pair.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x'))
    expect(decoded).toEqual([id, secret])
    expect(question?.body.has('client_id')).toBe(false)
  })
})

test('clientSecretPost sends both in the body, and no header', async () => {
  const { question } = await asking(clientSecretPost('a:b', 's%c+r t'))
  expect(question?.body.get('client_id')).toBe('a:b')
  expect(question?.body.get('client_secret')).toBe('s%c+r t')
  expect(question?.headers.authorization).toBeUndefined()
})

describe('assertions', () => {
  test('clientSecretJwt signs with the secret, which does not travel', async () => {
    const secret = 'a secret that is long enough for HS256'
    const { idp, question } = await asking(clientSecretJwt('notes', secret))
    const { payload } = await jwtVerify(question?.body.get('client_assertion') ?? '', createSecretKey(Buffer.from(secret)), { audience: idp.issuer, issuer: 'notes', subject: 'notes' })
    expect(payload.jti).toEqual(expect.any(String))
    expect(String(question?.body)).not.toContain('long+enough')
  })

  test.each(['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)('privateKeyJwt says %s where that was said, by JWK and by PEM', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    for (const key of [await exportJWK(privateKey), await exportPKCS8(privateKey)]) {
      const { idp, question } = await asking(privateKeyJwt('notes', key, { alg, kid: 'key-1' }))
      const { protectedHeader } = await jwtVerify(question?.body.get('client_assertion') ?? '', publicKey, { audience: idp.issuer, issuer: 'notes' })
      expect(protectedHeader).toMatchObject({ alg, kid: 'key-1' })
      expect(question?.body.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    }
  })

  test('each question has an assertion of its own, addressed as told', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const { idp, question } = await asking(privateKeyJwt('notes', { ...(await exportJWK(privateKey)), alg: 'ES256' }, { audience: 'https://elsewhere.example/token' }))
    const provider = closing(
      new IntrospectionProvider({
        issuer: idp.issuer,
        audience: AUDIENCE,
        clientAuth: privateKeyJwt('notes', await exportPKCS8(privateKey), { alg: 'ES256' }),
        now: () => START,
        cache: false,
      }),
    )
    await provider.verifyToken('one')
    await provider.verifyToken('two')
    const [first, second, third] = [question, ...idp.questions.slice(1)].map(
      (one) => JSON.parse(Buffer.from(one?.body.get('client_assertion')?.split('.')[1] ?? '', 'base64url').toString()) as { jti: string; aud: string },
    )
    expect(first?.aud).toBe('https://elsewhere.example/token')
    expect(new Set([first?.jti, second?.jti, third?.jti]).size).toBe(3)
  })

  test('a signer elsewhere signs what arrives', async () => {
    const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true })
    const { question } = await asking(privateKeyJwt('notes', async (data) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, data.slice())), { alg: 'EdDSA' }))
    const assertion = question?.body.get('client_assertion') ?? ''
    const [header = '', payload = '', signature = ''] = assertion.split('.')
    const key = createPublicKey({ key: await exportJWK(publicKey), format: 'jwk' } as never)
    expect(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('of a signer elsewhere are good for a minute, and each only once', async () => {
    const provider = privateKeyJwt('notes', () => new Uint8Array(64), { alg: 'EdDSA' })
    const claims = async (): Promise<Record<'iat' | 'nbf' | 'exp', number> & { jti: string }> => {
      const { question } = await asking(provider)
      const [, payload = ''] = (question?.body.get('client_assertion') ?? '').split('.')
      return JSON.parse(Buffer.from(payload, 'base64url').toString())
    }
    const [one, two] = [await claims(), await claims()]
    expect([one.exp - one.iat, one.nbf - one.iat]).toEqual([60, 0])
    expect(one.jti).not.toBe(two.jti)
  })
})

describe('code of yours that fails', () => {
  const failure = (): Error => Object.assign(new Error('denied, with secret-of-theirs'), { name: 'AccessDeniedException', config: { secret: 'secret-of-theirs' } })
  test.each([
    ['a signer', privateKeyJwt('notes', () => Promise.reject(failure()), { alg: 'ES256' })],
    ['a source of tokens', bearerClientAuth(() => Promise.reject(failure()))],
    ['a source of tokens that throws at once', bearerClientAuth(() => { throw failure() })],
  ])('%s is unavailable, told by its name and without what it holds', async (_, clientAuth) => {
    const { outcome, idp } = await asking(clientAuth)
    expect(outcome).toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'own proof', message: expect.stringContaining('AccessDeniedException') })
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('secret-of-theirs')
    expect(idp.questions).toEqual([])
  })
})

describe('is refused where it is written', () => {
  const issuer = 'https://id.example.com'
  const endpoint = 'https://id.example.com/introspect'
  const at = (options: object) => () => new IntrospectionProvider({ audience: AUDIENCE, clientAuth: clientSecretBasic('a', 'b'), ...options } as never)
  const grant = (options: object) => () => clientCredentials({ clientAuth: clientSecretBasic('a', 'b'), ...options })
  const jwk = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }
  test.each([
    ['a key that another algorithm is for', () => privateKeyJwt('a', jwk, { alg: 'RS256' }), /"alg" is RS256, and the key is EC/],
    ['a secret as a private key', () => privateKeyJwt('a', { kty: 'oct', k: 'a', d: 'b' }, { alg: 'RS256' }), /RS256, and the key is oct/],
    ['a misspelt option of privateKeyJwt', () => privateKeyJwt('a', jwk, { algorithm: 'ES256' } as never), /"algorithm" is not an option of privateKeyJwt/],
    ['a misspelt option of clientSecretJwt', () => clientSecretJwt('a', 'b', { aud: 'c' } as never), /"aud" is not an option of clientSecretJwt/],
    ['a grant that is another one', grant({ parameters: { grant_type: 'password' } }), /"grant_type" is no matter of "parameters"/],
    ['a grant for another client', grant({ parameters: { client_id: 'b' } }), /"client_id" is no matter of "parameters"/],
    ['a grant with two scopes', grant({ parameters: { scope: 'x' }, scope: 'y' }), /"scope" is no matter of "parameters"/],
    ['a grant parameter that is no text', grant({ parameters: { resource: 5 } }), /"parameters" must have texts/],
    ['a token from nowhere', at({ endpoint, clientAuth: bearerClientAuth(clientCredentials({ clientAuth: clientSecretBasic('a', 'b') })) }), /"tokenEndpoint" of clientCredentials/],
    ['a grant to a client certificate without a fetch that brings it', at({ issuer, clientAuth: bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('a') })) }), /needs a "fetch"/],
    ['a grant by an assertion to nobody', at({ endpoint, clientAuth: bearerClientAuth(clientCredentials({ clientAuth: clientSecretJwt('a', 'b'), tokenEndpoint: `${issuer}/token` })) }), /"issuer" is needed/],
    ['parameters in a list', at({ issuer, parameters: ['resource=a'] }), /"parameters" must be an object/],
    ['headers that are a text', at({ issuer, headers: 'X-Key: a' }), /"headers" must be an object/],
    ['a header without a value', at({ issuer, headers: { 'X-Key': undefined } }), /"headers".*X-Key/],
    ['a header that is none', at({ issuer, headers: { 'X-Key': 'one\nsecret-value' } }), /"headers".*X-Key/],
    ['an answer to be decrypted with a text', at({ issuer, signed: { decryption: 'key' } }), /"signed.decryption" must be a private key/],
    ['an answer to be decrypted with a public key', at({ issuer, signed: { decryption: { kty: 'RSA', n: 'a', e: 'AQAB', alg: 'RSA-OAEP-256' } } }), /"signed.decryption" must be a private key/],
    ['an answer to be decrypted nobody knows how', at({ issuer, signed: { decryption: { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' } } }), /"signed.decryption".*"alg"/],
    ['an answer to be decrypted with a password', at({ issuer, signed: { decryption: { kty: 'oct', k: 'a', d: 'b', alg: 'PBES2-HS256+A128KW' } } }), /"signed.decryption".*RSA-OAEP/],
    ['a PEM of another kind for decryption', at({ issuer, signed: { decryption: { pem: '-----BEGIN PUBLIC KEY-----', alg: 'RSA-OAEP' } } }), /"signed.decryption" must be a private key/],
  ])('%s', (_, construct, message) => {
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
    expect(construct).not.toThrow(/secret-value/)
  })
})
