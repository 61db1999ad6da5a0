/** Asks the issuer of a JWT now and then whether the token is still good, where the signature alone cannot tell. */
import { AuthUnavailableError } from '../errors.js'
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import { checkOptions, spanInSeconds } from '../lib/options.js'
import { OrderedQuestions } from '../lib/ordered-questions.js'
import { reject } from '../verdict.js'
import { isUnsupportedTokenType } from './response/response-rules.js'
import { Introspection } from './introspection.js'
import type { Claims } from '../access-token.js'
import type { OptionNames } from '../lib/options.js'
import type { Rejected, Verdict } from '../verdict.js'
import type { UpstreamHealth } from '../health.js'
import type { ProviderContext } from '../provider-context.js'
import type { chosenByTenant } from '../jwt/keys/discovery.js'
import type { IntrospectionOptions } from './introspection-options.js'

/** What the provider around it says, or looks at in the token itself. */
type OfTheToken = 'issuer' | 'audience' | 'audienceClaims' | 'audienceMode' | 'maxTokenAge' | 'requiredClaims' | 'rules' | 'prefix'

/** How often to ask, whom, and as whom. The issuer and the audience are those of the provider around it. */
export type RecheckOptions = Omit<IntrospectionOptions, OfTheToken> & {
  /** Seconds for which an answer is good. Default 300, at most an hour: a revoked token is refused within this. */
  checkEvery?: number | undefined
}

const OPTIONS = {
  checkEvery: true, endpoint: true, clientAuth: true, tokenTypeHint: true, parameters: true, headers: true,
  timeout: true, fetch: true, signed: true, hints: true,
} as const satisfies OptionNames<RecheckOptions>

/** Tokens whose last answer is remembered, as digests. */
const MOST_TOKENS = 50_000

export class Recheck {
  readonly #introspection: Introspection
  readonly #checkEvery: number
  readonly #now: () => number
  readonly #askedAt = lruMemory<number>(MOST_TOKENS)
  /** One at a time about a token, also where verdicts are not remembered. */
  readonly #questions = new OrderedQuestions<Rejected | { readonly since: number }>()

  /** `about`: the issuer, and what the answer is held to. @throws TypeError for an option that is wrong. */
  constructor(options: RecheckOptions, about: Pick<IntrospectionOptions, 'audience' | typeof chosenByTenant> & { readonly issuer: string }, context: ProviderContext) {
    checkOptions('introspect', options, OPTIONS)
    const { checkEvery = 300, ...asking } = options
    this.#checkEvery = spanInSeconds('introspect.checkEvery', checkEvery, { min: 0, max: 3600 })
    this.#introspection = new Introspection({ ...asking, ...about }, context)
    this.#now = context.now
  }

  /**
   * Why a token with a good signature is no longer taken; or when its issuer was asked that said it is active, at most
   * `checkEvery` seconds ago, or `maxAge` where that is less.
   *
   * @throws AuthUnavailableError when the issuer must be asked and does not answer.
   */
  async verdictOn(token: string, claims: Claims, maxAge: number | undefined): Promise<Rejected | { readonly since: number }> {
    const key = sha256(token)
    const askedAt = this.#askedAt.get(key)
    const now = this.#now()
    if (askedAt !== undefined && now >= askedAt && now < askedAt + Math.min(this.#checkEvery, maxAge ?? this.#checkEvery)) return { since: askedAt }
    // While nobody knows, what was said before stays as good as it was.
    return this.#questions.ask({
      ...{ key, now, maxAge },
      ask: async () => refusalBy(this.#introspection.judge(await this.#introspection.verdictOn(token)), claims) ?? { since: now },
      keep: (answer) => {
        if ('since' in answer) this.#askedAt.set(key, answer.since)
        else this.#askedAt.delete(key)
        return answer
      },
    })
  }

  health(): UpstreamHealth {
    return this.#introspection.health()
  }

  close(): void {
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
