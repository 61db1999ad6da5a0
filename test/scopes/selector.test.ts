import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectorOf } from '../../src/scopes/selector.js'
import type { Claims } from '../../src/index.js'
import type { ClaimSelector } from '../../src/scopes/selector.js'

const valuesOf = (selector: ClaimSelector, claims: Claims): readonly string[] => selectorOf(selector).valuesIn(claims)

describe('a selector finds', () => {
  test.each<[string, ClaimSelector, Claims, readonly string[]]>([
    ['the texts of an array', 'permissions', { permissions: ['a', 'b c'] }, ['a', 'b c']],
    ['a text, whole', 'role', { role: 'Notes Admin' }, ['Notes Admin']],
    ['a distinguished name, whole', 'groups', { groups: 'CN=Notes Admins,OU=Eng' }, ['CN=Notes Admins,OU=Eng']],
    ['nothing in an empty text', 'role', { role: '' }, []],
    ['the words of scope', 'scope', { scope: ' a  b' }, ['a', 'b']],
    ['the words of scp, cut', ['scp'], { scp: 'a b' }, ['a', 'b']],
    ['a member that is called scope, whole', 'ext.scope', { ext: { scope: 'a b' } }, ['a b']],
    ['a member of a claim (Keycloak)', 'realm_access.roles', { realm_access: { roles: ['admin'] } }, ['admin']],
    ['the roles of every client (Keycloak)', 'resource_access.*.roles', { resource_access: { notes: { roles: ['a'] }, account: { roles: ['b'] }, odd: 7 } }, ['a', 'b']],
    ['a property of objects in an array (Kinde)', 'roles[].key', { roles: [{ id: '1', key: 'admin' }, { key: 'viewer' }, 'odd', null, {}] }, ['admin', 'viewer']],
    ['arrays in arrays', 'a[][].b', { a: [[{ b: 'x' }], [{ b: 'y z' }], 7] }, ['x', 'y z']],
    ['arrays of members', 'teams.*[].role', { teams: { a: [{ role: 'x' }], b: [{ role: 'y' }] } }, ['x', 'y']],
    ['the entries of an array that a member is', 'a.b[]', { a: { b: ['x', ['y'], 'v w'] } }, ['x', 'y', 'v w']],
    ['the keys of an object (Zitadel)', { keysOf: 'urn:zitadel:iam:org:project:roles' }, { 'urn:zitadel:iam:org:project:roles': { admin: { 7: 'acme.example' }, viewer: {} } }, ['admin', 'viewer']],
    ['the keys of objects in an array (Zitadel)', { keysOf: 'roles' }, { roles: [{ admin: {} }, { viewer: {} }, 'odd'] }, ['admin', 'viewer']],
    ['the keys of a member', { keysOf: ['https://stytch.com/session', 'roles'] }, { 'https://stytch.com/session': { roles: { admin: 1 } } }, ['admin']],
    ['the member that a claim names (Descope)', 'tenants.{dct}.roles', { dct: 'acme', tenants: { acme: { roles: ['admin'] }, other: { roles: ['owner'] } } }, ['admin']],
    ['a name with dots and slashes, in brackets', ['https://example.com/roles'], { 'https://example.com/roles': ['admin'] }, ['admin']],
    ['the same without them', 'https://example.com/roles', { 'https://example.com/roles': ['admin'] }, ['admin']],
    ['a name with colons', 'cognito:groups', { 'cognito:groups': ['admin'] }, ['admin']],
    ['the literal name before the path', 'a.b', { 'a.b': 'literal', a: { b: 'path' } }, ['literal']],
    ['the literal name before the wildcard', 'a.*', { 'a.*': 'literal', a: { b: 'path' } }, ['literal']],
    ['the literal name before the brackets', 'a[]', { 'a[]': 'literal', a: ['path'] }, ['literal']],
    ['wildcards in a path that is cut', ['a.b', '*', 'c[]', 'd'], { 'a.b': { x: { c: [{ d: 'deep' }] } } }, ['deep']],
  ])('%s', (_, selector, claims, expected) => {
    expect(valuesOf(selector, claims)).toEqual(expected)
  })
})

describe('a selector finds nothing', () => {
  test.each<[string, ClaimSelector, Claims]>([
    ['where nothing is', 'roles', {}],
    ['below null', 'a.b', { a: null }],
    ['in a number, a truth, an object', 'a.*', { a: { b: 7, c: true, d: {} } }],
    ['that an object inherits', 'constructor.name', {}],
    ['that an array inherits or counts', 'a.length', { a: ['x'] }],
    ['by the index of an array', 'a.0', { a: ['x'] }],
    ['of a text by wildcard', 'a.*', { a: 'text' }],
    ['of a text by brackets', 'a[]', { a: 'text' }],
    ['where the claim names nobody', 'tenants.{tid}.roles', { tenants: { undefined: { roles: ['admin'] } } }],
    ['where the claim names what is inherited', 'tenants.{tid}.roles', { tid: '__proto__', tenants: { a: { roles: ['admin'] } } }],
    ['where the claim names several', 'tenants.{tid}.roles', { tid: ['a'], tenants: { a: { roles: ['admin'] } } }],
    ['among the keys of a text or a list of texts', { keysOf: 'a' }, { a: ['x', 'y'] }],
  ])('%s', (_, selector, claims) => {
    expect(valuesOf(selector, claims)).toEqual([])
  })

  test('that was put on Object.prototype', () => {
    const polluted = Object.create({ roles: ['admin'], a: { roles: ['admin'] } }) as Claims
    for (const selector of ['roles', 'a.roles', 'a.*', 'a[]']) expect(valuesOf(selector, polluted)).toEqual([])
  })
})

