/** Organizations, teams and enterprises: as claims that scopes are made from, and what happens where they are not to be seen. */
import { describe, expect, test } from 'vitest'
import { anyApp, fromClaim } from '../../../src/index.js'
import { asked, gitHub } from '../github-kit.js'
import type { Claims, GitHubProviderOptions } from '../../../src/index.js'

const ACME = { id: 9919, login: 'acme' }
const CLUB = { id: 77, login: 'club', saml: true }
const ADA = {
  id: 1815,
  login: 'ada',
  organizations: [ACME, CLUB],
  teams: [{ id: 4, slug: 'admins', organization: ACME }, { id: 5, slug: 'secret', organization: CLUB }],
  enterprises: [{ id: 12, slug: 'acme-corp' }],
}
const ALL = { organizations: true, teams: true, enterprises: true }
const SCOPES = ['read:org', 'read:enterprise']

async function claimsOf(setUp: ReturnType<typeof gitHub>, token: string): Promise<Claims | undefined> {
  return (await setUp.provider.verifyToken(token))?.claims
}

test('are claims by number and by name, and are mapped to scopes', async () => {
  const { github, provider } = gitHub({
    ...ALL,
    scopes: [fromClaim('teams[].name', { 'acme/admins': 'notes:admin' }), fromClaim('organizations[].id', { '9919': 'notes:read' }), fromClaim('enterprises[].slug', { 'acme-corp': 'notes:export' })],
  })
  const token = await provider.verifyToken(github.issue({ user: ADA, scopes: SCOPES }))
  expect(token?.claims).toMatchObject({
    organizations: [{ id: '9919', login: 'acme' }, { id: '77', login: 'club' }],
    teams: [{ id: '4', name: 'acme/admins', organization_id: '9919' }, { id: '5', name: 'club/secret', organization_id: '77' }],
    enterprises: [{ id: '12', slug: 'acme-corp' }],
  })
  expect(token?.scopes).toEqual(['notes:admin', 'notes:read', 'notes:export'])
})

test('are asked for only where that is wanted, and not for a token that is refused', async () => {
  const { github, provider } = gitHub({ teams: true })
  await provider.verifyToken(github.issue({ user: ADA, scopes: SCOPES }))
  await provider.verifyToken('gho_bad')
  expect(asked(github).map((call) => call.replace(/^\w+ ([\w/]+).*? (\d+)$/, '$1 $2'))).toEqual(['/applications/Iv23liNotes/token 200', '/user/teams 200', '/applications/Iv23liNotes/token 404'])
})

test('are remembered with the token, and cost nothing while they are the same', async () => {
  const { github, provider, time, told } = gitHub({ organizations: true, cache: {} })
  const token = github.issue({ user: ADA, scopes: SCOPES })
  const first = await provider.verifyToken(token)
  await provider.verifyToken(token)
  expect(github.calls).toHaveLength(2)
  time.forward(30)
  const later = await provider.verifyToken(token)
  expect(later?.claims).toEqual(first?.claims)
  expect(asked(github).at(-1)).toBe('GET /user/orgs?per_page=100&page=1 304')
  expect(told('rate_budget').filter(({ of }) => of === 'user').map(({ remaining }) => remaining)).toEqual([4999, 4999])
})

test('fill pages, of which at most ten are read', async () => {
  const organizations = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1, login: `org-${index}` }))
  const setUp = gitHub({ organizations: true })
  const some = await claimsOf(setUp, setUp.github.issue({ user: { ...ADA, organizations: organizations(201) }, scopes: SCOPES }))
  expect(some?.organizations).toHaveLength(201)
  expect(setUp.github.calls).toHaveLength(4)
  expect(setUp.told('odd_answer')).toEqual([])
  const many = await claimsOf(setUp, setUp.github.issue({ user: { ...ADA, organizations: organizations(1500) }, scopes: SCOPES }))
  expect(many?.organizations).toHaveLength(1000)
  expect(setUp.told('odd_answer')).toMatchObject([{ hint: expect.stringContaining('more than 1000 organizations') }])
})

test('are asked for at our own address, wherever a header says that the next page is', async () => {
  const { github } = gitHub()
  const hosts: string[] = []
  const setUp = gitHub({
    organizations: true,
    fetch: async (...request) => {
      hosts.push(new URL(String(request[0])).host)
      const response = await github.fetch(...request)
      const headers = new Headers(response.headers)
      headers.set('Link', '<https://evil.example/user/orgs?page=2>; rel="next"')
      return new Response(response.body, { status: response.status, headers })
    },
  })
  await claimsOf(setUp, github.issue({ user: ADA, scopes: SCOPES }))
  expect(new Set(hosts)).toEqual(new Set(['api.github.com']))
})

