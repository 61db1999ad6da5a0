import { workOf } from '../work.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScopeHierarchy } from '../../src/scopes/hierarchy.js'
import { missingScopes } from '../../src/lib/scope-match.js'
import { scopesIn } from '../../src/scopes/scope-list.js'
import type { Implications } from '../../src/index.js'

const NOTES: Implications = { 'notes:admin': ['notes:write', 'notes:share'], 'notes:write': 'notes:read' }

const expanded = (implies: Implications, scopes: readonly string[]): readonly string[] => new ScopeHierarchy(implies).expand(scopes)

describe('a hierarchy', () => {
  test.each<[string, Implications, readonly string[], readonly string[]]>([
    ['one step', NOTES, ['notes:write'], ['notes:write', 'notes:read']],
    ['all the way', NOTES, ['notes:admin'], ['notes:admin', 'notes:write', 'notes:share', 'notes:read']],
    ['never upwards', NOTES, ['notes:read'], ['notes:read']],
    ['scopes it does not know stay', NOTES, ['openid', 'notes:read'], ['openid', 'notes:read']],
    ['each once', NOTES, ['notes:admin', 'notes:read'], ['notes:admin', 'notes:read', 'notes:write', 'notes:share']],
    ['a wildcard stands for the names in the table', NOTES, ['notes:*'], ['notes:*', 'notes:admin', 'notes:write', 'notes:share', 'notes:read']],
    ['and for what they imply elsewhere', { 'notes:admin': 'users:read' }, ['notes:*'], ['notes:*', 'notes:admin', 'users:read']],
    ['a wildcard may be implied', { owner: 'notes:*', 'notes:write': 'notes:read' }, ['owner'], ['owner', 'notes:*', 'notes:write', 'notes:read']],
    ['even by a scope that it covers', { 'notes:admin': 'notes:*', 'notes:write': 'notes:read' }, ['notes:admin'], ['notes:admin', 'notes:*', 'notes:write', 'notes:read']],
    ['a wildcard may imply', { 'notes:*': 'search' }, ['notes:*'], ['notes:*', 'search']],
    ['which is not for those below it', { 'notes:*': 'search' }, ['notes:read'], ['notes:read']],
    ['a bare asterisk stands for itself', NOTES, ['*'], ['*']],
    ['names that objects inherit are names', { constructor: '__proto__' }, ['toString', 'constructor'], ['toString', 'constructor', '__proto__']],
  ])('%s', (_, implies, scopes, expected) => {
    expect(expanded(implies, scopes)).toEqual(expected)
  })

  test('an empty one implies nothing', () => {
    const scopes = ['a']
    expect(expanded({}, scopes)).toBe(scopes)
  })

  test('a list that tokens share gives a list that they share', () => {
    const hierarchy = new ScopeHierarchy(NOTES)
    const scopes = scopesIn('notes:write openid')
    expect(hierarchy.expand(scopes)).toBe(hierarchy.expand(scopes))
    expect(Object.isFrozen(hierarchy.expand(scopes))).toBe(true)
  })

  test('a table that is changed afterwards changes nothing', () => {
    const implies: Record<string, string[]> = { a: ['b'] }
    const hierarchy = new ScopeHierarchy(implies)
    implies.a?.push('admin')
    implies.c = ['admin']
    expect(hierarchy.expand(['a', 'c'])).toEqual(['a', 'c', 'b'])
  })

  test.each<[string, Implications, string]>([
    ['of two', { a: 'b', b: 'a' }, 'a → b → a'],
    ['of three, reached from outside', { x: 'a', a: 'b', b: 'c', c: 'a' }, 'a → b → c → a'],
    ['of one', { a: ['b', 'a'] }, 'a → a'],
    ['through a wildcard', { 'notes:*': 'owner', owner: 'notes:*' }, 'notes:* → owner → notes:*'],
  ])('a circle %s is refused and shown', (_, implies, circle) => {
    expect(() => new ScopeHierarchy(implies)).toThrow(`"implies" goes round in a circle: ${circle}`)
  })

  test('two ways to the same scope are no circle', () => {
    expect(expanded({ a: ['b', 'c'], b: 'd', c: 'd' }, ['a'])).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each<[string, unknown]>([
    ['a list', ['a']],
    ['null', null],
    ['two scopes in one text', { a: 'b c' }],
    ['a scope of two words', { 'a b': 'c' }],
    ['nothing, as of a variable that is not set', { a: undefined }],
    ['more than a thousand names', Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, []]))],
  ])('%s is refused', (_, implies) => {
    expect(() => new ScopeHierarchy(implies as Implications)).toThrow(/"implies"/)
  })

  test('a thousand names in a row, and a token full of wildcards, are walked through once', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `g${index}:x`)
    const hierarchy = new ScopeHierarchy(Object.fromEntries(names.slice(1).map((name, index) => [names[index] ?? '', name])))
    const wildcards = Array.from({ length: 5_000 }, (_, index) => `g${index}:*`)
    const work = await workOf(() => {
      expect(hierarchy.expand(['g0:x'])).toHaveLength(1_000)
      expect(hierarchy.expand(wildcards)).toHaveLength(6_000)
    })
    expect(work.steps).toBeLessThan(5 * 7_000)
  })
})

