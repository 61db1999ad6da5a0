/** One provider of a chain, by the name that plans and events know it by. */
import type { BearerAuthProvider, Recognition } from '../provider.js'

export interface Member {
  /** Its own name; with its place in the chain where another has the same. */
  readonly name: string
  readonly provider: BearerAuthProvider
}

/** Names the providers of a chain, in their order. */
export function named(providers: readonly BearerAuthProvider[]): readonly Member[] {
  const counts = new Map<string, number>()
  for (const provider of providers) counts.set(nameOf(provider), (counts.get(nameOf(provider)) ?? 0) + 1)
  return providers.map((provider, index) => {
    const name = nameOf(provider)
    return { provider, name: counts.get(name) === 1 ? name : `${name} ${index + 1}` }
  })
}

/** Whose token this is, in the words of a member. @throws TypeError for an answer that is none. */
export function recognition({ provider }: Member, token: string): Recognition {
  const answer: unknown = provider.recognizes === undefined ? 'maybe' : provider.recognizes(token)
  if (answer === 'mine' || answer === 'maybe' || answer === 'foreign') return answer
  throw new TypeError('recognizes must answer "mine", "maybe" or "foreign", and not a promise')
}

function nameOf(provider: BearerAuthProvider): string {
  return 'name' in provider && typeof provider.name === 'string' && provider.name !== '' ? provider.name : 'custom'
}
