/** What the provider makes of GitHub's limits: it waits as long as it is told to, and makes nothing worse. */
import { describe, expect, test } from 'vitest'
import { anyApp } from '../../../src/index.js'
import { clock, START } from '../../oauth-kit.js'
import { APP, asked, gitHub, OTHER_APP } from '../github-kit.js'
import type { GitHubProviderOptions } from '../../../src/index.js'

const anybody = { app: anyApp } as Partial<GitHubProviderOptions>

function limited(status: number, headers: Record<string, string>, message = 'API rate limit exceeded'): Response {
  return Response.json({ message }, { status, headers })
}

describe('a limit is silence, with the wait that GitHub asks for', () => {
  const spent = { 'X-RateLimit-Limit': '5000', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(START + 900) }
  test.each([
    ['the hour\u2019s, as 403', 403, spent, 900, 'primary'],
    ['the hour\u2019s, as 429', 429, spent, 900, 'primary'],
    ['the hour\u2019s, with a longer wait beside', 403, { ...spent, 'Retry-After': '1200' }, 1200, 'primary'],
    ['the hour\u2019s, over already by our clock', 403, { ...spent, 'X-RateLimit-Reset': String(START - 5) }, 1, 'primary'],
    ['the hour\u2019s, without its end', 429, { 'X-RateLimit-Remaining': '0' }, 60, 'secondary'],
    ['too many at a time, with a wait', 403, { 'Retry-After': '30' }, 30, 'secondary'],
    ['too many at a time, with a wait, as 429', 429, { 'Retry-After': '7' }, 7, 'secondary'],
    ['too many at a time, without a wait', 429, {}, 60, 'secondary'],
    ['too many at a time, while the hour\u2019s is not spent', 403, { ...spent, 'X-RateLimit-Remaining': '99', 'Retry-After': '5' }, 5, 'secondary'],
  ] as const)('%s', async (_, status, headers, retryAfter, limit) => {
    const { ask, told } = gitHub({ fetch: async () => limited(status, headers) })
    expect(await ask('gho_x')).toEqual({ retryAfter, fault: 'budget spent' })
    expect(told('rate_limited')).toEqual([{ type: 'rate_limited', provider: 'github', of: 'app', limit, retryAfter }])
    expect(told('credentials_refused')).toEqual([])
  })

  test('too many at a time, in words only', async () => {
    const { ask } = gitHub({ fetch: async () => limited(403, {}, 'You have exceeded a secondary rate limit. Please wait.') })
    expect(await ask('gho_x')).toEqual({ retryAfter: 60, fault: 'budget spent' })
  })
})

