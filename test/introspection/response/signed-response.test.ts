/** RFC 9701: what a signed answer must be, attacked one member at a time. */
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../../../src/errors.js'
import { anyAudience, clientSecretBasic, IntrospectionProvider } from '../../../src/index.js'
import { closing } from '../../closing.js'
import { AUDIENCE, clock, signer, START } from '../../oauth-kit.js'
import { faultEndpoint, json, raw } from '../fault-endpoint.js'
import type { JWTPayload } from 'jose'
import type { SignedAnswers } from '../../../src/index.js'

const GOOD = { active: true, aud: AUDIENCE, sub: 'ada', exp: START + 300 }
const TYPE = 'application/token-introspection+jwt'

async function setUp(signed: SignedAnswers = {}) {
  const idp = closing(await faultEndpoint())
  const key = await signer()
  idp.at('/keys', { keys: [key.publicJwk] })
  const provider = closing(new IntrospectionProvider({
    ...{ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('notes-server', 'secret'), now: clock().now, cache: false, signed },
  }))
  const outcome = async (): Promise<string> => {
    try {
      return (await provider.verifyToken('opaque')) === null ? 'no' : 'yes'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return 'unavailable'
    }
  }
  const answer = (claims: object = {}, header: object = {}, by = key): Promise<string> =>
    by.sign(
      { iss: idp.issuer, aud: 'notes-server', iat: START, exp: undefined, sub: undefined, scope: undefined, token_introspection: GOOD, ...claims },
      { typ: 'token-introspection+jwt', ...header },
    )
  return { idp, key, outcome, answer }
}

const cases: readonly (readonly [string, object, object, string, SignedAnswers?])[] = [
  ['as it should be', {}, {}, 'yes'],
  ['the type in full', {}, { typ: TYPE }, 'yes'],
  ['an inactive token', { token_introspection: { active: false } }, {}, 'no'],
  ['a token for another server', { token_introspection: { ...GOOD, aud: 'x' } }, {}, 'no'],
  ['the audience of the token instead of ours', { aud: AUDIENCE }, {}, 'unavailable'],
  ['the audience of the token, where that is told', { aud: AUDIENCE }, {}, 'yes', { audience: AUDIENCE }],
  ['any audience, by name', { aud: 'x' }, {}, 'yes', { audience: anyAudience }],
  ['no audience', { aud: undefined }, {}, 'unavailable'],
  ['another issuer', { iss: 'https://evil.example' }, {}, 'unavailable'],
  ['no issuer', { iss: undefined }, {}, 'unavailable'],
  ['no type', {}, { typ: undefined }, 'unavailable'],
  ['an access token of the issuer', {}, { typ: 'at+jwt' }, 'unavailable'],
  ['an old answer', { iat: START - 120 }, {}, 'unavailable'],
  ['an answer of tomorrow', { iat: START + 120 }, {}, 'unavailable'],
  ['no iat', { iat: undefined }, {}, 'unavailable'],
  ['an iat that is text', { iat: String(START) }, {}, 'unavailable'],
  ['one that has ended', { exp: START - 60 }, {}, 'unavailable'],
  ['one that has not begun', { nbf: START + 60 }, {}, 'unavailable'],
  ['no introspection in it', { token_introspection: undefined }, {}, 'unavailable'],
  ['active beside it', { token_introspection: {}, active: true }, {}, 'unavailable'],
  ['active as text', { token_introspection: { ...GOOD, active: 'true' } }, {}, 'unavailable'],
  ['claims deeper than any', { token_introspection: { ...GOOD, deep: JSON.parse('['.repeat(30) + ']'.repeat(30)) } }, {}, 'unavailable'],
  ['an algorithm that is not taken', {}, {}, 'unavailable', { algorithms: ['RS256'] }],
  ['another way to read the payload, not called critical', {}, { b64: true }, 'unavailable'],
  ['a kid nobody knows', {}, { kid: 'other' }, 'unavailable'],
  ['an extension that must be understood', {}, { b64: true, crit: ['b64'] }, 'unavailable'],
]

