/** One GitHub as the options say: whose tokens are taken, how it is asked, and what becomes of its answers. */
import { allowInsecureHttp } from '../jwt/jwt-options.js'
import { withinSpan } from '../lib/deadline.js'
import { fetchOption } from '../lib/net/fetch-option.js'
import { spanInSeconds } from '../lib/options.js'
import { NoAnswerError } from '../upstream/no-answer.js'
import { accept, reject } from '../verdict.js'
import { askAsHolder } from './tokens/holder-token.js'
import { anyApp, checkedApps } from './api/apps.js'
import { ConditionalGets } from './api/conditional-gets.js'
import { GitHubCalls } from './api/github-calls.js'
import { areOfApps, checkedKinds, kindOf, kindRefusal, NOT_TAKEN } from './tokens/token-kinds.js'
import { membershipsOf } from './membership/memberships.js'
import { OwnApps } from './tokens/own-apps.js'
import { deploymentOf } from './api/deployment.js'
import type { NearMiss } from '../explanation.js'
import type { UpstreamHealth } from '../health.js'
import type { Ownership, Recognition } from '../provider.js'
import type { ProviderContext } from '../provider-context.js'
import type { Accepted, Verdict } from '../verdict.js'
import type { GitHubOptions } from './github-options.js'
import type { GitHubTokenKind } from './tokens/token-kinds.js'
import type { Membership, MembershipNews } from './membership/membership.js'
import type { GitHubDeployment } from './api/deployment.js'

export class GitHub {
  readonly place: GitHubDeployment
  readonly owns: Ownership
  /** All that decides an answer, in a text without secrets. */
  readonly policy: string
  /** Undefined: anybody's application will do. */
  readonly #apps: OwnApps | undefined
  readonly #kinds: ReadonlySet<GitHubTokenKind>
  readonly #memberships: readonly Membership[]
  readonly #timeout: number
  readonly #calls: GitHubCalls
  readonly #gets: ConditionalGets
  readonly #context: ProviderContext
  readonly #told = new Set<string>()

  /** @throws TypeError for an option that is wrong. */
  constructor(options: GitHubOptions, context: ProviderContext) {
    const { apiBaseUrl = 'https://api.github.com', timeout = 3, [allowInsecureHttp]: insecure = false } = options
    this.place = deploymentOf(apiBaseUrl, insecure)
    const apps = checkedApps(options.app)
    this.#kinds = checkedKinds(options.kinds, apps === anyApp)
    // Of a personal token no application can be told, so nobody need be warned of it.
    this.owns = { prefixes: [...this.#kinds], anyAudience: apps === anyApp && areOfApps(this.#kinds) }
    this.#memberships = MEMBERSHIPS.filter((name) => isWanted(name, options[name]))
    this.#timeout = spanInSeconds('timeout', timeout, { min: 0.001, max: 30 })
    this.#context = context
    this.#calls = new GitHubCalls({
      fetch: fetchOption(options.fetch),
      isOwnFetch: options.fetch === undefined,
      timeout: this.#timeout,
      context,
    })
    this.#gets = new ConditionalGets(this.#calls)
    if (apps !== anyApp) this.#apps = new OwnApps({ apps, place: this.place, calls: this.#calls, context })
    const names = apps === anyApp ? 'any' : apps.map(({ clientId }) => clientId)
    this.policy = JSON.stringify(['github', this.place.rest, names, [...this.#kinds], this.#memberships])
  }

  /** By its prefix, without asking anybody. */
  recognizes(token: string): Recognition {
    const kind = kindOf(token)
    return kind !== undefined && this.#kinds.has(kind) ? 'mine' : 'foreign'
  }

  nearMiss(token: string): NearMiss | undefined {
    const kind = kindOf(token)
    return kind === undefined || this.#kinds.has(kind) ? undefined : { hint: NOT_TAKEN, claim: 'token_kind', isExact: true }
  }

  /** Asks. A foreign token is refused without being shown. @throws AuthUnavailableError */
  async verdictOn(token: string): Promise<Verdict> {
    const kind = kindOf(token)
    if (kind === undefined || !this.#kinds.has(kind)) return kindRefusal(token)
    const verdict = await (this.#apps === undefined ? askAsHolder(token, kind, this.place, this.#gets) : this.#apps.verdictOn(token, kind))
    // An installation is a member of nothing.
    if (!verdict.accepted || this.#memberships.length === 0 || kind === 'ghs_') return verdict
    return this.#withMemberships(token, verdict)
  }

  health(): UpstreamHealth {
    return this.#calls.health()
  }

  /** Ends a token at GitHub. @throws TypeError at once for one that is not ours to end, AuthUnavailableError */
  end(token: string): Promise<void> {
    if (this.#apps === undefined) throw new TypeError('revokeToken needs "app": only the application that got a token can end it')
    if (this.recognizes(token) === 'foreign') throw new TypeError('revokeToken takes tokens of the kinds in "kinds"; this one was not shown to GitHub')
    return this.#apps.end(token)
  }

  close(): void {
    this.#gets.clear()
  }

  async #withMemberships(token: string, { claims }: Accepted): Promise<Verdict> {
    const { place } = this
    const tools = { place, calls: this.#calls, gets: this.#gets, tell: (news: MembershipNews) => this.#tellNews(news) }
    const tooLate = (): Error => new NoAnswerError('too slow', `no memberships from ${new URL(place.rest).host} in time`)
    const span = { timeout: this.#timeout, closed: this.#context.closed }
    const memberships = await withinSpan(span, () => membershipsOf(token, this.#memberships, tools), tooLate)
    return memberships === null ? reject('unknown_token') : accept({ ...claims, ...memberships })
  }

  #tellNews(news: MembershipNews): void {
    const { provider, tell } = this.#context
    const { what, of } = news
    if (what === 'sso') return tell({ type: 'sso_required', provider, of, partial: news.partial })
    const hint = HINTS[what][of]
    if (this.#told.has(hint)) return
    this.#told.add(hint)
    tell({ type: 'odd_answer', provider, hint })
  }
}

const MEMBERSHIPS: readonly Membership[] = ['organizations', 'teams', 'enterprises']

function isWanted(name: Membership, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  throw new TypeError(`"${name}" must be true or false: whom they let in is a matter of "scopes"`)
}

const HINTS = {
  'not allowed': {
    organizations: 'a token may not list its organizations: let your OAuth app ask for read:org, or give your GitHub App the permission to read members',
    teams: 'a token may not list its teams: let your OAuth app ask for read:org, or give your GitHub App the permission to read members',
    enterprises: 'a token may not list its enterprises: let your OAuth app ask for read:enterprise',
  },
  'too many': {
    organizations: 'a user is in more than 1000 organizations: the rest is left out',
    teams: 'a user is in more than 1000 teams: the rest is left out',
    enterprises: 'a user is in more than 100 enterprises: the rest is left out',
  },
} as const satisfies Record<Exclude<MembershipNews['what'], 'sso'>, Record<Membership, string>>
