import { describe, expect, test } from 'vitest'
import { accessToken, defineScopes, withAccessToken } from '../../src/index.js'
import { mapScopes } from '../../src/scopes/mappers.js'
import { ScopeHierarchy } from '../../src/scopes/hierarchy.js'

const notes = defineScopes(['notes:read', 'notes:write', 'admin'])
const ada = accessToken({ token: 'any', claims: { sub: 'ada' }, scopes: ['notes:read'] })

describe('defined scopes', () => {
  test('are asked for by name', async () => {
    await withAccessToken(ada, async () => {
      expect(notes.requireAuth('notes:read').subject).toBe('ada')
      expect(() => notes.requireAuth('notes:read', 'notes:write')).toThrow(expect.objectContaining({ status: 403, requiredScopes: ['notes:read', 'notes:write'] }))
      expect((await notes.requireFreshAuth(5, 'notes:read')).subject).toBe('ada')
      await expect(notes.requireFreshAuth(5, 'notes:write')).rejects.toMatchObject({ status: 403 })
    })
  })

  test('are granted by a table, and by a wildcard over them', () => {
    const mapper = notes.fromClaim('roles', { Admin: ['admin', 'notes:*'], viewer: 'notes:read', 'x-*': () => 'notes:write' }, { ignoreCase: true })
    expect(mapScopes([mapper], { roles: ['ADMIN', 'x-1'] })).toEqual(['admin', 'notes:*', 'notes:write'])
  })

  test('imply each other', () => {
    const implies = notes.implies({ admin: 'notes:*', 'notes:write': ['notes:read'] })
    expect(new ScopeHierarchy(implies).expand(['notes:write'])).toEqual(['notes:write', 'notes:read'])
  })

  test('are lists for the gate', () => {
    expect(notes.names).toEqual(['notes:read', 'notes:write', 'admin'])
    expect(Object.isFrozen(notes.names)).toBe(true)
    expect(notes.only('notes:read')).toEqual(['notes:read'])
  })

  test('a name that is not among them is a mistake, and no 403', async () => {
    const mistake = /"notes:raed" is not among the scopes defined: notes:read, notes:write, admin/
    const typo = 'notes:raed' as 'notes:read'
    expect(() => notes.only(typo)).toThrow(mistake)
    expect(() => withAccessToken(ada, () => notes.requireAuth(typo))).toThrow(mistake)
    await expect(withAccessToken(ada, () => notes.requireFreshAuth(5, typo))).rejects.toThrow(mistake)
    expect(() => notes.fromClaim('roles', { admin: [typo] })).toThrow(mistake)
    expect(() => notes.implies({ admin: typo })).toThrow(mistake)
    expect(() => notes.implies({ [typo]: 'notes:read' })).toThrow(mistake)
    // A wildcard is held, not asked for.
    expect(() => notes.requireAuth('notes:*' as 'notes:read')).toThrow(/not among/)
    expect(() => notes.fromClaim('roles', { admin: 'mail:*' as 'notes:*' })).toThrow(/not among/)
  })

  test.each<[string, unknown]>([
    ['none', []],
    ['one text of two', ['a b']],
    ['a text', 'notes:read'],
  ])('%s is refused', (_, names) => {
    expect(() => defineScopes(names as ['a'])).toThrow(TypeError)
  })
})
