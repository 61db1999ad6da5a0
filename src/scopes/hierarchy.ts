/** Expands scopes by a hierarchy: one scope implies another. */
import { isTable } from '../lib/plain-table.js'
import { isScopeToken } from '../lib/scope-token.js'
import { wildcardsOver } from '../lib/scope-match.js'
import { isScopeList } from './scope-list.js'

/** `{ 'notes:admin': ['notes:write'], 'notes:write': 'notes:read' }`: who holds the first holds the others too, and so on. */
export type Implications<Scope extends string = string> = Readonly<Partial<Record<Scope, Scope | readonly Scope[]>>>

/** Most names in a table. */
const MAX_NAMES = 1_000

/** Expands scopes. Wildcards count: who holds `notes:*` holds all that the table names in `notes:`, and what that implies. */
export class ScopeHierarchy {
  /** The scopes that each scope implies, and each wildcard covers, one step down. */
  readonly #below: ReadonlyMap<string, ReadonlySet<string>>
  readonly #expanded = new WeakMap<readonly string[], readonly string[]>()

  /** Reads a table. @throws TypeError for one that is wrong, or goes round in a circle, which it names. */
  constructor(implies: Implications) {
    const implied = checkedImplications(implies)
    const names = new Set([...implied].flat(2))
    if (names.size > MAX_NAMES) throw new TypeError(`"implies" must name ${MAX_NAMES} scopes at most`)
    refuseCircles(implied)
    const below = new Map([...implied].map(([scope, others]) => [scope, new Set(others)]))
    for (const name of names) for (const wildcard of wildcardsOver(name)) below.set(wildcard, (below.get(wildcard) ?? new Set()).add(name))
    this.#below = below
  }

  /** Lists these scopes and all that they imply, each once. The list is frozen, and shared by tokens that share a list of scopes. */
  expand(scopes: readonly string[]): readonly string[] {
    const isShared = isScopeList(scopes)
    const known = isShared ? this.#expanded.get(scopes) : undefined
    if (known !== undefined) return known
    const expanded = new Set(scopes)
    const { size } = expanded
    // What is added while the set is walked through is walked through as well. (D67)
    for (const scope of expanded) for (const other of this.#below.get(scope) ?? []) expanded.add(other)
    const list = expanded.size === size ? scopes : Object.freeze([...expanded])
    if (isShared) this.#expanded.set(scopes, list)
    return list
  }
}

// It is a Map and not an object: a scope called "constructor" implies nothing.
function checkedImplications(implies: unknown): ReadonlyMap<string, readonly string[]> {
  const advice = '"implies" must be a table of scopes: { "notes:admin": ["notes:write"], "notes:write": "notes:read" }'
  if (!isTable(implies)) throw new TypeError(advice)
  return new Map(
    Object.entries(implies).map(([scope, value]) => {
      const implied: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
      if (!isScopeToken(scope) || !implied.every(isScopeToken)) throw new TypeError(`${advice}; look at "${scope}"`)
      return [scope, implied]
    }),
  )
}

/** Finds a circle along what each scope implies. Scopes that imply each other are one scope with two names, and a mistake. */
function refuseCircles(implied: ReadonlyMap<string, readonly string[]>): void {
  const done = new Set<string>()
  const walk = (scope: string, way: readonly string[]): void => {
    if (way.includes(scope)) throw new TypeError(`"implies" goes round in a circle: ${[...way.slice(way.indexOf(scope)), scope].join(' → ')}`)
    if (done.has(scope)) return
    for (const next of implied.get(scope) ?? []) walk(next, [...way, scope])
    done.add(scope)
  }
  for (const scope of implied.keys()) walk(scope, [])
}
