/** Defines the scopes of one application by name: a typo is found by the compiler, or at the start of the process. */
import { checkedRequirements, requireAuth, requireFreshAuth } from '../context.js'
import { fromClaim } from './mappers.js'
import { checkedScopes, wildcardsOver } from '../lib/scope-match.js'
import type { AccessToken } from '../access-token.js'
import type { AuthRequirements } from '../context.js'
import type { Implications } from './hierarchy.js'
import type { ScopeMapper } from './rule.js'
import type { ScopeTable, TableOptions } from './scope-table.js'
import type { ClaimSelector } from './selector.js'

export interface DefinedScopes<Name extends string> {
  /** For `scopesSupported` of the gate. */
  readonly names: readonly Name[]
  /** Lists these names for `requiredScopes` of the gate. */
  readonly only: (...names: readonly Name[]) => readonly Name[]
  /** Is `requireAuth` with these names. @throws TypeError for any other. */
  readonly requireAuth: (...required: readonly Name[] | readonly [AuthRequirements<Name>]) => AccessToken
  /** Is `requireFreshAuth` with these names. */
  readonly requireFreshAuth: (maxAge: number, ...required: readonly Name[] | readonly [AuthRequirements<Name>]) => Promise<AccessToken>
  /** Is `fromClaim` with a table that grants these names, and wildcards over them. */
  readonly fromClaim: (selector: ClaimSelector, table: ScopeTable<Name | WildcardOver<Name>>, options?: TableOptions) => ScopeMapper
  /** Makes the option `implies` with these names. */
  readonly implies: (table: Implications<Name | WildcardOver<Name>>) => Implications
}

/** The wildcards over a name: `notes:*` and `notes:drafts:*` over `notes:drafts:read`. */
type WildcardOver<Name extends string> = Below<Name, ':'> | Below<Name, '.'> | Below<Name, '/'>

/**
 * Defines scopes: `const notes = defineScopes(['notes:read', 'notes:write'])`, and then `notes.requireAuth('notes:write')`.
 *
 * @throws TypeError for what is no scope.
 */
export function defineScopes<const Name extends string>(names: readonly [Name, ...Name[]]): DefinedScopes<Name> {
  const known = new Set<string>(checkedScopes('defineScopes', names))
  if (known.size === 0) throw new TypeError("defineScopes takes the scopes of your application: defineScopes(['notes:read', 'notes:write'])")
  const wildcards = new Set([...known].flatMap(wildcardsOver))
  const checked = <T extends string>(scopes: readonly T[], alsoWildcards: 'and wildcards' | 'only' = 'only'): readonly T[] => {
    const unknown = scopes.find((scope) => !known.has(scope) && !(alsoWildcards === 'and wildcards' && wildcards.has(scope)))
    if (unknown === undefined) return scopes
    throw new TypeError(`"${unknown}" is not among the scopes defined: ${[...known].join(', ')}`)
  }
  const named = (required: readonly Name[] | readonly [AuthRequirements<Name>]): string[] | [AuthRequirements] => {
    checked(checkedRequirements(required).scopes)
    return [...required] as string[] | [AuthRequirements] // a copy of the same
  }
  return {
    names: Object.freeze([...names]),
    only: (...scopes) => checked(scopes),
    requireAuth: (...required) => requireAuth(...named(required)),
    requireFreshAuth: async (maxAge, ...required) => requireFreshAuth(maxAge, ...named(required)),
    fromClaim: (selector, table, options) => {
      const granted = Object.values<string | readonly string[] | ((rest: string) => unknown)>(table)
      checked(granted.flatMap((scopes) => (typeof scopes === 'function' ? [] : scopes)), 'and wildcards')
      return fromClaim(selector, table, options)
    },
    implies: (table) => {
      const implied = Object.values(table as Implications).flatMap((scopes) => scopes ?? [])
      checked([...Object.keys(table), ...implied], 'and wildcards')
      return table
    },
  }
}

type Below<Name extends string, Separator extends string> = Name extends `${infer Group}${Separator}${infer Rest}`
  ? `${Group}${Separator}*` | `${Group}${Separator}${Below<Rest, Separator>}`
  : never
