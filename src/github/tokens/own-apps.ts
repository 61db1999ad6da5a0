/** Our own applications, asked one after the other whether they got a token. */
import { warn } from '../../lib/warn.js'
import { NoAnswerError } from '../../upstream/no-answer.js'
import { askAs, endAs } from './app-token.js'
import { Reserve } from '../api/reserve.js'
import type { ProviderContext } from '../../provider-context.js'
import type { Verdict } from '../../verdict.js'
import type { AppCredentials } from '../api/apps.js'
import type { GitHubCalls } from '../api/github-calls.js'
import type { GitHubTokenKind } from './token-kinds.js'
import type { GitHubDeployment } from '../api/deployment.js'

export interface OwnAppsOptions {
  readonly apps: readonly AppCredentials[]
  readonly place: GitHubDeployment
  readonly calls: GitHubCalls
  readonly context: ProviderContext
}

export class OwnApps {
  readonly #options: OwnAppsOptions
  readonly #reserves: ReadonlyMap<AppCredentials, Reserve>
  readonly #warnedOf = new Set<string>()

  constructor(options: OwnAppsOptions) {
    this.#options = options
    this.#reserves = new Map(options.apps.map((app) => [app, new Reserve(options.context.now)]))
  }

  /** The first yes wins; a no counts only when all said it, and "nobody knows" beats it. @throws NoAnswerError */
  async verdictOn(token: string, kind: GitHubTokenKind): Promise<Verdict> {
    const { apps } = this.#options
    const refusals: Verdict[] = []
    const silences: NoAnswerError[] = []
    for (const app of apps) {
      try {
        const verdict = await this.#loud(app, () => this.#ask(app, token, kind))
        if (verdict.accepted) return verdict
        refusals.push(verdict)
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error
        silences.push(error)
      }
    }
    const [refusal] = refusals
    if (silences.length > 0 || refusal === undefined) throw silences[0]
    return refusal
  }

  /** Ends a token at GitHub; one that is gone already is no error. @throws NoAnswerError */
  async end(token: string): Promise<void> {
    const { apps, place, calls } = this.#options
    for (const app of apps) if (await this.#loud(app, () => endAs(app, token, place, calls))) return
  }

  async #ask(app: AppCredentials, token: string, kind: GitHubTokenKind): Promise<Verdict> {
    const { place, calls, context } = this.#options
    const { provider, tell } = context
    const reserve = this.#reserves.get(app)
    const wait = reserve?.wait(token) ?? 0
    if (wait > 0) {
      const kept = new NoAnswerError('budget spent', 'the calls that GitHub still allows are kept for tokens that were good before', { retryAfter: Math.ceil(wait), overloaded: true })
      tell({ type: 'endpoint_unavailable', provider, fault: kept.fault, message: kept.message })
      throw kept
    }
    const verdict = await askAs(app, token, kind, { place, calls, standing: reserve?.standing(token), heed: (budget) => reserve?.heed(budget) })
    if (verdict.accepted) reserve?.remember(token)
    return verdict
  }

  /** The operator hears of it when GitHub refuses our own credentials: nobody gets in until that is put right. */
  async #loud<T>({ clientId }: AppCredentials, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof NoAnswerError) this.#noteRefusal(clientId, error)
      throw error
    }
  }

  #noteRefusal(clientId: string, { fault, message }: NoAnswerError): void {
    if (fault !== 'credentials' && fault !== 'forbidden') return
    const { provider, tell } = this.#options.context
    tell({ type: 'credentials_refused', provider, fault, method: 'client_secret_basic', message })
    if (this.#warnedOf.has(clientId)) return
    this.#warnedOf.add(clientId)
    warn(`provider "${provider}": GitHub refuses the credentials of the app ${clientId}; its tokens get nobody in until that is put right`)
  }
}