describe('a signed answer', () => {
  for (const [name, claims, header, expected, signed] of cases) {
    test(`${name}: ${expected}`, async () => {
      const { idp, outcome, answer } = await setUp(signed)
      idp.answer(raw(await answer(claims, header), TYPE))
      expect(await outcome()).toBe(expected)
      expect(idp.questions[0]?.headers.accept).toBe(TYPE)
    })
  }

  test('signed by somebody else, or not at all, is not trusted', async () => {
    const { idp, outcome, answer } = await setUp()
    const signed = await answer({}, {}, await signer())
    const [, payload] = signed.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'token-introspection+jwt' })).toString('base64url')
    for (const text of [signed, `${none}.${payload}.`, `${none}.${payload}.AAAA`, '', 'text']) {
      idp.answer(raw(text, TYPE))
      expect(await outcome()).toBe('unavailable')
    }
  })

  test('is not replaced by an unsigned one', async () => {
    const { idp, outcome } = await setUp()
    idp.answer(json(GOOD))
    expect(await outcome()).toBe('unavailable')
    idp.answer(raw(JSON.stringify(GOOD), TYPE))
    expect(await outcome()).toBe('unavailable')
  })

  test.each(['RSA-OAEP-256', 'ECDH-ES'])('is decrypted with the key given (%s), and then may not come in the clear', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const { idp, outcome, answer } = await setUp({ decryption: { ...(await exportJWK(privateKey)), alg } })
    const clear = await answer()
    const encrypted = await new CompactEncrypt(new TextEncoder().encode(clear)).setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT' }).encrypt(publicKey)
    idp.answer(raw(encrypted, TYPE))
    expect(await outcome()).toBe('yes')
    idp.answer(raw(`${encrypted.slice(0, -4)}AAAA`, TYPE))
    expect(await outcome()).toBe('unavailable')
    idp.answer(raw(clear, TYPE))
    expect(await outcome()).toBe('unavailable')
  })

  test('encrypted in a way that anybody can is not signed by that', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
    const { idp, outcome } = await setUp({ decryption: { ...(await exportJWK(privateKey)), alg: 'RSA-OAEP-256' } })
    const text = new TextEncoder().encode(JSON.stringify({ iss: idp.issuer, aud: 'notes-server', iat: START, token_introspection: GOOD }))
    idp.answer(raw(await new CompactEncrypt(text).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }).encrypt(publicKey), TYPE))
    expect(await outcome()).toBe('unavailable')
  })

  test('encrypted in another way than the key is for is not taken', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
    const { idp, outcome, answer } = await setUp({ decryption: { ...(await exportJWK(privateKey)), alg: 'ECDH-ES' } })
    const clear = new TextEncoder().encode(await answer())
    const encrypted = (alg: string) => new CompactEncrypt(clear).setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT' }).encrypt(publicKey)
    idp.answer(raw(await encrypted('ECDH-ES'), TYPE))
    expect(await outcome()).toBe('yes')
    idp.answer(raw(await encrypted('ECDH-ES+A128KW'), TYPE))
    expect(await outcome()).toBe('unavailable')
  })

  test.each(['dir', 'A256KW', 'PBES2-HS256+A128KW'])('is not decrypted with what both sides know (%s)', async (alg) => {
    const { privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
    const jwk = await exportJWK(privateKey)
    await expect(setUp({ decryption: { ...jwk, alg } })).rejects.toThrow(/must have as its "alg" one of/)
  })

  test('with a shared secret is not taken', async () => {
    const { idp, outcome } = await setUp()
    const secret = await importJWK({ kty: 'oct', k: Buffer.from('secret').toString('base64url') }, 'HS256')
    const payload: JWTPayload = { iss: idp.issuer, aud: 'notes-server', iat: START, token_introspection: GOOD }
    idp.answer(raw(await new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'token-introspection+jwt' }).sign(secret), TYPE))
    expect(await outcome()).toBe('unavailable')
  })
})
