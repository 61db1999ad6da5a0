/** Turns claims into scopes. A mapper reads claims and gives scopes; several mappers add up. */
import { isScopeToken } from '../lib/scope-token.js'
import { checkOptions } from '../lib/options.js'
import { added, mapperOf, validScopes } from './rule.js'
import { isScopeList, scopesIn } from './scope-list.js'
import { tableOf } from './scope-table.js'
import { selectorOf, textsIn } from './selector.js'
import type { Claims } from '../access-token.js'
import type { MappedClaims, ScopeMapper, ScopeRule } from './rule.js'
import type { ScopeTable, Table, TableOptions } from './scope-table.js'
import type { ClaimSelector, Selector } from './selector.js'

/** Reads the scopes as the issuer wrote them: `scope` (RFC 8693, RFC 9068) and `scp` (Okta, Entra), both, as a string or an array. */
export const standardScopes: ScopeMapper = mapperOf(
  {
    read: ({ scope, scp }) => added([valuesRead('scope', textsIn(scope, ' ')), valuesRead('scp', textsIn(scp, ' '))]),
    mayMiss: ({ scope, scp }) => !isPlain(scope) || !isPlain(scp),
    range: [],
    waysTo: (wanted) => [`"${wanted}" in scope or scp`],
  },
  ({ scope, scp }) => {
    if (typeof scope === 'string' && scp === undefined) return scopesIn(scope) // nearly always
    return [...textsIn(scope, ' '), ...textsIn(scp, ' ')]
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
  checkOptions('fromClaim', options, ['ignoreCase', 'separator'])
  const { separator } = options
  if (separator !== undefined && separator !== ' ' && separator !== ',') throw new TypeError('"separator" must be " " or ","')
  const claim = selectorOf(selector, separator)
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

/** Takes values as scopes. One with a blank in it, or a quote, is none: it is told of, like a role that no table knows. */
function valuesRead(source: string, values: readonly string[]): MappedClaims {
  return {
    sources: values.filter(isScopeToken).map((scope) => ({ scope, source, value: scope })),
    unknown: values.filter((value) => !isScopeToken(value)).map((value) => ({ source, value })),
  }
}

// A glance, for the tokens of every day.
function isPlain(claim: unknown): boolean {
  return claim === undefined || (typeof claim === 'string' && /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(claim))
}

function valueRule({ text, valuesIn }: Selector): ScopeRule {
  return {
    read: (claims) => valuesRead(text, valuesIn(claims)),
    mayMiss: (claims) => !valuesIn(claims).every(isScopeToken),
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
    mayMiss: () => true,
    range: rows.flatMap(({ constant = [] }) => constant),
    waysTo: (_wanted, suffices) =>
      rows.flatMap((row) => {
        if (row.constant === undefined) return [`${row.text} in ${text}, if your function makes it of that`]
        return row.constant.some(suffices) ? [`${row.text} in ${text}`] : []
      }),
  }
}
