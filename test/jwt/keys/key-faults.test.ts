/** Tests that a key which is there and cannot be used is told apart from one that is not there. */
import { describe, expect, test } from 'vitest'
import { exportJWK, generateKeyPair } from 'jose'
import { JwksProvider } from '../../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import type { JWK } from 'jose'

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
const rsa = { ...(await exportJWK(publicKey)), kid: 'key-1' }
const other = await signer('ES256', 'key-2')
const key = await signer('ES256', 'key-1')

/** A set of these keys, which stays as it is, and what is said of a token that names `kid`. */
function withKeys(...keys: object[]) {
  const { events, observe } = recorder()
  const made = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch: async () => Response.json({ keys }), now: clock().now, observe })
  return { events, made }
}

describe('an unknown key', () => {
  test.each<[string, object, RegExp]>([
    ['for encryption', { use: 'enc' }, /encryption/],
    ['for another algorithm', { alg: 'ES384' }, /another algorithm/],
    ['not for checking', { key_ops: ['sign'] }, /key_ops/],
    ['with its private half', { d: 'AAAA' }, /private half/],
    ['as a certificate only', { x: undefined, y: undefined, x5c: ['MIIC'] }, /x5c/],
    ['of another kind', rsa, /kty/],
  ])('that is there %s is told so, in the event and in explain', async (_, odd, hint) => {
    const { events, made } = withKeys({ ...key.publicJwk, ...odd }, other.publicJwk)
    const token = await key.sign()
    expect(await made.verifyToken(token)).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'unknown_key', hint: expect.stringMatching(hint) })
    expect((await made.explain(token)).find(({ passed }) => !passed)).toMatchObject({ rule: 'signature', reason: 'unknown_key', hint: expect.stringMatching(hint) })
  })

  test('that is not there has no such hint', async () => {
    const { events, made } = withKeys(other.publicJwk)
    await made.verifyToken(await key.sign())
    expect(events.at(-1)).not.toHaveProperty('hint')
  })

  test('is found as the thousandth, and beyond that it is told that keys were left out', async () => {
    const many = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ ...other.publicJwk, kid: `tenant-${index}` }))
    expect(await withKeys(...many(999), key.publicJwk).made.verifyToken(await key.sign())).not.toBeNull()
    const { events, made } = withKeys(...many(1000), key.publicJwk)
    expect(await made.verifyToken(await key.sign())).toBeNull()
    expect(events.find(({ type }) => type === 'keys_fetched')).toMatchObject({ keys: 1000, leftOut: 1 })
    expect(events.at(-1)).toMatchObject({ reason: 'unknown_key', hint: expect.stringMatching(/more than 1000 keys/) })
  })
})

test('where more than four keys fit, a bad signature says so', async () => {
  const strangers = await Promise.all(Array.from({ length: 5 }, () => signer('ES256', 'key-1')))
  const { events, made } = withKeys(...strangers.map(({ publicJwk }) => publicJwk))
  await made.verifyToken(await key.sign())
  expect(events.at(-1)).toMatchObject({ reason: 'bad_signature', hint: expect.stringMatching(/more than four keys/) })
})

test('keys in hand of which none can be used are refused at construction, with the cause', async () => {
  const made = (jwk: object) => () => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk as JWK] } })
  expect(made({ ...key.publicJwk, use: 'enc' })).toThrow(/no key that can check signatures.*encryption/)
  expect(made({ ...(await exportJWK(privateKey)), kid: 'a' })).toThrow(/private half/)
  expect(made({ kty: 'oct', k: 'AAAA' })).toThrow(TypeError)
  expect(made(key.publicJwk)).not.toThrow()
})
