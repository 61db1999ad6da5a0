import { describe, expect, test } from 'vitest'
import { fromClaim, mapScopes, standardScopes } from '../../src/scopes/mappers.js'
import { checkedScopes, missingScopes } from '../../src/lib/scope-match.js'
import type { Claims, ScopeTable, TableOptions } from '../../src/index.js'

const scopesOf = (claims: Claims, ...mappers: Parameters<typeof mapScopes>[0]): readonly string[] => mapScopes(mappers, claims)

describe('standardScopes', () => {
  test.each<[string, Claims, readonly string[]]>([
    ['scope as text', { scope: 'a b' }, ['a', 'b']],
    ['scope as an array', { scope: ['a', 'b'] }, ['a', 'b']],
    ['scp as an array (Okta)', { scp: ['a', 'b'] }, ['a', 'b']],
    ['scp as text (Entra)', { scp: 'a b' }, ['a', 'b']],
    ['both add up, each once', { scope: 'a b', scp: ['b', 'c'] }, ['a', 'b', 'c']],
    ['several blanks', { scope: ' a  b ' }, ['a', 'b']],
    ['neither', {}, []],
    ['null', { scope: null }, []],
    ['a number', { scope: 7 }, []],
    ['an array with odd members', { scope: ['a', 7, null, ['b']] }, ['a']],
    ['a tab never splits a scope in two', { scope: 'a\tb' }, []],
    ['nor does a line break', { scope: 'a\nadmin' }, []],
    ['nor a no-break space', { scope: 'a\u00a0admin' }, []],
    ['an entry of two scopes is none', { scope: ['a b'] }, []],
    ['a quote is outside of the alphabet', { scope: 'a"b c' }, ['c']],
  ])('%s', (_, claims, expected) => {
    expect(scopesOf(claims, standardScopes)).toEqual(expected)
  })
})

describe('fromClaim', () => {
  const roles = { realm_access: { roles: ['admin', 'viewer'] } }

  test('reads a claim as scopes', () => {
    expect(scopesOf({ permissions: ['notes:read'] }, fromClaim('permissions'))).toEqual(['notes:read'])
  })

  test('walks into objects and maps by a table', () => {
    const mapper = fromClaim('realm_access.roles', { admin: ['notes:read', 'notes:write'], viewer: 'notes:read' })
    expect(scopesOf(roles, mapper)).toEqual(['notes:read', 'notes:write'])
  })

  test.each<[string, unknown, TableOptions | undefined, readonly string[]]>([
    ['one role with a blank, as a text', 'Notes Admin', undefined, ['notes:write']],
    ['the same in an array', ['Notes Admin', 'User'], undefined, ['notes:write']],
    ['another role that has one in its name', 'Guest Admin', undefined, []],
    ['a list with commas', 'admin,Notes Admin', undefined, []],
    ['the same, split where that is asked for', 'Guest, Notes Admin', { separator: ',' }, ['notes:write']],
  ])('a table compares whole values: %s', (_, role, options, expected) => {
    expect(scopesOf({ role }, fromClaim('role', { 'Notes Admin': 'notes:write', Admin: 'notes:*' }, options))).toEqual(expected)
  })

  test('a text of several scopes is one value, and none; with a separator it is several', () => {
    expect(scopesOf({ permissions: 'a b' }, fromClaim('permissions'))).toEqual([])
    expect(scopesOf({ permissions: 'a b' }, fromClaim('permissions', undefined, { separator: ' ' }))).toEqual(['a', 'b'])
  })

  test('a separator of another kind is refused', () => {
    expect(() => fromClaim('roles', { a: 'b' }, { separator: ';' as never })).toThrow('"separator"')
  })

  test('unknown roles grant nothing', () => {
    expect(scopesOf({ roles: ['stranger'] }, fromClaim('roles', { admin: 'notes:*' }))).toEqual([])
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a role called %s grants nothing', (role) => {
    expect(scopesOf({ roles: [role] }, fromClaim('roles', { admin: 'notes:*' }))).toEqual([])
  })

  test.each(['constructor', '__proto__', 'constructor.name', 'realm_access.constructor.name', 'realm_access.roles.length'])(
    'the path %s finds nothing that is not a claim',
    (path) => {
      expect(scopesOf({ realm_access: { roles: ['a'] } }, fromClaim(path))).toEqual([])
    },
  )

  test('the literal name wins over the path', () => {
    expect(scopesOf({ 'a.b': 'literal', a: { b: 'path' } }, fromClaim('a.b'))).toEqual(['literal'])
  })

  test('the array form has no dots', () => {
    expect(scopesOf({ 'https://example.com/roles': ['admin'] }, fromClaim(['https://example.com/roles']))).toEqual(['admin'])
    expect(scopesOf({ 'a.b': { 'c.d': 'deep' } }, fromClaim(['a.b', 'c.d']))).toEqual(['deep'])
  })

  test('mappers add up', () => {
    expect(scopesOf({ scope: 'openid', ...roles }, standardScopes, fromClaim('realm_access.roles'))).toEqual(['openid', 'admin', 'viewer'])
  })

  test('a table that is changed afterwards changes nothing', () => {
    const table: Record<string, string[]> = { viewer: ['notes:read'] }
    const mapper = fromClaim('roles', table)
    table.viewer?.push('admin')
    table.stranger = ['admin']
    expect(scopesOf({ roles: ['viewer', 'stranger'] }, mapper)).toEqual(['notes:read'])
  })

  test.each<[string, unknown, unknown]>([
    ['an empty path', '', undefined],
    ['an empty array path', [], undefined],
    ['a path with an empty name', ['a', ''], undefined],
    ['no path', undefined, undefined],
    ['a table that is a list', 'roles', ['admin']],
    ['a table of null', 'roles', null],
    ['two scopes in one entry', 'roles', { admin: 'a b' }],
    ['a grant that is a number', 'roles', { admin: 7 }],
    ['an empty scope', 'roles', { admin: [''] }],
  ])('%s is refused', (_, path, table) => {
    expect(() => fromClaim(path as never, table as never)).toThrow(TypeError)
  })
})

