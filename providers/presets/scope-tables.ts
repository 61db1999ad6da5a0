/** What the roles, groups and permissions of an authorization server stand for here. */
import { fromClaim, standardScopes } from '../../src/scopes/mappers.js'
import type { ScopeMapper } from '../../src/scopes/rule.js'
import type { ScopeTable } from '../../src/scopes/scope-table.js'
import type { ClaimSelector } from '../../src/scopes/selector.js'

/** Roles to scopes: `{ admin: ['notes:read', 'notes:write'], viewer: 'notes:read' }`. A role that is not in it grants nothing. */
export interface Roles {
  roles?: ScopeTable
}

/** Groups to scopes. */
export interface Groups {
  groups?: ScopeTable
}

/** Permissions to scopes. Default: the names of permissions are the scopes. */
export interface Permissions {
  permissions?: ScopeTable
}

/** Subjects to scopes, for workloads, whose tokens have no scopes. */
export interface Subjects {
  subjects?: ScopeTable
}

/** The scopes in the token, and those that these tables grant. */
export function scopesBy(...tables: readonly (readonly [ClaimSelector, ScopeTable | undefined])[]): readonly ScopeMapper[] {
  return [standardScopes, ...tables.flatMap(([selector, table]) => (table === undefined ? [] : [fromClaim(selector, table)]))]
}

/** The scopes that permissions stand for: by the table, or by their own names. */
export function permissionsIn(selector: ClaimSelector, table: ScopeTable | undefined): ScopeMapper {
  return fromClaim(selector, table)
}
