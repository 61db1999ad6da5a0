/** Makes mappers of mappers: a constant, a condition, an order. */
import { saidAtOnce } from '../lib/awaitable.js'
import { isScopeToken } from '../lib/scope-token.js'
import { ownProperty } from '../lib/own-property.js'
import { added, checkedMappers, mapperOf, ruleOf } from './rule.js'
import type { Claims } from '../access-token.js'
import type { MappedClaims, ScopeMapper, ScopeRule } from './rule.js'

/** Says what claims must hold: each of these is the value, or a list that holds it. */
export type ClaimValues = Readonly<Record<string, string | number | boolean>>

/** Grants these scopes to every token that the provider accepts. @throws TypeError for what is no scope. */
export function always(...scopes: readonly string[]): ScopeMapper {
  if (scopes.length === 0 || !scopes.every(isScopeToken)) throw new TypeError("always takes one scope per argument: always('mcp', 'notes:read')")
  const reading: MappedClaims = { sources: scopes.map((scope) => ({ scope, source: 'always' })), unknown: [] }
  return mapperOf({ read: () => reading, mayMiss: () => false, range: scopes, waysTo: (_wanted, suffices) => (scopes.some(suffices) ? ['always'] : []) })
}

/**
 * Grants what the mappers give, where the condition holds: `when({ email_verified: true }, fromClaim('groups', { … }))`, or
 * `when((claims) => …, …)`, which holds when it gives `true` and nothing else.
 *
 * @throws TypeError for a condition that says nothing.
 */
export function when(condition: ClaimValues | ((claims: Claims) => boolean | undefined), ...mappers: readonly ScopeMapper[]): ScopeMapper {
  const { holds, text } = conditionOf(condition)
  const rules = rulesOf('when', mappers)
  return mapperOf({
    read: (claims) => (holds(claims) ? added(rules.map((rule) => rule.read(claims))) : NOTHING),
    mayMiss: (claims) => rules.some(({ mayMiss }) => mayMiss(claims)),
    range: rules.flatMap(({ range }) => range),
    waysTo: (wanted, suffices) => rules.flatMap((rule) => rule.waysTo(wanted, suffices)).map((way) => `${way}, when ${text}`),
  })
}

/**
 * Grants what the first mapper gives that gives anything: rules in order, and a default at the end.
 * `firstOf(fromClaim('groups', { owners: 'notes:*' }), fromClaim('groups', { staff: 'notes:read' }), always('notes:list'))`
 */
export function firstOf(...mappers: readonly ScopeMapper[]): ScopeMapper {
  const rules = rulesOf('firstOf', mappers)
  return mapperOf({
    read: (claims) => {
      const readings: MappedClaims[] = []
      for (const rule of rules) {
        const reading = rule.read(claims)
        // Those after it might know what the ones before it did not.
        if (reading.sources.length > 0) return { sources: reading.sources, unknown: [] }
        readings.push(reading)
      }
      return added(readings)
    },
    mayMiss: (claims) => rules.some(({ mayMiss }) => mayMiss(claims)),
    range: rules.flatMap(({ range }) => range),
    waysTo: (wanted, suffices) =>
      rules.flatMap((rule, index) => rule.waysTo(wanted, suffices).map((way) => (index === 0 ? way : `${way}, when no rule before it grants anything`))),
  })
}

const NOTHING: MappedClaims = { sources: [], unknown: [] }

function rulesOf(owner: string, mappers: readonly ScopeMapper[]): readonly ScopeRule[] {
  if (mappers.length === 0) throw new TypeError(`${owner} takes at least one mapper, such as fromClaim("roles", { admin: "notes:write" })`)
  return checkedMappers(`${owner} takes mappers, one per argument`, mappers).map(ruleOf)
}

interface Condition {
  readonly holds: (claims: Claims) => boolean
  readonly text: string
}

function conditionOf(condition: ClaimValues | ((claims: Claims) => boolean | undefined)): Condition {
  // A promise is true to an "if"; nothing but true is.
  if (typeof condition === 'function') return { holds: (claims) => saidAtOnce(condition(claims)) === true, text: 'your condition holds' }
  const values = typeof condition === 'object' && condition !== null && !Array.isArray(condition) ? Object.entries(condition) : []
  if (values.length === 0 || !values.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))) {
    throw new TypeError('when takes a function, or claims and their values: { email_verified: true }')
  }
  const says = (claim: unknown, value: unknown): boolean => claim === value || (Array.isArray(claim) && claim.includes(value))
  return {
    holds: (claims) => values.every(([name, value]) => says(ownProperty(claims, name), value)),
    text: values.map(([name, value]) => `${name} is ${JSON.stringify(value)}`).join(' and '),
  }
}
