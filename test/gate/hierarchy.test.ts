/** One scope implies another: for the gate, for `requireAuth`, for the SDKs, and in a chain. */
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { authInfo, scopeChallenge, tokenVerifier, visibleTools } from '../../src/adapters/mcp.js'
import { heldScopes, toAccessToken } from '../../src/access-token.js'
import { ChainProvider, getAccessToken, requireAuth, requireFreshAuth, StaticProvider, withAccessToken } from '../../src/index.js'
import type { AccessToken, BearerAuthProvider, GateOptions, StaticProviderOptions } from '../../src/index.js'

const ADMIN = 'the-token-of-an-admin'
const READER = 'the-token-of-a-reader'
const implies = { 'notes:admin': ['notes:write'], 'notes:write': 'notes:read' }

const notes = (options: StaticProviderOptions): StaticProvider =>
  new StaticProvider(
    {
      [ADMIN]: { claims: { sub: 'ada' }, scopes: ['notes:admin'] },
      [READER]: { claims: { sub: 'bob' }, scopes: ['notes:read'] },
    },
    options,
  )

async function call(provider: BearerAuthProvider, token: string, gate: GateOptions, handler: () => unknown = () => undefined, body?: string) {
  const handle = bearerAuth(provider, { protect: ['/'], ...gate })(async () => new Response(JSON.stringify(await handler()) ?? ''))
  const post = body === undefined ? {} : { method: 'POST', body }
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const response = await handle(new Request('https://mcp.example.com/notes', { headers, ...post }))
  return { status: response.status, challenge: response.headers.get('WWW-Authenticate'), body: await response.text() }
}

describe.each([true, false])('with expandScopes: %s, an implied scope', (expandScopes) => {
  const provider = notes({ implies, expandScopes })

  test('opens the gate', async () => {
    expect((await call(provider, ADMIN, { requiredScopes: ['notes:read'] })).status).toBe(200)
    expect((await call(provider, READER, { requiredScopes: ['notes:write'] })).status).toBe(403)
  })

  test('is enough for requireAuth and requireFreshAuth', async () => {
    expect((await call(provider, ADMIN, {}, () => requireAuth('notes:read', 'notes:write').subject)).body).toBe('"ada"')
    expect((await call(provider, ADMIN, {}, async () => (await requireFreshAuth(0, 'notes:read')).subject)).body).toBe('"ada"')
    expect((await call(provider, READER, {}, () => requireAuth('notes:write'))).status).toBe(403)
    expect((await call(provider, READER, {}, async () => requireFreshAuth(0, 'notes:write'))).status).toBe(403)
  })

  test('is in the list that the SDKs compare', async () => {
    const held = ['notes:admin', 'notes:write', 'notes:read']
    expect((await tokenVerifier(provider).verifyAccessToken(ADMIN)).scopes).toEqual(held)
    expect((await call(provider, ADMIN, {}, () => authInfo()?.scopes)).body).toBe(JSON.stringify(held))
  })

  test('opens an operation, shows its tool, and satisfies the challenge of a tool of SDK 2.x', async () => {
    const operations = { 'tools/call': { purge: 'notes:write' } }
    const visible = () => visibleTools([{ name: 'purge' }, { name: 'list' }]).map(({ name }) => name)
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'purge' } })
    for (const [token, status, shown] of [[ADMIN, 200, ['purge', 'list']], [READER, 403, ['list']]] as const) {
      expect((await call(provider, token, { operations }, undefined, message)).status).toBe(status)
      expect((await call(provider, token, { operations }, visible)).body).toBe(JSON.stringify(shown))
      expect((await call(provider, token, {}, () => scopeChallenge('notes:write')({})?.scopes ?? 'none')).body).toBe(status === 200 ? '"none"' : '["notes:write","notes:read"]')
    }
  })

  test('is no secret of one provider in a chain, and no gift of another', async () => {
    const strangers = new StaticProvider({ 'the-token-of-a-stranger': { claims: { sub: 'eve' }, scopes: ['notes:admin'] } }, { implies: { 'notes:admin': 'mail:read' }, expandScopes })
    const chain = new ChainProvider([provider, strangers])
    expect((await call(chain, ADMIN, { requiredScopes: ['notes:read'] })).status).toBe(200)
    expect((await call(chain, 'the-token-of-a-stranger', { requiredScopes: ['notes:read'] })).status).toBe(403)
    expect((await call(chain, 'the-token-of-a-stranger', { requiredScopes: ['mail:read'] })).status).toBe(200)
  })
})

describe('the scopes of a token', () => {
  test('list what is implied, unless told not to', async () => {
    expect((await notes({ implies }).verifyToken(ADMIN))?.scopes).toEqual(['notes:admin', 'notes:write', 'notes:read'])
    const token = await notes({ implies, expandScopes: false }).verifyToken(ADMIN)
    expect(token?.scopes).toEqual(['notes:admin'])
    // Nothing of it shows: the list is what was granted.
    expect(JSON.stringify({ ...token })).not.toContain('notes:read')
  })

  test('of another copy of this package are known by its symbol', async () => {
    const token = (await notes({ implies, expandScopes: false }).verifyToken(ADMIN)) as AccessToken & Record<symbol, unknown>
    expect(token[Symbol.for('bearer-auth-providers.held-scopes')]).toEqual(['notes:admin', 'notes:write', 'notes:read'])
    expect(withAccessToken(token, () => requireAuth('notes:read').subject)).toBe('ada')
  })

  test('of a plain object are what it lists: nobody slips in more', () => {
    const plain = { token: 'x', claims: { sub: 'eve' }, scopes: ['notes:read'], provider: 'own', [Symbol.for('bearer-auth-providers.held-scopes')]: ['notes:admin'] }
    expect(heldScopes(toAccessToken(plain) as AccessToken)).toEqual(['notes:read'])
  })

  test('end in a wildcard: it opens what is below it, without any table', async () => {
    const wild = new StaticProvider({ [ADMIN]: { claims: { sub: 'ada' }, scopes: ['notes:*', '*'] } })
    expect((await call(wild, ADMIN, { requiredScopes: ['notes:read'] }, () => requireAuth('notes:write').scopes)).body).toBe('["notes:*","*"]')
    expect((await call(wild, ADMIN, { requiredScopes: ['mail:read'] })).status).toBe(403)
  })
})

test('a challenge asks for the scope that was needed, and never for the greater one that implies it', async () => {
  const { challenge } = await call(notes({ implies }), READER, { requiredScopes: ['notes:write'] })
  expect(challenge).toContain('scope="notes:write notes:read"')
  expect(challenge).not.toContain('notes:admin')
})

test('an option that is wrong is refused', () => {
  expect(() => notes({ implies, expandScopes: 'yes' as never })).toThrow(/"expandScopes"/)
  expect(() => notes({ implies: { a: 'b', b: 'a' } })).toThrow(/circle: a → b → a/)
  expect(() => notes({ scopes: { admin: 'notes:write' } as never })).toThrow(/"scopes" must be a mapper/)
  expect(getAccessToken()).toBeNull()
})
