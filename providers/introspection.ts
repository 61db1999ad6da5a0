/** Asks the authorization server about opaque tokens, and about JWTs that must be revocable (RFC 7662). */
import { Introspection } from '../src/introspection/introspection.js'
import { INTROSPECTION_OPTIONS } from '../src/introspection/introspection-options.js'
import { checkOptions } from '../src/lib/options.js'
import { PROVIDER_OPTIONS } from '../src/provider-options.js'
import { StandardProvider } from '../src/standard-provider.js'
import type { IntrospectionOptions } from '../src/introspection/introspection-options.js'
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
    checkOptions('IntrospectionProvider', options, [...INTROSPECTION_OPTIONS, ...PROVIDER_OPTIONS])
    super({ ...standardOptions(options), name: options.name ?? 'introspection' })
    const { now, clockTolerance, name } = this
    this.#introspection = new Introspection(options, { now, clockTolerance, observe: options.observe, provider: name })
    const { issuer } = this.#introspection
    this.owns = this.#introspection.owns
    this.audiences = this.#introspection.audiences
    this.issuers = issuer === undefined ? [] : [issuer]
  }

  /** Mine: a JWT of this issuer, or an opaque token with the prefix. Maybe: any opaque token, where no prefix is given. */
  override recognizes(token: string): Recognition {
    return this.#introspection.recognizes(token)
  }

  /** Forgets every verdict, and ends what is being asked. What needs an answer after this is unavailable. */
  override async close(): Promise<void> {
    this.#introspection.close()
    await super.close()
  }

  /** All that decides an answer, without secrets. */
  protected override get policy(): string {
    return this.#introspection.policy
  }

  protected override check(token: string): Promise<Verdict> {
    return this.#introspection.verdictOn(token)
  }
}

function standardOptions<Output>(options: IntrospectionProviderOptions<Output>): ProviderOptions<Output> {
  return Object.fromEntries(PROVIDER_OPTIONS.map((name) => [name, options[name]]))
}
