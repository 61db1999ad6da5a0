import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accept, always, explainScopes, firstOf, fromClaim, standardScopes, StandardProvider, when } from '../../src/index.js'
import { mapScopes } from '../../src/scopes/mappers.js'
import type { Claims, ScopeMapper, Verdict } from '../../src/index.js'

const claims: Claims = {
  scope: 'openid notes:list',
  realm_access: { roles: ['editor', 'offline_access'] },
  groups: ['staff'],
}
const roles = fromClaim('realm_access.roles', { admin: ['notes:admin'], editor: ['notes:write', 'notes:list'], 'team-*': 'notes:list' })
const implies = { 'notes:admin': ['notes:write'], 'notes:write': 'notes:read' }

describe('explainScopes', () => {
  test('says for each scope which claim, which value, and which other scope', () => {
    const { granted } = explainScopes(claims, [standardScopes, roles, always('mcp')], { implies })
    expect(granted).toEqual([
      { scope: 'openid', by: [{ source: 'scope', value: 'openid' }], impliedBy: [] },
      { scope: 'notes:list', by: [{ source: 'scope', value: 'notes:list' }, { source: 'realm_access.roles', value: 'editor' }], impliedBy: [] },
      { scope: 'notes:write', by: [{ source: 'realm_access.roles', value: 'editor' }], impliedBy: [] },
      { scope: 'mcp', by: [{ source: 'always' }], impliedBy: [] },
      { scope: 'notes:read', by: [], impliedBy: ['notes:write'] },
    ])
  })

  test('says for a missing one what would have granted it, by way of another scope too', () => {
    const { missing } = explainScopes({}, [standardScopes, roles], { implies, wanted: ['notes:write', 'notes:delete'] })
    expect(missing).toEqual([
      { scope: 'notes:write', waysTo: ['"notes:write" in scope or scp', '"admin" in realm_access.roles', '"editor" in realm_access.roles'] },
      { scope: 'notes:delete', waysTo: ['"notes:delete" in scope or scp'] },
    ])
  })

  test.each<[string, ScopeMapper, readonly string[]]>([
    ['a pattern', fromClaim('groups', { 'team-*': 'notes:write' }), ['a value that begins with "team-" in groups']],
    ['any value', fromClaim('groups', { '*': 'notes:write' }), ['any value in groups']],
    ['a wildcard', fromClaim('groups', { admin: 'notes:*' }), ['"admin" in groups']],
    ['a function', fromClaim('groups', { 'x-*': (rest) => rest }), ['a value that begins with "x-" in groups, if your function makes it of that']],
    ['values as they are', fromClaim('permissions'), ['"notes:write" in permissions']],
    ['keys', fromClaim({ keysOf: 'roles' }, { admin: 'notes:write' }), ['"admin" in the keys of roles']],
    ['a condition', when({ email_verified: true, tid: 'acme' }, fromClaim('groups', { admin: 'notes:write' })), ['"admin" in groups, when email_verified is true and tid is "acme"']],
    ['a constant on a condition', when(() => false, always('notes:write')), ['always, when your condition holds']],
    ['an order', firstOf(fromClaim('a', { x: 'notes:write' }), fromClaim('b', { y: 'notes:write' })), ['"x" in a', '"y" in b, when no rule before it grants anything']],
    ['a mapper of your own', () => [], []],
    ['a table without it', fromClaim('groups', { admin: 'notes:read' }), []],
  ])('what would have, by %s', (_, mapper, waysTo) => {
    expect(explainScopes({}, mapper, { wanted: ['notes:write'] }).missing).toEqual([{ scope: 'notes:write', waysTo }])
  })

  test('a wanted scope below a wildcard is held, and nobody lists it', () => {
    const { granted, missing } = explainScopes({ scope: 'notes:*' }, standardScopes, { wanted: ['notes:read'] })
    expect(missing).toEqual([])
    expect(granted).toContainEqual({ scope: 'notes:read', by: [], impliedBy: ['notes:*'] })
  })

  test('names the mapper of your own where it has a name', () => {
    const ofTheMoon = (): string[] => ['notes:howl']
    expect(explainScopes({}, ofTheMoon).granted).toEqual([{ scope: 'notes:howl', by: [{ source: 'your ofTheMoon' }], impliedBy: [] }])
  })

  test('tells of values that stand for nothing, unless another table knows them', () => {
    expect(explainScopes(claims, [roles, fromClaim('groups', { crew: 'notes:read' })]).unknown).toEqual([
      { source: 'realm_access.roles', value: 'offline_access' },
      { source: 'groups', value: 'staff' },
    ])
    expect(explainScopes(claims, [fromClaim('groups', { crew: 'a' }), fromClaim('groups', { staff: 'b' })]).unknown).toEqual([])
  })

  test('reads as text, a line for each finding, whatever the values hold', () => {
    const odd: Claims = { ...claims, realm_access: { roles: ['editor', 'x\nnotes:admin: granted'] } }
    expect(`${explainScopes(odd, [roles], { implies, wanted: ['notes:admin', 'notes:howl'] })}`).toBe(
      [
        'notes:write: "editor" in realm_access.roles',
        'notes:list: "editor" in realm_access.roles',
        'notes:read: implied by notes:write',
        'notes:admin is missing; it takes "admin" in realm_access.roles',
        'notes:howl is missing; no rule would grant it',
        '"x\\nnotes:admin: granted" in realm_access.roles stands for no scope',
      ].join('\n'),
    )
    expect(`${explainScopes({}, [])}`).toBe('no scopes')
  })

  test('gives the scopes that the mapping gives, for any claims', () => {
    const value = fc.oneof(fc.constantFrom('admin', 'team-a', 'x-notes', 'x-*', 'notes:*', 'a b', '"', '__proto__', 'constructor'), fc.string({ maxLength: 5 }))
    const claim = fc.oneof(value, fc.array(value), fc.dictionary(value, value), fc.constant(null), fc.integer())
    const mappers = [
      standardScopes,
      fromClaim('roles', { admin: ['a', 'b'], 'team-*': 'c', 'x-*': (rest) => rest, '*': 'any' }),
      fromClaim({ keysOf: 'roles' }),
      when({ tid: 'admin' }, firstOf(fromClaim('groups', { admin: 'd' }, { ignoreCase: true }), fromClaim('groups'), always('e'))),
    ]
    fc.assert(
      fc.property(fc.record({ scope: claim, scp: claim, roles: claim, groups: claim, tid: value }, { requiredKeys: [] }), (claims) => {
        expect(explainScopes(claims, mappers).granted.map(({ scope }) => scope)).toEqual(mapScopes(mappers, claims))
      }),
      { numRuns: 500 },
    )
  })

  test('agrees with the provider, which explains by its own rules', async () => {
    class Sessions extends StandardProvider {
      protected check(): Verdict {
        return accept(claims)
      }
    }
    const provider = new Sessions({ scopes: [standardScopes, roles], implies })
    const token = await provider.verifyToken('session-1')
    const { granted, missing } = provider.explainScopes(token?.claims ?? {}, ['notes:admin'])
    expect(granted.map(({ scope }) => scope)).toEqual(token?.scopes)
    expect(missing.map(({ scope }) => scope)).toEqual(['notes:admin'])
  })

  test.each<[string, unknown, unknown]>([
    ['a wanted list in one text', standardScopes, { wanted: 'notes:read' }],
    ['a table in place of a mapper', { admin: 'notes:write' }, {}],
  ])('%s is refused', (_, mappers, options) => {
    expect(() => explainScopes({}, mappers as ScopeMapper, options as object)).toThrow(TypeError)
  })
})