describe('while a budget is spent', () => {
  test('nothing is asked with it, for any token, and then one at a time', async () => {
    const { github, time, ask, outcome } = gitHub()
    const [first, second, third] = [github.issue(), github.issue(), github.issue()]
    github.fail('rate limit')
    await ask(first)
    github.recover()
    time.forward(3599)
    expect(await ask(second)).toMatchObject({ fault: 'held back', retryAfter: 1 })
    expect(github.calls).toHaveLength(1)
    time.forward(1)
    expect(await Promise.all([outcome(second), outcome(third), outcome(first)])).toEqual(['yes', 'unavailable', 'unavailable'])
    expect(github.calls).toHaveLength(2)
    expect(await Promise.all([outcome(second), outcome(third), outcome(first)])).toEqual(['yes', 'yes', 'yes'])
  })

  test('a probe that gets no answer is followed by another', async () => {
    const { github, time, outcome } = gitHub({ timeout: 0.05 })
    const token = github.issue()
    github.fail('secondary limit')
    await outcome(token)
    github.fail('slow')
    time.forward(60)
    await outcome(token)
    github.recover()
    expect(await outcome(token)).toBe('unavailable')
    time.forward(0.05)
    expect(await outcome(token)).toBe('yes')
  })

  test('another application has its own', async () => {
    const { github, outcome } = gitHub({ app: [APP, OTHER_APP] }, { limit: 2 })
    const [ours, others] = [github.issue(), github.issue({ app: OTHER_APP.clientId })]
    expect([await outcome(ours), await outcome(ours)]).toEqual(['yes', 'yes']) // all that the first one may
    expect(await outcome(ours)).toBe('unavailable')
    expect(await outcome(others)).toBe('yes')
    expect(asked(github).map((call) => call.slice(-3))).toEqual(['200', '200', '403', '404', '200'])
  })

  test('of one user, the others are let in, and that one\u2019s token is not shown again', async () => {
    const { github, ask, outcome } = gitHub(anybody, { limit: 1 })
    const ada = github.issue({ user: { id: 1, login: 'ada' } })
    expect(await outcome(ada)).toBe('yes')
    github.fail('secondary limit')
    // It is they who ask too often: no fault of this server's, which a load balancer would take it out for.
    expect(await ask(ada)).toMatchObject({ fault: 'budget spent', tooManyRequests: true })
    for (let times = 0; times < 10; times += 1) expect(await ask(ada)).toMatchObject({ fault: 'held back', tooManyRequests: true })
    expect(github.calls).toHaveLength(2)
    github.recover()
    expect(await outcome(github.issue({ user: { id: 2, login: 'bob' } }))).toBe('yes')
  })

  test('many users beyond their limits do not open the breaker for the rest', async () => {
    const { github, outcome, told } = gitHub(anybody)
    github.fail('rate limit')
    for (let id = 1; id <= 20; id += 1) await outcome(github.issue({ user: { id, login: `user-${id}` } }))
    github.recover()
    expect(await outcome(github.issue({ user: { id: 99, login: 'x' } }))).toBe('yes')
    expect(told('breaker_opened')).toEqual([])
  })

  test('a clock that was set back holds nobody for longer than an hour', async () => {
    const { github, time, ask, outcome } = gitHub()
    github.fail('rate limit')
    await ask(github.issue())
    github.recover()
    time.forward(-86_400)
    expect(await ask('gho_x')).toMatchObject({ retryAfter: 3600 })
    time.forward(86_400 + 3600)
    expect(await outcome(github.issue())).toBe('yes')
  })
})

describe('a flood of bad tokens', () => {
  const flood = async ({ provider }: ReturnType<typeof gitHub>, tokens: number): Promise<readonly string[]> => {
    const answers: string[] = []
    for (let number = 0; number < tokens; number += 1) {
      answers.push(await provider.verifyToken(`gho_junk${number}`).then((token) => (token === null ? 'no' : 'yes'), () => 'unavailable'))
    }
    return answers
  }

  test('spends no more than three quarters of the hour\u2019s calls, and those who were in stay in', async () => {
    const setUp = gitHub({}, { limit: 80 })
    const { github, outcome, time } = setUp
    const good = github.issue()
    expect(await outcome(good)).toBe('yes')
    for (let minute = 0; minute < 55; minute += 1) {
      await flood(setUp, 10)
      time.forward(60)
    }
    expect(github.calls.length).toBeGreaterThan(45)
    expect(github.calls.length).toBeLessThanOrEqual(61)
    for (let times = 0; times < 19; times += 1) expect(await outcome(good)).toBe('yes')
    time.forward(300)
    expect(await flood(setUp, 3)).toEqual(['no', 'no', 'no'])
  })

  test('lets new users in one by one, and tells the others when to come again', async () => {
    const setUp = gitHub({}, { limit: 400 })
    const { github, ask, outcome, time } = setUp
    for (let count = 0; count < 200; count += 1) {
      await flood(setUp, 1)
      time.forward(2)
    }
    // 200 of 400 are left: 100 to spare in 3200 seconds, one in 32.
    expect(await outcome(github.issue())).toBe('yes')
    expect(await ask(github.issue())).toEqual({ retryAfter: 32, fault: 'budget spent', overloaded: true })
    expect(setUp.told('credentials_refused')).toEqual([])
    time.forward(32)
    expect(await outcome(github.issue())).toBe('yes')
  })

  test('of twenty a second leaves those who were in what GitHub allows in a minute', async () => {
    // As GitHub counts: 900 points a minute, five for each question of an application.
    const calls: number[] = []
    const time = clock()
    const good = 'gho_good'
    const fetch: GitHubProviderOptions['fetch'] = async (_, { body }) => {
      calls.push(time.now())
      if (calls.filter((at) => at > time.now() - 60).length > 180) return limited(403, { 'Retry-After': '60' }, 'You have exceeded a secondary rate limit.')
      const headers = { 'X-RateLimit-Limit': '5000', 'X-RateLimit-Remaining': '4000', 'X-RateLimit-Reset': String(START + 3600) }
      if (!String(body).includes(good)) return Response.json({ message: 'Not Found' }, { status: 404, headers })
      return Response.json({ app: { client_id: APP.clientId }, scopes: [], expires_at: null, user: { id: 7, login: 'ada' } }, { headers })
    }
    const { provider, ask } = gitHub({ fetch, now: time.now })
    const verify = (token: string): Promise<string> => provider.verifyToken(token).then((access) => (access === null ? 'no' : 'yes'), () => 'unavailable')
    expect(await verify(good)).toBe('yes')
    const answers: string[] = []
    for (let twentieth = 0; twentieth < 61 * 20; twentieth += 1) {
      time.forward(0.05)
      await verify(`gho_junk${twentieth}`)
      if (twentieth % 10 === 0) answers.push(await verify(good))
    }
    expect(answers).toEqual(Array(122).fill('yes'))
    expect(await ask('gho_more')).toMatchObject({ fault: 'budget spent', overloaded: true })
  })

  test('is no matter where GitHub has no limits', async () => {
    const setUp = gitHub({ fetch: async () => Response.json({ message: 'Not Found' }, { status: 404 }) })
    expect(new Set(await flood(setUp, 50))).toEqual(new Set(['no']))
  })

  test('of before a clock was set back holds nobody', async () => {
    const setUp = gitHub({}, { limit: 40 })
    await flood(setUp, 40)
    setUp.time.forward(-86_400)
    setUp.github.recover()
    expect(await flood(setUp, 1)).toEqual(['no'])
  })
})

