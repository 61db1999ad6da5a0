/** Tries to get in with nothing, with what is no token, and with a token where none should be looked for. */
import { described, judged, refused } from './ground.js'
import type { CheckName } from './check-names.js'
import type { Change, Changes, Check } from './ground.js'
import type { Trial } from './results.js'

const authorization = (...values: readonly string[]): Change => ({ headers: values.map((value) => ['Authorization', value] as const) })
const refusedWith = (changes: Changes, needsGood = false): Check => (ground) => refused(ground, changes, { due: [400, 401], needsGood })

const MALFORMED: Changes = [
  ...['not-a-token', 'a.b.c', 'null', 'undefined', '...', '!"#', 'x y', '[]', 'eyJhbGciOiJub25lIn0.e30.'].map((text) => [`Bearer ${text}`, authorization(`Bearer ${text}`)] as const),
  ['Bearer with bytes that are no ASCII', authorization('Bearer \u00e4\u00f6\u00fc')],
]

/** Headers by which servers know a person, where a proxy in front writes them. */
const PROXY = ['X-Forwarded-User', 'X-Forwarded-Email', 'X-Auth-Request-User', 'X-Remote-User', 'Remote-User', 'X-User', 'X-User-Id', 'X-Authenticated-User', 'X-Forwarded-For', 'X-Real-IP']

const COOKIES = ['token', 'access_token', 'accessToken', 'jwt', 'auth', 'Authorization', 'session', '__Host-token']
const OTHER_PAGE = [['Origin', 'https://somebody-else.test'], ['Sec-Fetch-Site', 'cross-site']] as const

export const CREDENTIALS = {
  'no-token': async ({ routes }) => routes.map((route) => judged(route, 'no token', route.stranger, { due: [401] })),

  async challenge({ routes }) {
    const asked = routes.filter(({ stranger }) => stranger.status === 401)
    if (asked.length === 0) return { wants: 'a route that refuses a stranger with 401' }
    return asked.map(({ method, path, stranger }) => {
      const has = /(?:^|[ ,])(?:Bearer|DPoP)(?:[ ,]|$)/i.test(stranger.headers['www-authenticate'] ?? '')
      const why = has ? '' : 'WWW-Authenticate: Bearer is missing'
      return { sent: `${method} ${path}, no token`, came: described(stranger), verdict: has ? 'holds' : 'open', letIn: false, why }
    })
  },

  'empty-token': refusedWith([['Bearer', authorization('Bearer')], ['Bearer and a blank', authorization('Bearer ')], ['an empty header', authorization('')]]),

  async 'malformed-token'(ground) {
    const due = [400, 401]
    const long = [['a token of 12 000 characters', authorization(`Bearer ${'a'.repeat(12_000)}`)]] as const
    return [...(await refused(ground, MALFORMED, { due, needsGood: true })), ...(await refused(ground, long, { due: [...due, 413, 431], needsGood: true }))]
  },

  'other-scheme': (ground) =>
    refusedWith(
      [
        ['Basic', authorization('Basic YWRhOmFkYQ==')],
        ...['Basic', 'Token', 'JWT'].map((scheme) => [`${scheme} and a good token`, authorization(`${scheme} ${ground.tokens.good}`)] as const),
        ['a good token without a scheme', authorization(ground.tokens.good)],
      ],
      true,
    )(ground),

  'two-headers': (ground) => {
    const good = `Bearer ${ground.tokens.good}`
    const changes: Changes = [
      ['a good token and another one in two headers', authorization(good, 'Bearer not-a-token')],
      ['another token and a good one in two headers', authorization('Bearer not-a-token', good)],
    ]
    return refusedWith(changes, true)(ground)
  },

  async 'token-in-query'(ground) {
    const trials: Trial[] = []
    for (const route of ground.routes) {
      const inQuery = (name: string): string => `${route.path}${route.path.includes('?') ? '&' : '?'}${name}=${ground.tokens.good}`
      const changes = ['access_token', 'token', 'bearer_token', 'jwt'].map((name) => [`a good token in ?${name}=`, { target: inQuery(name) }] as const)
      trials.push(...(await refused(ground, changes, { due: [400, 401], needsGood: true }, [route])))
    }
    return trials
  },

  'token-in-cookie': (ground) => {
    const cookie = COOKIES.map((name) => `${name}=${ground.tokens.good}`).join('; ')
    return refusedWith([['a good token in cookies, from a page of somebody else', { headers: [['Cookie', cookie], ...OTHER_PAGE] }]], true)(ground)
  },

  async 'proxy-headers'(ground) {
    const changes = PROXY.map((name) => [name, { headers: [[name, name.endsWith('For') || name.endsWith('IP') ? '127.0.0.1' : 'admin'] as const] }] as const)
    return refused(ground, changes, { due: [400, 401] })
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>
