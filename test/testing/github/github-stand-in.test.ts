/** The stand-in of GitHub is like GitHub: judged by GitHub's own description of its API, and by GitHub's own clients. */
import { readFileSync } from 'node:fs'
import { checkToken, deleteToken } from '@octokit/oauth-methods'
import { request } from '@octokit/request'
import { buildSchema, execute, parse, validate } from 'graphql'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { describe, expect, test } from 'vitest'
import { GitHubStandIn } from '../../../src/testing/index.js'
import { closing } from '../../closing.js'
import { clock, START } from '../../oauth-kit.js'
import { DESCRIBED, objections, templateOf } from './github-schema.js'
import type { GitHubFault, Issue } from '../../../src/testing/index.js'

const APP = { clientId: 'Iv23liNotes', clientSecret: 'the-secret-of-notes' }
const OTHER = { clientId: 'Ov23liOther', clientSecret: 'the-secret-of-others' }
const API = 'https://api.github.com'
const ACME = { id: 9919, login: 'acme' }
const SECRET_CLUB = { id: 77, login: 'club', saml: true }
const ADA = {
  id: 1815,
  login: 'ada',
  organizations: [ACME, SECRET_CLUB],
  teams: [{ id: 4, slug: 'admins', organization: ACME }, { id: 5, slug: 'hidden', organization: SECRET_CLUB }],
  enterprises: [{ id: 12, slug: 'acme-corp' }],
}

