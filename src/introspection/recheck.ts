/** Asks the issuer of a JWT now and then whether the token is still good, where the signature alone cannot tell. */
import { AuthUnavailableError } from '../errors.js'
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import { checkOptions, spanInSeconds } from '../lib/options.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import { reject } from '../verdict.js'
import { isUnsupportedTokenType } from './response/response-rules.js'
import { Introspection } from './introspection.js'
import type { Claims } from '../access-token.js'
import type { Rejected, Verdict } from '../verdict.js'
import type { Surroundings } from './introspection.js'
import type { IntrospectionOptions } from './introspection-options.js'

/** What the provider around it says, or looks at in the token itself. */
type OfTheToken = 'issuer' | 'audience' | 'audienceClaims' | 'audienceMode' | 'maxTokenAge' | 'requiredClaims' | 'rules' | 'prefix'

/** How often to ask, whom, and as whom. The issuer and the audience are those of the provider around it. */
export type RecheckOptions = Omit<IntrospectionOptions, OfTheToken> & {
  /** Seconds for which an answer is good. Default 300, at most an hour: a revoked token is refused within this. */
  checkEvery?: number | undefined
}

const OPTIONS = ['checkEvery', 'endpoint', 'clientAuth', 'tokenTypeHint', 'parameters', 'headers', 'timeout', 'fetch', 'signed', 'hints']

/** Tokens whose last answer is remembered, as digests. */
const MOST_TOKENS = 50_000

export class Recheck {
  readonly #introspection: Introspection
  readonly #checkEvery: number
  readonly #now: () => number
  readonly #askedAt = lruMemory<number>(MOST_TOKENS)
  readonly #underWay = new Map<string, Promise<Verdict>>()

  /** `about`: the issuer, and what the answer is held to. @throws TypeError for an option that is wrong. */
  constructor(options: RecheckOptions, about: Pick<IntrospectionOptions, 'audience'> & { readonly issuer: string }, surroundings: Surroundings) {
    checkOptions('introspect', options, OPTIONS)
    const { checkEvery = 300, ...asking } = options
    this.#checkEvery = spanInSeconds('introspect.checkEvery', checkEvery, { min: 0, max: 3600 })
    this.#introspection = new Introspection({ ...asking, ...about }, surroundings)
    this.#now = surroundings.now
  }

  /**
   * Why a token with a good signature is no longer taken; undefined when its issuer said at most `checkEvery` seconds ago
   * that it is active, or `maxAge` where that is less.
   *
   * @throws AuthUnavailableError when the issuer must be asked and does not answer.
   */
  async refusalOf(token: string, claims: Claims, maxAge = this.#checkEvery): Promise<Rejected | undefined> {
    const key = sha256(token)
    const askedAt = this.#askedAt.get(key)
    const now = this.#now()
    if (askedAt !== undefined && now >= askedAt && now < askedAt + Math.min(this.#checkEvery, maxAge)) return undefined
    // While nobody knows, what was said before stays as good as it was.
    const refusal = refusalBy(await this.#ask(key, token), claims)
    if (refusal === undefined) this.#askedAt.set(key, now)
    else this.#askedAt.delete(key)
    return refusal
  }

  /** One question at a time about a token, also where verdicts are not remembered. */
  #ask(key: string, token: string): Promise<Verdict> {
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return underWay
    const asked = this.#introspection.verdictOn(token)
    if (!mayShareBetweenRequests) return asked
    const shared = asked.finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, shared)
    return shared
  }

  close(): void {
    this.#introspection.close()
    this.#askedAt.clear()
  }
}

/** Where the answer differs in one of these, it is about another token. */
const SAME = ['iss', 'sub', 'jti'] as const

function refusalBy(verdict: Verdict, claims: Claims): Rejected | undefined {
  // The signature is the issuer's, and so is the token: it is the set-up that is wrong.
  if (!verdict.accepted && isUnsupportedTokenType(verdict)) {
    throw new AuthUnavailableError('the issuer answers no questions about its JWTs; leave "introspect" out')
  }
  if (!verdict.accepted) return verdict
  const other = SAME.find((claim) => verdict.claims[claim] !== undefined && claims[claim] !== undefined && verdict.claims[claim] !== claims[claim])
  return other && reject('invalid_claim', { claim: other, expected: claims[other], actual: verdict.claims[other] })
}
