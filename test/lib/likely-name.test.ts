/** Which name was meant by one that there is not. */
import { expect, test } from 'vitest'
import { likelyName } from '../../src/lib/likely-name.js'

const NAMES = ['issuer', 'audience', 'jwksUri', 'jwks', 'requiredClaims', 'fetch']

test.each([
  ['jwks_uri', 'jwksUri'],
  ['jwksUrl', 'jwksUri'],
  ['jwk', 'jwks'],
  ['audiance', 'audience'],
  ['Issuer', 'issuer'],
  ['requireClaim', 'requiredClaims'],
])('%s is likely to mean %s', (written, meant) => {
  expect(likelyName(written, NAMES)).toBe(meant)
})

test.each(['secret', 'discoveryDocument', '', 'a'.repeat(100_000)])('%.20s means none of them', (written) => {
  expect(likelyName(written, NAMES)).toBeUndefined()
})
