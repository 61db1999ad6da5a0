/** Whatever a client sends: never a crash, never a pass, never a word of it in an answer, and every challenge can be read. */
import fc from 'fast-check'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { AuthUnavailableError, gate, StaticProvider } from '../../src/index.js'
import { parseChallenge } from './challenge-parser.js'
import { askingDirectly, listen } from './http-kit.js'
import { headers } from '../gate/headers.js'
import type { GateOptions } from '../../src/index.js'
import type { Ask, Asked, Running } from './http-kit.js'

const SEED = 20_261_123
const GOOD = 'the-only-good-token.0123456789'
/** Stands in everything that is sent. */
const CANARY = 'Zk9qW3xv'

const provider = new StaticProvider({ [GOOD]: { claims: { sub: 'ada' }, scopes: ['notes:read'] } })
const options: GateOptions = { resource: 'https://mcp.example.com/mcp', requiredScopes: ['notes:read'], protect: ['/'], exclude: ['/health'] }

// What Node's own client lets through; the runtimes refuse the rest before we see it.
const letter = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'aZ09-._~+/= ,;:"\\\'<>()[]{}%&?#@!$^|`\t') },
  { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)) },
)
const junk = fc.string({ unit: letter, maxLength: 40 })
const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Bearer ', 'Basic', 'DPoP', 'Digest', '', 'Bearer,', 'Bearer\t', 'Bearer error="x",', 'Token')
const headerValue = fc
  .tuple(scheme, fc.constantFrom(' ', '  ', '\t', '', ', '), junk, junk, fc.constantFrom('', GOOD, `${GOOD} `, `,${GOOD}`, `${GOOD}=`, `Bearer ${GOOD}`))
  .map(([name, blank, before, after, good]) => `${name}${blank}${before}${CANARY}${after}${good}`.trim())
