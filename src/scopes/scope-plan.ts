/** Makes scopes of claims for a provider: by its mappers, and by what one scope implies. */
import { explainBy } from './explain.js'
import { ScopeHierarchy } from './hierarchy.js'
import { mapScopes, standardScopes } from './mappers.js'
import { checkedMappers, readyRule } from './rule.js'
import type { Claims } from '../access-token.js'
import type { ScopesExplained } from './explain.js'
import type { Implications } from './hierarchy.js'
import type { ScopeMapper } from './rule.js'

export interface ScopeOptions {
  /** How claims become scopes; several mappers add up. Default: `standardScopes`. */
  scopes?: ScopeMapper | readonly ScopeMapper[] | undefined
  /**
   * Scopes that imply others: `{ 'notes:admin': ['notes:write'], 'notes:write': 'notes:read' }`. `requireAuth` and the gate
   * know it. Default: none, but `notes:*` covers `notes:read`.
   */
  implies?: Implications | undefined
  /**
   * Whether `AccessToken.scopes` lists what is implied too. Default true: whoever looks at the list, as the SDKs' gates do,
   * finds what `requireAuth` would. With false it is what was granted, and `requireAuth` still knows the rest.
   */
  expandScopes?: boolean | undefined
}

export class ScopePlan {
  readonly mappers: readonly ScopeMapper[]
  readonly #hierarchy: ScopeHierarchy | undefined
  readonly #expandScopes: boolean

  /** @throws TypeError for an option that is wrong. */
  constructor({ scopes = standardScopes, implies, expandScopes = true }: ScopeOptions) {
    this.mappers = checkedMappers('"scopes" must be a mapper or an array of them', scopes)
    this.#hierarchy = implies === undefined ? undefined : new ScopeHierarchy(implies)
    if (typeof expandScopes !== 'boolean') throw new TypeError('"expandScopes" must be true or false')
    this.#expandScopes = expandScopes
  }

  /**
   * The scopes that these mappers can grant, with all that those imply: what clients may ask for. Without wildcards, and
   * without those that are about signing in (OIDC Core sections 5.4 and 11).
   */
  range(): readonly string[] {
    const granted = this.mappers.flatMap((mapper) => readyRule(mapper)?.range ?? [])
    const held = this.#hierarchy?.expand(granted) ?? granted
    return [...new Set(held)].filter((scope) => !scope.endsWith('*') && !ABOUT_SIGNING_IN.has(scope))
  }

  /** The scopes as `AccessToken.scopes` has them. */
  scopesOf(claims: Claims): readonly string[] {
    const scopes = mapScopes(this.mappers, claims)
    return this.#hierarchy !== undefined && this.#expandScopes ? this.#hierarchy.expand(scopes) : scopes
  }

  /** The scopes with all that they imply; undefined where the list itself has them all. */
  heldBy(scopes: readonly string[]): readonly string[] | undefined {
    return this.#expandScopes ? undefined : this.#hierarchy?.expand(scopes)
  }

  explain(claims: Claims, wanted: readonly string[]): ScopesExplained {
    return explainBy(claims, this.mappers, this.#hierarchy ?? new ScopeHierarchy({}), wanted)
  }
}

const ABOUT_SIGNING_IN: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])
