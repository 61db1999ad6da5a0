/** This file says which rule made each scope of a token, and what it would take for those that it lacks. */
import { heldScopes } from '../access-token.js'
import { missingScopes } from '../lib/scope-match.js'
import { nameOf } from '../routing/member.js'
import { reasonOf } from '../scopes/explain.js'
import type { AccessToken, Claims } from '../access-token.js'
import type { BearerAuthProvider } from '../provider.js'
import type { ScopesExplained } from '../scopes/explain.js'
import type { Stop } from './road.js'
import type { TokenReport } from './token-report.js'

type Found = Pick<TokenReport, 'scopes' | 'missing'>

/** Of a token that nobody took, nothing is granted. */
export function scopesOf(token: AccessToken | null, stops: readonly Stop[], required: readonly string[] = []): Found {
  if (token === null) return { scopes: [], missing: [] }
  const missing = missingScopes(heldScopes(token), required)
  const taker = takerOf(token, stops)
  const told = explains(taker) ? taker.explainScopes(token.claims, missing) : undefined
  return {
    scopes: token.scopes.map((scope) => ({ scope, from: fromOf(scope, told) })),
    missing: missing.map((scope) => ({ scope, waysTo: told?.missing.find((one) => one.scope === scope)?.waysTo ?? [] })),
  }
}

function fromOf(scope: string, told: ScopesExplained | undefined): readonly string[] {
  const { by = [], impliedBy = [] } = told?.granted.find((one) => one.scope === scope) ?? {}
  const from = [...by.map(reasonOf), ...impliedBy.map((other) => `implied by ${other}`)]
  return from.length === 0 ? [UNTOLD] : from
}

/** A provider of the user's own, or claims of which not all were kept (`cache.keep`). */
const UNTOLD = 'the provider does not say'

/** By the name in the token: a chain's for the provider, or the provider's own, which several may have. */
function takerOf({ provider: name, token }: AccessToken, stops: readonly Stop[]): BearerAuthProvider | undefined {
  const called = stops.filter((stop) => stop.name === name || nameOf(stop.provider) === name).map(({ provider }) => provider)
  const explaining = called.filter(explains)
  return explaining.find((provider) => provider.recognizes?.(token) === 'mine') ?? explaining[0]
}

/** What every `StandardProvider` has. */
interface Explaining {
  explainScopes(claims: Claims, wanted: readonly string[]): ScopesExplained
}

function explains<T extends object>(provider: T | undefined): provider is T & Explaining {
  return provider !== undefined && 'explainScopes' in provider && typeof provider.explainScopes === 'function'
}
