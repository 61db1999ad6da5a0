/** What a glance shows to be no token of a provider costs no digest: digests are counted. */
import { expect, test, vi } from 'vitest'
import { gate, JwksProvider } from '../../src/index.js'
import { AUDIENCE, ISSUER, signer } from '../oauth-kit.js'

const digests = vi.hoisted(() => ({ taken: 0 }))
vi.mock('../../src/lib/digest.js', async (original) => {
  const real = await original<{ sha256: (text: string) => string }>()
  return { ...real, sha256: (text: string) => ((digests.taken += 1), real.sha256(text)) }
})

const key = await signer()
const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] } })
const good = await key.sign()

test('a token of ours takes one, each time', async () => {
  digests.taken = 0
  expect(await provider.verifyToken(good)).not.toBeNull()
  expect(await provider.verifyToken(good)).not.toBeNull()
  expect(digests.taken).toBe(2)
})

test.each([
  ['random text', 'x'.repeat(1_100)],
  ['two parts', good.slice(0, good.lastIndexOf('.'))],
  ['four parts', `${good}.AAAA`],
  ['an encrypted JWT', 'a.b.c.d.e'],
  ['a letter of no token', `${good}\u0000.`],
])('%s takes none, through a gate and without', async (_, token) => {
  digests.taken = 0
  const refused = vi.fn()
  expect(await provider.verifyToken(token, { refused })).toBeNull()
  expect(refused).toHaveBeenCalledWith(expect.objectContaining({ reason: 'malformed' }))
  const request = { method: 'GET', path: '/', header: (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []) }
  expect((await gate(provider)(request)).pass).toBe(false)
  expect(digests.taken).toBe(0)
})
