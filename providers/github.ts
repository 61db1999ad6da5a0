/** Takes GitHub's tokens: asks GitHub whether your own application got them, and whose they are. */
import { GitHub } from '../src/github/github.js'
import { GITHUB_OPTIONS } from '../src/github/github-options.js'
import { checkOptions } from '../src/lib/options.js'
import { providerOptions, PROVIDER_OPTIONS } from '../src/provider-options.js'
import { StandardProvider } from '../src/standard-provider.js'
import type { GitHubOptions } from '../src/github/github-options.js'
import type { NearMiss } from '../src/explanation.js'
import type { ProviderHealth } from '../src/health.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/provider-options.js'
import type { Verdict } from '../src/verdict.js'

/** What `GitHubProvider` takes: what every provider takes, and whose tokens. */
export type GitHubProviderOptions<Output = unknown> = ProviderOptions<Output> & GitHubOptions

/**
 * Says yes to a token that one of your applications got from GitHub, and that GitHub still knows. One call a token,
 * remembered for 30 seconds (`cache`). Its subject is the user's number. Does NOT take other applications' tokens, or
 * anybody could run one and come in as its users: `anyApp` is the only way out.
 *
 * @throws TypeError at construction for an option that is wrong.
 */
export class GitHubProvider<Output = unknown> extends StandardProvider<Output> {
  override readonly issuers: readonly string[]
  override readonly owns: Ownership
  readonly #github: GitHub

  constructor(options: GitHubProviderOptions<Output>) {
    checkOptions('GitHubProvider', options, { ...GITHUB_OPTIONS, ...PROVIDER_OPTIONS })
    super({ ...providerOptions(options), name: options.name ?? 'github' })
    this.#github = new GitHub(options, this.context)
    const { owns, place } = this.#github
    this.issuers = [place.issuer]
    this.owns = owns
  }

  /** Mine by the prefixes of `kinds`, foreign otherwise. */
  override recognizes(token: string): Recognition {
    return this.#github.recognizes(token)
  }

  /**
   * Ends a token, for a button that signs out: refuses it here at once, and has GitHub delete it. It may be called again
   * when GitHub did not answer; a token that is gone already is no error.
   *
   * @throws AuthUnavailableError when GitHub, or the other processes, could not be told.
   * @throws TypeError for a token of other kinds than `kinds`, and with `anyApp`.
   */
  async revokeToken(token: string): Promise<void> {
    await Promise.all([this.#github.end(token), this.revoke({ token })])
  }

  /** How asking GitHub goes. */
  override health(): ProviderHealth {
    return { ...super.health(), kind: 'github', upstream: this.#github.health() }
  }

  /** Forgets every verdict, and ends what is being asked. What needs an answer after this is unavailable. */
  override async close(): Promise<void> {
    this.#github.close()
    await super.close()
  }

  /** All that decides an answer, without secrets. */
  protected override get policy(): string {
    return this.#github.policy
  }

  /** A kind of GitHub's tokens that is not in `kinds`. */
  override nearMiss(token: string): NearMiss | undefined {
    return this.#github.nearMiss(token)
  }

  protected override get checkName(): string {
    return 'github'
  }

  protected override check(token: string): Promise<Verdict> {
    return this.#github.verdictOn(token)
  }
}
