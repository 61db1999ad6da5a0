import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { fromClaim, standardScopes, StaticProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { clock, START } from '../oauth-kit.js'
import type { AuthEvent } from '../../src/index.js'

const KEY = 'ci-0123456789abcdef'
const GRANT = { claims: { sub: 'ci-robot' }, scopes: ['deploy', 'notes:read'] }

keepsTheContract('StaticProvider', async () => {
  const events: AuthEvent[] = []
  const provider = new StaticProvider({ [KEY]: GRANT }, { observe: (event) => events.push(event) })
  return { provider, good: KEY, refused: ['ci-0123456789abcdeg', 'ci-0123456789abcde', 'constructor', '__proto__'], events }
}, 'nobody')

describe('StaticProvider', () => {
  test('knows its own tokens and calls all others foreign', () => {
    const provider = new StaticProvider({ [KEY]: GRANT })
    expect(provider.recognizes(KEY)).toBe('mine')
    expect(provider.recognizes('somebody-elses-token')).toBe('foreign')
  })

  test('scopes take the road of everybody: through the claim and the mappers', async () => {
    const provider = new StaticProvider(
      { [KEY]: { claims: { sub: 'ci', role: 'admin' }, scopes: ['deploy'] } },
      { scopes: [standardScopes, fromClaim('role', { admin: 'notes:write' })] },
    )
    const token = await provider.verifyToken(KEY)
    expect(token?.scopes).toEqual(['deploy', 'notes:write'])
    expect(token?.claims.scope).toBe('deploy')
  })

  test('a token past its end is refused, to the second', async () => {
    const { now, forward } = clock()
    const provider = new StaticProvider({ [KEY]: { ...GRANT, expiresAt: START + 60 } }, { now })
    expect((await provider.verifyToken(KEY))?.expiresAt).toBe(START + 60)
    forward(59)
    expect(await provider.verifyToken(KEY)).not.toBeNull()
    forward(1)
    expect(await provider.verifyToken(KEY)).toBeNull()
  })

  test('holds digests only: no printer finds a token in it', () => {
    const provider = new StaticProvider({ [KEY]: GRANT })
    expect(inspect(provider, { showHidden: true, depth: 9 })).not.toContain(KEY)
    expect(JSON.stringify(provider)).not.toContain(KEY)
  })

  test('what is changed in the map afterwards changes nothing', async () => {
    const grant = { claims: { sub: 'ci', roles: ['reader'] }, scopes: ['deploy'] }
    const provider = new StaticProvider({ [KEY]: grant })
    grant.claims.roles.push('admin')
    grant.scopes.push('everything')
    const token = await provider.verifyToken(KEY)
    expect(token?.claims.roles).toEqual(['reader'])
    expect(token?.scopes).toEqual(['deploy'])
  })

  test.each([
    ['no token at all', {}, /at least one token/],
    ['a token under 8 characters', { 'short77': GRANT }, /number 1 is shorter than 8/],
    ['a variable that is not set', { [String(undefined)]: GRANT }, /environment variable/],
    ['a token with its scheme', { ['Bearer ci-0123456789abcdef']: GRANT }, /leave that out/],
    ['a list', [KEY], /at least one token/],
    ['claims that are no plain data', { [KEY]: { claims: { when: new Date() } } }, /plain data/],
    ['a token with a blank', { [KEY]: GRANT, 'has a blank in it': GRANT }, /number 2 has a character/],
    ['a grant without claims', { [KEY]: { scopes: ['a'] } }, /"claims"/],
    ['scopes as one string', { [KEY]: { claims: {}, scopes: 'a b' } }, /"scopes"/],
    ['two scopes in one entry', { [KEY]: { claims: {}, scopes: ['a b'] } }, /one scope per entry/],
    ['scopes said twice', { [KEY]: { claims: { scope: 'a' }, scopes: ['b'] } }, /not both/],
    ['an end in milliseconds', { [KEY]: { claims: {}, expiresAt: START * 1000 } }, /milliseconds/],
    ['an end that is NaN', { [KEY]: { claims: {}, expiresAt: Number.NaN } }, /"expiresAt"/],
    ['an unknown member', { [KEY]: { claims: {}, expires: 1 } }, /"expires" is not an option/],
  ])('%s is refused at construction, without showing a token', (_, tokens, message) => {
    const construct = (): unknown => new StaticProvider(tokens as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
    for (const token of Object.keys(tokens).filter((name) => name.length > 7 && name !== 'undefined')) expect(construct).not.toThrow(token)
  })

  test('an unknown option is refused', () => {
    expect(() => new StaticProvider({ [KEY]: GRANT }, { cache: {} } as never)).toThrow(/"cache" is not an option of StaticProvider/)
  })

  test('a token that can be guessed is a warning that does not show it', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    new StaticProvider({ 'password1': GRANT })
    expect(warned).toHaveBeenCalledOnce()
    expect(String(warned.mock.calls[0]?.[0])).toMatch(/number 1 is shorter than 16/)
    expect(String(warned.mock.calls[0]?.[0])).not.toContain('password1')
    warned.mockRestore()
  })
})
