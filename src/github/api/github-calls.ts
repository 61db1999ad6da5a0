/** Calls to GitHub's API: bounded, guarded, and held back where GitHub asks for it. */
import { retryAfter } from '../../lib/net/bounded-fetch.js'
import { abandon } from '../../lib/net/bounded-text.js'
import { sha256 } from '../../lib/digest.js'
import { lruMemory } from '../../lib/lru-memory.js'
import { headOf, jsonIn, redirectsAtFirst } from '../../upstream/exchange.js'
import { GuardedCalls } from '../../upstream/guarded-calls.js'
import { KnownTokens } from '../../upstream/known-tokens.js'
import { faultOf, NoAnswerError } from '../../upstream/no-answer.js'
import { AppCredentials } from './apps.js'
import { budgetOf, limitOf } from './rate-limits.js'
import { Pause } from './pause.js'
import type { UpstreamHealth } from '../../health.js'
import type { ProviderContext } from '../../provider-context.js'
import type { Standing } from '../../lib/call-limit.js'
import type { Fetch, FetchAnswer } from '../../lib/net/bounded-fetch.js'
import type { Size } from '../../upstream/exchange.js'
import type { GitHubAnswer } from './github-answer.js'
import type { Limit } from './rate-limits.js'
import type { Blame } from './pause.js'

export interface GitHubCallsOptions {
  readonly fetch: Fetch
  /** True where that is the runtime's. */
  readonly isOwnFetch?: boolean
  /** Seconds for one call, the wait for its turn and a second attempt included. */
  readonly timeout: number
  readonly context: ProviderContext
}

/** One request, without who makes it. */
export interface GitHubRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly body?: object | undefined
  /** Of what is known already. */
  readonly etag?: string | undefined
  /** Of the answer. Default: as for one token. */
  readonly size?: Size | undefined
  /** Of the token that an application asks about. Default: a stranger's. */
  readonly standing?: Standing | undefined
}

/** Who asks: an application of ours, or the holder of a token. */
export type ApiCredentials = AppCredentials | string

/** Callers that are held back. Who is forgotten is asked for once more. */
const MOST_PAUSES = 1_000

export class GitHubCalls {
  readonly #options: GitHubCallsOptions
  readonly #calls: GuardedCalls
  /** For all holders of tokens. */
  readonly #lockOut: Pause
  /** Holders whose token GitHub knew. */
  readonly #known = new KnownTokens()
  readonly #pauses = lruMemory<Pause>(MOST_PAUSES)

  constructor(options: GitHubCallsOptions) {
    this.#options = options
    this.#calls = new GuardedCalls(options)
    this.#lockOut = new Pause(options.context.now, options.timeout, STRANGERS)
  }

  /** Asks, and gives what `read` makes of the answer. @throws NoAnswerError, also what `read` throws */
  async ask<T>(request: GitHubRequest, caller: ApiCredentials, read: (answer: GitHubAnswer) => T): Promise<T> {
    const { provider, tell } = this.#options.context
    const { host } = new URL(request.url)
    try {
      const exchange = (signal: AbortSignal, isSecond: boolean): Promise<T> =>
        this.#inTurn(host, caller, async (told) => read(await this.#exchange(request, caller, { signal, isSecond }, told)))
      return await this.#calls.run(host, exchange, this.#standing(request, caller))
    } catch (error) {
      if (error instanceof NoAnswerError) tell({ type: 'endpoint_unavailable', provider, fault: error.fault, message: error.message })
      throw error
    }
  }

  health(): UpstreamHealth {
    return this.#calls.health()
  }

