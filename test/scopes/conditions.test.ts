import { describe, expect, test } from 'vitest'
import { always, firstOf, fromClaim, standardScopes, when } from '../../src/index.js'
import { mapScopes } from '../../src/scopes/mappers.js'
import type { Claims, ScopeMapper } from '../../src/index.js'

const scopesOf = (claims: Claims, ...mappers: readonly ScopeMapper[]): readonly string[] => mapScopes(mappers, claims)

describe('always', () => {
  test('grants to everybody', () => {
    expect(scopesOf({}, always('mcp', 'notes:read'))).toEqual(['mcp', 'notes:read'])
  })

  test.each<[string, readonly unknown[]]>([
    ['nothing', []],
    ['two scopes in one', ['a b']],
    ['a list', [['a', 'b']]],
  ])('%s is refused', (_, scopes) => {
    expect(() => always(...(scopes as string[]))).toThrow(/one scope per argument/)
  })
})

describe('when', () => {
  const roles = fromClaim('roles', { admin: 'notes:write' })
  const claims: Claims = { roles: ['admin'], email_verified: true, tid: 'acme', level: 2, amr: ['pwd', 'mfa'] }

  test.each<[string, Parameters<typeof when>[0], readonly string[]]>([
    ['a claim that says so', { email_verified: true }, ['notes:write']],
    ['several that all do', { email_verified: true, tid: 'acme', level: 2 }, ['notes:write']],
    ['a list that holds it', { amr: 'mfa' }, ['notes:write']],
    ['one that does not', { email_verified: true, tid: 'other' }, []],
    ['another type: "true" is not true', { email_verified: 'true' }, []],
    ['a part of a text', { tid: 'ac' }, []],
    ['a claim that is not there', { plan: 'gold' }, []],
    ['a claim that every object inherits', { constructor: 'Object' }, []],
    ['a function that gives true', ({ level }) => level === 2, ['notes:write']],
    ['a function that gives false', () => false, []],
    ['a function that gives something', (() => 'yes') as never, []],
    ['a function that promises', (async () => true) as never, []],
  ])('%s', (_, condition, expected) => {
    expect(scopesOf(claims, when(condition, roles))).toEqual(expected)
  })

  test('takes several mappers, and stands beside others', () => {
    expect(scopesOf({ ...claims, scope: 'openid' }, standardScopes, when({ tid: 'acme' }, roles, always('mcp')))).toEqual(['openid', 'notes:write', 'mcp'])
  })

  test('a condition that is changed afterwards changes nothing', () => {
    const condition: Record<string, string> = { tid: 'other' }
    const mapper = when(condition, roles)
    delete condition.tid
    condition.tid = 'acme'
    expect(scopesOf(claims, mapper)).toEqual([])
  })

  test.each<[string, unknown, unknown]>([
    ['no condition', {}, roles],
    ['a value that is missing, as of a variable that is not set', { tid: undefined }, roles],
    ['null', null, roles],
    ['an object as the value', { tid: { is: 'acme' } }, roles],
    ['a list of claims', ['tid'], roles],
    ['true', true, roles],
    ['no mapper', { tid: 'acme' }, { admin: 'notes:write' }],
  ])('%s is refused', (_, condition, mapper) => {
    expect(() => when(condition as never, mapper as never)).toThrow(TypeError)
  })

  test('nothing to grant is refused', () => {
    expect(() => when({ tid: 'acme' })).toThrow(/at least one mapper/)
  })
})

describe('firstOf', () => {
  const inOrder = firstOf(fromClaim('groups', { owners: 'notes:*' }), fromClaim('groups', { staff: 'notes:read' }), always('notes:list'))

  test.each<[string, Claims, readonly string[]]>([
    ['the first that grants anything decides', { groups: ['staff', 'owners'] }, ['notes:*']],
    ['the next one, where the first has nothing', { groups: ['staff'] }, ['notes:read']],
    ['the last one is a default', { groups: ['guests'] }, ['notes:list']],
    ['and one for those without the claim', {}, ['notes:list']],
  ])('%s', (_, claims, expected) => {
    expect(scopesOf(claims, inOrder)).toEqual(expected)
  })

  test('a mapper of your own that gives what is no scope gives nothing', () => {
    expect(scopesOf({}, firstOf(() => ['a b', ''], () => ['mine']))).toEqual(['mine'])
  })

  test('what comes after is not asked', () => {
    const later = (): never => {
      throw new Error('asked')
    }
    expect(scopesOf({}, firstOf(always('a'), later))).toEqual(['a'])
  })

  test('one inside the other', () => {
    const nested = firstOf(when({ tid: 'acme' }, firstOf(fromClaim('a'), fromClaim('b'))), always('none'))
    expect(scopesOf({ tid: 'acme', b: ['x'] }, nested)).toEqual(['x'])
    expect(scopesOf({ tid: 'other', b: ['x'] }, nested)).toEqual(['none'])
  })
})