const target = fc
  .array(
    fc.oneof(
      fc.constantFrom('/', '//', '..', '.', '%2e', '%2f', '%', '%zz', ';', '\\', '?', '&', '=', 'mcp', 'health', ':', '@', '%0d%0a', '%00', '"', '<'),
      fc.string({ unit: fc.constantFrom(...'aZ0-._~%"<'), maxLength: 6 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => `/${CANARY}${parts.join('')}`)
const asked: fc.Arbitrary<Asked> = fc.record({
  target,
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  headers: fc
    .tuple(fc.option(fc.oneof(headerValue, fc.array(headerValue, { minLength: 2, maxLength: 3 })), { nil: undefined }), junk)
    .map(([authorization, other]): Record<string, string | string[]> => ({
      ...(authorization !== undefined && { Authorization: authorization }),
      Origin: `https://${CANARY}.example`,
      'X-Forwarded-Host': `${CANARY}.example`,
      'X-Other': `${CANARY}${other}`.trim(),
    })),
})

describe('whatever a client sends', () => {
  let ran = 0
  let node: Running
  let askFetch: Ask
  beforeAll(async () => {
    node = await listen(
      createServer(
        nodeAuth(provider, options)((_req, res) => {
          ran += 1
          res.end('reached')
        }),
      ),
    )
    askFetch = askingDirectly(
      fetchAuth(provider, options)(() => {
        ran += 1
        return new Response('reached')
      }),
    )
  })
  afterAll(() => node.close())

  for (const [name, askOf, runs] of [['fetch', () => askFetch, 2000], ['node', () => node.ask, 1000]] as const) {
    test(`the gate for ${name} denies it, repeats none of it, and its challenge can be read`, async () => {
      const statuses = new Set<number>()
      await fc.assert(
        fc.asyncProperty(asked, async (request) => {
          const { status, headers, text, challenge } = await askOf()(request)
          statuses.add(status)
          expect([400, 401]).toContain(status)
          expect(challenge?.scheme).toBe('Bearer')
          const told = JSON.stringify([headers, text]).toLowerCase()
          expect(told).not.toContain(CANARY.toLowerCase())
          expect(told).not.toContain(GOOD)
        }),
        { seed: SEED, numRuns: runs },
      )
      expect(ran).toBe(0)
      expect([...statuses].sort()).toEqual([400, 401])
    })

    test(`and the gate for ${name} does let a good token in`, async () => {
      expect(await askOf()({ target: `/${CANARY}`, headers: { Authorization: `Bearer ${GOOD}` } })).toMatchObject({ status: 200, text: 'reached' })
      expect(ran).toBe(1)
      ran = 0
    })
  }

  test('a token that nobody can check is not repeated either', async () => {
    const silent = { verifyToken: (token: string) => Promise.reject(new AuthUnavailableError(`no answer about ${token}`)) }
    const answered = await askingDirectly(fetchAuth(silent)(() => new Response()))({ headers: { Authorization: `Bearer ${CANARY}` } })
    expect(answered.status).toBe(503)
    expect(JSON.stringify(answered)).not.toContain(CANARY)
  })
})

describe('whatever is configured', () => {
  const scopeLetter = fc.integer({ min: 0x21, max: 0x7e }).filter((code) => code !== 0x22 && code !== 0x5c).map((code) => String.fromCharCode(code))
  const scopes = fc.array(fc.string({ unit: scopeLetter, minLength: 1, maxLength: 12 }), { maxLength: 4 })
  const resource = fc
    .tuple(fc.string({ unit: letter, maxLength: 12 }), fc.string({ unit: letter, maxLength: 12 }))
    .map(([path, query]) => `https://mcp.example.com/${path.replaceAll('#', '')}?${query.replaceAll('#', '')}`)
    .filter((url) => url.trim() === url && URL.canParse(url))
  const answered = async (authorization: readonly string[], options: GateOptions, token: 'no' | 'yes' | number): Promise<Record<string, string>> => {
    const asking = {
      verifyToken: async () => {
        if (typeof token === 'number') throw new AuthUnavailableError('no answer', { retryAfter: token })
        return token === 'yes' ? { token: 'x', claims: {}, scopes: [], provider: 'mine' } : null
      },
    }
    const decision = await gate(asking, options)({ method: 'POST', path: '/mcp', header: headers({ authorization }) })
    return decision.pass ? {} : decision.answer.headers
  }

  test('every challenge can be read, and says what was configured', async () => {
    await fc.assert(
      fc.asyncProperty(scopes, resource, fc.constantFrom<{ profile?: 'mcp-use' }>({}, { profile: 'mcp-use' }), async (requiredScopes, url, profile) => {
        for (const [authorization, token] of [[[], 'no'], [['Bearer x'], 'no'], [['Bearer x y'], 'no'], [['Bearer x'], 'yes']] as const) {
          const header = (await answered(authorization, { requiredScopes, resource: url, ...profile, exclude: [] }, token))['WWW-Authenticate']
          if (header === undefined) {
            expect({ token, requiredScopes }).toEqual({ token: 'yes', requiredScopes: [] })
            continue
          }
          const { parameters } = parseChallenge(header)
          const { pathname, search } = new URL(url)
          const metadata = `https://mcp.example.com/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`
          expect(parameters['resource_metadata']).toBe(metadata.replaceAll('\\', '%5C'))
          if (profile.profile === undefined) expect(parameters['scope'] ?? '').toBe(requiredScopes.join(' '))
        }
      }),
      { seed: SEED, numRuns: 1000 },
    )
  })

  test('Retry-After is a whole number of seconds that a client can live with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(1e21, Number.MAX_VALUE, 0, -0, 0.2)), async (retryAfter) => {
        const header = (await answered(['Bearer x'], {}, retryAfter))['Retry-After']
        expect(header).toMatch(/^[0-9]{1,5}$/)
        expect(Number(header)).toBeGreaterThan(0)
      }),
      { seed: SEED, numRuns: 500 },
    )
  })
})
