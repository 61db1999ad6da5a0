/** Claims that are there and say nothing, or say what cannot be. */
import { describe, expect, test } from 'vitest'
import { JwksProvider } from '../../src/index.js'
import { decodeJwt } from '../../src/jwt/token/decode.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'

const { now } = clock()
const keys = signer()
async function verify(claims: object, options: object = {}) {
  const key = await keys
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now, ...options })
  return provider.verifyToken(await key.sign({ iss: ISSUER, aud: AUDIENCE, exp: START + 600, ...claims }))
}

describe('a JWT', () => {
  test('with an empty sub, client_id and jti has none of them', async () => {
    const token = await verify({ sub: '', client_id: '', azp: 'app', jti: '' })
    expect([token?.subject, token?.clientId, Object.keys(token?.claims ?? {}).toSorted()]).toEqual([undefined, 'app', ['aud', 'azp', 'exp', 'iat', 'iss', 'scope']])
  })

  test.each(['sub', 'client_id', 'jti'])('is refused where %s is required and empty', async (claim) => {
    expect(await verify({ [claim]: '' }, { requiredClaims: [claim] })).toBeNull()
    expect(await verify({ [claim]: 'a' }, { requiredClaims: [claim] })).not.toBeNull()
  })

  test('of more than a minute ahead is refused, or it would outlive the revocation of its subject', async () => {
    expect(await verify({ sub: 'ada', iat: START + 60 })).not.toBeNull()
    expect(await verify({ sub: 'ada', iat: START + 61 })).toBeNull()
  })
})

describe('half of a character', () => {
  const part = (json: string): string => Buffer.from(json).toString('base64url')
  const read = (header: string, claims: string) => decodeJwt(`${part(header)}.${part(claims)}.AAAA`)
  const H = '{"alg":"RS256"}'

  test.each([
    ['a value of the claims', H, '{"sub":"a\\ud800"}'],
    ['a name', H, '{"a\\udfff":1}'],
    ['a value deep inside', H, '{"a":[{"b":["\\uDC00\\uD800"]}]}'],
    ['the header', '{"alg":"RS256","kid":"\\ud800"}', '{}'],
  ])('is no text: in %s', (_, header, claims) => {
    expect(read(header, claims)).toBeNull()
  })

  test('and a whole one is, escaped or not', () => {
    expect(read(H, '{"sub":"\\ud83d\\ude00 \\\\ud800"}')?.claims).toEqual({ sub: '\u{1f600} \\ud800' })
    expect(read(H, '{"sub":"\u{1f600}"}')).not.toBeNull()
  })
})
