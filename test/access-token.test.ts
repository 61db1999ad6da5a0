import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { accessToken } from '../src/index.js'
import { toAccessToken } from '../src/access-token.js'

const SECRET = 'the-secret-token'
const make = (more: object = {}) => accessToken({ token: SECRET, claims: { sub: 'ada', roles: ['a'] }, scopes: ['notes:read'], ...more })

describe('accessToken', () => {
  test('has what was given, and reads the rest from the claims', () => {
    const token = make({ claims: { iss: 'https://id.example.com', sub: 'ada', azp: 'web', exp: 2_000_000_000 }, provider: 'own' })
    expect(token).toMatchObject({ token: SECRET, issuer: 'https://id.example.com', subject: 'ada', clientId: 'web', expiresAt: 2_000_000_000, provider: 'own' })
    expect(make().provider).toBe('custom')
    expect('expiresAt' in make()).toBe(false)
  })

  test.each([
    ['JSON.stringify', (token: object) => JSON.stringify({ token })],
    ['util.inspect', (token: object) => inspect(token)],
    ['util.inspect with everything on', (token: object) => inspect({ token }, { showHidden: true, getters: true, depth: 9, showProxy: true })],
    ['a string template', (token: object) => `${token}`],
    ['concatenation', (token: object) => String(token)],
    ['a spread', (token: object) => JSON.stringify({ ...token })],
    ['Object.entries', (token: object) => JSON.stringify(Object.entries(token))],
    ['structuredClone', (token: object) => JSON.stringify(structuredClone({ ...token }))],
  ])('%s does not show the token', (_, print) => {
    expect(print(make())).not.toContain(SECRET)
    expect(make().token).toBe(SECRET)
  })

  test('nothing of it can be changed', () => {
    const claims = { sub: 'ada', roles: ['a'], address: { city: 'London' } }
    const token = make({ claims })
    claims.roles.push('admin')
    claims.address.city = 'Paris'
    expect(token.claims).toEqual({ sub: 'ada', roles: ['a'], address: { city: 'London' } })
    expect(() => (token.claims.roles as string[]).push('admin')).toThrow(TypeError)
    expect(() => (token.scopes as string[]).push('admin')).toThrow(TypeError)
    expect(() => Object.assign(token, { provider: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(token.claims, { sub: 'eve' })).toThrow(TypeError)
  })

  test('a claim called __proto__ stays a claim', () => {
    const token = make({ claims: JSON.parse('{"__proto__":{"sub":"eve"}}') })
    expect(token.subject).toBeUndefined()
    expect(Object.keys(token.claims)).toEqual(['__proto__'])
  })

  test.each([
    ['no token', { token: '' }, /"token"/],
    ['scopes as text', { scopes: 'a b' }, /"scopes"/],
    ['two scopes in one entry', { scopes: ['a b'] }, /"scopes"/],
    ['claims that are no object', { claims: 'ada' }, /"claims"/],
    ['claims with a function', { claims: { f: () => 1 } }, /plain data/],
    ['claims with a Map', { claims: { m: new Map() } }, /plain data/],
    ['claims without end', { claims: endless() }, /nested deeper/],
    ['an end in milliseconds', { expiresAt: Date.now() }, /milliseconds/],
    ['an end that is NaN', { expiresAt: Number.NaN }, /"expiresAt"/],
    ['an unknown member', { scope: 'a' }, /"scope" is not an option of accessToken/],
  ])('%s is refused', (_, input, message) => {
    expect(() => make(input)).toThrow(message)
  })
})

describe('a provider\'s answer', () => {
  test('null stays null, and a token of ours passes as it is', () => {
    const token = make()
    expect(toAccessToken(null)).toBeNull()
    expect(toAccessToken(token)).toBe(token)
  })

  test('a plain object is checked and copied', () => {
    const plain = { token: SECRET, claims: { sub: 'ada' }, scopes: ['a'], provider: 'own', subject: 'ada', somethingElse: 1 }
    const token = toAccessToken(plain)
    expect(token).toMatchObject({ token: SECRET, subject: 'ada', provider: 'own' })
    expect(JSON.stringify(token)).not.toContain(SECRET)
  })

  test.each([undefined, true, 'yes', 7, {}, { token: SECRET }, { token: SECRET, claims: {} }, { token: SECRET, claims: {}, scopes: 'a' }, []])(
    '%j is a bug, never a yes',
    (answer) => {
      expect(() => toAccessToken(answer)).toThrow(TypeError)
    },
  )
})

function endless(): object {
  const claims: Record<string, unknown> = {}
  claims.self = claims
  return claims
}
