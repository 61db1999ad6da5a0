import { describe, expect, test } from 'vitest'
import { fromClaim, gate, JwksProvider, StaticProvider } from '../../src/index.js'
import { isTable } from '../../src/lib/plain-table.js'
import { says } from '../oauth-kit.js'

test('a table has its members under names, whoever made it', () => {
  class Options {
    scopes = ['a']
  }
  const tables = [{}, { a: 1 }, Object.create(null), new Options(), { then: 'a name like any other' }]
  expect(tables.map(isTable)).toEqual(tables.map(() => true))
  const others = [undefined, null, 'a', 7, [], new Map([['a', 1]]), new Set(['a']), Promise.resolve({ a: 1 }), new Headers({ a: 'b' }), () => ({})]
  expect(others.map(isTable)).toEqual(others.map(() => false))
})

describe('what a loop over names would find empty is no table', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['options that nobody awaited', () => gate(says('no'), Promise.resolve({ requiredScopes: ['notes:read'] }) as never), /bearerAuth takes an object with .*, and was given a promise: await it$/],
    ['options in a Map', () => gate(says('no'), new Map([['requiredScopes', ['notes:read']]]) as never), /bearerAuth takes an object with /],
    ['options of a provider that nobody awaited', () => new JwksProvider(Promise.resolve({ issuer: 'https://id.example.com' }) as never), /was given a promise: await it$/],
    ['tokens in a Map', () => new StaticProvider(new Map([['ci-key-0123456789abcdef', { claims: { sub: 'ci' } }]]) as never), /takes at least one token/],
    ['roles in a Map', () => fromClaim('roles', new Map([['admin', 'notes:write']]) as never), /fromClaim takes a table/],
    ['a hierarchy in a Map', () => new StaticProvider({ 'ci-key-0123456789abcdef': { claims: { sub: 'ci' } } }, { implies: new Map() as never }), /"implies" must be a table/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})
