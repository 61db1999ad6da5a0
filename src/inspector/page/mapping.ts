/** Tries a mapping on claims while somebody writes it: the server answers by the mappers of the library. */
import { ask, el, find, show } from './dom.js'
import { visible, written } from './values.js'
import type { ScopesExplained } from '../../scopes/explain.js'

/** Milliseconds without a key before the server is asked. */
const PAUSE = 250

/** Undefined where the document has no mapping. */
export function readyMapping(): { take(claims: object): void } | undefined {
  const [mapping, claims] = [find('mapping', HTMLTextAreaElement), find('claims', HTMLTextAreaElement)]
  const mapped = find('mapped', HTMLElement)
  if (mapping === undefined || claims === undefined) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0
  let isTouched = false
  const later = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void tryIt(), PAUSE)
  }
  mapping.addEventListener('input', () => ((isTouched = true), later()))
  claims.addEventListener('input', later)

  async function tryIt(): Promise<void> {
    asked += 1
    const mine = asked
    const [read, about] = [parsed(mapping?.value ?? ''), parsed(claims?.value ?? '')]
    if (read === undefined) return show(mapped, problem('The mapping is no JSON yet'))
    if (about === undefined) return show(mapped, problem('The claims are no JSON yet'))
    const answered = await ask('api/scopes', { mapping: read, claims: about })
    if (mine !== asked) return
    if ('problem' in answered) return show(mapped, problem(answered.problem))
    show(mapped, ...resultParts(answered.value as ScopesExplained)) // by the server that this page is of
  }

  return {
    take(found) {
      claims.value = JSON.stringify(found, undefined, 2)
      if (!isTouched) mapping.value = JSON.stringify(suggestion(found), undefined, 2)
      void tryIt()
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function problem(text: string): HTMLElement {
  return el('p', { class: 'hint' }, visible(text))
}

function resultParts({ granted, unknown }: Pick<ScopesExplained, 'granted' | 'unknown'>): readonly Node[] {
  const list = granted.map(({ scope, by, impliedBy }) => {
    const from = [...by.map(({ source, value }) => (value === undefined ? source : `${written(value)} in ${source}`)), ...impliedBy.map((other) => `implied by ${other}`)]
    return el('li', {}, el('code', {}, visible(scope)), `: ${visible(from.join('; '))}`)
  })
  const left = unknown.map(({ source, value }) => el('li', { class: 'skipped' }, `${written(value)} in ${visible(source)} stands for no scope`))
  return [el('h3', {}, granted.length === 1 ? 'One scope' : `${granted.length} scopes`), el('ul', { class: 'scopes' }, ...list, ...left)]
}

/** Where the claims have a list of words that may be roles, a table with a row for each: to be filled in. */
function suggestion(claims: object): object {
  const found = PLACES.map((path) => ({ path, words: wordsAt(claims, path) })).find(({ words }) => words.length > 0)
  if (found === undefined) return { standardScopes: true, fromClaim: [], implies: {} }
  const table = Object.fromEntries(found.words.map((word) => [word, []]))
  return { standardScopes: true, fromClaim: [{ claim: found.path, table }], implies: {} }
}

const PLACES = ['realm_access.roles', 'roles', 'groups', 'permissions', 'cognito:groups', 'entitlements']

function wordsAt(claims: object, path: string): readonly string[] {
  let place: unknown = claims
  for (const name of path.split('.')) place = isObject(place) && Object.hasOwn(place, name) ? place[name] : undefined
  // A role with a star in it would be a pattern in a table.
  return Array.isArray(place) ? place.filter((word) => typeof word === 'string' && !word.includes('*')).slice(0, MOST_WORDS) : []
}

const MOST_WORDS = 20

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
