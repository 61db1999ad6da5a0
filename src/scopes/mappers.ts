/** Turns claims into scopes. A mapper reads claims and gives scopes; several mappers add up. */
import type { Claims } from '../access-token.js'
import { isScopeToken } from '../lib/scope-token.js'
import { readClaim } from './claim-path.js'
import { isScopeList, scopesIn } from './scope-list.js'

/** Claims in, scopes out. What is not one scope of RFC 6749's alphabet is dropped. */
export type ScopeMapper = (claims: Claims) => readonly string[]

/** Which scopes a role, group or permission stands for. */
export type ScopeTable = Readonly<Record<string, string | readonly string[]>>

/** The scopes as the issuer wrote them: `scope` (RFC 8693, RFC 9068) and `scp` (Okta, Entra), both, as a string or an array. */
export const standardScopes: ScopeMapper = ({ scope, scp }) => {
  if (typeof scope === 'string' && scp === undefined) return scopesIn(scope) // nearly always
  return [...valuesOf(scope), ...valuesOf(scp)]
}

/**
 * Reads scopes from another claim: roles, groups, permissions.
 * `fromClaim('permissions')` takes the values as scopes; with a table, each value grants what the table says, and a
 * value that is not in the table grants nothing. `'realm_access.roles'` walks into objects; a claim whose name
 * contains the dots wins over the path; write `['https://example.com/roles']` for a name that is no path at all.
 *
 * @throws TypeError for an empty path, or a table that names something that is not a scope.
 */
export function fromClaim(path: string | readonly string[], table?: ScopeTable): ScopeMapper {
  const names = typeof path === 'string' ? [path] : Array.isArray(path) ? [...path] : []
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) {
    throw new TypeError('fromClaim takes the name of a claim, such as "permissions" or "realm_access.roles"')
  }
  const read = typeof path === 'string' ? path : names
  if (table === undefined) return (claims) => valuesOf(readClaim(claims, read))
  const grants = checkedTable(table)
  return (claims) => valuesOf(readClaim(claims, read)).flatMap((value) => grants.get(value) ?? [])
}

/** All mappers' scopes together, each once, nothing outside the alphabet. */
export function mapScopes(mappers: readonly ScopeMapper[], claims: Claims): readonly string[] {
  const lists: readonly unknown[] = mappers.map((mapper) => mapper(claims))
  if (lists.length === 1 && isScopeList(lists[0])) return lists[0] // nearly always
  const scopes = new Set<string>()
  for (const list of lists) {
    // A text is a list of letters to a loop.
    if (!Array.isArray(list)) throw new TypeError('a scope mapper must give an array of scopes')
    for (const scope of list) if (isScopeToken(scope)) scopes.add(scope)
  }
  return Object.freeze([...scopes])
}

// RFC 6749 section 3.3: separated by one kind of blank only, U+0020. A tab never splits a scope in two.
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((value) => value !== '')
  if (Array.isArray(claim)) return claim.filter((value): value is string => typeof value === 'string')
  return []
}

// A Map and not an object: a role called "constructor" finds nothing.
function checkedTable(table: ScopeTable): Map<string, readonly string[]> {
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new TypeError('fromClaim takes a table as its second argument: { admin: ["notes:read", "notes:write"], viewer: "notes:read" }')
  }
  const grants = new Map<string, readonly string[]>()
  for (const [value, granted] of Object.entries(table)) {
    const scopes = typeof granted === 'string' ? [granted] : granted
    if (!Array.isArray(scopes) || !scopes.every(isScopeToken)) {
      throw new TypeError(`fromClaim: "${value}" must grant a scope or an array of scopes, one scope per entry`)
    }
    grants.set(value, [...scopes])
  }
  return grants
}
