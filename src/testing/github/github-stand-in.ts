/** A stand-in of GitHub for tests: its tokens, limits, lock-outs and faults, without GitHub. */
import { deploymentOf } from '../../github/api/deployment.js'
import { asFetch, asResolver } from '../http/answering.js'
import { serve } from '../http/server.js'
import { GitHubApi } from './github-api.js'
import { GitHubGuard } from './github-guard.js'
import { responseOf } from './github-reply.js'
import { ROUTES } from './github-routes.js'
import { GitHubWorld } from './github-world.js'
import type { Answer, MswResolver } from '../http/answering.js'
import type { GitHubFault } from './github-guard.js'
import type { Method } from './github-routes.js'
import type { Issue, StandInApp } from './github-world.js'

export interface GitHubStandInOptions {
  readonly apps: readonly StandInApp[]
  /** Calls that an application, and that a user, may make in an hour. Default 5000. */
  readonly limit?: number | undefined
  /** Bad tokens within a minute that are answered; after one more, none are looked at for a minute. Default 10. */
  readonly lockOutAfter?: number | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined
}

export interface GitHubServer {
  /** For the option of the same name. */
  readonly apiBaseUrl: string
  /** Stops at once, open connections too. */
  close(): Promise<void>
}

/** A request that was made, and how it was answered; no answer is 0. */
export interface StandInCall {
  readonly method: string
  readonly path: string
  readonly as: 'app' | 'user' | 'nobody'
  readonly status: number
}

/** The part of msw's `http` that is needed, so that this package does not need msw. */
export type MswHttp<H> = Readonly<Record<Method, (path: string, resolver: MswResolver) => H>>

/** Give its `fetch` to a provider, let it `listen`, or hand its `handlers` to msw. It does what GitHub would, until told to `fail`. */
export class GitHubStandIn {
  readonly calls: StandInCall[] = []
  readonly #world: GitHubWorld
  readonly #guard: GitHubGuard
  readonly #api: GitHubApi

  constructor({ apps, limit = 5000, lockOutAfter = 10, now = () => Date.now() / 1000 }: GitHubStandInOptions) {
    this.#world = new GitHubWorld(apps)
    this.#guard = new GitHubGuard({ limit, lockOutAfter, now })
    this.#api = new GitHubApi(this.#world, this.#guard, now)
  }

  /** Gives out a token. */
  issue(about?: Issue): string {
    return this.#world.issue(about)
  }

  /** The user takes a token back. */
  end(token: string): void {
    this.#world.end(token)
  }

  /** Breaks from now on. */
  fail(fault: GitHubFault): void {
    this.#guard.fault = fault
  }

  /** Works from now on. A budget that was spent stays so. */
  recover(): void {
    this.#guard.fault = undefined
  }

  /** Answers in place of the network. */
  readonly fetch: typeof globalThis.fetch = asFetch((request) => this.answer(request))

  /** A real server on a free port of this machine, as if it were a GitHub Enterprise Server. */
  async listen(): Promise<GitHubServer> {
    const { origin, close } = await serve((request) => this.answer(request))
    return { apiBaseUrl: `${origin}/api/v3`, close }
  }

  /** For msw: `setupServer(...github.handlers(http))`, with msw's own `http`. */
  handlers<H>(http: MswHttp<H>, apiBaseUrl = 'https://api.github.com'): H[] {
    const { rest, graphql } = deploymentOf(apiBaseUrl, true)
    const resolver = asResolver((request) => this.answer(request))
    return ROUTES.map(({ method, path }) => http[method](path === '/graphql' ? graphql : `${rest}${path}`, resolver))
  }

  /** What GitHub would answer, or that it would not. */
  async answer(request: Request): Promise<Answer> {
    const { pathname, search } = new URL(request.url)
    const path = pathname.replace(/^\/api(?:\/v3)?(?=\/)/, '')
    const outage = this.#guard.outage()
    const answer = outage === 'silence' || outage === 'cut' ? outage : responseOf(outage ?? (await this.#api.reply(request, path)))
    const status = typeof answer === 'string' ? 0 : answer.status
    this.calls.push({ method: request.method, path: `${path}${search}`, as: asWhom(request), status })
    return answer
  }
}

function asWhom({ headers }: Request): StandInCall['as'] {
  const header = headers.get('authorization')
  if (header === null) return 'nobody'
  return /^basic /i.test(header) ? 'app' : 'user'
}
