/** Asks the issuer of a JWT now and then whether the token is still good, where the signature alone cannot tell. */
import { AuthUnavailableError } from '../errors.js'
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import { spanInSeconds } from '../lib/options.js'
import { OrderedQuestions } from '../lib/ordered-questions.js'
import { reject } from '../verdict.js'
import { isUnsupportedTokenType } from './response/response-rules.js'
import { Introspection } from './introspection.js'
import type { Claims } from '../access-token.js'
import type { Rejected, Verdict } from '../verdict.js'
import type { UpstreamHealth } from '../health.js'
import type { ProviderContext } from '../provider-context.js'
import type { AskedAbout, Rechecking, RecheckOptions } from './recheck-options.js'

/** Tokens whose last answer is remembered, as digests. */
const MOST_TOKENS = 50_000

export class Recheck implements Rechecking {
  readonly #introspection: Introspection
  readonly #checkEvery: number
  readonly #now: () => number
  readonly #askedAt = lruMemory<number>(MOST_TOKENS)
  /** One at a time about a token, also where verdicts are not remembered. */
  readonly #questions = new OrderedQuestions<Rejected | { readonly since: number }>()

  /** @throws TypeError for an option that is wrong. */
  constructor(options: RecheckOptions, about: AskedAbout, context: ProviderContext) {
    const { checkEvery = 300, ...asking } = options
    this.#checkEvery = spanInSeconds('introspect.checkEvery', checkEvery, { min: 0, max: 3600 })
    this.#introspection = new Introspection({ ...asking, ...about }, context)
    this.#now = context.now
  }

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
