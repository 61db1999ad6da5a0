/** Turns claims into scopes. A mapper reads claims and gives scopes; several mappers add up. */
import { isScopeToken } from '../lib/scope-token.js'
import { checkOptions } from '../lib/options.js'
import { mapperOf, validScopes } from './rule.js'
import { isScopeList, scopesIn } from './scope-list.js'
import { tableOf } from './scope-table.js'
import { selectorOf, textsIn } from './selector.js'
import type { Claims } from '../access-token.js'
import type { ScopeSource, MappedClaims, ScopeMapper, ScopeRule } from './rule.js'
import type { ScopeTable, Table, TableOptions } from './scope-table.js'
import type { ClaimSelector, Selector } from './selector.js'

/** Reads the scopes as the issuer wrote them: `scope` (RFC 8693, RFC 9068) and `scp` (Okta, Entra), both, as a string or an array. */
export const standardScopes: ScopeMapper = mapperOf(
  {
    read: (claims) => ({ sources: [...grantsIn('scope', claims.scope), ...grantsIn('scp', claims.scp)], unknown: [] }),
    mayMiss: false,
    range: [],
    waysTo: (wanted) => [`"${wanted}" in scope or scp`],
  },
  ({ scope, scp }) => {
    if (typeof scope === 'string' && scp === undefined) return scopesIn(scope) // nearly always
    return [...textsIn(scope), ...textsIn(scp)]
  },
)

/**
 * Reads scopes from another claim: roles, groups, permissions; `ClaimSelector` says how to name it.
 * `fromClaim('permissions')` takes the values as scopes; with a table, each value grants what the table says, and a
 * value that is not in the table grants nothing.
 *
 * @throws TypeError for a selector that is none, or a table that names something that is not a scope.
 */
export function fromClaim(selector: ClaimSelector, table?: ScopeTable, options: TableOptions = {}): ScopeMapper {
  checkOptions('fromClaim', options, ['ignoreCase'])
  const claim = selectorOf(selector)
  if (table === undefined && options.ignoreCase !== undefined) throw new TypeError('"ignoreCase" is about the keys of a table; without one, values are scopes as they are')
  if (table === undefined) return mapperOf(valueRule(claim), claim.valuesIn)
  const grants = tableOf(table, options)
  return mapperOf(tableRule(claim, grants), (claims) => claim.valuesIn(claims).flatMap((value) => grants.grant(value) ?? []))
}

/** Joins the scopes of all mappers: each once, and nothing outside the alphabet. */
export function mapScopes(mappers: readonly ScopeMapper[], claims: Claims): readonly string[] {
  const lists: readonly unknown[] = mappers.map((mapper) => mapper(claims))
  if (lists.length === 1 && isScopeList(lists[0])) return lists[0] // nearly always
  const scopes = new Set<string>()
  for (const list of lists) for (const scope of validScopes(list)) scopes.add(scope)
  return Object.freeze([...scopes])
}

function grantsIn(source: string, claim: unknown): readonly ScopeSource[] {
  return textsIn(claim)
    .filter(isScopeToken)
    .map((scope) => ({ scope, source, value: scope }))
}

function valueRule({ text, valuesIn }: Selector): ScopeRule {
  return {
    read: (claims) => ({ sources: grantsIn(text, valuesIn(claims)), unknown: [] }),
    mayMiss: false,
    range: [],
    waysTo: (wanted) => [`"${wanted}" in ${text}`],
  }
}

function tableRule({ text, valuesIn }: Selector, { rows, grant }: Table): ScopeRule {
  return {
    read: (claims): MappedClaims => {
      const read = valuesIn(claims).map((value) => ({ value, scopes: grant(value) }))
      return {
        sources: read.flatMap(({ value, scopes = [] }) => scopes.map((scope) => ({ scope, source: text, value }))),
        unknown: read.filter(({ scopes }) => scopes === undefined).map(({ value }) => ({ source: text, value })),
      }
    },
    mayMiss: true,
    range: rows.flatMap(({ constant = [] }) => constant),
    waysTo: (_wanted, suffices) =>
      rows.flatMap((row) => {
        if (row.constant === undefined) return [`${row.text} in ${text}, if your function makes it of that`]
        return row.constant.some(suffices) ? [`${row.text} in ${text}`] : []
      }),
  }
}
