/** Asks the authorization server about opaque tokens, and about JWTs that must be revocable (RFC 7662). */
import { Introspection } from '../src/introspection/introspection.js'
import { INTROSPECTION_OPTIONS } from '../src/introspection/introspection-options.js'
import { checkOptions } from '../src/lib/options.js'
import { providerOptions, PROVIDER_OPTIONS } from '../src/provider-options.js'
import { StandardProvider } from '../src/standard-provider.js'
import type { IntrospectionOptions } from '../src/introspection/introspection-options.js'
import type { NearMiss } from '../src/explanation.js'
import type { ProviderHealth } from '../src/health.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/provider-options.js'
import type { Verdict } from '../src/verdict.js'

/** What `IntrospectionProvider` takes: what every provider takes, whom to ask, as whom, and what to expect. */
export type IntrospectionProviderOptions<Output = unknown> = ProviderOptions<Output> & IntrospectionOptions

/**
 * Says yes to a token that its authorization server calls active, for this audience, and that has not ended. Remembered
 * for 30 seconds (`cache`): a revoked token is refused within that time. Loads `openid-client` at the first question.
 * Does NOT show the authorization server a stranger's token: JWTs of other issuers and tokens of GitHub are refused here.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class IntrospectionProvider<Output = unknown> extends StandardProvider<Output> {
  override readonly issuers: readonly string[]
  override readonly audiences: readonly string[]
  override readonly owns: Ownership
  readonly #introspection: Introspection

  constructor(options: IntrospectionProviderOptions<Output>) {
    checkOptions('IntrospectionProvider', options, { ...INTROSPECTION_OPTIONS, ...PROVIDER_OPTIONS })
    super({ ...providerOptions(options), name: options.name ?? 'introspection' })
    this.#introspection = new Introspection(options, this.context)
    const { issuer } = this.#introspection
    this.owns = this.#introspection.owns
    this.audiences = this.#introspection.audiences
    this.issuers = issuer === undefined ? [] : [issuer]
  }

  /** Mine: a JWT of this issuer, or an opaque token with the prefix. Maybe: any opaque token, where no prefix is given. */
  override recognizes(token: string): Recognition {
    return this.#introspection.recognizes(token)
  }

  /** What a JWT of another issuer nearly says, or why an opaque token is not shown. */
  override nearMiss(token: string): NearMiss | undefined {
    return this.#introspection.nearMiss(token)
  }

  /** How asking the authorization server goes. */
  override health(): ProviderHealth {
    return { ...super.health(), kind: 'introspection', upstream: this.#introspection.health() }
  }

  protected override get checkName(): string {
    return 'introspection'
  }

  /** All that decides an answer, without secrets. */
  protected override get policy(): string {
    return this.#introspection.policy
  }

  protected override check(token: string): Promise<Verdict> {
    return this.#introspection.verdictOn(token)
  }

  protected override judge(verdict: Verdict): Verdict {
    return this.#introspection.judge(verdict)
  }
}
