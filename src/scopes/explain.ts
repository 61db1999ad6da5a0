/** Explains why somebody holds a scope, and what they lack for another, to the person who set up the mapping. */
import { checkedScopes, missingScopes } from '../lib/scope-match.js'
import { ScopeHierarchy } from './hierarchy.js'
import { checkedMappers, ruleOf, unknownIn } from './rule.js'
import type { Claims } from '../access-token.js'
import type { Implications } from './hierarchy.js'
import type { ScopeSource, ScopeMapper, UnknownValue } from './rule.js'

export interface ExplainOptions {
  readonly implies?: Implications | undefined
  /** Scopes to explain: what grants them, or what would. */
  readonly wanted?: readonly string[] | undefined
}

/** An explanation. It holds values of claims and is for your own eyes. As text it is a line for each fact. */
export interface ScopesExplained {
  /** Each scope, with everything that grants it. */
  readonly granted: readonly GrantedScope[]
  /** Each wanted scope that is not held, with what would grant it, in words. */
  readonly missing: readonly { readonly scope: string; readonly waysTo: readonly string[] }[]
  /** Values that were read and grant no scope. */
  readonly unknown: readonly UnknownValue[]
  toString(): string
}

export interface GrantedScope {
  readonly scope: string
  /** `source`: the claim that was read. */
  readonly by: readonly Omit<ScopeSource, 'scope'>[]
  /** Scopes held that imply this one. */
  readonly impliedBy: readonly string[]
}

/** Explains what these mappers make of these claims. @throws TypeError for an argument that is wrong. */
export function explainScopes(
  claims: Claims,
  mappers: ScopeMapper | readonly ScopeMapper[],
  { implies = {}, wanted = [] }: ExplainOptions = {},
): ScopesExplained {
  return explainBy(claims, checkedMappers('explainScopes takes a mapper or an array of them', mappers), new ScopeHierarchy(implies), wanted)
}

/** Explains as `explainScopes` does, by what a provider has at hand. */
export function explainBy(claims: Claims, mappers: readonly ScopeMapper[], hierarchy: ScopeHierarchy, wanted: readonly string[]): ScopesExplained {
  const sought = checkedScopes('wanted', wanted)
  const rules = mappers.map(ruleOf)
  const readings = rules.map((rule) => rule.read(claims))
  const grants = readings.flatMap((reading) => reading.sources)
  const held = new Map([...new Set(grants.map(({ scope }) => scope))].map((scope) => [scope, hierarchy.expand([scope])]))
  const listed = hierarchy.expand([...held.keys()])
  const missing = missingScopes(listed, sought)
  // A wanted scope below a wildcard is held, and in no list.
  const all = new Set([...listed, ...sought.filter((scope) => !missing.includes(scope))])
  const waysTo = (wantedScope: string): readonly string[] => {
    const suffices = (scope: string): boolean => missingScopes(hierarchy.expand([scope]), [wantedScope]).length === 0
    return [...new Set(rules.flatMap((rule) => rule.waysTo(wantedScope, suffices)))]
  }
  const explained = {
    granted: [...all].map((scope) => ({
      scope,
      by: grants.filter((grant) => grant.scope === scope).map(({ source, value }) => ({ source, ...(value !== undefined && { value }) })),
      impliedBy: [...held].filter(([other, stands]) => other !== scope && missingScopes(stands, [scope]).length === 0).map(([other]) => other),
    })),
    missing: missing.map((scope) => ({ scope, waysTo: waysTo(scope) })),
    unknown: unknownIn(readings),
  }
  return { ...explained, toString: () => textOf(explained) }
}

function textOf({ granted, missing, unknown }: Omit<ScopesExplained, 'toString'>): string {
  const lines = [
    ...granted.map(({ scope, by, impliedBy }) => `${scope}: ${[...by.map(reasonOf), ...impliedBy.map((other) => `implied by ${other}`)].join(', ')}`),
    ...missing.map(({ scope, waysTo }) => `${scope} is missing; ${waysTo.length === 0 ? 'no rule would grant it' : `it takes ${waysTo.join(', or ')}`}`),
    ...unknown.map(({ source, value }) => `${reasonOf({ source, value })} stands for no scope`),
  ]
  return lines.length === 0 ? 'no scopes' : lines.join('\n')
}

/** What a scope was made of, in words. Values are written as JSON: one may hold line breaks, and this is printed. */
export function reasonOf({ source, value }: Omit<ScopeSource, 'scope'>): string {
  return value === undefined ? source : `${JSON.stringify(value)} in ${source}`
}
