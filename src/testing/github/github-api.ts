/** Finds the route of a request, and who makes it, as GitHub's API does. */
import { basicError, BAD_CREDENTIALS, conditional, NOT_FOUND, withHeaders } from './github-reply.js'
import { ROUTES } from './github-routes.js'
import type { GitHubGuard } from './github-guard.js'
import type { Reply } from './github-reply.js'
import type { Asked, Route } from './github-routes.js'
import type { GitHubWorld, IssuedToken } from './github-world.js'

export class GitHubApi {
  readonly #world: GitHubWorld
  readonly #guard: GitHubGuard
  readonly #now: () => number

  constructor(world: GitHubWorld, guard: GitHubGuard, now: () => number) {
    this.#world = world
    this.#guard = guard
    this.#now = now
  }

  /** `path`: without what a GitHub Enterprise Server has before it. */
  async reply(request: Request, path: string): Promise<Reply> {
    if ((request.headers.get('user-agent') ?? '') === '') return basicError(403, 'Request forbidden by administrative rules.')
    const authorization = request.headers.get('authorization') ?? ''
    const found = ROUTES.map((route) => ({ route, parts: partsOf(route, request.method, path) })).find(({ parts }) => parts !== undefined)
    if (found === undefined) return NOT_FOUND
    const { searchParams } = new URL(request.url)
    const asked = {
      world: this.#world,
      now: this.#now(),
      body: await jsonIn(request),
      part: (name: string) => found.parts?.[name] ?? searchParams.get(name) ?? '',
    }
    return found.route.as === 'app' ? this.#toApp(found.route, authorization, asked) : this.#toUser(found.route, authorization, asked, { request, path })
  }

  #toApp({ answer }: Extract<Route, { as: 'app' }>, authorization: string, asked: Asked): Reply {
    const [, credentials = ''] = /^basic ([\w+/=]+)$/i.exec(authorization) ?? []
    const [id = '', secret = ''] = atob(credentials).split(':')
    const caller = this.#world.app(id, secret)
    return caller === undefined ? BAD_CREDENTIALS : this.#guard.withinBudget(caller.clientId, () => answer({ ...asked, caller }))
  }

  #toUser(
    { answer }: Extract<Route, { as: 'user' }>,
    authorization: string,
    asked: Asked,
    { request, path }: { readonly request: Request; readonly path: string },
  ): Reply {
    const [, token = ''] = /^(?:bearer|token) (\S+)$/i.exec(authorization) ?? []
    const caller = this.#world.token(token, asked.now)
    const refusal = this.#guard.lockOut(caller !== undefined)
    if (refusal !== undefined) return refusal
    if (caller === undefined) return BAD_CREDENTIALS
    return this.#guard.withinBudget(`user ${caller.user.id}`, () => {
      const reply = this.#guard.heldBack(path) ?? answer({ ...asked, caller })
      return conditional(withHeaders(reply, headersAbout(caller)), request)
    })
  }
}

/** What GitHub says about a token that it knows, beside any answer. */
function headersAbout({ kind, app, scopes, expiresAt }: IssuedToken): Readonly<Record<string, string>> {
  return {
    // With a comma and a blank, and there even where there are none.
    ...(scopes === null ? { 'X-Accepted-GitHub-Permissions': 'metadata=read' } : { 'X-OAuth-Scopes': scopes.join(', '), 'X-Accepted-OAuth-Scopes': '' }),
    ...(kind === 'gho_' && app !== undefined && { 'X-OAuth-Client-Id': app.clientId }),
    ...(expiresAt !== undefined && { 'GitHub-Authentication-Token-Expiration': `${new Date(expiresAt * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC` }),
  }
}

/** The named parts of a path that the route is for. */
function partsOf({ method, path }: Route, asked: string, at: string): Readonly<Record<string, string>> | undefined {
  if (method !== asked.toLowerCase()) return undefined
  const match = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(at)
  return match === null ? undefined : { ...match.groups }
}

async function jsonIn(request: Request): Promise<unknown> {
  return request.json().catch(() => undefined)
}
