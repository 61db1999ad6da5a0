import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { ChainProvider, fromClaim, generateToken, hashToken, Revocations, standardScopes, StaticProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { clock, says, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'

const KEY = 'ci-0123456789abcdef'
const GRANT = { claims: { sub: 'ci-robot' }, scopes: ['deploy', 'notes:read'] }

keepsTheContract('StaticProvider', async () => {
  const { events, observe } = recorder()
  const provider = new StaticProvider({ [KEY]: GRANT }, { observe })
  return { provider, good: KEY, refused: ['ci-0123456789abcdeg', 'ci-0123456789abcde', 'constructor', '__proto__'], events }
}, 'nobody')

keepsTheContract('StaticProvider.fromEnv', async () => {
  const { events, observe } = recorder()
  const env = { MCP_TOKENS: JSON.stringify({ [hashToken(KEY)]: { ...GRANT, name: 'ci 2026' } }) }
  const provider = StaticProvider.fromEnv('MCP_TOKENS', { env, prefix: 'acme', observe })
  return { provider, good: KEY, refused: [hashToken(KEY).slice('sha256:'.length), generateToken({ prefix: 'acme' }), 'acme_0123456789'], events }
}, 'nobody')

describe('StaticProvider', () => {
  test('an nbf among the claims counts, as exp does', async () => {
    const time = clock()
    const provider = new StaticProvider({ [KEY]: { claims: { sub: 'ci', nbf: START + 10, exp: START + 20 } } }, { now: time.now })
    const answers = []
    for (const seconds of [0, 9, 1, 10]) {
      time.forward(seconds)
      answers.push(await provider.verifyToken(KEY))
    }
    expect(answers.map((token) => token !== null)).toEqual([false, false, true, false])
    expect(() => new StaticProvider({ [KEY]: { claims: { nbf: START * 1000 } } })).toThrow(/"nbf" .* milliseconds/)
  })

  test('takes every option that its type has', () => {
    const requestAs = (scope: string): string => `api://notes/${scope}`
    expect(new StaticProvider({ [KEY]: GRANT }, { requestAs }).requestAs).toBe(requestAs)
  })

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
    ['a member by another name', { [KEY]: { claims: {}, expires: 1 } }, /"expires" is not an option of a grant; write "expiresAt", in seconds/],
    ['a claim beside the claims', { [KEY]: { sub: 'ci' } }, /"sub" is not an option of a grant; write it into "claims"/],
    ['a member that nobody knows, perhaps a token', { [KEY]: { claims: {}, 'acme_0123456789': 1 } }, /a member is none of those that a grant has/],
    ['a grant that is a text', { [KEY]: 'ci-robot-0123' }, /number 1: a grant is an object with claims/],
    ['scopes that are null', { [KEY]: { claims: {}, scopes: null } }, /"scopes"/],
    ['a beginning in milliseconds', { [KEY]: { claims: {}, notBefore: START * 1000 } }, /"notBefore" .* milliseconds/],
    ['an end before the beginning', { [KEY]: { claims: {}, notBefore: START, expiresAt: START } }, /"expiresAt" must be later than "notBefore"/],
    ['a name that breaks the line of a log', { [KEY]: { claims: {}, name: 'ci\nlevel=error' } }, /"name" must be your word/],
    ['a name that turns the reading round', { [KEY]: { claims: {}, name: 'ci \u202e6202' } }, /"name" must be your word/],
    ['an empty name', { [KEY]: { claims: {}, name: '' } }, /"name" must be your word/],
    ['a name that is the token', { [KEY]: { claims: {}, name: KEY } }, /a "name" in the list is one of its tokens/],
    ['a name beside the claim that it becomes', { [KEY]: { claims: { jti: '1' }, name: 'ci' } }, /give "name" or the claim "jti", not both/],
  ])('%s is refused at construction, without showing a token', (_, tokens, message) => {
    const construct = (): unknown => new StaticProvider(tokens as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
    for (const token of Object.keys(tokens).filter((name) => name.length > 7 && name !== 'undefined')) expect(construct).not.toThrow(token)
  })

  test('may take its tokens from a header of their own', () => {
    expect(new StaticProvider({ [KEY]: GRANT }, { tokenHeader: 'X-Api-Key' }).tokenHeader).toBe('x-api-key')
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

describe('the name of a key', () => {
  test('is in every event about it, and in the claim jti', async () => {
    const { now, forward } = clock()
    const { events, observe } = recorder()
    const grant = { ...GRANT, name: 'ci 2026', notBefore: START + 10, expiresAt: START + 20 }
    const provider = new StaticProvider({ [KEY]: grant, 'other-0123456789': GRANT }, { now, observe })
    await provider.verifyToken(KEY)
    forward(10)
    expect((await provider.verifyToken(KEY))?.claims).toEqual({ sub: 'ci-robot', scope: 'deploy notes:read', jti: 'ci 2026' })
    forward(10)
    await provider.verifyToken(KEY)
    await provider.verifyToken('other-0123456789')
    await provider.verifyToken('other-0123456780')
    expect(events).toEqual([
      { type: 'rejected', provider: 'static', reason: 'not_yet_valid', key: 'ci 2026', claim: 'nbf', hint: expect.any(String), remembered: false },
      { type: 'accepted', provider: 'static', key: 'ci 2026', remembered: false },
      { type: 'rejected', provider: 'static', reason: 'expired', key: 'ci 2026', remembered: false },
      { type: 'accepted', provider: 'static', remembered: false },
      { type: 'rejected', provider: 'static', reason: 'unknown_token', remembered: false },
    ])
  })

  test('tells two keys of one holder apart while they are changed', async () => {
    const { now, forward } = clock()
    const { events, observe } = recorder()
    const provider = new StaticProvider(
      { [KEY]: { ...GRANT, name: 'ci 2025', expiresAt: START + 60 }, [hashToken('new-0123456789abcdef')]: { ...GRANT, name: 'ci 2026' } },
      { now, observe },
    )
    const [old, young] = [await provider.verifyToken(KEY), await provider.verifyToken('new-0123456789abcdef')]
    expect([old?.subject, young?.subject]).toEqual(['ci-robot', 'ci-robot'])
    expect(events).toMatchObject([{ key: 'ci 2025' }, { key: 'ci 2026' }])
    forward(60)
    expect(await provider.verifyToken(KEY)).toBeNull()
    expect(await provider.verifyToken('new-0123456789abcdef')).not.toBeNull()
  })
})

describe('revocation of a static key', () => {
  test.each([
    ['token', { token: KEY }],
    ['name', { jti: 'ci 2026' }],
    ['subject', { sub: 'ci-robot' }],
  ])('by %s holds for years, and not for the day that suits tokens with an end', async (_, what) => {
    const { now, forward } = clock()
    const { events, observe } = recorder()
    const provider = new StaticProvider({ [KEY]: { ...GRANT, name: 'ci 2026' } }, { now, observe })
    expect(await provider.verifyToken(KEY)).not.toBeNull()
    await provider.revoke(what)
    expect(await provider.verifyToken(KEY)).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected', reason: 'revoked', key: 'ci 2026' })
    expect(provider.stats().revocations).toBe(1)
    forward(4 * 365 * 86_400)
    await provider.revoke({ token: 'another-0123456789' }) // sweeps
    expect(await provider.verifyToken(KEY)).toBeNull()
  })

  test('ends when it was said to end', async () => {
    const { now, forward } = clock()
    const provider = new StaticProvider({ [KEY]: GRANT }, { now })
    await provider.revoke({ token: KEY, expiresAt: START + 60 })
    forward(300)
    await provider.revoke({ token: 'another-0123456789' }) // sweeps
    expect(await provider.verifyToken(KEY)).not.toBeNull()
  })

  test('is shared with other providers', async () => {
    const { now } = clock()
    const revocations = new Revocations({ now })
    const provider = new StaticProvider({ [KEY]: GRANT }, { now, revocations })
    await revocations.revoke({ token: KEY })
    expect(await provider.verifyToken(KEY)).toBeNull()
  })
})

describe('a prefix', () => {
  const [listed, stranger] = [generateToken({ prefix: 'acme' }), generateToken({ prefix: 'acme' })]
  const mistyped = listed.slice(0, -1) + (listed.endsWith('x') ? 'y' : 'x')
  const setUp = (prefix?: string) => {
    const { events, observe } = recorder()
    const provider = new StaticProvider({ [hashToken(listed)]: GRANT, [KEY]: GRANT }, { prefix, observe })
    return { provider, events }
  }

  test('makes every token that has it ours: none of them is shown to anybody else', async () => {
    const everybody = says('yes', 'maybe')
    const chain = new ChainProvider([everybody, setUp('acme').provider])
    expect(await chain.verifyToken(listed)).toMatchObject({ provider: 'static' })
    expect([await chain.verifyToken(stranger), await chain.verifyToken(mistyped), await chain.verifyToken('acme_')]).toEqual([null, null, null])
    expect(everybody.asked).toEqual([])
    expect(await chain.verifyToken('other-0123456789')).toMatchObject({ provider: 'custom' })
  })

  test('is known to the plan of a chain, and owned by one member', () => {
    const { provider } = setUp('acme')
    expect(provider.owns.prefixes).toEqual(['acme_'])
    expect(setUp().provider.owns.prefixes).toBeUndefined()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    new ChainProvider([provider, new StaticProvider({ 'other-0123456789': GRANT }, { prefix: 'acme' })])
    expect(String(warned.mock.calls[0]?.[0])).toMatch(/both own tokens that begin with "acme_"/)
    warned.mockRestore()
  })

  test('leaves the keys without it as they were', async () => {
    const { provider } = setUp('acme')
    expect(provider.recognizes(KEY)).toBe('mine')
    expect(await provider.verifyToken(KEY)).not.toBeNull()
    expect(provider.recognizes('acme2_0123456789')).toBe('foreign')
  })

  test.each([
    ['with a prefix', 'acme', mistyped, 'malformed', /cut off or mistyped/],
    ['cut off, with a prefix', 'acme', listed.slice(0, 20), 'malformed', /cut off or mistyped/],
    ['without one', undefined, mistyped, 'malformed', /cut off or mistyped/],
    ['of nobody', 'acme', stranger, 'unknown_token', undefined],
  ])('a token that is mistyped says so in the event: %s', async (_, prefix, token, reason, hint) => {
    const { provider, events } = setUp(prefix)
    expect(await provider.verifyToken(token)).toBeNull()
    expect(events).toMatchObject([{ type: 'rejected', reason, ...(hint && { claim: 'checksum', hint: expect.stringMatching(hint) }) }])
  })

  test('and a token in the list that was mistyped is refused at construction', () => {
    const construct = (): unknown => new StaticProvider({ [mistyped]: GRANT }, { prefix: 'acme' })
    expect(construct).toThrow('static token number 1 begins with "acme_", but its checksum does not fit: it was cut off or mistyped')
    expect(() => new StaticProvider({ [KEY]: GRANT }, { prefix: 'acme_' })).toThrow(/without the underscore/)
  })
})

describe('StaticProvider.fromEnv', () => {
  const json = JSON.stringify({ [hashToken(KEY)]: GRANT })

  test('reads JSON as the constructor takes it', async () => {
    const provider = StaticProvider.fromEnv('MCP_TOKENS', { env: { MCP_TOKENS: json }, name: 'machines' })
    expect(await provider.verifyToken(KEY)).toMatchObject({ subject: 'ci-robot', scopes: ['deploy', 'notes:read'], provider: 'machines' })
  })

  test('reads tokens alone, where the code says what they may do', async () => {
    const env = { MCP_TOKEN: `  ${KEY},\n${hashToken('new-0123456789abcdef')} ` }
    const provider = StaticProvider.fromEnv('MCP_TOKEN', { env, grant: GRANT })
    expect((await provider.verifyToken(KEY))?.scopes).toEqual(['deploy', 'notes:read'])
    expect((await provider.verifyToken('new-0123456789abcdef'))?.subject).toBe('ci-robot')
  })

  test('reads the environment of the process where no other is given', async () => {
    vi.stubEnv('BEARER_TEST_TOKEN', KEY)
    expect(StaticProvider.fromEnv('BEARER_TEST_TOKEN', { grant: GRANT }).recognizes(KEY)).toBe('mine')
    vi.unstubAllEnvs()
    expect(() => StaticProvider.fromEnv('BEARER_TEST_TOKEN', { grant: GRANT })).toThrow('the environment variable BEARER_TEST_TOKEN is not set')
  })

  test.each([
    ['not set', undefined, {}, /MCP_TOKENS is not set/],
    ['empty', '', {}, /MCP_TOKENS is empty; it must hold JSON such as/],
    ['blank', ' \n', { grant: GRANT }, /MCP_TOKENS is empty; it must hold a token or its digest/],
    ['a list without a token', '{}', {}, /at least one token/],
    ['commas alone', ',,', { grant: GRANT }, /at least one token/],
    ['a token alone, and nobody says what it may do', KEY, {}, /is no JSON object; .* or give "grant" with tokens alone/],
    ['JSON, and the code says what it may do', json, { grant: GRANT }, /leave "grant" out/],
    ['cut off', json.slice(0, -9), {}, /is not JSON.*cut off/],
    ['one token twice', `${KEY} ${KEY}`, { grant: GRANT }, /has a token twice/],
    ['a token and its digest', `${KEY} ${hashToken(KEY)}`, { grant: GRANT }, /number 2 is the same as number 1/],
    ['JSON in quotes that the shell left there', `'${json}'`, {}, /is no JSON object/],
  ])('a variable that is %s is an error that shows nothing of it', (_, value, options, message) => {
    const read = (): unknown => StaticProvider.fromEnv('MCP_TOKENS', { env: { MCP_TOKENS: value }, ...options })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(message)
    expect(read).not.toThrow(KEY)
  })

  test('a variable that every object seems to have is not set', () => {
    expect(() => StaticProvider.fromEnv('constructor', { env: {} })).toThrow(/is not set/)
  })

  test.each([generateToken({ prefix: 'acme' }), json])('the value in place of the name is not shown', (value) => {
    const read = (): unknown => StaticProvider.fromEnv(value, { env: { MCP_TOKENS: value }, grant: GRANT })
    expect(read).toThrow(/give its name, not its value/)
    expect(read).not.toThrow(value)
  })
})
