/** mcp-use's Python middleware, row by row, on every server: to the letter with `profile: 'mcp-use'`; and its table of paths with the wording of the book. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA, BOB, callers, GOOD, NOBODY, smallApp } from './callers.js'
import { SERVERS } from './servers.js'
import type { GateOptions } from '../../src/index.js'
import type { Answered, Running } from './http-kit.js'

const bearer = (token: string): { headers: Record<string, string> } => ({ headers: { Authorization: `Bearer ${token}` } })

const UNAUTHORIZED = '{"error":"unauthorized","error_description":"Authentication required"}'
const INVALID = '{"error":"invalid_token","error_description":"Token is invalid or expired"}'
const FAILED = '{"error":"invalid_token","error_description":"Token validation failed"}'
const UNAVAILABLE = '{"error":"temporarily_unavailable","error_description":"The token cannot be checked right now; keep it and try again"}'

/** How each wording says the same. */
const WORDINGS = {
  'mcp-use': {
    unauthorized: { status: 401, text: UNAUTHORIZED, challenge: 'Bearer' },
    invalid: { status: 401, text: INVALID, challenge: 'Bearer' },
    outage: { status: 401, text: FAILED, challenge: 'Bearer' },
  },
  rfc6750: {
    unauthorized: { status: 401, text: UNAUTHORIZED, challenge: 'Bearer realm="protected"' },
    invalid: { status: 401, text: INVALID, challenge: 'Bearer error="invalid_token", error_description="Token is invalid or expired"' },
    // What the original gets wrong: clients throw a good token away because of it.
    outage: { status: 503, text: UNAVAILABLE, challenge: undefined },
  },
} as const

/** What the profile stands for, written out. */
const ITS_PATHS: GateOptions = { protect: ['/mcp'], exclude: ['/health', '/docs', '/inspector', '/openmcp.json'] }

