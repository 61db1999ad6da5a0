/** This file has the right member of a chain say what it makes of claims. */
import { membersFor } from '../../provider.js'
import { nameOf } from '../../routing/member.js'
import type { Claims } from '../../access-token.js'
import type { BearerAuthProvider, NamedProvider } from '../../provider.js'
import type { ScopesExplained } from '../../scopes/explain.js'

/** As `explainScopes` of a provider gives it, with whose mapping it is. */
export interface ClaimsExplained extends Pick<ScopesExplained, 'granted' | 'missing' | 'unknown'> {
  readonly provider: string
}

export interface Choice {
  /** Default: the one for the issuer in the claims, or the only one. */
  readonly name: string | undefined
  readonly wanted: readonly string[]
}

/** A text, with what to write instead, where it is not clear whose mapping is meant. */
export async function explainedClaims(provider: BearerAuthProvider, claims: Claims, { name, wanted }: Choice): Promise<ClaimsExplained | string> {
  const all = await explaining({ name: nameOf(provider), provider })
  const isOf = (one: Explaining): boolean => all.length === 1 || one.provider.issuers?.includes(String(claims.iss)) === true
  const isMeant = (one: Explaining): boolean => (name === undefined ? isOf(one) : one.name === name)
  const [found, another] = all.filter(isMeant)
  if (found === undefined || another !== undefined) return all.length === 0 ? 'no provider here maps claims' : `name one by --provider: ${all.map((one) => one.name).join(', ')}`
  const { granted, missing, unknown } = found.provider.explainScopes(claims, wanted)
  return { provider: found.name, granted, missing, unknown }
}

interface Explaining extends NamedProvider {
  readonly provider: BearerAuthProvider & { explainScopes(claims: Claims, wanted: readonly string[]): ScopesExplained }
}

/** All that map claims, behind chains and routers too. */
async function explaining(one: NamedProvider): Promise<readonly Explaining[]> {
  if (isExplaining(one)) return [one]
  const members = (await one.provider[membersFor]?.('')) ?? []
  return (await Promise.all(members.map(explaining))).flat()
}

function isExplaining(one: NamedProvider): one is Explaining {
  return 'explainScopes' in one.provider && typeof one.provider.explainScopes === 'function'
}
