/** This file says what each MCP operation needs, beyond what every request does: tools by name, resources by URI. */
import { ANY_SIGN_IN, authenticationTogether, checkedAuthentication } from '../../authentication.js'
import { checkOptions, spanInSeconds } from '../../lib/options.js'
import { isReported, reportOnly } from '../../lib/report-only.js'
import { isTable } from '../../lib/plain-table.js'
import { isScopeToken } from '../../lib/scope-token.js'
import { ownProperty } from '../../lib/own-property.js'
import { checkedMethod } from './method-names.js'
import type { AuthenticationRequirements, AuthenticationTerms } from '../../authentication.js'
import type { OptionNames } from '../../lib/options.js'

/** What one operation needs, beyond its scopes. */
export interface OperationTerms extends AuthenticationRequirements {
  /** One or several; none means that the caller must be signed in. */
  readonly scopes?: string | readonly string[]
  /** Seconds: an answer about the token must not be older. */
  readonly maxAge?: number
  /** Nobody is refused by it, and `would_deny` tells whom it would refuse. */
  readonly [reportOnly]?: true
}

/** Scopes, one or several, or all that the operation needs. */
export type OperationRule = string | readonly string[] | OperationTerms

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
  readonly authentication: AuthenticationTerms
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
  /** What stands in front of its star, or all of it, in every spelling. */
  readonly texts: readonly string[]
  /** False for one that holds whatever is named. */
  readonly looksAtNames: boolean
  /** True for one by which nobody is refused. */
  readonly reported: boolean
}

export type OperationTable = readonly Rule[]

/** @throws TypeError for a table that is wrong; says what to write instead. `ofAll`: what every request needs beside it. */
export function operationTable(operations: Operations, ofAll: AuthenticationTerms = ANY_SIGN_IN): OperationTable {
  if (!isTable(operations)) throw new TypeError(EXAMPLE)
  if (reportOnly in operations) throw new TypeError(MARK_THE_RULE)
  const table = Object.entries(operations).flatMap(([name, rules]): Rule[] => {
    const method = checkedMethod(name)
    const forAll = { key: method, method, covers: () => true, texts: [], looksAtNames: false }
    if (isScopes(rules)) return [{ ...forAll, ...checkedTerms(method, rules) }]
    if (!isTable(rules)) throw new TypeError(noRule(method, rules))
    if (reportOnly in rules) throw new TypeError(MARK_THE_RULE)
    // A table of nothing is a rule without scopes, and not no rule.
    if (Object.keys(rules).length === 0) return [{ ...forAll, ...checkedTerms(method, []) }]
    return Object.entries(rules).map(([pattern, rule]) => {
      const key = `${method} ${pattern}`
      return { key, method, ...matcher(pattern), looksAtNames: pattern !== '*', ...checkedTerms(key, rule) }
    })
  })
  for (const rule of table) checkAcr(rule, table, ofAll)
  return table
}

/** @throws TypeError for a rule whose calls nobody could make: a token has one `acr`, and another rule wants others. */
function checkAcr(rule: Rule, table: OperationTable, ofAll: AuthenticationTerms): void {
  if (rule.authentication.acr === undefined) return
  const isContradicted = (terms: AuthenticationTerms): boolean => authenticationTogether([rule.authentication, terms]).acr?.length === 0
  const other = table.find((one) => one.method === rule.method && (one.covers(rule.texts) || rule.covers(one.texts)) && isContradicted(one.authentication))
  const contradicting = other?.key ?? (isContradicted(ofAll) ? 'the gate' : undefined)
  if (contradicting !== undefined) throw new TypeError(`"operations": ${rule.key} has no "acr" in common with ${contradicting}; name in both what is enough for both`)
}

/** What all of these operations need together. */
export function needOf(operations: readonly Operation[], table: OperationTable): Need {
  const rules: Rule[] = []
  for (const operation of operations) rules.push(...rulesFor(operation, table))
  if (rules.length === 0) return NOTHING
  // Each once: a batch may have more of them than a call can take.
  const ages = new Set(rules.flatMap(({ maxAge }) => maxAge ?? []))
  const scopes = [...new Set(rules.flatMap((rule) => rule.scopes))]
  const authentication = authenticationTogether([...new Set(rules.map((rule) => rule.authentication))])
  return { caller: rules.length > 0, scopes, maxAge: ages.size === 0 ? undefined : Math.min(...ages), authentication }
}