describe.each(Object.entries(SERVERS))('the compatibility table on %s', (_, serve) => {
  describe.each(['mcp-use', 'rfc6750'] as const)('in the words of %s', (words) => {
    const app = smallApp()
    const running: Running[] = []
    const serving = async (gate: GateOptions = {}): Promise<Running['ask']> => {
      const server = await serve({ provider: callers(), handlers: app.handlers, gate: { ...(words === 'mcp-use' ? { profile: words } : ITS_PATHS), ...gate } })
      running.push(server)
      return server.ask
    }
    const wording = WORDINGS[words]
    let ask: Running['ask']
    beforeAll(async () => {
      ask = await serving()
    })
    beforeEach(() => void (app.ran.length = 0))
    afterAll(() => Promise.all(running.map((server) => server.close())))

    test('POST /mcp without a header is 401 unauthorized', async () => {
      expect(wordsOf(await ask())).toEqual(wording.unauthorized)
      expect(app.ran).toEqual([])
    })

    test('POST /mcp with a bad token is 401 invalid_token', async () => {
      expect(wordsOf(await ask(bearer('invalid-token')))).toEqual(wording.invalid)
      expect(app.ran).toEqual([])
    })

    test('POST /mcp with a token that has no scheme is 401 unauthorized', async () => {
      expect(wordsOf(await ask({ headers: { Authorization: GOOD.ada } }))).toEqual(wording.unauthorized)
      expect(app.ran).toEqual([])
    })

    test('a verifier that throws AuthUnavailableError is 401 "Token validation failed" with mcp-use, and 503 without', async () => {
      expect(wordsOf(await ask(bearer('nobody-knows')))).toEqual(wording.outage)
      expect(app.ran).toEqual([])
    })

    test.each(['asks-too-often', 'one-of-too-many'])('%s is 401 with mcp-use, which knows no other answer, and 429 without', async (token) => {
      const { status } = await ask(bearer(token))
      expect(status).toBe(words === 'mcp-use' ? 401 : 429)
    })

    test('a verifier that throws anything else is 500 in both: the original says 401 there, and we do not call a bug a bad token', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined) // Hono says it aloud
      const answered = await ask(bearer('throws-an-error'))
      vi.restoreAllMocks()
      expect({ status: answered.status, challenge: answered.challenge, ran: app.ran }).toEqual({ status: 500, challenge: undefined, ran: [] })
    })

    test('POST /mcp with a good token is 200, and the handler sees its claims', async () => {
      expect(await ask(bearer(GOOD.ada))).toMatchObject({ status: 200, json: ADA })
    })

    for (const target of ['/health', '/docs', '/docs/api', '/inspector/x', '/openmcp.json']) {
      test(`${target} passes without a token, and with one that nobody looks at`, async () => {
        expect(await ask({ target })).toMatchObject({ status: 200, json: NOBODY })
        expect(await ask({ target, ...bearer(GOOD.ada) })).toMatchObject({ status: 200, json: NOBODY })
        expect(await ask({ target, ...bearer('invalid-token') })).toMatchObject({ status: 200, json: NOBODY })
      })
    }

    test('/docs-secret is not excluded by /docs', async () => {
      const secret = await serving({ exclude: ['/docs'], protect: ['/docs-secret'] })
      expect(wordsOf(await secret({ target: '/docs-secret' }))).toEqual(wording.unauthorized)
      expect(await secret({ target: '/docs' })).toMatchObject({ status: 200, json: NOBODY })
    })

    test('/mcp/messages is guarded by /mcp', async () => {
      expect(wordsOf(await ask({ target: '/mcp/messages' }))).toEqual(wording.unauthorized)
    })

    test('/mcpx is not guarded by /mcp', async () => {
      expect(await ask({ target: '/mcpx' })).toMatchObject({ status: 200, json: NOBODY })
    })

    test('a preflight to /mcp is never 401, and any other OPTIONS is: there we mend the original', async () => {
      for (const { headers } of [{ headers: {} }, bearer('invalid-token'), bearer('nobody-knows')]) {
        const preflight = { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' }
        expect((await ask({ method: 'OPTIONS', headers: { ...preflight, ...headers } })).status).toBe(204)
      }
      expect(wordsOf(await ask({ method: 'OPTIONS' }))).toEqual(wording.unauthorized)
      expect(app.ran).toEqual([])
    })

    test('paths of your own are honoured', async () => {
      const own = await serving({ protect: ['/api'], exclude: ['/api/notes'] })
      expect((await own({ target: '/api' })).status).toBe(401)
      expect((await own({ target: '/api/notes' })).status).toBe(200)
      expect((await own({ target: '/mcp' })).status).toBe(200)
    })

    test('an empty list of what is excluded means none, and one of what is protected is refused: the original takes its own lists instead', async () => {
      await expect(serving({ protect: [] })).rejects.toThrow(/"protect" is empty/)
      const nothingExcluded = await serving({ protect: ['/health'], exclude: [] })
      expect(wordsOf(await nothingExcluded({ target: '/health' }))).toEqual(wording.unauthorized)
    })

    test('elsewhere a good token is known, and a bad one passes unknown', async () => {
      expect(await ask({ target: '/open', ...bearer(GOOD.ada) })).toMatchObject({ status: 200, json: ADA })
      expect(await ask({ target: '/open', ...bearer('invalid-token') })).toMatchObject({ status: 200, json: NOBODY })
      expect(await ask({ target: '/open', ...bearer('nobody-knows') })).toMatchObject({ status: 200, json: NOBODY })
      expect(await ask({ target: '/open' })).toMatchObject({ status: 200, json: NOBODY })
    })

    test('requests at the same time do not see each other', async () => {
      const answers = await Promise.all([GOOD.ada, GOOD.bob, GOOD.ada, GOOD.bob].map((token) => ask({ target: '/mcp/slow', ...bearer(token) })))
      expect(answers.map(({ json }) => json[2])).toEqual([ADA, BOB, ADA, BOB])
    })

    test('a scheme in small letters is taken, which the original refuses', async () => {
      expect(await ask({ headers: { Authorization: `bearer ${GOOD.ada}` } })).toMatchObject({ status: 200, json: ADA })
    })
  })
})

function wordsOf({ status, text, headers }: Answered): unknown {
  return { status, text, challenge: headers['www-authenticate'] }
}
