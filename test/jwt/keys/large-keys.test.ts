/** RSA keys that cost too much: each token of such an issuer would hold up everybody else's. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseKeySet } from '../../../src/jwt/keys/key-set.js'

const { e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

// A modulus need not have factors for its size to be looked at.
const jwkOf = (bits: number): object => {
  const modulus = Buffer.alloc(bits / 8, 0xb5)
  return { kty: 'RSA', kid: 'a', alg: 'RS256', use: 'sig', e, n: modulus.toString('base64url') }
}

test.each([
  [2_048, true],
  [8_192, true],
  [8_200, false],
  [16_384, false],
])('a key of %i bits is used: %s', async (bits, isUsed) => {
  expect(await parseKeySet({ keys: [jwkOf(bits)] })?.isUsable()).toBe(isUsed)
})