describe('for any hierarchy without a circle', () => {
  const scope = fc.constantFrom('a:x', 'a:y', 'a:b:x', 'a:b:*', 'a:*', 'b:x', 'b:*', 'c', '*', '__proto__', 'constructor')
  // Edges lead to the right in a list of distinct names: no circle can be.
  const table = fc.uniqueArray(scope, { maxLength: 8 }).chain((names) =>
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }).map((pairs) => {
      const implies = new Map<string, string[]>()
      for (const [one, two] of pairs) {
        const [from, to] = [one % names.length, two % names.length]
        if (from < to) implies.set(names[from] ?? '', [...(implies.get(names[from] ?? '') ?? []), names[to] ?? ''])
      }
      return Object.fromEntries(implies) as Implications
    }),
  )

  test('what is held stays held, expanding twice is expanding once, and more scopes never stand for less', () => {
    fc.assert(
      fc.property(table, fc.uniqueArray(scope), fc.uniqueArray(scope), (implies, some, more) => {
        const hierarchy = new ScopeHierarchy(implies)
        const once = hierarchy.expand(some)
        expect(once).toEqual(expect.arrayContaining([...some]))
        expect(new Set(once).size).toBe(once.length)
        expect(hierarchy.expand([...once])).toEqual(once)
        expect(missingScopes(hierarchy.expand([...new Set([...some, ...more])]), once)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('what is held is what a search by hand finds', () => {
    fc.assert(
      fc.property(table, scope, scope, (implies, held, needed) => {
        expect(missingScopes(new ScopeHierarchy(implies).expand([held]), [needed]).length === 0).toBe(searchByHand(implies, held, needed))
      }),
      { numRuns: 1_000 },
    )
  })
})

/** The rules, said once more, and slowly: a scope, what it implies, and what a wildcard covers. */
function searchByHand(implies: Implications, held: string, needed: string): boolean {
  const edges = new Map(Object.entries(implies).map(([from, to]) => [from, [to ?? []].flat()]))
  const names = new Set([...edges.keys(), ...[...edges.values()].flat(), needed])
  const reached = new Set([held])
  for (let size = 0; size !== reached.size; ) {
    size = reached.size
    for (const one of [...reached]) {
      for (const next of edges.get(one) ?? []) reached.add(next)
      if (/^[^*]+:\*$/.test(one)) for (const name of names) if (name.startsWith(one.slice(0, -1)) && name.length >= one.length) reached.add(name)
    }
  }
  return reached.has(needed)
}

describe('a wildcard', () => {
  test.each<[string, string, boolean]>([
    ['notes:*', 'notes:read', true],
    ['notes:*', 'notes:a:b', true],
    ['notes.*', 'notes.read', true],
    ['notes/*', 'notes/read', true],
    ['notes:*', 'notes', false],
    ['notes:*', 'notes:', false],
    ['notes:*', 'notesx:read', false],
    [':*', ':read', false],
    ['notes::*', 'notes::read', false],
    ['*:*', '*:read', false],
    ['*', 'notes:read', false],
  ])('%s covers %s: %s', (held, needed, covers) => {
    expect(missingScopes([held], [needed])).toEqual(covers ? [] : [needed])
  })
})
