/** The one table of what a stand-in of GitHub answers: its server and its handlers for msw are made from it. */
import { ownProperty } from '../../lib/own-property.js'
import { githubScopeHierarchy } from '../../github/scope-hierarchy.js'
import { basicError, NOT_FOUND } from './github-reply.js'
import { authorization, organization, privateUser, repository, team } from './github-shapes.js'
import type { Reply } from './github-reply.js'
import type { GitHubWorld, IssuedToken, StandInApp } from './github-world.js'

/** What a route is asked. */
export interface Asked {
  readonly world: GitHubWorld
  readonly now: number
  /** A named part of the path, or a parameter of the query. */
  readonly part: (name: string) => string
  readonly body: unknown
}

type By<C> = Asked & { readonly caller: C }

export type Method = 'get' | 'post' | 'delete'

/** By an application, with its secret, or by the holder of a token. */
export type Route = { readonly method: Method; readonly path: string } & (
  | { readonly as: 'app'; readonly answer: (asked: By<StandInApp>) => Reply }
  | { readonly as: 'user'; readonly answer: (asked: By<IssuedToken>) => Reply }
)

export const ROUTES: readonly Route[] = [
  { method: 'post', path: '/applications/:client_id/token', as: 'app', answer: (asked) => aboutToken(asked, (issued) => ({ status: 200, json: authorization(issued) })) },
  { method: 'delete', path: '/applications/:client_id/token', as: 'app', answer: (asked) => aboutToken(asked, (issued) => ended(asked, issued)) },
  { method: 'get', path: '/user', as: 'user', answer: ({ caller }) => (caller.kind === 'ghs_' ? NOT_FOR_APPS : { status: 200, json: privateUser(caller.user) }) },
  { method: 'get', path: '/user/orgs', as: 'user', answer: organizations },
  { method: 'get', path: '/user/teams', as: 'user', answer: teams },
  { method: 'get', path: '/installation/repositories', as: 'user', answer: repositories },
  { method: 'post', path: '/graphql', as: 'user', answer: enterprises },
]

const NOT_FOR_APPS = basicError(403, 'Resource not accessible by integration', { 'X-Accepted-GitHub-Permissions': 'members=read' })

function aboutToken({ caller, world, now, part, body }: By<StandInApp>, answer: (issued: IssuedToken) => Reply): Reply {
  if (part('client_id') !== caller.clientId) return NOT_FOUND
  const token = ownProperty(body, 'access_token')
  if (typeof token !== 'string' || token === '') {
    const errors = [{ resource: 'OauthAccess', code: 'missing_field', field: 'access_token' }]
    return { status: 422, json: { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest', errors } }
  }
  const issued = world.token(token, now)
  return issued?.app?.clientId === caller.clientId ? answer(issued) : NOT_FOUND
}

function ended({ world }: Asked, { token }: IssuedToken): Reply {
  world.end(token)
  return { status: 204 }
}

function organizations(asked: By<IssuedToken>): Reply {
  const { caller } = asked
  return refusedMembers(caller, ['read:org', 'user']) ?? paged(asked, seen(caller, caller.user.organizations ?? [], (one) => one), organization)
}

function teams(asked: By<IssuedToken>): Reply {
  const { caller } = asked
  return refusedMembers(caller, ['read:org']) ?? paged(asked, seen(caller, caller.user.teams ?? [], (one) => one.organization), team)
}

function repositories(asked: By<IssuedToken>): Reply {
  const { kind, user, repositories: count } = asked.caller
  if (kind !== 'ghs_') return basicError(403, 'You must authenticate with an installation access token in order to list repositories for an installation.')
  const { json, ...reply } = paged(asked, { shown: Array.from({ length: count }, (_, index) => index + 1), hidden: [] }, (number) => repository(user, number))
  return { ...reply, json: { total_count: count, repository_selection: 'selected', repositories: json } }
}

/** Why a token may not see memberships. */
function refusedMembers({ kind, scopes, permissions }: IssuedToken, oneOf: readonly string[]): Reply | undefined {
  if (kind === 'ghs_' || (scopes === null && permissions.members === undefined)) return NOT_FOR_APPS
  if (scopes === null || holds(scopes, oneOf)) return undefined
  return basicError(403, `You need at least ${oneOf.join(' scope or ')} scope to list these.`, { 'X-Accepted-OAuth-Scopes': oneOf.join(', ') })
}

function holds(scopes: readonly string[], oneOf: readonly string[]): boolean {
  const held = scopes.flatMap((scope) => [scope, ...(githubScopeHierarchy[scope] ?? [])])
  return oneOf.some((scope) => held.includes(scope))
}

interface Sight<T> {
  readonly shown: readonly T[]
  /** Of organizations that enforce SAML. */
  readonly hidden: readonly number[]
}

function seen<T>({ authorized }: IssuedToken, items: readonly T[], of: (item: T) => { readonly id: number; readonly saml?: boolean | undefined }): Sight<T> {
  const isHidden = (item: T): boolean => !authorized && of(item).saml === true
  return { shown: items.filter((item) => !isHidden(item)), hidden: [...new Set(items.filter(isHidden).map((item) => of(item).id))] }
}

function paged<T>({ part }: Asked, { shown, hidden }: Sight<T>, shape: (item: T) => object): Reply {
  const perPage = Math.min(Number(part('per_page') || 30), 100)
  const page = Number(part('page') || 1)
  const json = shown.slice((page - 1) * perPage, page * perPage).map(shape)
  const link = page * perPage < shown.length ? { Link: `<https://api.github.com/resource?page=${page + 1}>; rel="next"` } : {}
  return { status: 200, json, headers: { ...link, ...(hidden.length > 0 && { 'X-GitHub-SSO': `partial-results; organizations=${hidden.join(',')}` }) } }
}

function enterprises({ caller: { user, scopes }, body }: By<IssuedToken>): Reply {
  const query = ownProperty(body, 'query')
  if (typeof query !== 'string' || !query.includes('enterprises')) return { status: 200, json: { errors: [{ message: 'the stand-in knows enterprises only' }] } }
  if (!holds(scopes ?? [], ['read:enterprise'])) {
    const text = `Your token has not been granted the required scopes to execute this query. The 'enterprises' field requires one of the following scopes: ['read:enterprise'].`
    return { status: 200, json: { errors: [{ type: 'INSUFFICIENT_SCOPES', message: text }] } }
  }
  const all = (user.enterprises ?? []).map(({ id, slug }) => ({ databaseId: id, slug }))
  return { status: 200, json: { data: { viewer: { enterprises: { nodes: all.slice(0, 100), pageInfo: { hasNextPage: all.length > 100 } } } } } }
}
