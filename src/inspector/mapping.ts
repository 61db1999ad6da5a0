/** Tries a mapping that somebody wrote as JSON on claims: by the mappers of the library itself. */
import { always, when } from '../scopes/conditions.js'
import { explainScopes } from '../scopes/explain.js'
import { fromClaim, standardScopes } from '../scopes/mappers.js'
import type { ClaimValues } from '../scopes/conditions.js'
import type { ScopesExplained } from '../scopes/explain.js'
import type { Implications } from '../scopes/hierarchy.js'
import type { ScopeMapper } from '../scopes/rule.js'
import type { ScopeTable } from '../scopes/scope-table.js'
import type { ClaimSelector } from '../scopes/selector.js'

/**
 * What a mapping written in JSON makes of claims: `standardScopes` (true or false), `always` (scopes of everybody), rows of `fromClaim`,
 * each perhaps with what other claims must be (`when`), and what `implies` what. No functions, and no `firstOf`: those are code.
 *
 * @throws TypeError that says what to write instead.
 */
export function tryMapping(written: unknown, claims: unknown): Omit<ScopesExplained, 'toString'> {
  if (!isAnObject(claims)) throw new TypeError('claims are an object, such as { "sub": "ada" }')
  if (!isAnObject(written)) throw new TypeError('a mapping is an object, such as { "standardScopes": true }')
  const unknown = Object.keys(written).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw new TypeError(`there is no "${unknown}" here; it takes ${NAMES.join(', ')}`)
  const { standardScopes: isStandard = true, always: everybody = [], fromClaim: rows = [], implies = {} } = written
  if (typeof isStandard !== 'boolean') throw new TypeError('"standardScopes" must be true or false')
  if (!Array.isArray(rows) || rows.length > MOST_ROWS) throw new TypeError(`"fromClaim" must be a list of at most ${MOST_ROWS}`)
  if (!Array.isArray(everybody)) throw new TypeError('"always" must be a list of scopes, such as ["mcp"]')
  const mappers = [...(isStandard ? [standardScopes] : []), ...(everybody.length > 0 ? [always(...everybody)] : []), ...rows.map(rowMapper)]
  // `implies` is looked at by whom it is given to, as the rows are.
  const { granted, missing, unknown: unmapped } = explainScopes(claims, mappers, { implies: implies as Implications })
  return { granted, missing, unknown: unmapped }
}

const NAMES = ['standardScopes', 'always', 'fromClaim', 'implies']
const MOST_ROWS = 50

function rowMapper(row: unknown): ScopeMapper {
  if (!isAnObject(row)) throw new TypeError('a row of "fromClaim" is an object, such as { "claim": "roles", "table": { "admin": "notes:write" } }')
  const { claim, table, when: condition, ...options } = row
  const mapper = fromClaim(claim as ClaimSelector, table as ScopeTable | undefined, options) // which looks at each
  return condition === undefined ? mapper : when(condition as ClaimValues, mapper) // and so does this
}

function isAnObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
