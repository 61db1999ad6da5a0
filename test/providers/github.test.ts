/** GitHubProvider: whose tokens it takes, what it makes of them, and what it makes of GitHub's answers. */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AuthUnavailableError, anyApp, ChainProvider, fromClaim, GitHubProvider, IntrospectionProvider, JwksProvider, clientSecretBasic } from '../../src/index.js'
import { GitHubStandIn } from '../../src/testing/index.js'
import { keepsTheContract } from '../contract.js'
import { APP, asked, gitHub, OTHER_APP } from '../github/github-kit.js'
import { signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { GitHubProviderOptions } from '../../src/index.js'

const ADA = { id: 1815, login: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' }
const CHECK = `/applications/${APP.clientId}/token`

afterEach(() => void vi.restoreAllMocks())

keepsTheContract('GitHubProvider', async () => {
  const { github, provider, events, time } = gitHub({ cache: {} })
  return {
    provider,
    events,
    good: github.issue({ scopes: ['read:user'] }),
    refused: [github.issue({ app: OTHER_APP.clientId }), 'gho_nobodys', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', await (await signer()).sign()],
    outage: {
      begin: () => github.fail('server error'),
      end: () => {
        github.recover()
        time.forward(2)
      },
    },
  }
})

keepsTheContract('GitHubProvider for any app', async () => {
  const { github, provider, events, time } = gitHub({ cache: {}, app: anyApp, kinds: ['ghp_'], timeout: 1 })
  return {
    provider,
    events,
    good: github.issue({ kind: 'ghp_', scopes: ['repo'] }),
    refused: ['ghp_nobodys', github.issue(), 'github_pat_x'],
    outage: {
      begin: () => github.fail('slow'),
      end: () => {
        github.recover()
        time.forward(2)
      },
    },
  }
})

describe('a token of our application', () => {
  test('says who, by number, for which app, and what it may, in one call', async () => {
    const { github, provider } = gitHub()
    const token = await provider.verifyToken(github.issue({ user: ADA, scopes: ['repo', 'read:user'], expiresAt: START + 600 }))
    expect(token).toMatchObject({ subject: '1815', clientId: APP.clientId, issuer: 'https://github.com/login/oauth', scopes: ['repo', 'read:user'], expiresAt: START + 600 })
    expect(token?.claims).toEqual({
      ...{ iss: 'https://github.com/login/oauth', sub: '1815', login: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
      ...{ client_id: APP.clientId, app: APP.clientId, token_kind: 'gho_', scope: 'repo read:user', exp: START + 600 },
    })
    expect(asked(github)).toEqual([`POST ${CHECK} 200`])
  })

  test('without scopes has none, without an end has none, and of name and e-mail what there is', async () => {
    const { github, provider } = gitHub()
    const token = await provider.verifyToken(github.issue({ user: { id: 7, login: 'x' } }))
    expect(token?.scopes).toEqual([])
    expect(token?.expiresAt).toBeUndefined()
    expect(token?.claims).toEqual({ iss: 'https://github.com/login/oauth', sub: '7', login: 'x', client_id: APP.clientId, app: APP.clientId, token_kind: 'gho_', scope: '' })
  })

  test('of a GitHub App has permissions, of which writing holds reading', async () => {
    const { github, provider } = gitHub({ scopes: fromClaim('permissions', { 'issues:read': 'notes:read', 'issues:write': 'notes:write' }) })
    const token = await provider.verifyToken(github.issue({ kind: 'ghu_', permissions: { issues: 'write', metadata: 'read' } }))
    expect(token?.claims.permissions).toEqual(['issues:read', 'issues:write', 'metadata:read'])
    expect(token?.scopes).toEqual(['notes:read', 'notes:write'])
    expect(token?.claims).not.toHaveProperty('scope')
  })

  test('is remembered, and so is a no', async () => {
    const { github, provider, time } = gitHub({ cache: {} })
    const good = github.issue()
    for (const token of [good, good, 'gho_bad', 'gho_bad']) await provider.verifyToken(token)
    expect(asked(github)).toEqual([`POST ${CHECK} 200`, `POST ${CHECK} 404`])
    github.end(good)
    expect(await provider.verifyToken(good)).not.toBeNull()
    time.forward(30)
    expect(await provider.verifyToken(good)).toBeNull()
  })

  test('ends when GitHub says so, remembered or not', async () => {
    const { github, provider, time } = gitHub({ cache: {}, clockTolerance: 0 })
    const token = github.issue({ expiresAt: START + 10 })
    expect(await provider.verifyToken(token)).not.toBeNull()
    time.forward(10)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('of one of several applications is that one\u2019s', async () => {
    const { github, provider } = gitHub({ app: [APP, OTHER_APP] })
    expect(await provider.verifyToken(github.issue({ app: OTHER_APP.clientId }))).toMatchObject({ clientId: OTHER_APP.clientId })
    expect(await provider.verifyToken(github.issue())).toMatchObject({ clientId: APP.clientId })
    expect(await provider.verifyToken('gho_nobodys')).toBeNull()
  })

  test('of one of several: a no of one and silence of the other are silence', async () => {
    const { github, outcome } = gitHub({ app: [{ ...APP, clientSecret: 'wrong' }, OTHER_APP] })
    vi.spyOn(process, 'emitWarning').mockReturnValue()
    expect(await outcome(github.issue({ app: OTHER_APP.clientId }))).toBe('yes')
    expect(await outcome(github.issue())).toBe('unavailable')
  })
})

describe('a token that is not ours', () => {
  test('of another application is refused, and the log says why', async () => {
    const { github, provider, told } = gitHub()
    expect(await provider.verifyToken(github.issue({ app: OTHER_APP.clientId }))).toBeNull()
    expect(told('rejected')).toMatchObject([{ reason: 'unknown_token', claim: 'app', hint: expect.stringContaining('another app') }])
  })

  test.each([
    ['a personal access token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a fine-grained one', 'github_pat_11AAAAAA_abc'],
    ['one of an installation', 'ghs_1234_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJnaXRodWIifQ.AAAA'],
    ['a refresh token', 'ghr_1B4a2e77838347a7E420ce178F2E7c6912E169246c34E1ccbF66C46812d16D5B1A9Dc86A1498'],
    ['forty letters as of before 2021', 'e72e16c7e42f292c6912e7710c838347ae178b4a'],
    ['a prefix alone', 'gho_'],
    ['the prefix in capitals', 'GHO_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['an opaque token', 'ory_at_abc'],
  ])('%s is foreign, refused, and never shown', async (_, token) => {
    const { github, provider, told } = gitHub()
    expect(provider.recognizes(token)).toBe('foreign')
    expect(await provider.verifyToken(token)).toBeNull()
    expect(told('rejected')).toMatchObject([{ reason: 'wrong_type', claim: 'token_kind', hint: expect.any(String) }])
    expect(github.calls).toEqual([])
  })

  test('a JWT is never shown', async () => {
    const { github, provider } = gitHub({ app: anyApp, kinds: ['gho_', 'ghu_', 'ghp_', 'github_pat_', 'ghs_'] })
    expect(await provider.verifyToken(await (await signer()).sign())).toBeNull()
    expect(github.calls).toEqual([])
  })

  test('in a chain only the owner of a kind sees it, whoever else is there', async () => {
    const { github, provider } = gitHub()
    const personal = gitHub({ app: anyApp, kinds: ['ghp_'] })
    const endpoint = vi.fn(async () => Response.json({ active: true }))
    const chain = new ChainProvider([
      new IntrospectionProvider({ endpoint: 'https://id.example.com/introspect', audience: 'a', clientAuth: clientSecretBasic('a', 'b'), fetch: endpoint }),
      new JwksProvider({ issuer: 'https://id.example.com', audience: 'a', fetch: endpoint }),
      provider,
      personal.provider,
    ])
    expect(await chain.verifyToken(github.issue())).toMatchObject({ provider: 'github' })
    expect(await chain.verifyToken(personal.github.issue({ kind: 'ghp_' }))).toMatchObject({ claims: { token_kind: 'ghp_' } })
    expect(await chain.verifyToken('ghs_x')).toBeNull()
    expect(endpoint).not.toHaveBeenCalled()
    expect(github.calls).toHaveLength(1)
    await chain.close()
  })
})

describe('the plan of a chain', () => {
  const { provider } = gitHub()

  test('names what is ours by its first letters', () => {
    const personal = gitHub({ app: anyApp, kinds: ['ghp_'], name: 'personal' } as Partial<GitHubProviderOptions>)
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const plan = String(new ChainProvider([provider, personal.provider]).plan())
    expect(plan).toContain('tokens that begin with gho_')
    expect(plan).toMatch(/tokens that begin with ghp_ +\u2192 +personal/)
    expect(warn).not.toHaveBeenCalled() // a personal token is bound to no application, anywhere
  })

  test('warns of anybody\u2019s applications beside members that are stricter', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const lax = gitHub({ app: anyApp, kinds: ['ghu_'], name: 'lax' } as Partial<GitHubProviderOptions>)
    new ChainProvider([gitHub({ kinds: ['gho_'] } as Partial<GitHubProviderOptions>).provider, lax.provider])
    expect(String(warn.mock.calls[0]?.[0])).toContain('"lax"')
  })

  test('refuses two GitHubs, of which the second would never be asked', () => {
    expect(() => new ChainProvider([provider, gitHub({ apiBaseUrl: 'https://git.acme.example/api/v3' }).provider])).toThrow(/would never be asked/)
  })
})

describe('anyApp', () => {
  test('asks who the holder is, and takes scopes with comma and blank from the header', async () => {
    const { github, provider } = gitHub({ app: anyApp })
    const token = await provider.verifyToken(github.issue({ app: OTHER_APP.clientId, user: ADA, scopes: ['gist', 'read:org', 'repo', 'workflow'], expiresAt: START + 60 }))
    expect(token).toMatchObject({ subject: '1815', clientId: OTHER_APP.clientId, scopes: ['gist', 'read:org', 'repo', 'workflow'], expiresAt: START + 60 })
    expect(token?.claims).toMatchObject({ app: OTHER_APP.clientId, token_kind: 'gho_', scope: 'gist read:org repo workflow', login: 'ada' })
    expect(asked(github)).toEqual(['GET /user 200'])
  })

  test.each(['ghp_', 'github_pat_', 'ghu_'] as const)('%s is taken where it is named', async (kind) => {
    const { github, provider } = gitHub({ app: anyApp, kinds: [kind] })
    const token = await provider.verifyToken(github.issue({ kind, user: ADA, scopes: ['repo'] }))
    expect(token?.claims).toMatchObject({ sub: '1815', token_kind: kind })
    expect(token?.claims).not.toHaveProperty('app')
    expect(token?.scopes).toEqual(kind === 'ghp_' ? ['repo'] : [])
  })

  test('an installation is asked where it can answer, and is never its account', async () => {
    const { github, provider, told } = gitHub({ app: anyApp, kinds: ['ghs_'] })
    const token = await provider.verifyToken(github.issue({ kind: 'ghs_', user: ADA, repositories: 3 }))
    expect(token?.claims).toEqual({ iss: 'https://github.com/login/oauth', sub: 'installation:1815', login: 'ada', token_kind: 'ghs_' })
    expect(token?.scopes).toEqual([])
    expect(asked(github)).toEqual(['GET /installation/repositories?per_page=1 200'])
    expect(await provider.verifyToken(github.issue({ kind: 'ghs_', repositories: 0 }))).toBeNull()
    expect(told('rejected')).toMatchObject([{ reason: 'missing_claim', hint: expect.stringContaining('no repository') }])
  })

  test('a refused token is a no, and nobody cries about credentials', async () => {
    const { outcome, told } = gitHub({ app: anyApp })
    expect(await outcome('gho_bad')).toBe('no')
    expect(told('credentials_refused')).toEqual([])
  })

  test('what has not changed costs nothing of the budget', async () => {
    const { github, provider, told } = gitHub({ app: anyApp })
    const token = github.issue({ user: ADA, scopes: ['repo'] })
    const first = await provider.verifyToken(token)
    const second = await provider.verifyToken(token)
    expect(second?.claims).toEqual(first?.claims)
    expect(asked(github)).toEqual(['GET /user 200', 'GET /user 304'])
    expect(told('rate_budget').map(({ remaining }) => remaining)).toEqual([4999, 4999])
    github.end(token)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('what one user was shown is never offered with the token of another', async () => {
    const { github } = gitHub()
    const offered: (string | null)[] = []
    const { provider } = gitHub({
      app: anyApp,
      fetch: (url, init) => {
        offered.push(new Headers(init.headers).get('if-none-match'))
        return github.fetch(url, init)
      },
    })
    const [ada, bob] = [github.issue({ user: ADA }), github.issue({ user: { ...ADA, id: 8, login: 'bob' } })]
    const subjects = []
    for (const token of [ada, bob, ada]) subjects.push((await provider.verifyToken(token))?.subject)
    expect(subjects).toEqual([String(ADA.id), '8', String(ADA.id)])
    expect(offered).toEqual([null, null, expect.any(String)])
  })

  test('scopes that were taken back are gone, though the user has not changed', async () => {
    const { github } = gitHub()
    let scopes: string | null = 'repo, gist'
    const { provider } = gitHub({
      app: anyApp,
      fetch: async (...request) => {
        const response = await github.fetch(...request)
        const headers = new Headers(response.headers)
        if (scopes === null) headers.delete('x-oauth-scopes')
        else headers.set('x-oauth-scopes', scopes)
        return new Response(response.body, { status: response.status, headers })
      },
    })
    const token = github.issue()
    expect((await provider.verifyToken(token))?.scopes).toEqual(['repo', 'gist'])
    scopes = 'gist'
    expect((await provider.verifyToken(token))?.scopes).toEqual(['gist'])
    expect(asked(github).at(-1)).toBe('GET /user 304')
    scopes = null // not even told: then all of it is asked for
    expect((await provider.verifyToken(token))?.scopes).toEqual([])
    expect(asked(github).slice(-2)).toEqual(['GET /user 304', 'GET /user 200'])
  })

  test.each([
    ['2030-01-31 10:20:30 UTC', Date.UTC(2030, 0, 31, 10, 20, 30) / 1000],
    ['2030-01-31 10:20:30 +0200', Date.UTC(2030, 0, 31, 8, 20, 30) / 1000],
    ['2030-01-31 10:20:30 -0730', Date.UTC(2030, 0, 31, 17, 50, 30) / 1000],
    ['2030-13-31 10:20:30 UTC', undefined],
    ['tomorrow', undefined],
  ])('an end of %s', async (text, expected) => {
    const { provider } = gitHub({ app: anyApp, fetch: async () => Response.json({ id: 1, login: 'x' }, { headers: { 'GitHub-Authentication-Token-Expiration': text } }) })
    expect((await provider.verifyToken('gho_x'))?.expiresAt).toBe(expected)
  })
})

type Case = readonly [name: string, answer: () => Response | Promise<Response>, expected: 'yes' | 'no' | 'unavailable', fault?: string]
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () => Response.json(body, { status, headers })
const error = (status: number, message: string, headers: Record<string, string> = {}) =>
  json({ message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, status, headers)
const text =
  (body: string | Uint8Array<ArrayBuffer>, type: string, status = 200, headers: Record<string, string> = {}) =>
  () =>
    new Response(body, { status, headers: { 'Content-Type': type, ...headers } })

const GOOD = { id: 1, app: { client_id: APP.clientId, name: 'Notes', url: 'https://notes.example.com' }, token: '', scopes: ['repo'], expires_at: null, user: { id: 7, login: 'x' } }

const TO_APP: readonly Case[] = [
  ['as described', json(GOOD), 'yes'],
  ['scopes that are null', json({ ...GOOD, scopes: null }), 'yes'],
  ['scopes of another alphabet', json({ ...GOOD, scopes: ['repo', 'a b', 7, '"'] }), 'yes'],
  ['another application than was asked', json({ ...GOOD, app: { client_id: OTHER_APP.clientId } }), 'no'],
  ['no application', json({ ...GOOD, app: undefined }), 'unavailable', 'unreadable'],
  ['404 of GitHub', error(404, 'Not Found'), 'no'],
  ['404 as HTML', text('<h1>Not Found</h1>', 'text/html', 404), 'unavailable', 'status'],
  ['404 of somebody else', json({ error: 'no such route' }, 404), 'unavailable', 'status'],
  ['404 without a word', text('', 'text/plain', 404), 'unavailable', 'status'],
  ['422', error(422, 'Validation Failed'), 'unavailable', 'status'],
  ['400', error(400, 'Problems parsing JSON'), 'unavailable', 'status'],
  ['401', error(401, 'Bad credentials'), 'unavailable', 'credentials'],
  ['403', error(403, 'Forbidden'), 'unavailable', 'forbidden'],
  ['no user', json({ ...GOOD, user: null }), 'unavailable', 'unreadable'],
  ['a user without a number', json({ ...GOOD, user: { login: 'x' } }), 'unavailable', 'unreadable'],
  ['a user with a number as text', json({ ...GOOD, user: { id: '7', login: 'x' } }), 'unavailable', 'unreadable'],
  ['a user number that is none', json({ ...GOOD, user: { id: 1.5, login: 'x' } }), 'unavailable', 'unreadable'],
  ['a user number of zero', json({ ...GOOD, user: { id: 0, login: 'x' } }), 'unavailable', 'unreadable'],
  ['an end that is none', json({ ...GOOD, expires_at: 'soon' }), 'unavailable', 'unreadable'],
  ['an end that is a number', json({ ...GOOD, expires_at: START + 60 }), 'unavailable', 'unreadable'],
  ['an end long past', json({ ...GOOD, expires_at: '2011-09-08T17:26:27Z' }), 'no'],
  ['a list', json([GOOD]), 'unavailable', 'unreadable'],
  ['HTML', text('<p>', 'text/html'), 'unavailable', 'unreadable'],
  ['JSON that is none', text('{', 'application/json'), 'unavailable', 'unreadable'],
  ['too large', text(JSON.stringify({ ...GOOD, x: 'x'.repeat(70_000) }), 'application/json'), 'unavailable', 'unreadable'],
  ['too deep', text(`{"x":${'['.repeat(9000)}${']'.repeat(9000)}}`, 'application/json'), 'unavailable', 'unreadable'],
  ['no UTF-8', text(new Uint8Array(gzipSync('x')), 'application/json'), 'unavailable', 'unreadable'],
  ['a redirect', () => new Response(null, { status: 301, headers: { Location: 'https://evil.example' } }), 'unavailable', 'redirect'],
  ['500', text('oops', 'text/plain', 500), 'unavailable', 'server error'],
  ['502 as HTML', text('<h1>Unicorn</h1>', 'text/html', 502), 'unavailable', 'server error'],
  ['no connection', () => Promise.reject(new TypeError('fetch failed')), 'unavailable', 'connection'],
  ['204', () => new Response(null, { status: 204 }), 'unavailable', 'status'],
  ['304', () => new Response(null, { status: 304 }), 'unavailable', 'redirect'],
]

const TO_HOLDER: readonly Case[] = [
  ['as described', json({ id: 7, login: 'x' }), 'yes'],
  ['401 of GitHub', error(401, 'Bad credentials'), 'no'],
  ['401 of GitHub for a header that a proxy took away', error(401, 'Requires authentication'), 'unavailable', 'status'],
  ['401 of a proxy', text('<h1>Sign in</h1>', 'text/html', 401, { 'WWW-Authenticate': 'Basic' }), 'unavailable', 'status'],
  ['403 for a token that GitHub knows', error(403, 'Resource not accessible', { 'X-OAuth-Scopes': '' }), 'unavailable', 'forbidden'],
  ['404', error(404, 'Not Found'), 'unavailable', 'status'],
  ['422', error(422, 'Validation Failed'), 'unavailable', 'status'],
  ['304 that nobody asked for', () => new Response(null, { status: 304 }), 'unavailable', 'redirect'],
  ['no number', json({ login: 'x' }), 'unavailable', 'unreadable'],
  ['a number beyond all', json({ id: 2 ** 60, login: 'x' }), 'unavailable', 'unreadable'],
  ['a list', json([]), 'unavailable', 'unreadable'],
]

describe.each([
  { to: 'an application', cases: TO_APP, app: APP },
  { to: 'the holder of a token', cases: TO_HOLDER, app: anyApp },
])('answers to $to', ({ cases, app }) => {
  for (const [name, answer, expected, fault] of cases) {
    test(`${name}: ${expected}`, async () => {
      vi.spyOn(process, 'emitWarning').mockReturnValue()
      const { ask, outcome } = gitHub({ app, fetch: async () => answer() } as Partial<GitHubProviderOptions>)
      if (expected === 'unavailable') expect(await ask('gho_x')).toMatchObject({ fault })
      else expect(await outcome('gho_x')).toBe(expected)
    })
  }

  test('silence ends in time', async () => {
    const { ask, github } = gitHub({ app, timeout: 0.05 } as Partial<GitHubProviderOptions>)
    github.fail('slow')
    expect(await ask('gho_x')).toMatchObject({ fault: 'too slow' })
  })

  test('a connection that failed is tried once more', async () => {
    const { github } = gitHub()
    let failures = 1
    const { outcome } = gitHub({
      app,
      fetch: (...request) => (failures-- > 0 ? Promise.reject(new TypeError('reset')) : github.fetch(...request)),
    } as Partial<GitHubProviderOptions>)
    expect(await outcome(github.issue())).toBe('yes')
  })

  test('a redirect that "fetch" followed is not taken', async () => {
    const redirected = Object.defineProperty(Response.json({ id: 7, login: 'x' }), 'redirected', { value: true })
    const { ask } = gitHub({ app, fetch: async () => redirected } as Partial<GitHubProviderOptions>)
    expect(await ask('gho_x')).toMatchObject({ fault: 'redirect' })
  })
})

describe('credentials of ours that GitHub refuses', () => {
  test.each([
    [401, 'credentials'],
    [403, 'forbidden'],
  ] as const)('%i is nobody\u2019s no, and is loud', async (status, fault) => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { outcome, told } = gitHub({ fetch: async () => error(status, 'Bad credentials')() })
    expect(await outcome('gho_good')).toBe('unavailable')
    expect(await outcome('gho_other')).toBe('unavailable')
    expect(told('credentials_refused')).toEqual(Array(2).fill({ type: 'credentials_refused', provider: 'github', fault, method: 'client_secret_basic', message: `api.github.com answered ${status}` }))
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0]?.[0]).toContain(APP.clientId)
    expect(String(warn.mock.calls[0]?.[0])).not.toContain(APP.clientSecret)
  })
})

describe('what is sent', () => {
  test('is kept once by a fetch of the runtime: the first attempt forbids redirects, and the second one tells of them', async () => {
    const sent: unknown[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_url, init) => {
      sent.push({ redirect: init?.redirect, window: init?.window })
      if (sent.length === 1) throw new TypeError('fetch failed')
      return new Response(null, { status: 307, headers: { Location: 'https://evil.example' } })
    })
    const provider = new GitHubProvider({ app: APP })
    await expect(provider.verifyToken('gho_0123456789')).rejects.toMatchObject({ fault: 'redirect', message: expect.stringContaining('307') })
    expect(sent).toEqual([{ redirect: 'error', window: null }, { redirect: 'manual', window: undefined }])
  })

  test('is for the application what GitHub asks for, and the token is in no URL', async () => {
    const requests: Request[] = []
    const github = new GitHubStandIn({ apps: [APP] })
    const fetch: typeof globalThis.fetch = (input, init) => {
      requests.push(new Request(input, init))
      return github.fetch(input, init)
    }
    const provider = new GitHubProvider({ app: APP, fetch })
    await provider.verifyToken(github.issue())
    const [{ method, url, headers, redirect } = new Request('https://none.example')] = requests
    expect({ method, url, redirect }).toEqual({ method: 'POST', url: `https://api.github.com${CHECK}`, redirect: 'manual' })
    expect(Object.fromEntries(headers)).toEqual({
      accept: 'application/vnd.github+json',
      'accept-encoding': 'identity',
      authorization: `Basic ${btoa(`${APP.clientId}:${APP.clientSecret}`)}`,
      'content-type': 'application/json',
      'user-agent': 'bearer-auth-providers',
    })
  })

  test.each([
    ['https://api.github.com', 'https://api.github.com', 'https://github.com/login/oauth'],
    ['https://api.github.com/', 'https://api.github.com', 'https://github.com/login/oauth'],
    ['https://api.acme.ghe.com', 'https://api.acme.ghe.com', 'https://acme.ghe.com/login/oauth'],
    ['https://git.acme.example/api/v3', 'https://git.acme.example/api/v3', 'https://git.acme.example/login/oauth'],
    ['https://git.acme.example:8443/api/v3/', 'https://git.acme.example:8443/api/v3', 'https://git.acme.example:8443/login/oauth'],
  ])('with apiBaseUrl %s goes there', async (apiBaseUrl, base, issuer) => {
    const urls: string[] = []
    const fetch = async (url: unknown): Promise<Response> => {
      urls.push(String(url))
      return String(url).endsWith('/graphql') ? Response.json({ data: { viewer: { enterprises: { nodes: [] } } } }) : Response.json(GOOD)
    }
    const provider = new GitHubProvider({ app: APP, apiBaseUrl, fetch: fetch as typeof globalThis.fetch, enterprises: true, now: () => START })
    expect((await provider.verifyToken('gho_x'))?.issuer).toBe(issuer)
    expect(provider.issuers).toEqual([issuer])
    expect(urls).toEqual([`${base}${CHECK}`, base.endsWith('/api/v3') ? base.replace('/v3', '/graphql') : `${base}/graphql`])
  })
})

describe('revokeToken', () => {
  test('ends the token at GitHub, and refuses it here at once, remembered or not', async () => {
    const { github, provider, told } = gitHub({ cache: {} })
    const token = github.issue()
    expect(await provider.verifyToken(token)).not.toBeNull()
    await provider.revokeToken(token)
    expect(await provider.verifyToken(token)).toBeNull()
    expect(told('rejected')).toMatchObject([{ reason: 'revoked' }])
    expect(asked(github)).toEqual([`POST ${CHECK} 200`, `DELETE ${CHECK} 204`])
    await provider.revokeToken(token) // gone already
  })

  test('of several applications, asks the one that it belongs to', async () => {
    const { github, provider } = gitHub({ app: [APP, OTHER_APP] })
    await provider.revokeToken(github.issue({ app: OTHER_APP.clientId }))
    expect(asked(github)).toEqual([`DELETE ${CHECK} 404`, `DELETE /applications/${OTHER_APP.clientId}/token 204`])
  })

  test('refuses it here even where GitHub does not answer, and says that', async () => {
    const { github, provider, time } = gitHub({ cache: {} })
    const token = github.issue()
    await provider.verifyToken(token)
    github.fail('server error')
    await expect(provider.revokeToken(token)).rejects.toThrow(AuthUnavailableError)
    github.recover()
    expect(await provider.verifyToken(token)).toBeNull()
    time.forward(60)
    expect(await provider.verifyToken(token)).toBeNull()
    await provider.revokeToken(token)
    expect(asked(github).at(-1)).toBe(`DELETE ${CHECK} 204`)
  })

  test.each([
    ['of another kind', {}, 'ghp_x'],
    ['that is none', {}, 'ory_at_x'],
    ['without an application', { app: anyApp }, 'gho_x'],
  ] as const)('takes no token %s, and shows it to nobody', async (_, options, token) => {
    const { github, provider } = gitHub(options as Partial<GitHubProviderOptions>)
    await expect(provider.revokeToken(token)).rejects.toThrow(TypeError)
    expect(github.calls).toEqual([])
    expect(provider.stats().revocations).toBe(0)
  })
})

describe('options', () => {
  const app = APP
  test.each([
    ['none', {}, /"app" must be your application.*anyApp/],
    ['an app that is null', { app: null }, /"app"/],
    ['no app in a list', { app: [] }, /"app"/],
    ['an app that is a symbol of somebody\u2019s', { app: Symbol('any-app') }, /clientId/],
    ['anyApp as text', { app: 'anyApp' }, /clientId/],
    ['anyApp as an option', { anyApp: true }, /it is a value, app: anyApp/],
    ['no client ID', { app: { clientSecret: 'x' } }, /"app.clientId"/],
    ['a client ID with a slash', { app: { clientId: '../x', clientSecret: 'x' } }, /"app.clientId"/],
    ['no secret', { app: { clientId: 'x' } }, /"app.clientSecret".*environment variable/],
    ['an empty secret', { app: { clientId: 'x', clientSecret: '' } }, /"app.clientSecret"/],
    ['a secret with a line break', { app: { clientId: 'x', clientSecret: 'x\n' } }, /"app.clientSecret"/],
    ['one app twice', { app: [app, app] }, /twice/],
    ['no kinds', { app, kinds: [] }, /"kinds"/],
    ['an unknown kind', { app, kinds: ['gho'] }, /"kinds" knows gho_/],
    ['refresh tokens', { app, kinds: ['ghr_'] }, /refresh tokens/],
    ['personal tokens with an app', { app, kinds: ['ghp_'] }, /no app vouches for ghp_.*anyApp/],
    ['installations with an app', { app, kinds: ['gho_', 'ghs_'] }, /no app vouches for ghs_/],
    ['organizations by name', { app, organizations: ['acme'] }, /"organizations" must be true or false.*"scopes"/],
    ['the web site', { app, apiBaseUrl: 'https://github.com' }, /"apiBaseUrl" must be https:\/\/api\.github\.com/],
    ['a server without its path', { app, apiBaseUrl: 'https://git.acme.example' }, /HOST\/api\/v3/],
    ['another path', { app, apiBaseUrl: 'https://api.github.com/v3' }, /"apiBaseUrl"/],
    ['a query', { app, apiBaseUrl: 'https://api.github.com?x' }, /"apiBaseUrl"/],
    ['plain http', { app, apiBaseUrl: 'http://git.acme.example/api/v3' }, /https/],
    ['a timeout in milliseconds', { app, timeout: 3000 }, /milliseconds, write 3/],
    ['a fetch that is none', { app, fetch: 'fetch' }, /"fetch"/],
    ['an audience', { app, audience: 'x' }, /"audience" is not an option/],
  ])('%s: refused at construction', (_, options, message) => {
    const construct = (): unknown => new GitHubProvider(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  test('no message shows a secret', () => {
    for (const clientSecret of ['s3cret\n', '\u00e9s3cret']) {
      expect(() => new GitHubProvider({ app: { clientId: 'x', clientSecret } })).not.toThrow(/s3cret/)
    }
  })

  test('what decides an answer is in the policy, and no secret', () => {
    class Shown extends GitHubProvider {
      get shown(): string {
        return this.policy
      }
    }
    const policies = [
      { app },
      { app: OTHER_APP },
      { app: [APP, OTHER_APP] as const },
      { app: anyApp },
      { app, kinds: ['gho_'] as const },
      { app, organizations: true },
      { app, apiBaseUrl: 'https://api.acme.ghe.com' },
    ].map((options) => new Shown(options as GitHubProviderOptions).shown)
    expect(new Set(policies).size).toBe(policies.length)
    expect(policies.join()).not.toMatch(/secret/)
  })

  test('closing ends what is being asked', async () => {
    const { github, provider, outcome } = gitHub()
    github.fail('slow')
    const asking = outcome('gho_x')
    await provider.close()
    expect(await asking).toBe('unavailable')
  })

  test('an observer that is missing changes nothing', async () => {
    const { github, provider } = gitHub({ observe: undefined, organizations: true })
    expect(await provider.verifyToken(github.issue())).not.toBeNull()
  })
})

test('no event carries a token, a secret or a claim', async () => {
  const { events, observe } = recorder()
  const { github, provider } = gitHub({ observe, organizations: true, teams: true, enterprises: true })
  const organization = { id: 424242, login: 'acme-secret-lab', saml: true }
  const token = github.issue({
    user: { ...ADA, id: 181512, organizations: [organization], teams: [{ id: 1, slug: 'hidden-team', organization }] },
    scopes: ['read:org'],
    authorized: false,
  })
  await provider.verifyToken(token)
  github.fail('saml')
  await provider.verifyToken(token)
  expect(events.length).toBeGreaterThan(5)
  expect(JSON.stringify(events)).not.toMatch(new RegExp([token, APP.clientSecret, 'ada', 'Ada', '181512', '424242', 'acme-secret-lab', 'hidden-team', 'authorization_request'].join('|')))
})
