/** Compares the scopes held with the scopes needed: whole, and case-sensitive (RFC 6749 section 3.3). */
import { isScopeToken } from '../lib/scope-token.js'

/** The scopes needed that are not held. */
export function missingScopes(held: readonly string[], needed: readonly string[]): readonly string[] {
  return needed.filter((scope) => !held.includes(scope))
}

/** @throws TypeError unless every entry is one scope. Returns them. */
export function checkedScopes(name: string, scopes: unknown): readonly string[] {
  if (!Array.isArray(scopes) || ![...scopes].every(isScopeToken)) {
    throw new TypeError(`"${name}" must hold one scope per entry: ['notes:read', 'notes:write'], not 'notes:read notes:write'`)
  }
  return Object.freeze([...scopes])
}
