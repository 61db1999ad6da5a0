/** Asks the issuer of a JWT now and then whether the token is still good, where the signature alone cannot tell. */
import { LRUCache } from 'lru-cache'
import { sha256 } from '../lib/digest.js'
import { checkOptions, spanInSeconds } from '../lib/options.js'
import { reject } from '../verdict.js'
import { Introspection } from './introspection.js'
import { INTROSPECTION_OPTIONS } from './introspection-options.js'
import type { Claims } from '../access-token.js'
import type { Rejected } from '../verdict.js'
import type { Surroundings } from './introspection.js'
import type { IntrospectionOptions } from './introspection-options.js'

/** How often to ask, whom, and as whom. The issuer and the audience are those of the provider around it. */
export type RecheckOptions = Omit<IntrospectionOptions, 'issuer' | 'audience' | 'audienceClaims' | 'audienceMode' | 'maxTokenAge' | 'requiredClaims' | 'rules' | 'prefix' | 'signed'> & {
  /** Seconds for which an answer is good. Default 300, at most an hour: a revoked token is refused within this. */
  every?: number | undefined
}

/** Tokens whose last answer is remembered, as digests. */
const MOST_TOKENS = 50_000

export class Recheck {
  readonly #introspection: Introspection
  readonly #every: number
  readonly #now: () => number
  readonly #askedAt = new LRUCache<string, number>({ max: MOST_TOKENS })

  /** `about`: the issuer, and what the answer is held to. @throws TypeError for an option that is wrong. */
  constructor({ every = 300, ...options }: RecheckOptions, about: Pick<IntrospectionOptions, 'audience'> & { readonly issuer: string }, surroundings: Surroundings) {
    checkOptions('introspect', options, INTROSPECTION_OPTIONS)
    this.#every = spanInSeconds('introspect.every', every, { min: 0, max: 3600 })
    this.#introspection = new Introspection({ ...options, ...about }, surroundings)
    this.#now = surroundings.now
  }

  /**
   * Why a token with a good signature is no longer taken; undefined when its issuer said at most `every` seconds ago
   * that it is active, or `maxAge` where that is less.
   *
   * @throws AuthUnavailableError when the issuer must be asked and does not answer.
   */
  async refusalOf(token: string, claims: Claims, maxAge = this.#every): Promise<Rejected | undefined> {
    const key = sha256(token)
    const askedAt = this.#askedAt.get(key)
    const now = this.#now()
    if (askedAt !== undefined && now >= askedAt && now < askedAt + Math.min(this.#every, maxAge)) return undefined
    this.#askedAt.delete(key)
    const verdict = await this.#introspection.verdictOn(token)
    if (!verdict.accepted) return verdict
    const other = SAME.find((claim) => verdict.claims[claim] !== undefined && claims[claim] !== undefined && verdict.claims[claim] !== claims[claim])
    if (other !== undefined) return reject('invalid_claim', { claim: other, expected: claims[other], actual: verdict.claims[other] })
    this.#askedAt.set(key, now)
    return undefined
  }

  close(): void {
    this.#introspection.close()
    this.#askedAt.clear()
  }
}

/** Where the answer differs in one of these, it is about another token. */
const SAME = ['iss', 'sub', 'jti'] as const
