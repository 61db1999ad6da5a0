/** What a client is told to ask for: what it has included, unless it keeps that by itself. */
import { describe, expect, test } from 'vitest'
import { scopeChallenge } from '../../../src/adapters/mcp.js'
import { bearerAuth } from '../../../src/adapters/node.js'
import { runWithAuth } from '../../../src/context.js'
import { gate, requireAuth, requireFreshAuth, StaticProvider } from '../../../src/index.js'
import { createServer } from 'node:http'
import { listen } from '../../adapters/http-kit.js'
import { closing } from '../../closing.js'
import { headers } from '../headers.js'
import type { AuthContext } from '../../../src/context.js'
import type { GateOptions, InsufficientScopeError } from '../../../src/index.js'

const KEY = 'a-key-0123456789abcdef'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'ada', scope: 'mail:read' } } })
const NEEDED = 'notes:write'
const ACCUMULATED = 'notes:write mail:read'

async function named(revision: readonly string[], options: GateOptions = {}): Promise<string | undefined> {
  const given = headers({ authorization: [`Bearer ${KEY}`], 'mcp-protocol-version': revision })
  const decision = await gate(auth, { requiredScopes: [NEEDED], ...options })({ method: 'POST', path: '/mcp', header: given })
  return decision.pass ? undefined : scopeIn(decision.answer.headers['WWW-Authenticate'])
}

const scopeIn = (challenge = ''): string | undefined => /scope="([^"]*)"/.exec(challenge)?.[1]

describe('a challenge for more scopes', () => {
  test.each(['2026-07-28', '2026-07-29', '2026-11-25', '2027-01-01', '2031-12-31'])('names no more than is needed by revision %s, whose clients keep what they have', async (revision) => {
    expect(await named([revision])).toBe(NEEDED)
  })

  test.each<[string, readonly string[]]>([
    ['no revision', []],
    ['an empty one', ['']],
    ...['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-27'].map((revision): [string, string[]] => [revision, [revision]]),
    ['the revision twice', ['2026-07-28', '2026-07-28']],
    ['an old and a new one', ['2025-11-25', '2026-07-28']],
    ['a list', ['2026-07-28, 2026-07-28']],
    ['a list without blanks', ['2026-07-28,2025-11-25']],
    ['something behind it', ['2026-07-28x']],
    ['something in front of it', ['v2026-07-28']],
    ['blanks around it', [' 2026-07-28 ']],
    ['a line end', ['2026-07-28\n']],
    ['no date', ['9999']],
    ['a month that is none', ['2026-13-01']],
    ['a day that is none', ['2026-07-32']],
    ['a word', ['latest']],
    ['a draft', ['DRAFT-2026-v1']],
    ['other digits', ['\u0662\u0660\u0662\u0666-07-28']],
    ['the end of time', ['9999-99-99']],
    ['a million characters', ['2'.repeat(1_000_000)]],
  ])('names what was granted too, for %s', async (_, revision) => {
    expect(await named(revision)).toBe(ACCUMULATED)
  })

  test('goes by the option, whatever the request names', async () => {
    for (const revision of [[], ['2025-11-25'], ['2026-07-28']]) {
      expect(await named(revision, { stepUp: 'needed' })).toBe(NEEDED)
      expect(await named(revision, { stepUp: 'accumulated' })).toBe(ACCUMULATED)
    }
  })

  test('names scopes as clients ask for them, either way', async () => {
    const requestAs = (scope: string): string => `api://notes/${scope}`
    expect(await named(['2026-07-28'], { requestAs })).toBe('api://notes/notes:write')
    expect(await named([], { requestAs })).toBe('api://notes/notes:write api://notes/mail:read')
  })

  test('wants one of two words', () => {
    for (const stepUp of ['all', true, '', null]) expect(() => gate(auth, { stepUp: stepUp as never })).toThrow(/"stepUp" must be one of needed, accumulated/)
  })
})

describe('what the code behind the gate asks for', () => {
  async function contextOf(revision: readonly string[]): Promise<AuthContext> {
    const given = headers({ authorization: [`Bearer ${KEY}`], 'mcp-protocol-version': revision })
    const decision = await gate(auth)({ method: 'POST', path: '/mcp', header: given })
    if (!decision.pass) throw new Error('refused')
    return decision.context
  }

  test.each([[['2026-07-28'], NEEDED], [['2025-11-25'], ACCUMULATED], [[], ACCUMULATED]])('by a request of %j is %s', async (revision, scope) => {
    const context = await contextOf(revision)
    const thrown = await runWithAuth(context, async () => requireAuth(NEEDED)).catch((error: unknown) => error as InsufficientScopeError)
    const later = await runWithAuth(context, () => requireFreshAuth(0, NEEDED)).catch((error: unknown) => error as InsufficientScopeError)
    for (const error of [thrown, later]) expect(scopeIn((error as InsufficientScopeError).headers['WWW-Authenticate'])).toBe(scope)
    expect(runWithAuth(context, () => scopeChallenge(NEEDED)({}))).toEqual({ scopes: scope.split(' ') })
  })

  test('is told on the wire too, where a server of node:http joins or keeps several headers', async () => {
    const { ask } = closing(await listen(createServer(bearerAuth(auth)((_req, res) => void res.end(requireAuth(NEEDED).token)))))
    const by = async (revision: string | string[]): Promise<string | undefined> => {
      const { status, challenge } = await ask({ headers: { Authorization: `Bearer ${KEY}`, 'MCP-Protocol-Version': revision } })
      expect(status).toBe(403)
      return challenge?.parameters['scope']
    }
    expect(await by('2026-07-28')).toBe(NEEDED)
    expect(await by('2025-11-25')).toBe(ACCUMULATED)
    expect(await by(['2026-07-28', '2026-07-28'])).toBe(ACCUMULATED)
  })
})