describe('a table', () => {
  const scopes = (values: unknown, table: ScopeTable, options?: TableOptions) => scopesOf({ roles: values }, fromClaim('roles', table, options))

  test.each<[string, unknown, ScopeTable, readonly string[]]>([
    ['a prefix', ['team-a', 'staff'], { 'team-*': 'notes:read' }, ['notes:read']],
    ['a prefix and the exact value add up', ['team-admin'], { 'team-*': 'notes:read', 'team-admin': 'notes:write' }, ['notes:write', 'notes:read']],
    ['the prefix alone is not enough', ['team-'], { 'team-*': 'notes:read' }, []],
    ['any value at all', ['whoever'], { '*': 'notes:list' }, ['notes:list']],
    ['no value is not any value', [''], { '*': 'notes:list' }, []],
    ['what stands in place of the asterisk', ['api://notes/read', 'read', 'api://mail/read'], { 'api://notes/*': (rest) => rest }, ['read']],
    ['made into another scope', ['notes-editor'], { 'notes-*': (rest) => `notes:${rest}` }, ['notes:editor']],
    ['made into several, or into none', ['x-a', 'x-b'], { 'x-*': (rest) => (rest === 'a' ? ['a:1', 'a:2'] : undefined) }, ['a:1', 'a:2']],
    ['what is no scope stays none', ['x-a b', 'x-a"b', 'x-\u00e4'], { 'x-*': (rest) => rest }, []],
    ['a value with an asterisk fills no gap: it would become a wildcard', ['notes-*', 'notes-a:*'], { 'notes-*': (rest) => `notes:${rest}` }, []],
    ['case counts', ['Admin'], { admin: 'notes:write' }, []],
  ])('%s', (_, values, table, expected) => {
    expect(scopes(values, table)).toEqual(expected)
  })

  test('without regard to case, of A to Z alone', () => {
    const table: ScopeTable = { Keeper: 'notes:write', 'Team-*': (rest) => `team:${rest}` }
    expect(scopes(['KEEPER', 'TEAM-Red'], table, { ignoreCase: true })).toEqual(['notes:write', 'team:Red'])
    // The sign for kelvin, which toLowerCase() makes a "k".
    expect(scopes(['\u212Aeeper'], table, { ignoreCase: true })).toEqual([])
  })

  test.each<[string, unknown, unknown]>([
    ['an asterisk in the middle', { 'a*b': 'notes:read' }, undefined],
    ['two asterisks', { 'a*b*': 'notes:read' }, undefined],
    ['two asterisks and a function', { 'a*b*': () => 'notes:read' }, undefined],
    ['a function without an asterisk', { admin: () => 'notes:read' }, undefined],
    ['two rows that differ by case alone', { Admin: 'a', admin: 'b' }, { ignoreCase: true }],
    ['an option that has no table to be about', undefined, { ignoreCase: true }],
    ['an option that does not exist', { admin: 'a' }, { caseInsensitive: true }],
    ['an option that is neither true nor false', { admin: 'a' }, { ignoreCase: 'yes' }],
  ])('with %s is refused', (_, table, options) => {
    expect(() => fromClaim('roles', table as ScopeTable, options as TableOptions)).toThrow(TypeError)
  })
})

test('a mapper that gives text is a bug, not a list of letters', () => {
  expect(() => scopesOf({ scope: 'admin' }, (claims) => claims.scope as never)).toThrow(/must give an array/)
})

describe('matching', () => {
  test('scopes are compared whole and in their own case', () => {
    expect(missingScopes(['notes:read', 'Admin'], ['notes', 'admin', 'notes:read'])).toEqual(['notes', 'admin'])
  })

  test.each<[string, string, boolean]>([
    ['notes:*', 'notes:read', true],
    ['notes:*', 'notes:drafts:read', true],
    ['notes:drafts:*', 'notes:drafts:read', true],
    ['notes.*', 'notes.read', true],
    ['https://api.example.com/*', 'https://api.example.com/read', true],
    ['notes:*', 'notes:*', true],
    ['notes:*', 'notes:drafts:*', true],
    ['notes:drafts:*', 'notes:*', false],
    ['notes:*', 'notes:', false],
    ['notes:*', 'notes', false],
    ['notes:*', 'notesx:read', false],
    ['notes:*', 'mail:notes:read', false],
    ['notes:*', 'Notes:read', false],
    ['note*', 'notes:read', false],
    ['*', 'notes:read', false],
    [':*', ':read', false],
    ['*:*', '*:read', false],
    ['*:read', 'notes:read', false],
    ['notes:r*', 'notes:read', false],
    ['https://*', 'https://api.example.com/read', false],
    ['notes:read', 'notes:*', false],
  ])('%s covers %s: %s', (held, needed, expected) => {
    expect(missingScopes([held], [needed]).length === 0).toBe(expected)
  })

  test('a list of scopes is one scope per entry', () => {
    expect(() => checkedScopes('requiredScopes', ['a b'])).toThrow(/one scope per entry/)
    expect(() => checkedScopes('requiredScopes', 'a')).toThrow(/one scope per entry/)
  })
})