interface Question {
  readonly method?: string
  readonly path: string
  readonly as?: string | typeof APP
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

function setUp(options: Partial<ConstructorParameters<typeof GitHubStandIn>[0]> = {}) {
  const time = clock()
  const github = new GitHubStandIn({ apps: [APP, OTHER], now: time.now, ...options })
  /** Every answer is judged. */
  const ask = async ({ method = 'GET', path, as, body, headers }: Question) => {
    const authorization = typeof as === 'string' ? `Bearer ${as}` : as && `Basic ${btoa(`${as.clientId}:${as.clientSecret}`)}`
    const response = await github.fetch(`${API}${path}`, {
      method,
      headers: { 'User-Agent': 'test', ...(authorization && { Authorization: authorization }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const template = templateOf(path)
    if (template !== undefined) expect(objections(method, template, response.status, text), `${method} ${path} ${response.status}`).toEqual([])
    return { status: response.status, headers: response.headers, json: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  return { github, time, ask }
}

const tokenPath = (app = APP): string => `/applications/${app.clientId}/token`
const check = (token: unknown, as: typeof APP | null = APP, path = tokenPath(as ?? APP)): Question => ({
  method: 'POST',
  path,
  body: { access_token: token },
  ...(as && { as }),
})
const end = (token: string, as = APP): Question => ({ method: 'DELETE', path: tokenPath(as), body: { access_token: token }, as })

type Situation = readonly [name: string, status: number, ask: (tools: ReturnType<typeof setUp>) => Question | Promise<Question>]

const LISTS = ['/user/orgs', '/user/teams'] as const
const issue = (about: Issue) => ({ github }: ReturnType<typeof setUp>): string => github.issue(about)
const after = (fault: GitHubFault, ask: Situation[2]): Situation[2] => async (tools) => {
  const question = await ask(tools)
  tools.github.fail(fault)
  return question
}

const SITUATIONS: readonly Situation[] = [
  ['a token of an OAuth app is checked', 200, ({ github }) => check(github.issue({ scopes: ['repo', 'user'] }))],
  ['a token without scopes is checked', 200, ({ github }) => check(github.issue({ user: { ...ADA, name: 'Ada', email: 'ada@example.com' } }))],
  ['a token of a GitHub App is checked', 200, ({ github }) => check(github.issue({ kind: 'ghu_', permissions: { contents: 'read', members: 'read' }, expiresAt: START + 60 }))],
  ['a token of another app is checked', 404, ({ github }) => check(github.issue({ app: OTHER.clientId }))],
  ['an app asks in the name of another', 404, ({ github }) => check(github.issue(), OTHER, tokenPath(APP))],
  ['a personal token is checked', 404, ({ github }) => check(github.issue({ kind: 'ghp_' }))],
  ['a token that has ended is checked', 404, ({ github }) => check(github.issue({ expiresAt: START }))],
  ['a token that nobody issued is checked', 404, () => check('gho_x')],
  ['no token is checked', 422, () => check(undefined)],
  ['what is no JSON is checked', 422, () => ({ ...check('x'), body: '{' })],
  ['a token is checked with a wrong secret', 401, ({ github }) => check(github.issue(), { ...APP, clientSecret: 'wrong' })],
  ['a token is checked with no credentials', 401, ({ github }) => check(github.issue(), null)],
  ['a token is ended', 204, ({ github }) => end(github.issue())],
  ['no token is ended', 422, () => end('')],
  ['the token of another is ended', 404, ({ github }) => end(github.issue({ app: OTHER.clientId }))],
  ['a user', 200, (tools) => ({ path: '/user', as: issue({ scopes: ['user'], user: { ...ADA, email: 'ada@example.com' } })(tools) })],
  ['an installation is no user', 403, (tools) => ({ path: '/user', as: issue({ kind: 'ghs_' })(tools) })],
  ['a bad token', 401, () => ({ path: '/user', as: 'gho_nobodys' })],
  ['no token', 401, () => ({ path: '/user' })],
  ['repositories of an installation', 200, (tools) => ({ path: '/installation/repositories?per_page=1', as: issue({ kind: 'ghs_', repositories: 3 })(tools) })],
  ['no repositories of an installation', 200, (tools) => ({ path: '/installation/repositories', as: issue({ kind: 'ghs_', repositories: 0 })(tools) })],
  ['repositories of a user', 403, (tools) => ({ path: '/installation/repositories', as: issue({})(tools) })],
  ['repositories for a bad token', 401, () => ({ path: '/installation/repositories', as: 'ghs_nobodys' })],
  ...LISTS.flatMap((path): Situation[] => [
    [`${path} of a token that may`, 200, (tools) => ({ path, as: issue({ scopes: ['admin:org'], user: ADA })(tools) })],
    [`${path} of a GitHub App that may`, 200, (tools) => ({ path, as: issue({ kind: 'ghu_', permissions: { members: 'read' }, user: ADA })(tools) })],
    [`${path} without the scope`, 403, (tools) => ({ path, as: issue({ scopes: ['gist'], user: ADA })(tools) })],
    [`${path} without the permission`, 403, (tools) => ({ path, as: issue({ kind: 'ghu_', user: ADA })(tools) })],
    [`${path} that SAML holds back`, 403, after('saml', (tools) => ({ path, as: issue({ scopes: ['read:org'], user: ADA })(tools) }))],
    [`${path} in part`, 200, (tools) => ({ path, as: issue({ scopes: ['read:org'], user: ADA, authorized: false })(tools) })],
    [`${path} for a bad token`, 401, () => ({ path, as: 'gho_nobodys' })],
  ]),
  ['an app beyond its limit', 403, after('rate limit', ({ github }) => check(github.issue()))],
  ['an app that is too fast', 403, after('secondary limit', ({ github }) => check(github.issue()))],
  ['a user beyond its limit', 403, after('rate limit', (tools) => ({ path: '/user', as: issue({})(tools) }))],
  ['a lock-out', 403, after('lock-out', (tools) => ({ path: '/user', as: issue({})(tools) }))],
  ['a broken server', 502, after('server error', ({ github }) => check(github.issue()))],
  ['a path that there is not', 404, (tools) => ({ path: '/users/octocat', as: issue({})(tools) })],
]

describe('every answer is as GitHub describes it', () => {
  const given = new Set<string>()
  test.each(SITUATIONS)('%s: %i', async (_, status, situation) => {
    const tools = setUp()
    const question = await situation(tools)
    const answer = await tools.ask(question)
    expect(answer.status).toBe(status)
    given.add(`${question.method ?? 'GET'} ${templateOf(question.path)} ${status}`)
  })

  test.each(['/user', '/user/orgs', '/user/teams', '/installation/repositories'])('%s, unchanged: 304', async (path) => {
    const { github, ask } = setUp()
    const as = github.issue(path.startsWith('/inst') ? { kind: 'ghs_' } : { scopes: ['user', 'read:org'] })
    const { headers } = await ask({ path, as })
    const again = await ask({ path, as, headers: { 'If-None-Match': headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect(again.headers.get('x-ratelimit-used')).toBe(headers.get('x-ratelimit-used'))
    given.add(`GET ${path} 304`)
  })

  test('all that is described was given, but a 404 of teams', () => {
    expect(DESCRIBED.filter((one) => !given.has(one))).toEqual(['GET /user/teams 404'])
  })

  test('the judge objects to what is not as described', () => {
    const user = { login: 'ada', id: 'one' }
    expect(objections('GET', '/user', 200, JSON.stringify(user)).join()).toMatch(/required property/)
    expect(objections('GET', '/user/orgs', 200, '[{}]').join()).toMatch(/required property 'login'/)
    expect(objections('POST', '/applications/{client_id}/token', 200, '{"id":1}').join()).toMatch(/required property 'app'/)
    expect(objections('POST', '/applications/{client_id}/token', 422, '{}').join()).toMatch(/required property 'message'/)
    expect(objections('POST', '/applications/{client_id}/token', 500, '{"message":1}').join()).toMatch(/must be string/)
    expect(objections('DELETE', '/applications/{client_id}/token', 204, '{}')).toEqual(['there must be no body'])
    expect(objections('DELETE', '/applications/{client_id}/token', 200, '{}')).toEqual(['DELETE /applications/{client_id}/token does not answer 200'])
  })
})

describe('headers are as GitHub writes them', () => {
  // As printed in GitHub's guide "Getting started with the REST API": X-Oauth-Scopes: gist, read:org, repo, workflow
  test('scopes with a comma and a blank, the application, the budget', async () => {
    const { github, ask } = setUp()
    const { headers } = await ask({
      path: '/user',
      as: github.issue({ app: OTHER.clientId, scopes: ['gist', 'read:org', 'repo', 'workflow'], expiresAt: Date.UTC(2030, 0, 31, 10, 20, 30) / 1000 }),
    })
    expect(headers.get('X-OAuth-Scopes')).toBe('gist, read:org, repo, workflow')
    expect(headers.get('X-OAuth-Client-Id')).toBe(OTHER.clientId)
    expect(headers.get('GitHub-Authentication-Token-Expiration')).toBe('2030-01-31 10:20:30 UTC')
    expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8')
    expect(Object.fromEntries(['limit', 'remaining', 'used', 'reset', 'resource'].map((name) => [name, headers.get(`x-ratelimit-${name}`)]))).toEqual({
      ...{ limit: '5000', remaining: '4999', used: '1', reset: String(START + 3600), resource: 'core' },
    })
  })

  test('no scopes are an empty header, permissions are none', async () => {
    const { github, ask } = setUp()
    expect((await ask({ path: '/user', as: github.issue() })).headers.get('X-OAuth-Scopes')).toBe('')
    expect((await ask({ path: '/user', as: github.issue({ kind: 'ghu_' }) })).headers.has('X-OAuth-Scopes')).toBe(false)
  })

  test('SAML: whole lists and parts of them', async () => {
    const { github, ask } = setUp()
    const as = github.issue({ scopes: ['read:org'], user: ADA, authorized: false })
    expect((await ask({ path: '/user/orgs', as })).headers.get('X-GitHub-SSO')).toBe('partial-results; organizations=77')
    github.fail('saml')
    expect((await ask({ path: '/user/orgs', as })).headers.get('X-GitHub-SSO')).toMatch(/^required; url=https:\/\/github\.com\/orgs\//)
  })

  test('pages', async () => {
    const { github, ask } = setUp()
    const organizations = Array.from({ length: 5 }, (_, index) => ({ id: index + 1, login: `org-${index}` }))
    const as = github.issue({ scopes: ['read:org'], user: { ...ADA, organizations } })
    const first = await ask({ path: '/user/orgs?per_page=3', as })
    expect(first.headers.get('Link')).toContain('page=2>; rel="next"')
    const last = await ask({ path: '/user/orgs?per_page=3&page=2', as })
    expect(last.headers.get('Link')).toBeNull()
    expect(last.json).toHaveLength(2)
  })
})

describe('limits are as GitHub has them', () => {
  test('the calls of an hour are counted for each caller, and there are new ones after it', async () => {
    const { github, time, ask } = setUp({ limit: 2 })
    const token = github.issue()
    expect((await ask(check(token))).status).toBe(200)
    expect((await ask(check(token))).status).toBe(200)
    expect((await ask(check(token))).status).toBe(403)
    expect((await ask(check(token, OTHER))).status).toBe(404)
    expect((await ask({ path: '/user', as: token })).status).toBe(200)
    time.forward(3600)
    expect((await ask(check(token))).status).toBe(200)
  })

  test('bad tokens lock good ones out, for a while, but no application', async () => {
    const { github, time, ask } = setUp({ lockOutAfter: 2 })
    const token = github.issue()
    for (const expected of [401, 401, 403]) expect((await ask({ path: '/user', as: 'gho_bad' })).status).toBe(expected)
    expect((await ask({ path: '/user', as: token })).status).toBe(403)
    expect((await ask(check(token))).status).toBe(200)
    time.forward(60)
    expect((await ask({ path: '/user', as: token })).status).toBe(200)
  })

  test('a request without a User-Agent is refused', async () => {
    const { github, ask } = setUp()
    expect((await ask({ path: '/user', as: github.issue(), headers: { 'User-Agent': '' } })).status).toBe(403)
  })
})

describe('GraphQL', () => {
  const schema = buildSchema(readFileSync('test/vectors/github/graphql-slice.graphql', 'utf8'))
  const QUERY = 'query { viewer { enterprises(first: 100) { nodes { databaseId slug } pageInfo { hasNextPage } } } }'

  test('what it answers is what GitHub\u2019s schema makes of the query', async () => {
    const { github, ask } = setUp()
    const { json } = await ask({ method: 'POST', path: '/graphql', as: github.issue({ scopes: ['read:enterprise'], user: ADA }), body: { query: QUERY } })
    expect(validate(schema, parse(QUERY))).toEqual([])
    const { data } = json as { data: unknown }
    const judged = await execute({ schema, document: parse(QUERY), rootValue: data })
    expect(judged.errors).toBeUndefined()
    expect(JSON.parse(JSON.stringify(judged.data))).toEqual(data)
    expect(data).toMatchObject({ viewer: { enterprises: { nodes: [{ databaseId: 12, slug: 'acme-corp' }] } } })
  })

  test('the provider asks what GitHub\u2019s schema has', () => {
    const [, query = ''] = /'(query \{.*\})'/.exec(readFileSync('src/github/membership/enterprises.ts', 'utf8')) ?? []
    expect(query).toBe(QUERY)
  })

  test('without the scope there is an error of that type', async () => {
    const { github, ask } = setUp()
    const { status, json } = await ask({ method: 'POST', path: '/graphql', as: github.issue({ user: ADA }), body: { query: QUERY } })
    expect({ status, json }).toMatchObject({ status: 200, json: { errors: [{ type: 'INSUFFICIENT_SCOPES' }] } })
  })
})

describe('GitHub\u2019s own client can use it', () => {
  const client = { clientType: 'oauth-app', ...APP } as const

  test('as a server', async () => {
    const { github } = setUp({ now: undefined })
    const server = closing(await github.listen())
    const at = { ...client, request: request.defaults({ baseUrl: server.apiBaseUrl }) }
    const token = github.issue({ scopes: ['repo', 'gist'] })
    const { authentication, data } = await checkToken({ ...at, token })
    expect(authentication).toMatchObject({ token, clientId: APP.clientId, scopes: ['repo', 'gist'] })
    expect(data.user).toMatchObject({ login: 'octocat', id: 583231 })
    expect((await deleteToken({ ...at, token })).status).toBe(204)
    await expect(checkToken({ ...at, token })).rejects.toMatchObject({ status: 404 })
    await expect(checkToken({ ...at, clientSecret: 'wrong', token })).rejects.toMatchObject({ status: 401 })
  })

  test('through msw, at the address of GitHub', async () => {
    const { github } = setUp({ now: undefined })
    const msw = closing(setupServer(...github.handlers(http)))
    msw.listen({ onUnhandledRequest: 'error' })
    const token = github.issue({ kind: 'ghu_', expiresAt: Math.floor(Date.now() / 1000) + 600 })
    const { authentication } = await checkToken({ ...client, clientType: 'github-app', token })
    expect(authentication).toMatchObject({ token, expiresAt: expect.stringMatching(/Z$/) })
    expect((await deleteToken({ ...client, token })).status).toBe(204)
    await expect(checkToken({ ...client, token })).rejects.toMatchObject({ status: 404 })
    github.fail('cut')
    await expect(checkToken({ ...client, token })).rejects.toThrow()
    expect(github.calls.map(({ method, path, as, status }) => `${method} ${path} ${as} ${status}`)).toEqual([
      `POST ${tokenPath()} app 200`,
      `DELETE ${tokenPath()} app 204`,
      `POST ${tokenPath()} app 404`,
      `POST ${tokenPath()} app 0`,
    ])
  })
})
