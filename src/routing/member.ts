/** One provider of a chain, by the name that plans and events know it by. */
import { saidAtOnce } from '../lib/awaitable.js'
import { byProvider, toAccessToken } from '../access-token.js'
import { atOnce } from '../lib/at-once.js'
import { andThen } from '../lib/awaitable.js'
import type { AccessToken } from '../access-token.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider, Recognition, VerifyOptions } from '../provider.js'

export interface Member {
  /** Its own name; with its place in the chain where another has the same. */
  readonly name: string
  /** True where its place is part of the name. */
  readonly isNumbered: boolean
  readonly provider: BearerAuthProvider
}

/**
 * Names the providers of a chain, in their order. Those that nobody named are numbered where they are called the same.
 *
 * @throws TypeError for a name that was given to two: what is one's would be taken for the other's.
 */
export function named(providers: readonly BearerAuthProvider[]): readonly Member[] {
  const counts = new Map<string, number>()
  for (const provider of providers) counts.set(nameOf(provider), (counts.get(nameOf(provider)) ?? 0) + 1)
  return providers.map((provider, index) => {
    const name = nameOf(provider)
    const isNumbered = counts.get(name) !== 1
    if (isNumbered && !DEFAULT_NAMES.has(name)) throw new TypeError(`two providers of the chain are called "${name}"; give each a "name" of its own`)
    return { provider, name: isNumbered ? `${name} ${index + 1}` : name, isNumbered }
  })
}

/** What a member says of a token. One of no issuer carries the member's name: users of two servers have the same numbers. */
export function verifiedBy({ name, provider, isNumbered }: Member, token: string, options?: VerifyOptions): Awaitable<AccessToken | null> {
  const verified = atOnce(provider.verifyToken).call(provider, token, options)
  return isNumbered ? andThen(verified, (given) => numbered(given, name)) : verified
}

function numbered(given: AccessToken | null, name: string): AccessToken | null {
  const checked = toAccessToken(given)
  if (checked === null || checked.issuer !== undefined) return checked
  const own = byProvider(checked, name)
  AS_GIVEN.set(own, checked)
  return own
}

/** The token as the member itself gave it: it may know more of that one. */
export function asGiven(token: AccessToken): AccessToken {
  return AS_GIVEN.get(token) ?? token
}

const AS_GIVEN = new WeakMap<AccessToken, AccessToken>()

/** Whose token this is, in the words of a member. @throws TypeError for an answer that is none. */
export function recognition({ provider }: Member, token: string): Recognition {
  const answer: unknown = provider.recognizes === undefined ? 'maybe' : saidAtOnce(provider.recognizes(token))
  if (answer === 'mine' || answer === 'maybe' || answer === 'foreign') return answer
  throw new TypeError('recognizes must answer "mine", "maybe" or "foreign", and not a promise')
}

/** What providers are called that were given no name. */
const DEFAULT_NAMES: ReadonlySet<string> = new Set(['jwks', 'introspection', 'userinfo', 'github', 'static', 'issuers', 'custom'])

/** What a provider calls itself. */
export function nameOf(provider: BearerAuthProvider): string {
  return 'name' in provider && typeof provider.name === 'string' && provider.name !== '' ? provider.name : 'custom'
}

/** The first one's names, or undefined where scopes are called alike there. */
export function requestAsOf(providers: readonly BearerAuthProvider[]): BearerAuthProvider['requestAs'] {
  return providers.find(({ issuers = [] }) => issuers.length > 0)?.requestAs
}
