/** Describes a mapper that can say why: which value granted a scope, and what would have. */
import { saidAtOnce } from '../lib/awaitable.js'
import { isScopeToken } from '../lib/scope-token.js'
import type { Claims } from '../access-token.js'

/** Takes claims and gives scopes. What is not one scope of RFC 6749's alphabet is dropped. */
export type ScopeMapper = (claims: Claims) => readonly string[]

/** One scope, and where it came from. */
export interface ScopeSource {
  readonly scope: string
  /** The claim that was read, as it was selected; or what else granted it, such as `always`. */
  readonly source: string
  /** The value in that claim. */
  readonly value?: string
}

/** A value that grants no scope. */
export interface UnknownValue {
  readonly source: string
  readonly value: string
}

export interface MappedClaims {
  /** Scopes of the alphabet only. */
  readonly sources: readonly ScopeSource[]
  readonly unknown: readonly UnknownValue[]
}

export interface ScopeRule {
  readonly read: (claims: Claims) => MappedClaims
  /** Whether a value of these claims may be unknown to it: a table has an end. It is asked for each verdict and costs little. */
  readonly mayMiss: (claims: Claims) => boolean
  /** The scopes that it can grant, as far as that is known before any claims come. */
  readonly range: readonly string[]
  /** Tells in words what would grant a scope: `"admin" in realm_access.roles`. `suffices`: does holding this one do? */
  readonly waysTo: (wanted: string, suffices: (scope: string) => boolean) => readonly string[]
}

/** Makes the mapper of a rule. `map` gives the same scopes, where there is a faster way to them. */
export function mapperOf(rule: ScopeRule, map: ScopeMapper = (claims) => rule.read(claims).sources.map(({ scope }) => scope)): ScopeMapper {
  const mapper = (claims: Claims): readonly string[] => map(claims)
  return Object.assign(mapper, { [RULE]: rule })
}

/** Gives the rule of a mapper; a function of the user's gives scopes and no reasons. */
export function ruleOf(mapper: ScopeMapper): ScopeRule {
  const source = mapper.name === '' ? 'a mapper of your own' : `your ${mapper.name}`
  return readyRule(mapper) ?? {
    read: (claims) => ({ sources: validScopes(mapper(claims)).map((scope) => ({ scope, source })), unknown: [] }),
    mayMiss: () => false,
    range: [],
    waysTo: () => [],
  }
}

/** Gives the rule of a mapper of this library; undefined for a function of the user's. */
export function readyRule(mapper: ScopeMapper & { readonly [RULE]?: ScopeRule }): ScopeRule | undefined {
  return mapper[RULE]
}

/** Checks mappers, one or several. @throws TypeError for what is none, with this demand. Returns them. */
export function checkedMappers(demand: string, mappers: unknown): readonly ScopeMapper[] {
  const list: readonly unknown[] = Array.isArray(mappers) ? [...mappers] : [mappers]
  if (list.every((mapper): mapper is ScopeMapper => typeof mapper === 'function')) return list
  throw new TypeError(`${demand}: [standardScopes, fromClaim("roles", { admin: "notes:write" })]`)
}

/** Keeps of what a mapper gave the scopes of the alphabet. */
export function validScopes(mapped: unknown): readonly string[] {
  // A text is a list of letters to a loop.
  saidAtOnce(mapped)
  if (!Array.isArray(mapped)) throw new TypeError('a scope mapper must give an array of scopes')
  return mapped.filter(isScopeToken)
}

/** Joins what several rules read. */
export function added(readings: readonly MappedClaims[]): MappedClaims {
  return { sources: readings.flatMap(({ sources }) => sources), unknown: readings.flatMap(({ unknown }) => unknown) }
}

/** Lists what no rule knows, each once: a value that one table lacks may stand in another. */
export function unknownIn(readings: readonly MappedClaims[]): readonly UnknownValue[] {
  const idOf = ({ source, value }: Partial<UnknownValue>): string => JSON.stringify([source, value])
  const known = new Set(readings.flatMap(({ sources }) => sources).map(idOf))
  const unknown = readings.flatMap((reading) => reading.unknown).map((value) => [idOf(value), value] as const)
  return [...new Map(unknown.filter(([id]) => !known.has(id))).values()]
}

// It is the same symbol in every copy of this package.
const RULE: unique symbol = Symbol.for('bearer-auth-providers.scope-rule.1')
