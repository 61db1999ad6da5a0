/** Holds how scopes are read from claims, and that names of scopes are checked where they are defined. */
import { always, defineScopes, explainScopes, firstOf, fromClaim, gate, standardScopes, StaticProvider, when } from '../../src/index.js'
import { grant, holds, provider } from './given.js'
import type { AccessToken, ScopeMapper, ScopesExplained } from '../../src/index.js'
import type { Equal } from './given.js'

fromClaim(['https://example.com/roles'], { admin: ['a', 'b'] })
// @ts-expect-error TS2322 a table grants scopes, not booleans
fromClaim('roles', { admin: true })
// @ts-expect-error TS2322 a mapper that may give nothing gives []
export const absentMinded: ScopeMapper = (given) => (given.sub ? ['a'] : undefined)
// @ts-expect-error TS2322 one scope per entry: a string would be read letter by letter
export const inOneString: ScopeMapper = () => 'a b'

fromClaim('resource_access.*.roles', { 'team-*': ['a'], 'notes-*': (rest) => `notes:${rest}` }, { ignoreCase: true })
fromClaim({ keysOf: ['a.b', 'c'] })
when({ email_verified: true }, fromClaim('roles', { admin: 'a' }), always('b'))
when((given) => given.email_verified === true, standardScopes)
new StaticProvider({ 'ci-0123456789abcdef': grant }, { scopes: firstOf(standardScopes, always('mcp')), implies: { a: ['b'], b: 'c' }, expandScopes: false })
holds<Equal<ReturnType<typeof explainScopes>, ScopesExplained>>()
// @ts-expect-error TS2353 keys of what is not said
fromClaim({ valuesOf: 'roles' })
// @ts-expect-error TS2353 an option that does not exist
fromClaim('roles', { admin: 'a' }, { caseInsensitive: true })
// @ts-expect-error TS2345 a condition that a promise would always meet
when(async () => true, standardScopes)
// @ts-expect-error TS2322 a variable that may not be set is no condition
when({ tid: process.env.TENANT }, standardScopes)
// @ts-expect-error TS2353 a table is no mapper
firstOf({ admin: 'a' })
// @ts-expect-error TS2322 a scope implies scopes
new StaticProvider({ 'ci-0123456789abcdef': grant }, { implies: { a: true } })

const notes = defineScopes(['notes:read', 'notes:write', 'admin'])
defineScopes(['notes:read'] as const).requireAuth('notes:read')
holds<Equal<(typeof notes.names)[number], 'notes:read' | 'notes:write' | 'admin'>>()
holds<Equal<ReturnType<typeof notes.requireAuth>, AccessToken>>()
notes.requireAuth('notes:read', 'admin')
notes.fromClaim('roles', { boss: ['notes:*', 'admin'], reader: 'notes:read', 'x-*': () => 'notes:read' })
notes.implies({ admin: 'notes:*', 'notes:write': ['notes:read'] })
gate(provider, { requiredScopes: notes.only('notes:read'), scopesSupported: notes.names })
new StaticProvider({ 'ci-0123456789abcdef': grant }, { implies: notes.implies({ admin: 'notes:*' }) })
defineScopes(['notes:drafts:read', 'a.b']).fromClaim('roles', { boss: ['notes:*', 'notes:drafts:*', 'a.*'] })
// @ts-expect-error TS2345 a typo is not a 403 at night
notes.requireAuth('notes:raed')
// @ts-expect-error TS2345 a wildcard is held and not asked for
notes.requireAuth('notes:*')
// @ts-expect-error TS2345 a typo again
void notes.requireFreshAuth(5, 'notes:raed')
// @ts-expect-error TS2345 a typo in a list
notes.only('notes:raed')
// @ts-expect-error TS2820 a typo in a table
notes.fromClaim('roles', { boss: 'notes:raed' })
// @ts-expect-error TS2322 a wildcard over nothing
notes.fromClaim('roles', { boss: 'mail:*' })
// @ts-expect-error TS2561 a typo in a hierarchy
notes.implies({ admni: 'notes:read' })
// @ts-expect-error TS2820 a typo in what is implied
notes.implies({ admin: 'notes:raed' })
// @ts-expect-error TS2345 no scopes to define
defineScopes([])