describe('a selector is refused', () => {
  test.each<[string, unknown]>([
    ['when it is missing', undefined],
    ['when it is empty', ''],
    ['when a name is empty', 'a..b'],
    ['when the list is empty', []],
    ['when a name in the list is empty', ['a', '']],
    ['when a name is a number', ['a', 7]],
    ['when it begins with every claim', '*.roles'],
    ['when it is every claim', ['*']],
    ['when a claim is to choose the claim', '{tid}.roles'],
    ['when it begins with brackets', '[].a'],
    ['when it asks for keys of nothing', { keysOf: '' }],
    ['when it asks for more than keys', { keysOf: 'a', valuesOf: 'b' }],
    ['when it asks for something else', { valuesOf: 'a' }],
    ['when it has 17 steps', 'a'.repeat(17).split('').join('.')],
    ['when it has 17 steps in brackets', `a${'[]'.repeat(16)}`],
  ])('%s', (_, selector) => {
    expect(() => selectorOf(selector as ClaimSelector)).toThrow(TypeError)
  })
})

describe('with a separator, a selector', () => {
  test.each<[string, ClaimSelector, ',' | ' ', Claims, readonly string[]]>([
    ['splits a text at commas, and drops the blanks around them', 'roles', ',', { roles: 'admin, Notes User ,,user' }, ['admin', 'Notes User', 'user']],
    ['splits a text at blanks', 'roles', ' ', { roles: ' admin  user' }, ['admin', 'user']],
    ['leaves the entries of an array whole', 'roles', ',', { roles: ['Sales, EMEA', 'user'] }, ['Sales, EMEA', 'user']],
    ['splits the entries that it goes into', 'roles[]', ',', { roles: ['admin,user'] }, ['admin', 'user']],
    ['splits scope there, too', 'scope', ',', { scope: 'a,b' }, ['a', 'b']],
  ])('%s', (_, selector, separator, claims, expected) => {
    expect(selectorOf(selector, separator).valuesIn(claims)).toEqual(expected)
  })

  test('does not read keys', () => {
    expect(() => selectorOf({ keysOf: 'roles' }, ',')).toThrow(TypeError)
  })
})

describe('a selector is bounded', () => {
  test('to a thousand values, whatever there is', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => `role-${index}`)
    const places = Object.fromEntries(many.map((name) => [name, { roles: ['a', 'b'] }]))
    expect(valuesOf('roles', { roles: many })).toHaveLength(1_000)
    expect(valuesOf('scope', { scope: many.join(' ') })).toHaveLength(1_000)
    expect(valuesOf({ keysOf: 'a' }, { a: places })).toHaveLength(1_000)
    expect(valuesOf('a.*.roles', { a: places })).toHaveLength(1_000)
    expect(valuesOf('a[][]', { a: Array.from({ length: 1_000 }, () => many) })).toHaveLength(1_000)
  })

  test('and changes nothing when the path is changed afterwards', () => {
    const path = ['a']
    const { valuesIn } = selectorOf(path)
    path[0] = 'b'
    expect(valuesIn({ a: 'x', b: 'y' })).toEqual(['x'])
  })
})

/** Names as hostile as they come. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'roles', '__proto__', 'constructor', 'prototype', 'toString', 'length', '0', '*', '[]', 'a[]', '{a}', '{__proto__}', 'a.b'),
  fc.string({ maxLength: 4 }),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), tie('object')),
  object: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: false }),
}))

describe('for any claims and any path', () => {
  test('a selector gives texts that are in the claims, and never throws', () => {
    fc.assert(
      fc.property(json.object, fc.array(name, { minLength: 1, maxLength: 5 }), fc.constantFrom('text', 'cut', 'keys'), (object, names, form) => {
        const path = form === 'text' ? names.join('.') : names
        const read = form === 'keys' ? () => selectorOf({ keysOf: path }) : () => selectorOf(path)
        const selector = attempt(read)
        if (selector === undefined) return
        const words = new Set(textsOf(object))
        for (const value of selector.valuesIn(object as Claims)) expect(words).toContain(value)
      }),
      { numRuns: 500 },
    )
  })

  test('a plain path reads what walking by hand over own properties reads', () => {
    fc.assert(
      fc.property(json.object, fc.array(fc.constantFrom('a', 'b', 'roles', '__proto__', 'constructor', 'length', '0'), { minLength: 1, maxLength: 4 }), (object, names) => {
        let place: unknown = object
        for (const one of names) {
          const here: unknown = place
          place = typeof here === 'object' && here !== null && !Array.isArray(here) ? Object.getOwnPropertyDescriptor(here, one)?.value : undefined
        }
        const expected = typeof place === 'string' ? [place].filter(Boolean) : Array.isArray(place) ? place.filter((entry) => typeof entry === 'string') : []
        expect(valuesOf(names, object as Claims)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return undefined
  }
}

/** Every text, word and key, at any depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(' ')]
  if (typeof value !== 'object' || value === null) return []
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsOf)]
}
