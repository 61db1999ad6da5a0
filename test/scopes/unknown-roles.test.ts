/** Roles that stand for no scope are told of, and nobody is named. */
import { describe, expect, test } from 'vitest'
import { accept, firstOf, fromClaim, standardScopes, StandardProvider, when } from '../../src/index.js'
import { recorder } from '../recorder.js'
import type { Claims, ScopeMapper, Verdict } from '../../src/index.js'

class Sessions extends StandardProvider {
  protected check(token: string): Verdict {
    return accept(JSON.parse(Buffer.from(token, 'base64url').toString()) as Claims)
  }
}

function setUp(...scopes: ScopeMapper[]) {
  const { events, observe } = recorder()
  const provider = new Sessions({ scopes, observe, name: 'sessions' })
  const seen = async (claims: Claims) => {
    await provider.verifyToken(Buffer.from(JSON.stringify(claims)).toString('base64url'))
    return events.splice(0).flatMap((event) => (event.type === 'roles_unknown' ? [event] : []))
  }
  return { seen }
}

const table = { admin: 'notes:write' }

describe('a role that no table knows', () => {
  test('is told of once', async () => {
    const { seen } = setUp(standardScopes, fromClaim('roles', table))
    expect(await seen({ sub: 'ada', roles: ['admin', 'adnim', 'offline_access'] })).toEqual([
      { type: 'roles_unknown', provider: 'sessions', claim: 'roles', names: ['adnim', 'offline_access'], unnamed: 0 },
    ])
    expect(await seen({ sub: 'bob', roles: ['adnim', 'new'] })).toMatchObject([{ names: ['new'] }])
    expect(await seen({ sub: 'eve', roles: ['adnim', 'new'] })).toEqual([])
  })

  test('is told of by claim', async () => {
    const { seen } = setUp(fromClaim('roles', table), fromClaim({ keysOf: 'projects' }, table))
    expect(await seen({ roles: ['x'], projects: { x: {}, y: {} } })).toMatchObject([
      { claim: 'roles', names: ['x'] },
      { claim: 'the keys of projects', names: ['x', 'y'] },
    ])
  })

  test('is not told of where another table, or the values themselves, know it', async () => {
    const { seen } = setUp(fromClaim('roles', table), fromClaim('roles', { viewer: 'notes:read' }), fromClaim('groups', table), fromClaim('groups'))
    expect(await seen({ roles: ['viewer'], groups: ['staff'] })).toEqual([])
  })

  test('is told of through a condition and an order', async () => {
    const { seen } = setUp(when({ tid: 'acme' }, firstOf(fromClaim('roles', table), fromClaim('roles', { viewer: 'notes:read' }))))
    expect(await seen({ tid: 'other', roles: ['x'] })).toEqual([])
    expect(await seen({ tid: 'acme', roles: ['viewer', 'x'] })).toEqual([])
    expect(await seen({ tid: 'acme', roles: ['x'] })).toMatchObject([{ names: ['x'] }])
  })

  test.each(['admin,user', 'CN=Notes Admins,OU=Eng,DC=example', 'R&D (notes)'])('is named: %s', async (role) => {
    const { seen } = setUp(fromClaim('roles', table))
    expect(await seen({ roles: role })).toMatchObject([{ names: [role], unnamed: 0 }])
  })

  test.each<[string, ScopeMapper, Claims]>([
    ['scope', standardScopes, { scope: ['a b', 'c'] }],
    ['scp', standardScopes, { scope: 'c', scp: ['a b'] }],
    ['permissions', fromClaim('permissions'), { permissions: 'a b' }],
  ])('is told of where values are scopes, and one has a blank: %s', async (claim, mapper, claims) => {
    const { seen } = setUp(mapper)
    expect(await seen(claims)).toEqual([{ type: 'roles_unknown', provider: 'sessions', claim, names: ['a b'], unnamed: 0 }])
  })

  test.each<[string, unknown]>([
    ['an address', 'ada@example.com'],
    ['a line break', 'admin\nforged line'],
    ['a control character', 'admin\u001b[2J'],
    ['letters beyond ASCII', 'administr\u00e4tor'],
    ['more than 128 letters', 'x'.repeat(129)],
  ])('is counted and not named when it has %s', async (_, role) => {
    const { seen } = setUp(fromClaim('roles', table))
    expect(await seen({ roles: [role] })).toMatchObject([{ names: [], unnamed: 1 }])
    expect(await seen({ roles: [role, 'b@c'] })).toEqual([])
  })

  test.each(['sub', 'email', 'preferred_username', 'oid', 'name'])('is not named in the claim %s, which says who somebody is', async (claim) => {
    const { seen } = setUp(fromClaim(claim, { ada: 'notes:write' }))
    expect(await seen({ [claim]: 'bob' })).toEqual([{ type: 'roles_unknown', provider: 'sessions', claim, names: [], unnamed: 1 }])
  })

  test('is told of a hundred times in all, whoever invents them', async () => {
    const { seen } = setUp(fromClaim('roles', table))
    const told: string[] = []
    for (let token = 0; token < 30; token += 1) {
      for (const { names } of await seen({ roles: Array.from({ length: 10 }, (_, index) => `role-${token}-${index}`) })) told.push(...names)
    }
    expect(told).toHaveLength(100)
  })
})

test('a provider without a table has nothing to tell, and reads claims once', async () => {
  let reads = 0
  const { seen } = setUp(standardScopes, fromClaim('roles'), () => {
    reads += 1
    return []
  })
  expect(await seen({ roles: ['anything'], scope: 'a' })).toEqual([])
  expect(reads).toBe(1)
})