  #standing({ standing }: GitHubRequest, caller: ApiCredentials): Standing {
    return caller instanceof AppCredentials ? (standing ?? 'stranger') : this.#known.standing(caller)
  }

  /** Does the work unless GitHub asked this caller to wait. An application does not wait for what the holders of tokens did. */
  #inTurn<T>(host: string, caller: ApiCredentials, work: (told: (limit: Limit) => void) => Promise<T>): Promise<T> {
    const key = caller instanceof AppCredentials ? caller.clientId : sha256(caller)
    const pause = this.#pauses.get(key) ?? new Pause(this.#options.context.now, this.#options.timeout, blameOf(caller))
    const told = ({ kind, retryAfter }: Limit): void => {
      if (kind === 'lock-out') return this.#lockOut.hold(retryAfter)
      pause.hold(retryAfter)
      this.#pauses.set(key, pause)
    }
    const call = (): Promise<T> => pause.run(host, () => work(told))
    return caller instanceof AppCredentials ? call() : this.#lockOut.run(host, call)
  }

  async #exchange(
    { method, url, body, etag, size }: GitHubRequest,
    caller: ApiCredentials,
    { signal, isSecond }: { readonly signal: AbortSignal; readonly isSecond: boolean },
    told: (limit: Limit) => void,
  ): Promise<GitHubAnswer> {
    const { host } = new URL(url)
    const headers = {
      Accept: 'application/vnd.github+json',
      // GitHub refuses requests without one, and some runtimes send none. But no X-GitHub-Api-Version: the few members
      // that are read here are in every version, and a version that is retired would be an outage. (D47)
      'User-Agent': 'bearer-auth-providers',
      Authorization: caller instanceof AppCredentials ? AppCredentials.authorization(caller) : `Bearer ${caller}`,
      ...(body && { 'Content-Type': 'application/json' }),
      ...(etag !== undefined && { 'If-None-Match': etag }),
    }
    const sent = body && { body: JSON.stringify(body), ...redirectsAtFirst(this.#options.isOwnFetch === true && !isSecond) }
    const response = await headOf(this.#options.fetch, url, { method, signal, headers, ...sent })
    const budget = budgetOf(response.headers, this.#options.context.now())
    const answer = { host, status: response.status, headers: response.headers, json: await bodyOf(response, host, size), budget }
    this.#heed(answer, caller, told)
    if (answer.status === 200 && typeof caller === 'string') this.#known.add(caller)
    return answer
  }

  /** Tells what is left. @throws NoAnswerError where nothing is */
  #heed(answer: GitHubAnswer, caller: ApiCredentials, told: (limit: Limit) => void): void {
    const { provider, tell } = this.#options.context
    const of = caller instanceof AppCredentials ? 'app' : 'user'
    const { budget } = answer
    if (budget !== undefined) tell({ type: 'rate_budget', provider, of, ...budget })
    const limit = limitOf(answer, of)
    if (limit === undefined) return
    const { kind, retryAfter } = limit
    told(limit)
    tell({ type: 'rate_limited', provider, of, limit: kind, retryAfter })
    const message = `${answer.host} answered ${answer.status}: ${WORDS[kind]}`
    if (kind === 'lock-out') throw new NoAnswerError('locked out', message, { ...STRANGERS, retryAfter })
    throw new NoAnswerError('budget spent', message, { ...blameOf(caller), retryAfter })
  }
}

// Too many bad tokens came from here, and whoever sent them is nobody of ours.
const STRANGERS: Blame = { overloaded: true }

// Of a user's budget, only that token waits; of an application's, everybody.
function blameOf(caller: ApiCredentials): Blame {
  return { tooManyRequests: typeof caller === 'string' }
}

const WORDS = {
  primary: 'the rate limit of the hour is spent',
  secondary: 'it was asked too often at a time',
  'lock-out': 'it looks at no credentials, after too many bad ones',
} as const satisfies Record<Limit['kind'], string>

/** Undefined where there is none. @throws NoAnswerError */
async function bodyOf(response: FetchAnswer, host: string, size: Size | undefined): Promise<unknown> {
  const { status } = response
  if (status === 200) return jsonIn(response, host, size)
  // What is said in words, where it can be read.
  if (status >= 400 && status < 500) return jsonIn(response, host).catch(() => undefined)
  abandon(response.body)
  if (status === 204 || status === 304) return undefined
  throw new NoAnswerError(faultOf(status), `${host} answered ${status}`, { retryAfter: retryAfter(response) })
}
