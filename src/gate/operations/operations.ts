/** This file says what each MCP operation needs, beyond what every request does: tools by name, resources by URI. */
import { spanInSeconds } from '../../lib/options.js'
import { isReported, reportOnly } from '../../lib/report-only.js'
import { isScopeToken } from '../../lib/scope-token.js'
import { ownProperty } from '../../lib/own-property.js'
import { checkedMethod } from './method-names.js'

/**
 * Scopes, one or several; none means that the caller must be signed in. With `maxAge`, on an answer about the token that is
 * not older than so many seconds. With `[reportOnly]`, nobody is refused by it, and `would_deny` tells whom it would refuse.
 */
export type OperationRule =
  | string
  | readonly string[]
  | { readonly scopes?: string | readonly string[]; readonly maxAge?: number; readonly [reportOnly]?: true }

/**
 * By JSON-RPC method, then by name: `{ 'tools/call': { 'purge-notes': 'notes:write', 'admin-*': 'notes:admin' } }`. A star
 * at the end stands for any rest, alone for any name. Scopes in the place of names are for all of the method. A rule without
 * scopes (`[]`, `{}`) means "signed in". What several rules ask for adds up; what none of them names needs nothing.
 */
export type Operations = Readonly<Record<string, string | readonly string[] | Readonly<Record<string, OperationRule>>>>

export interface Operation {
  readonly method: string
  /** Of the tool or prompt; URI of the resource, as it came. None for methods that name nothing. */
  readonly names: readonly string[]
  readonly uris: readonly string[]
}

interface Terms {
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly maxAge: number | undefined
}

/** What operations need. */
export interface Need extends Terms {
  /** True where a rule is about one of them: the caller must be known, whatever scopes it names. */
  readonly caller: boolean
}

interface Rule extends Terms {
  /** Method and name as the operator wrote them. */
  readonly key: string
  readonly method: string
  readonly covers: (names: readonly string[]) => boolean
  /** False for one that holds whatever is named. */
  readonly looksAtNames: boolean
  /** True for one by which nobody is refused. */
  readonly reported: boolean
}

export type OperationTable = readonly Rule[]

/** @throws TypeError for a table that is wrong; says what to write instead. */
export function operationTable(operations: Operations): OperationTable {
  if (!isTable(operations)) throw new TypeError(EXAMPLE)
  if (reportOnly in operations) throw new TypeError(MARK_THE_RULE)
  return Object.entries(operations).flatMap(([name, rules]): Rule[] => {
    const method = checkedMethod(name)
    const forAll = { key: method, method, covers: () => true, looksAtNames: false }
    if (!isTable(rules)) return [{ ...forAll, ...checkedTerms(method, rules) }]
    if (reportOnly in rules) throw new TypeError(MARK_THE_RULE)
    // A table of nothing is a rule without scopes, and not no rule.
    if (Object.keys(rules).length === 0) return [{ ...forAll, ...checkedTerms(method, []) }]
    return Object.entries(rules).map(([pattern, rule]) => {
      return { key: `${method} ${pattern}`, method, covers: matcher(pattern), looksAtNames: pattern !== '*', ...checkedTerms(`${method} ${pattern}`, rule) }
    })
  })
}

/** What all of these operations need together. */
export function needOf(operations: readonly Operation[], table: OperationTable): Need {
  const rules = operations.flatMap((operation) => rulesFor(operation, table))
  // Each once: a batch may have more of them than a call can take.
  const ages = new Set(rules.flatMap(({ maxAge }) => maxAge ?? []))
  const scopes = [...new Set(rules.flatMap((rule) => rule.scopes))]
  return { caller: rules.length > 0, scopes, maxAge: ages.size === 0 ? undefined : Math.min(...ages) }
}

function rulesFor({ method, names, uris }: Operation, table: OperationTable): readonly Rule[] {
  const ofMethod = table.filter((rule) => rule.method === method)
  // To read a URI costs more than all the rest: only where a rule looks at it.
  const all = ofMethod.some(({ looksAtNames }) => looksAtNames) ? [...names, ...uris.flatMap(spellings)] : []
  return ofMethod.filter((rule) => rule.covers(all))
}

/** Every scope that an operation may need. */
export function operationScopes(table: OperationTable = []): readonly string[] {
  return table.flatMap(({ scopes }) => scopes)
}

/** The operation of one JSON-RPC message, or undefined for what calls nothing: an answer to a request of ours. */
export function operationOf(message: unknown): Operation | undefined {
  const method = ownProperty(message, 'method')
  if (typeof method !== 'string') return undefined
  const params = ownProperty(message, 'params')
  // `completion/complete` names a prompt or a resource in `ref`.
  const places = [params, ownProperty(params, 'ref')]
  const textsIn = (member: string): string[] => places.flatMap((place) => texts(ownProperty(place, member)))
  return { method, names: textsIn('name'), uris: textsIn('uri') }
}

function texts(value: unknown): string[] {
  return typeof value === 'string' ? [value] : []
}

/** Servers look a resource up by its URI as it is, or in the one form of it, and decode what stands for a variable. */
function spellings(uri: string): string[] {
  const href = hrefOf(uri)
  const plain = decoded(href)
  // What is decoded may be a path with dots again.
  return [uri, href, plain, ...(plain === href ? [] : [hrefOf(plain)])]
}

function hrefOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri
}

/** Each run of escapes by itself: one that stands for nothing is no reason to leave the others. */
function decoded(uri: string): string {
  return uri.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}

function checkedTerms(which: string, rule: OperationRule): Terms & Pick<Rule, 'reported'> {
  const { scopes = [], maxAge } = isTable(rule) ? rule : { scopes: rule }
  const list = [scopes].flat()
  if (!list.every(isScopeToken)) throw new TypeError(`"operations": ${which} must name a scope or an array of scopes, one scope per entry`)
  return {
    scopes: list,
    maxAge: maxAge === undefined ? undefined : spanInSeconds(`operations: maxAge of ${which}`, maxAge, { min: 0, max: 3_600 }),
    reported: isTable(rule) && isReported(`"operations": ${which}`, rule),
  }
}

function matcher(pattern: string): Rule['covers'] {
  const star = pattern.indexOf('*')
  const isPrefix = star !== -1
  if (isPrefix && star !== pattern.length - 1) throw new TypeError(`"operations": "${pattern}" may have one star, at its end: "admin-*"`)
  if (pattern === '*') return () => true
  const texts = spellings(isPrefix ? pattern.slice(0, -1) : pattern)
  return (names) => names.some((name) => texts.some((text) => (isPrefix ? name.startsWith(text) : name === text)))
}

const MARK_THE_RULE = `"operations": [reportOnly] goes on a rule, and a star stands for any name: { 'tools/call': { '*': { scopes: 'notes:write', [reportOnly]: true } } }`
const EXAMPLE = `"operations" must be a table by method and name: { 'tools/call': { 'purge-notes': 'notes:write' } }`

// By hand: Array.isArray does not take a readonly array out of a union.
function isTable<T>(value: T | string | readonly string[]): value is T {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
