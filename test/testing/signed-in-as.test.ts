/** `signedInAs` runs a handler as somebody, as a gate would. */
import { expect, test } from 'vitest'
import { getAccessToken, requireAuth, requireFreshAuth } from '../../src/index.js'
import { signedInAs } from '../../src/testing/index.js'

test('a handler finds its caller, with scopes and claims, and its answer comes back', () => {
  const said = signedInAs({ sub: 'ada', scopes: ['notes:read'], clientId: 'inspector', issuer: 'https://id.example.com', claims: { tenant: 'acme' } }, () => {
    const { subject, scopes, clientId, issuer, claims } = requireAuth('notes:read')
    return { subject, scopes, clientId, issuer, tenant: claims.tenant }
  })
  expect(said).toEqual({ subject: 'ada', scopes: ['notes:read'], clientId: 'inspector', issuer: 'https://id.example.com', tenant: 'acme' })
})

test('it is there after an await, and nowhere else', async () => {
  const said = signedInAs({ sub: 'ada' }, async () => {
    await Promise.resolve()
    return getAccessToken()?.subject
  })
  expect(getAccessToken()).toBeNull()
  expect(await said).toBe('ada')
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((sub) => signedInAs({ sub }, async () => (await Promise.resolve(), getAccessToken()?.subject))))
  expect([ada, bob]).toEqual(['ada', 'bob'])
})

test('who lacks a scope is refused as by a gate, and nobody is nobody', async () => {
  expect(() => signedInAs({ sub: 'ada', scopes: ['notes:read'] }, () => requireAuth('notes:write'))).toThrow(expect.objectContaining({ status: 403 }))
  expect(() => signedInAs(null, () => requireAuth())).toThrow(expect.objectContaining({ status: 401 }))
  await expect(signedInAs(null, () => requireFreshAuth(0))).rejects.toMatchObject({ status: 401 })
})

test('the handler may take the token, which does not print itself', () => {
  const printed = signedInAs({ sub: 'ada' }, (token) => `${JSON.stringify(token)} ${token}`)
  expect(printed).toContain('ada')
  expect(printed).not.toContain('the-token-of-a-test')
})

test('a caller that cannot be is a mistake of the test', () => {
  expect(() => signedInAs({ sub: '' }, () => 1)).toThrow('"sub" must be the subject')
  expect(() => signedInAs({ subject: 'ada' } as never, () => 1)).toThrow('"subject" is not an option of signedInAs')
  expect(() => signedInAs({ sub: 'ada', scopes: ['two words'] }, () => 1)).toThrow('"scopes"')
})