describe('a lock-out after too many bad tokens', () => {
  test('is silence for all tokens, and one is shown in half a minute, whatever the flood', async () => {
    const { github, time, ask, outcome, told } = gitHub({ ...anybody, cache: {} }, { lockOutAfter: 3 })
    const good = github.issue()
    for (let number = 0; number < 3; number += 1) expect(await outcome(`gho_bad${number}`)).toBe('no')
    expect(await ask('gho_bad3')).toEqual({ retryAfter: 30, fault: 'locked out', overloaded: true })
    expect(told('rate_limited')).toEqual([{ type: 'rate_limited', provider: 'github', of: 'user', limit: 'lock-out', retryAfter: 30 }])
    const before = github.calls.length
    for (let number = 0; number < 200; number += 1) await ask(`gho_flood${number}`)
    expect(await ask(good)).toMatchObject({ fault: 'held back', retryAfter: 30 })
    expect(github.calls).toHaveLength(before)
    time.forward(30)
    await Promise.all(Array.from({ length: 50 }, (_, number) => ask(`gho_flood${number}`)))
    expect(github.calls).toHaveLength(before + 1)
    time.forward(30)
    expect(await outcome(good)).toBe('yes')
    expect(await outcome(github.issue())).toBe('yes')
  })

  test('a no is remembered, so that one bad token many times is one bad token', async () => {
    const { github, outcome } = gitHub({ ...anybody, cache: {} }, { lockOutAfter: 3 })
    for (let times = 0; times < 20; times += 1) expect(await outcome('gho_bad')).toBe('no')
    expect(asked(github)).toEqual(['GET /user 401'])
  })

  test('does not concern an application with its own credentials', async () => {
    const { github, outcome } = gitHub({ organizations: true }, { lockOutAfter: 3 })
    github.fail('lock-out')
    expect(await outcome('gho_bad')).toBe('no')
    expect(await outcome(github.issue())).toBe('unavailable') // the token is good, its organizations are not to be had
    expect(await outcome('gho_bad')).toBe('no')
  })
})

describe('a 403 about one holder', () => {
  test.each([
    'Sorry. Your account was suspended.',
    'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    '`acme` forbids access via a personal access token (classic).',
  ])('holds back nobody else: %s', async (words) => {
    const fetch: GitHubProviderOptions['fetch'] = async (_, { headers }) =>
      headers?.['Authorization'] === 'Bearer gho_theirs' ? Response.json({ message: words }, { status: 403 }) : Response.json({ id: 7, login: 'ada' })
    const { ask, outcome, told } = gitHub({ ...anybody, fetch })
    for (let times = 0; times < 10; times += 1) expect(await ask('gho_theirs')).toMatchObject({ fault: 'forbidden' })
    expect(await outcome('gho_ours')).toBe('yes')
    expect([...told('rate_limited'), ...told('breaker_opened')]).toEqual([])
  })
})

