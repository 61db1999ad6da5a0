/** This file draws the road of a token: every provider that a chain or a router has, and what each of them takes the token for. */
import { membersFor } from '../provider.js'
import { explainedBy } from '../routing/explained.js'
import { nameOf, recognition } from '../routing/member.js'
import type { ExplainedStep } from '../explanation.js'
import type { BearerAuthProvider, NamedProvider } from '../provider.js'
import type { RoadStop } from './token-report.js'

/** One provider that no other stands behind, or a chain or router on the way to some. */
export interface Stop extends NamedProvider {
  readonly within?: string
}

/** More than anybody reads of a router with a list of thousands. */
const MOST = 50

/** Every stop in order: a chain's members, and behind a router the provider of the token's issuer, or of all that it knows. */
export async function stopsOf(provider: BearerAuthProvider, token: string, within?: string): Promise<readonly Stop[]> {
  const members = await provider[membersFor]?.(token)
  if (members === undefined) return within === undefined ? [{ name: nameOf(provider), provider }] : []
  const stops: Stop[] = []
  for (const member of members.slice(0, MOST)) {
    stops.push({ ...member, ...(within !== undefined && { within }) }, ...(await stopsOf(member.provider, token, member.name)))
  }
  return stops
}

/**
 * What each provider looked at. An explanation of a token that somebody took has that one's steps alone: those who were asked
 * before and said no are asked again, which is remembered.
 */
export async function stepsAlong(stops: readonly Stop[], token: string, explained: readonly ExplainedStep[]): Promise<readonly ExplainedStep[]> {
  const looked = lookedAt(explained)
  const perhaps = stops.filter(({ within, name, provider }) => within === undefined && recognition({ name, isNumbered: false, provider }, token) === 'maybe')
  const last = perhaps.findLastIndex(({ name }) => looked.has(name))
  const passedOver = perhaps.slice(0, Math.max(0, last)).filter(({ name }) => !looked.has(name))
  const before = await Promise.all(passedOver.map((stop) => explainedBy({ ...stop, isNumbered: false }, token)))
  const [owner, ...others] = explained
  return owner === undefined || before.length === 0 ? explained : [owner, ...before.flat(), ...others]
}

/** The stops as they are shown. */
export function roadOf(stops: readonly Stop[], token: string, steps: readonly ExplainedStep[]): readonly RoadStop[] {
  const looked = lookedAt(steps)
  // A route that nobody named has the name of its router, and its steps are the router's.
  const shown = stops.filter(({ name, within }) => name !== within)
  return shown.map(({ name, within, provider }) => {
    const says = recognition({ name, isNumbered: false, provider }, token)
    const nearMiss = says === 'foreign' ? provider.nearMiss?.(token)?.hint : undefined
    const { tokenHeader } = provider
    return {
      provider: name,
      ...(within !== undefined && { within }),
      says,
      asked: shown.length === 1 || looked.has(name),
      ...(tokenHeader !== undefined && { tokenHeader }),
      ...(nearMiss !== undefined && { nearMiss }),
    }
  })
}

function lookedAt(steps: readonly ExplainedStep[]): ReadonlySet<string> {
  return new Set(steps.flatMap(({ provider }) => provider ?? []))
}
