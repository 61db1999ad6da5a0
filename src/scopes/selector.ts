/** Finds the values of a claim, wherever an authorization server puts them: among own properties only, and never more than a thousand. */
import { ownProperty } from '../lib/own-property.js'
import type { Claims } from '../access-token.js'

/**
 * Says where values are: by a name or a path, or as the keys of what is there.
 *
 * - `'realm_access.roles'`: member `roles` of claim `realm_access`; a claim that is called so, dots and all, wins
 * - `'resource_access.*.roles'`: `roles` of every member
 * - `'roles[].key'`: `key` of every object in an array
 * - `'tenants.{tid}.roles'`: `roles` of the member that the claim `tid` names
 * - `['https://example.com/roles']`, `['a.b', 'c']`: a path that is cut already, for names with dots
 * - `{ keysOf: 'urn:zitadel:iam:org:project:roles' }`: the names of members, of an object or of the objects in an array
 */
export type ClaimSelector = ClaimPath | { readonly keysOf: ClaimPath }

/** A path in one text, or cut into its names. */
export type ClaimPath = string | readonly string[]

/** A selector that was read once. */
export interface Selector {
  /** The selector as people write it, for explanations and events. */
  readonly text: string
  /** Reads a text, whole or split where that was asked for; the texts of an array; or keys. */
  readonly valuesIn: (claims: Claims) => readonly string[]
}

/** What stands between the values of one text. */
export type Separator = ' ' | ','

/** Reads a selector. @throws TypeError for what is none; says what to write instead. */
export function selectorOf(selector: ClaimSelector, separator?: Separator): Selector {
  const path = isKeysOf(selector) ? selector.keysOf : selector
  const names = checkedNames(path)
  if (isKeysOf(selector) && separator !== undefined) throw new TypeError('"separator" splits texts, and keysOf reads names of members')
  const { take, prefix } = isKeysOf(selector) ? { take: keysIn, prefix: 'the keys of ' } : { take: texts(separator ?? separatorOf(names)), prefix: '' }
  const steps = names.flatMap(stepsOf)
  if (steps.length > MAX_STEPS) throw new TypeError(`a path has at most ${MAX_STEPS} steps`)
  const literal = typeof path === 'string' ? path : undefined
  const placesIn = (claims: Claims): readonly unknown[] => {
    const whole = literal === undefined ? undefined : ownProperty(claims, literal)
    if (whole !== undefined) return [whole]
    let places: readonly unknown[] = [claims]
    for (const step of steps) places = gathered(places, (place) => step(place, claims))
    return places
  }
  return {
    text: `${prefix}${literal ?? names.join('.')}`,
    valuesIn: (claims) => gathered(placesIn(claims), take),
  }
}

const MAX_STEPS = 16
const MAX_VALUES = 1_000

const ADVICE =
  'a claim is selected by its name or path, such as "permissions", "realm_access.roles", "resource_access.*.roles" or "roles[].key", by ["a name with dots"], or by { keysOf: "roles" }'

function isKeysOf(selector: ClaimSelector): selector is { readonly keysOf: ClaimPath } {
  return isObject(selector) && Object.keys(selector).join() === 'keysOf'
}

function checkedNames(path: unknown): readonly string[] {
  const names: readonly unknown[] = typeof path === 'string' ? path.split('.') : Array.isArray(path) ? [...path] : []
  if (names.length === 0 || !names.every((name): name is string => typeof name === 'string' && name !== '')) throw new TypeError(ADVICE)
  // All claims at once would make scopes of the subject and the issuer, and a claim must not choose the claim.
  if (names[0] === undefined || /^(\*|\{.*\})?(\[\])*$/.test(names[0])) throw new TypeError('a path begins with the name of a claim')
  return names
}

/** Collects what is found at all places, as far as there is room. */
function gathered<From, To>(places: readonly From[], find: (place: From) => readonly To[]): readonly To[] {
  const found: To[] = []
  for (const place of places) {
    found.push(...find(place).slice(0, MAX_VALUES - found.length))
    if (found.length >= MAX_VALUES) return found
  }
  return found
}

/** Goes from one place to those below it. */
type Step = (place: unknown, claims: Claims) => readonly unknown[]

function stepsOf(segment: string): readonly Step[] {
  const name = segment.replace(/(\[\])+$/, '')
  const each = Array.from({ length: (segment.length - name.length) / 2 }, () => entries)
  return name === '' ? each : [stepTo(name), ...each]
}

function stepTo(name: string): Step {
  if (name === '*') return members
  const reference = /^\{(.+)\}$/.exec(name)?.[1]
  if (reference === undefined) return (place) => member(place, name)
  return (place, claims) => member(place, ownProperty(claims, reference))
}

// Arrays are left out: their own properties are indexes and a length.
function member(place: unknown, name: unknown): readonly unknown[] {
  return isObject(place) && typeof name === 'string' && Object.hasOwn(place, name) ? [place[name]] : []
}

function members(place: unknown): readonly unknown[] {
  return isObject(place) ? Object.values(place) : []
}

function entries(place: unknown): readonly unknown[] {
  return Array.isArray(place) ? place : []
}

function keysIn(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject).flatMap((object) => Object.keys(object))
}

// RFC 6749 section 3.3: a list of scopes has blanks between them, in these claims and in no others.
function separatorOf([claim, ...below]: readonly string[]): Separator | undefined {
  return below.length === 0 && (claim === 'scope' || claim === 'scp') ? ' ' : undefined
}

function texts(separator: Separator | undefined): (value: unknown) => readonly string[] {
  return (value) => textsIn(value, separator)
}

/**
 * Reads a text or the texts of an array. Only a text is split, and only where a separator was named: many issuers write one
 * role as a text and two as an array, and its name may have blanks and commas. A tab never splits a scope in two.
 */
export function textsIn(value: unknown, separator?: Separator): readonly string[] {
  if (typeof value === 'string') return (separator === undefined ? [value] : value.split(separator).map(withoutBlanks)).filter((text) => text !== '')
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

// By hand: the expression for it takes a time that grows with the square of the blanks.
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (text[start] === ' ') start += 1
  while (end > start && text[end - 1] === ' ') end -= 1
  return text.slice(start, end)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
