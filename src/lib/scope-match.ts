/** Compares the scopes held with the scopes needed: whole, and case-sensitive (RFC 6749 section 3.3), but for a wildcard at the end. */
import { isScopeToken } from './scope-token.js'

/** Lists the scopes that are needed and not held. */
export function missingScopes(held: readonly string[], needed: readonly string[]): readonly string[] {
  return needed.filter((scope) => !held.includes(scope) && !wildcardsOver(scope).some((wildcard) => held.includes(wildcard)))
}

/**
 * Lists the wildcards that cover a scope: `notes:*` and `notes:drafts:*` cover `notes:drafts:read`; `notes.*` and `notes/*`
 * likewise. A bare `*` covers nothing, and neither does `note*`: a name ends where a separator stands.
 */
export function wildcardsOver(scope: string): readonly string[] {
  return [...scope.matchAll(END_OF_NAME)].map(({ index }) => `${scope.slice(0, index + 1)}*`)
}

const END_OF_NAME = /(?<=[^*:./])[:./](?=.)/g

/** @throws TypeError unless every entry is one scope. Returns them. */
export function checkedScopes(name: string, scopes: unknown): readonly string[] {
  if (!Array.isArray(scopes) || ![...scopes].every(isScopeToken)) {
    throw new TypeError(`"${name}" must hold one scope per entry: ['notes:read', 'notes:write'], not 'notes:read notes:write'`)
  }
  return Object.freeze([...new Set(scopes)])
}