describe('that are not to be seen', () => {
  test('for want of a scope are none, and the log says what to ask for, once', async () => {
    const setUp = gitHub(ALL)
    for (const token of [setUp.github.issue({ user: ADA }), setUp.github.issue({ user: ADA })]) {
      expect(await claimsOf(setUp, token)).toMatchObject({ sub: '1815', organizations: [], teams: [], enterprises: [] })
    }
    expect(setUp.told('odd_answer').map(({ hint }) => /read:\w+/.exec(hint)?.[0])).toEqual(['read:org', 'read:org', 'read:enterprise'])
  })

  test('for want of a permission of the GitHub App are none', async () => {
    const setUp = gitHub({ organizations: true, teams: true })
    expect(await claimsOf(setUp, setUp.github.issue({ kind: 'ghu_', user: ADA }))).toMatchObject({ organizations: [], teams: [] })
    expect(await claimsOf(setUp, setUp.github.issue({ kind: 'ghu_', user: ADA, permissions: { members: 'read' } }))).toMatchObject({
      organizations: [{ id: '9919' }, { id: '77' }],
    })
  })

  test('for SAML are none, and the log names it', async () => {
    const setUp = gitHub({ organizations: true, teams: true })
    const token = setUp.github.issue({ user: ADA, scopes: SCOPES })
    setUp.github.fail('saml')
    expect(await claimsOf(setUp, token)).toMatchObject({ sub: '1815', organizations: [], teams: [] })
    expect(setUp.told('sso_required')).toEqual([
      { type: 'sso_required', provider: 'github', of: 'organizations', partial: false },
      { type: 'sso_required', provider: 'github', of: 'teams', partial: false },
    ])
  })

  test('for SAML of one organization are those of the others', async () => {
    const setUp = gitHub({ organizations: true, teams: true })
    expect(await claimsOf(setUp, setUp.github.issue({ user: ADA, scopes: SCOPES, authorized: false }))).toMatchObject({
      organizations: [{ id: '9919', login: 'acme' }],
      teams: [{ name: 'acme/admins' }],
    })
    expect(setUp.told('sso_required')).toMatchObject([{ of: 'organizations', partial: true }, { of: 'teams', partial: true }])
  })
})

describe('that nobody can tell', () => {
  type Answer = () => Response | Promise<Response>
  /** GitHub, but with this answer at one place. */
  const instead = (place: string, answer: Answer, options: Partial<GitHubProviderOptions> = {}) => {
    const { github } = gitHub()
    return {
      github,
      ...only(
        gitHub({
          ...ALL,
          ...options,
          fetch: async (...request) => (String(request[0]).includes(place) ? answer() : github.fetch(...request)),
        } as Partial<GitHubProviderOptions>),
      ),
    }
  }
  const only = ({ outcome, ask, told, provider }: ReturnType<typeof gitHub>) => ({ outcome, ask, told, provider })
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => () => Response.json(body, { status, headers })
  const data = (enterprises: unknown): Answer => json({ data: { viewer: { enterprises } } })

  test.each<readonly [string, string, Answer, string]>([
    ['a broken server', '/user/orgs', json({ message: 'Server Error' }, 502), 'server error'],
    ['no list', '/user/orgs', json({}), 'unreadable'],
    ['an organization without a number', '/user/orgs', json([{ login: 'acme' }]), 'unreadable'],
    ['an organization without a login', '/user/orgs', json([{ id: 1 }]), 'unreadable'],
    ['a team without an organization', '/user/teams', json([{ id: 1, slug: 'x' }]), 'unreadable'],
    ['more than a megabyte', '/user/teams', json([{ id: 1, slug: 'x'.repeat(1.1e6), organization: { id: 1, login: 'x' } }]), 'unreadable'],
    ['422', '/user/teams', json({ message: 'Validation Failed' }, 422), 'status'],
    ['401 of a proxy', '/user/teams', json({ error: 'sign in' }, 401), 'status'],
    ['404 of a proxy', '/user/teams', json({ error: 'no route' }, 404), 'status'],
    ['no GraphQL', '/graphql', json([]), 'unreadable'],
    ['another GraphQL error', '/graphql', json({ errors: [{ type: 'SOMETHING' }] }), 'unreadable'],
    ['a GraphQL error beside one of scopes', '/graphql', json({ errors: [{ type: 'INSUFFICIENT_SCOPES' }, {}] }), 'unreadable'],
    ['no enterprises', '/graphql', data(null), 'unreadable'],
    ['GraphQL is not there', '/graphql', json({ message: 'Not Found' }, 404), 'status'],
    ['the limit of GraphQL', '/graphql', json({ errors: [{ type: 'RATE_LIMITED' }] }), 'budget spent'],
    ['a limit', '/user/orgs', json({ message: 'x' }, 429), 'budget spent'],
  ])('%s: the token is neither taken nor refused', async (_, place, answer, fault) => {
    const { github, ask } = instead(place, answer)
    expect(await ask(github.issue({ user: ADA, scopes: SCOPES }))).toMatchObject({ fault })
  })

  test('silence is over in time, however many pages there are', async () => {
    const { github, ask } = instead('/user/orgs', () => new Promise(() => undefined), { timeout: 0.05 })
    expect(await ask(github.issue({ user: ADA, scopes: SCOPES }))).toMatchObject({ fault: 'too slow' })
  })

  test('a token that was revoked meanwhile is refused', async () => {
    const { github, outcome } = instead('/user/orgs', json({ message: 'Bad credentials' }, 401))
    expect(await outcome(github.issue({ user: ADA, scopes: SCOPES }))).toBe('no')
  })

  test('enterprises that are null, or have no number, grant nothing', async () => {
    const { github, provider, told } = instead(
      '/graphql',
      data({ nodes: [null, { slug: 'x', databaseId: null }, { slug: 'acme-corp', databaseId: 12 }], pageInfo: { hasNextPage: true } }),
    )
    expect((await provider.verifyToken(github.issue({ user: ADA, scopes: SCOPES })))?.claims.enterprises).toEqual([{ id: '12', slug: 'acme-corp' }])
    expect(told('odd_answer')).toMatchObject([{ hint: expect.stringContaining('more than 100 enterprises') }])
  })
})

test('an installation is a member of nothing, and nothing is asked', async () => {
  const { github, provider } = gitHub({ ...ALL, app: anyApp, kinds: ['ghs_'] } as Partial<GitHubProviderOptions>)
  const token = await provider.verifyToken(github.issue({ kind: 'ghs_', user: ADA }))
  expect(token?.claims).not.toHaveProperty('organizations')
  expect(github.calls).toHaveLength(1)
})
