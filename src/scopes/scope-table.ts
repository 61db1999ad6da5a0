/** Reads a table that says which scopes a role, a group or a permission grants. */
import { isTable } from '../lib/plain-table.js'
import { isScopeToken } from '../lib/scope-token.js'
import type { Separator } from './selector.js'

/**
 * Has a row for each value, with what it grants: a scope, or several.
 *
 * - `admin: ['notes:read', 'notes:write']`: the value `admin`
 * - `'team-*': 'notes:read'`: every value that begins with `team-`; `'*'` is every value
 * - `'api://notes/*': (rest) => rest`: what stands in place of the `*` becomes a scope, because this row says so
 *
 * All rows that match add up. A value that no row matches grants nothing.
 */
export type ScopeTable<Scope extends string = string> = Readonly<Record<string, Granted<Scope>>>

type Granted<Scope extends string> = Scope | readonly Scope[] | ((rest: string) => Scope | readonly Scope[] | undefined)

export interface TableOptions {
  /** Values are compared without regard to the case of A to Z. Default: false. */
  readonly ignoreCase?: boolean | undefined
  /**
   * Splits a claim that is a text: `','` for `"admin, user"`, `' '` for `"admin user"`. The entries of an array are
   * values of their own, unless the selector goes into them: `'roles[]'`.
   * Default: a text is one value, whatever is in it; but `scope` and `scp` are split at blanks.
   */
  readonly separator?: Separator | undefined
}

/** A row that was read once. */
interface Row {
  /** The value in words: `"admin"`, or `a value that begins with "team-"`. */
  readonly text: string
  /** The scopes that it grants whatever the value is; undefined where the value decides. */
  readonly constant: readonly string[] | undefined
}

export interface Table {
  readonly rows: readonly Row[]
  /** Gives the scopes of a value, of the alphabet only; undefined for a value that no row knows. */
  readonly grant: (value: string) => readonly string[] | undefined
}

/** Reads a table. @throws TypeError for what is none, or names something that is not a scope. */
export function tableOf(table: ScopeTable, { ignoreCase = false }: Pick<TableOptions, 'ignoreCase'> = {}): Table {
  if (!isTable(table)) {
    throw new TypeError('fromClaim takes a table as its second argument: { admin: ["notes:read", "notes:write"], viewer: "notes:read" }')
  }
  if (typeof ignoreCase !== 'boolean') throw new TypeError('"ignoreCase" must be true or false')
  const fold = ignoreCase ? lowerCase : (text: string): string => text
  // It is a Map and not an object: a role called "constructor" finds nothing.
  const exact = new Map<string, ExactRow>()
  const patterns: PatternRow[] = []
  for (const [key, granted] of Object.entries(table)) {
    if (key.slice(0, -1).includes('*')) throw new TypeError(`fromClaim: "${key}" has a "*" that is not at its end, and would match nothing`)
    if (key.endsWith('*')) patterns.push(patternRow(key, granted, fold))
    else if (exact.has(fold(key))) throw new TypeError(`fromClaim: "${key}" is there twice, but for its case`)
    else exact.set(fold(key), { text: `"${key}"`, constant: checkedGrant(key, granted) })
  }
  return {
    rows: [...exact.values(), ...patterns],
    grant: (value) => {
      const own = exact.get(fold(value))?.constant
      if (patterns.length === 0) return own
      const found = [own, ...patterns.map(({ grant }) => grant(value))].filter((scopes) => scopes !== undefined)
      return found.length === 0 ? undefined : found.flat()
    },
  }
}

type ExactRow = Row & { readonly constant: readonly string[] }
type PatternRow = Row & Pick<Table, 'grant'>

function patternRow(key: string, granted: Granted<string>, fold: (text: string) => string): PatternRow {
  const prefix = key.slice(0, -1)
  const folded = fold(prefix)
  const matches = (value: string): boolean => value.length > prefix.length && fold(value).startsWith(folded)
  const text = prefix === '' ? 'any value' : `a value that begins with "${prefix}"`
  if (typeof granted === 'function')
    return { text, constant: undefined, grant: (value) => (matches(value) ? ownGrant(granted, value.slice(prefix.length)) : undefined) }
  const constant = checkedGrant(key, granted)
  return { text, constant, grant: (value) => (matches(value) ? constant : undefined) }
}

// A role that is called "notes-*" must not become a wildcard. (D65)
function ownGrant(give: (rest: string) => string | readonly string[] | undefined, rest: string): readonly string[] | undefined {
  if (rest.includes('*')) return undefined
  const scopes = [give(rest) ?? []].flat().filter(isScopeToken)
  return scopes.length === 0 ? undefined : scopes
}

function checkedGrant(key: string, granted: unknown): readonly string[] {
  if (typeof granted === 'function') throw new TypeError(`fromClaim: "${key}" takes a function only with a "*" at its end; write the scope`)
  const scopes: readonly unknown[] = Array.isArray(granted) ? [...granted] : [granted]
  if (scopes.every(isScopeToken)) return scopes
  throw new TypeError(`fromClaim: "${key}" must grant a scope or an array of scopes, one scope per entry`)
}

// Only ASCII letters are folded: to toLowerCase() the sign for kelvin is a "k", and a stranger's role would be ours.
function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
