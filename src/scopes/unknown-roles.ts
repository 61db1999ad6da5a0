/** Tells, once each, which roles grant no scope: a typo in a table shows at the first token. */
import { readyRule, unknownIn } from './rule.js'
import type { Claims } from '../access-token.js'
import type { AuthEvent } from '../events.js'
import type { ScopeMapper, ScopeRule, UnknownValue } from './rule.js'

/** Most roles that are told of in the life of a provider: whoever can invent roles must not fill the log. */
const MAX_TOLD = 100

/** Makes the watcher; undefined where all mappers are functions of the user's, which give no reasons. */
export function unknownRolesOf(mappers: readonly ScopeMapper[]): UnknownRoles | undefined {
  const rules = mappers.map(readyRule).filter((rule) => rule !== undefined)
  return rules.length > 0 ? new UnknownRoles(rules) : undefined
}

export class UnknownRoles {
  readonly #rules: readonly ScopeRule[]
  readonly #told = new Set<string>()

  constructor(rules: readonly ScopeRule[]) {
    this.#rules = rules
  }

  /** Makes an event for each claim that has news. */
  newsOf(claims: Claims, provider: string): readonly AuthEvent[] {
    if (this.#told.size >= MAX_TOLD || !this.#rules.some(({ mayMiss }) => mayMiss(claims))) return []
    const unknown = unknownIn(this.#rules.map((rule) => rule.read(claims)))
    const news = unknown.filter((value) => this.#isNew(value))
    return [...new Set(news.map(({ source }) => source))].map((claim) => {
      const values = news.filter(({ source }) => source === claim)
      const names = values.filter(isName).map(({ value }) => value)
      return { type: 'roles_unknown', provider, claim, names, unnamed: values.length - names.length }
    })
  }

  // What must not be named is told of once a claim.
  #isNew(unknown: UnknownValue): boolean {
    const id = JSON.stringify(isName(unknown) ? unknown : unknown.source)
    if (this.#told.has(id) || this.#told.size >= MAX_TOLD) return false
    this.#told.add(id)
    return true
  }
}

/** Names of claims that say who somebody is. A table may map them; an event must not name their values. */
const PERSONAL = new Set([
  ...['sub', 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'email', 'phone_number'],
  ...['oid', 'upn', 'unique_name', 'username', 'login', 'uid'],
])

/** Matches what looks like the name of a role or a group, a distinguished name included, and not like an address or a line of a log. */
const NAME = /^[\w:./ ,=()&+*#-]{1,128}$/

function isName({ source, value }: UnknownValue): boolean {
  return NAME.test(value) && !PERSONAL.has(source.split(/[.[]/)[0] ?? '')
}