const NOTHING: Need = { caller: false, scopes: [], maxAge: undefined, authentication: ANY_SIGN_IN }

function rulesFor({ method, names, uris }: Operation, table: OperationTable): readonly Rule[] {
  let all: readonly string[] | undefined
  return table.filter((rule) => {
    if (rule.method !== method) return false
    // To read a URI costs more than all the rest: only where a rule looks at it.
    if (rule.looksAtNames) all ??= uris.length === 0 ? names : [...names, ...uris.flatMap(spellings)]
    return rule.covers(all ?? NONE)
  })
}

const NONE: readonly string[] = []

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
  const reference = ownProperty(params, 'ref')
  return { method, names: textsIn(params, reference, 'name'), uris: textsIn(params, reference, 'uri') }
}

function textsIn(params: unknown, reference: unknown, member: string): readonly string[] {
  const text = ownProperty(params, member)
  // Most have one, or none.
  if (reference === undefined) return isText(text) ? [text] : NONE
  return [text, ownProperty(reference, member)].filter(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
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
  if (!isScopes(rule) && !isTable(rule)) throw new TypeError(noRule(which, rule))
  const terms: OperationTerms = isScopes(rule) ? { scopes: rule } : withAllSet(which, rule)
  const { scopes = [], maxAge, acr, maxAuthAge } = terms
  const list = Array.isArray(scopes) ? [...scopes] : [scopes] // a hole becomes an entry, and is refused
  if (!list.every(isScopeToken)) throw new TypeError(`"operations": ${which} must name a scope or an array of scopes, one scope per entry`)
  return {
    scopes: list,
    maxAge: maxAge === undefined ? undefined : spanInSeconds(`operations: maxAge of ${which}`, maxAge, { min: 0, max: 3_600 }),
    reported: !isScopes(rule) && isReported(`"operations": ${which}`, rule),
    authentication: checkedAuthentication({ acr, maxAuthAge }, ` of ${which} in "operations"`),
  }
}

/** @throws TypeError for a misspelled member, or one whose variable is not set: it would ask for nothing. */
function withAllSet(which: string, terms: OperationTerms): OperationTerms {
  checkOptions(`"operations", ${which}`, terms, TERMS)
  const unset = Object.entries(terms).find(([, value]) => value === undefined)
  if (unset !== undefined) throw new TypeError(`"operations": "${unset[0]}" of ${which} is undefined; is a variable not set? leave it out to do without`)
  return terms
}

const TERMS = { scopes: true, maxAge: true, acr: true, maxAuthAge: true } as const satisfies OptionNames<OperationTerms>

function matcher(pattern: string): Pick<Rule, 'covers' | 'texts'> {
  if (pattern === '' || pattern.trim() !== pattern) throw new TypeError(`"operations": "${pattern}" names nothing that can be called; take the blanks out`)
  const star = pattern.indexOf('*')
  const isPrefix = star !== -1
  if (isPrefix && star !== pattern.length - 1) throw new TypeError(`"operations": "${pattern}" may have one star, at its end: "admin-*"`)
  if (pattern === '*') return { texts: [], covers: () => true }
  const texts = spellings(isPrefix ? pattern.slice(0, -1) : pattern)
  return { texts, covers: (names) => names.some((name) => texts.some((text) => (isPrefix ? name.startsWith(text) : name === text))) }
}

const MARK_THE_RULE = `"operations": [reportOnly] goes on a rule, and a star stands for any name: { 'tools/call': { '*': { scopes: 'notes:write', [reportOnly]: true } } }`
const EXAMPLE = `"operations" must be a table by method and name: { 'tools/call': { 'purge-notes': 'notes:write' } }`

// By hand: Array.isArray does not take a readonly array out of a union.
function isScopes(rule: unknown): rule is string | readonly string[] {
  return typeof rule === 'string' || Array.isArray(rule)
}

/** What is no rule would be one that asks for nothing. */
function noRule(which: string, rule: unknown): string {
  const advice = rule === undefined ? 'is undefined; is a variable not set? leave the rule out to do without' : 'must name a scope, an array of scopes, or { scopes: … }'
  return `"operations": ${which} ${advice}`
}