describe('what is left', () => {
  test('is told with every answer, whoever asked', async () => {
    const { github, outcome, told } = gitHub({ organizations: true })
    await outcome(github.issue({ scopes: ['read:org'] }))
    expect(told('rate_budget')).toEqual([
      { type: 'rate_budget', provider: 'github', of: 'app', resource: 'core', limit: 5000, remaining: 4999, resetsIn: 3600 },
      { type: 'rate_budget', provider: 'github', of: 'user', resource: 'core', limit: 5000, remaining: 4999, resetsIn: 3600 },
    ])
  })

  test.each([
    ['no headers, as on a server without limits', {}],
    ['a part of them', { 'X-RateLimit-Remaining': '7' }],
    ['words', { 'X-RateLimit-Limit': 'many', 'X-RateLimit-Remaining': 'few', 'X-RateLimit-Reset': 'soon' }],
    ['negative numbers', { 'X-RateLimit-Limit': '-1', 'X-RateLimit-Remaining': '-1', 'X-RateLimit-Reset': '-1' }],
  ])('is not told by %s', async (_, headers) => {
    const { outcome, told } = gitHub({ fetch: async () => Response.json({ message: 'Not Found' }, { status: 404, headers }) })
    expect(await outcome('gho_x')).toBe('no')
    expect(told('rate_budget')).toEqual([])
  })

  test('names no budget that is not a word', async () => {
    const headers = { 'X-RateLimit-Limit': '9', 'X-RateLimit-Remaining': '8', 'X-RateLimit-Reset': String(START + 9), 'X-RateLimit-Resource': 'x\u0022y z' }
    const { outcome, told } = gitHub({ fetch: async () => Response.json({ message: 'Not Found' }, { status: 404, headers }) })
    await outcome('gho_x')
    expect(told('rate_budget')).toMatchObject([{ resource: 'core', resetsIn: 9 }])
  })
})

describe('a server that is down', () => {
  test('is asked once a second after five failures, and recovers by itself', async () => {
    const { github, time, ask, outcome, told } = gitHub()
    const token = github.issue()
    github.fail('server error')
    for (let times = 0; times < 5; times += 1) await outcome(token)
    expect(told('breaker_opened')).toHaveLength(1)
    for (let times = 0; times < 20; times += 1) expect(await ask(token)).toMatchObject({ fault: 'held back' })
    expect(github.calls).toHaveLength(5)
    github.recover()
    time.forward(1)
    expect(await outcome(token)).toBe('yes')
    expect(told('breaker_closed')).toHaveLength(1)
  })

  test('who is held back for a limit of their own does not make up for failures', async () => {
    const { github, outcome, told } = gitHub(anybody)
    const [ada, bob] = [1, 2].map((id) => github.issue({ user: { id, login: `user-${id}` } }))
    github.fail('rate limit')
    await outcome(ada ?? '')
    github.fail('server error')
    for (let times = 0; times < 4; times += 1) await outcome(bob ?? '')
    await outcome(ada ?? '')
    await outcome(bob ?? '')
    expect(told('breaker_opened')).toHaveLength(1)
  })

  test('at most 64 calls run at once, 48 of them for strangers, and the rest wait', async () => {
    const { github } = gitHub()
    let now = 0
    let most = 0
    const { outcome } = gitHub({
      fetch: async (...request) => {
        most = Math.max(most, (now += 1))
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return github.fetch(...request)
      },
    })
    const known = github.issue()
    const outcomes = await Promise.all([outcome(known), ...Array.from({ length: 200 }, () => outcome(github.issue()))])
    expect(new Set(outcomes)).toEqual(new Set(['yes']))
    expect(most).toBe(48)
    expect(new Set(await Promise.all(Array.from({ length: 200 }, () => outcome(known))))).toEqual(new Set(['yes']))
    expect(most).toBe(64)
  })

  test('one call for one token, however many ask', async () => {
    const { github, provider } = gitHub({ cache: {} })
    const token = github.issue()
    await Promise.all(Array.from({ length: 100 }, () => provider.verifyToken(token)))
    expect(github.calls).toHaveLength(1)
  })
})
