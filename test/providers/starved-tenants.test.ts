/** Made-up issuers fill the look-ups: those that were tenants before must not wait for them. */
import { expect, test } from 'vitest'
import { IssuerRouter } from '../../src/index.js'
import { AUDIENCE, clock, signer } from '../oauth-kit.js'
import type { IssuerRoute } from '../../src/index.js'

test('one that was a tenant before is looked up while strangers fill the line', async () => {
  const key = await signer()
  const time = clock()
  const [tenant, other] = ['https://tenant.example', 'https://other.example']
  const route: IssuerRoute = { audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: time.now }
  let hanging = 0
  const resolve = (issuer: string): Promise<IssuerRoute> => {
    if (issuer === tenant || issuer === other) return Promise.resolve(route)
    hanging += 1
    return new Promise(() => undefined)
  }
  const router = new IssuerRouter({ resolve, maxTenants: 1, timeout: 30, now: time.now })
  expect(await router.verifyToken(await key.sign({ iss: tenant }))).not.toBeNull()
  expect(await router.verifyToken(await key.sign({ iss: other }))).not.toBeNull() // which takes the only room
  for (let n = 0; n < 40; n += 1) void router.verifyToken(await key.sign({ iss: `https://made-up-${n}.example` })).catch(() => undefined)
  await new Promise((next) => setImmediate(next))
  expect(hanging).toBe(16)
  expect(await router.verifyToken(await key.sign({ iss: tenant }))).not.toBeNull()
  await router.close()
})
