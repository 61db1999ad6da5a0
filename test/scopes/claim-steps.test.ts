/** Claims on their way to the handler: a schema looks at them, and a database adds to them. */
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { accept, AuthUnavailableError, fromClaim, JwksProvider, reject, StandardProvider, StaticProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { memoryStore, SECRET } from '../shared/shared-kit.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import { until } from '../until.js'
import type { Claims, ProviderOptions, StandardSchema, Verdict } from '../../src/index.js'

class Sessions<Output = unknown> extends StandardProvider<Output> {
  claims: Claims = { sub: 'ada', email: 'ada@example.com', scope: 'openid', level: '2' }
  asked = 0

  protected override get policy(): string {
    return 'sessions'
  }

  protected check(token: string): Verdict {
    this.asked += 1
    return token === 'session-1' || token === 'session-2' ? accept(this.claims) : reject('unknown_token')
  }
}

function setUp<Output = unknown>(options: ProviderOptions<Output>) {
  const { events, observe } = recorder()
  const time = clock()
  const provider = new Sessions<Output>({ now: time.now, observe, name: 'sessions', ...options })
  const verify = () => provider.verifyToken('session-1')
  return { provider, verify, events, time }
}

describe('enrich', () => {
  const roles = fromClaim('notes_role', { editor: 'notes:write' })

  test('adds claims, from which scopes are made', async () => {
    const { verify } = setUp({ enrich: async ({ sub }) => ({ notes_role: sub === 'ada' ? 'editor' : 'none', plan: { name: 'gold' } }), scopes: roles })
    const token = await verify()
    expect(token?.claims).toEqual({ sub: 'ada', email: 'ada@example.com', scope: 'openid', level: '2', notes_role: 'editor', plan: { name: 'gold' } })
    expect(token?.scopes).toEqual(['notes:write'])
    expect(Object.isFrozen(token?.claims)).toBe(true)
    expect(Object.isFrozen(token?.claims.plan)).toBe(true)
  })

  test('may answer at once, may have nothing to add, and may replace what is not the issuer\'s own', async () => {
    for (const nothing of [undefined, null, {}]) expect((await setUp({ enrich: () => nothing }).verify())?.scopes).toEqual(['openid'])
    expect((await setUp({ enrich: () => ({ scope: 'notes:read' }) }).verify())?.scopes).toEqual(['notes:read'])
  })

  test('runs once for a token, however many ask, and again when what is remembered has ended', async () => {
    const enrich = vi.fn(async () => ({ notes_role: 'editor' }))
    const { provider, verify, time } = setUp({ enrich })
    await Promise.all(Array.from({ length: 50 }, verify))
    await verify()
    expect(enrich).toHaveBeenCalledTimes(1)
    time.forward(31)
    await verify()
    expect(enrich).toHaveBeenCalledTimes(2)
    // Who wants a young answer gets young roles.
    time.forward(1)
    await provider.verifyToken('session-1', { maxAge: 0 })
    expect(enrich).toHaveBeenCalledTimes(3)
  })

  test('is not asked about a token that is refused', async () => {
    const enrich = vi.fn(async () => ({}))
    const { provider } = setUp({ enrich })
    expect(await provider.verifyToken('unknown')).toBeNull()
    provider.claims = { sub: 'ada', exp: START - 60 }
    expect(await provider.verifyToken('session-1')).toBeNull()
    expect(enrich).not.toHaveBeenCalled()
  })

  test.each<[string, () => unknown, string]>([
    ['rejects', async () => Promise.reject(new RangeError('no row for ada@example.com')), '"enrich" failed with RangeError'],
    ['throws', () => { throw new Error('no row for ada@example.com') }, '"enrich" failed with Error'],
    ['throws what is no error', () => { throw 'ada@example.com' }, '"enrich" failed'],
    ['throws an error with a name to hurt', () => { throw Object.assign(new Error('x'), { name: 'ada@example.com\n' }) }, '"enrich" failed'],
    ['knows that nobody knows', async () => Promise.reject(new AuthUnavailableError('the database is away', { retryAfter: 9 })), 'the database is away'],
  ])('that %s leaves the token unknown, and is forgotten', async (_, failure, message) => {
    let fails = true
    const { verify, events } = setUp({ enrich: () => (fails ? (failure() as object) : { notes_role: 'editor' }), scopes: roles })
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', message })
    expect(events).toEqual([{ type: 'unavailable', provider: 'sessions', message }])
    fails = false
    expect((await verify())?.scopes).toEqual(['notes:write'])
  })

  test('that takes too long is given up, and told so', async () => {
    let signal: AbortSignal | undefined
    const { verify } = setUp({ enrich: (_claims, call) => { signal = call.signal; return new Promise(() => undefined) }, enrichTimeout: 0.01 })
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', message: '"enrich" gave no answer in time' })
    expect(signal?.aborted).toBe(true)
  })

  test('ends when the provider is closed', async () => {
    const { provider, verify } = setUp({ enrich: () => new Promise(() => undefined), enrichTimeout: 30 })
    const answer = verify()
    await provider.close()
    await expect(answer).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test.each(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'client_id', 'azp', 'cnf', 'act', 'auth_time', 'acr', 'amr'])('must not give %s, whether the issuer did or not', async (name) => {
    const { verify } = setUp({ enrich: async () => ({ [name]: 'mallory' }) })
    await expect(verify()).rejects.toThrow(`"enrich" must not give "${name}"`)
  })

  test.each<[string, unknown]>([
    ['a text', 'admin'],
    ['a list', ['admin']],
    ['a date within', { since: new Date(0) }],
  ])('that gives %s is a bug, and no outage', async (_, more) => {
    await expect(setUp({ enrich: () => more as object }).verify()).rejects.toThrow(/"enrich" gives/)
  })

  test('cannot change the claims it is given, nor those it gave', async () => {
    const row = { roles: ['guest'] }
    const { verify } = setUp({
      enrich: (claims) => {
        expect(() => Object.assign(claims, { sub: 'mallory' })).toThrow(TypeError)
        return row
      },
    })
    const token = await verify()
    row.roles.push('admin')
    expect(token?.claims).toMatchObject({ sub: 'ada', roles: ['guest'] })
  })

  test('a member called __proto__ is a claim and nothing more', async () => {
    const { verify } = setUp({ enrich: () => JSON.parse('{ "__proto__": { "scope": "admin" } }') as object })
    const token = await verify()
    expect(Object.getPrototypeOf(token?.claims)).toBe(Object.prototype)
    expect(token?.scopes).toEqual(['openid'])
  })

  test('is not shared: each process asks its own, and the second level holds what the issuer said', async () => {
    const shared = { store: memoryStore(() => START), secret: SECRET }
    const enrich = vi.fn(async () => ({ notes_role: 'editor' }))
    const [here, there] = [setUp({ enrich, scopes: roles, cache: { shared } }), setUp({ enrich: async () => ({}), scopes: roles, cache: { shared } })]
    expect((await here.verify())?.scopes).toEqual(['notes:write'])
    await until(() => shared.store.calls.some((call) => call.startsWith('swap ')))
    expect((await there.verify())?.scopes).toEqual([])
    expect([here.provider.asked, there.provider.asked]).toEqual([1, 0])
  })

  test('a slim memory maps from all, and revokes by what the issuer said', async () => {
    const { provider, verify } = setUp({ enrich: async () => ({ notes_role: 'editor', big: 'x' }), scopes: roles, cache: { claims: { keep: ['notes_role'] } } })
    expect(await verify()).toMatchObject({ claims: { sub: 'ada', notes_role: 'editor' }, scopes: ['notes:write'] })
    expect((await verify())?.claims).not.toHaveProperty('big')
    await provider.revoke({ token: 'session-1', expiresAt: START + 60 })
    expect(await verify()).toBeNull()
  })

  test.each<[string, ProviderOptions]>([
    ['no function', { enrich: {} as never }],
    ['milliseconds', { enrich: () => ({}), enrichTimeout: 2_000 }],
    ['no time', { enrichTimeout: 0 }],
  ])('%s is refused', (_, options) => {
    expect(() => setUp(options)).toThrow(/"enrich/)
  })

  test('StaticProvider has none: its claims stand in its list', () => {
    expect(() => new StaticProvider({ 'local-development-key': { claims: { sub: 'me' } } }, { enrich: () => ({}) } as never)).toThrow(/"enrich" is not an option/)
  })
})

describe('a schema for claims', () => {
  const schemas: readonly (readonly [string, StandardSchema<{ email: string }>])[] = [
    ['zod', z.object({ email: z.string().min(3) })],
    ['valibot', v.object({ email: v.pipe(v.string(), v.minLength(3)) })],
    ['arktype', type({ email: 'string >= 3' })],
  ]

  test.each(schemas)('of %s lets pass what fits, and takes nothing away', async (_, claims) => {
    const { provider, verify } = setUp({ claims })
    expect((await verify())?.claims).toEqual(provider.claims)
    expect((await verify())?.scopes).toEqual(['openid'])
  })

  test.each(schemas)('of %s refuses what does not, by the path and without the value', async (_, claims) => {
    const { provider, verify, events } = setUp({ claims })
    provider.claims = { sub: 'ada', email: 'xy' }
    expect(await verify()).toBeNull()
    expect(await verify()).toBeNull()
    expect(provider.asked).toBe(1)
    expect(events).toEqual([false, true].map((remembered) => ({ type: 'rejected', provider: 'sessions', reason: 'invalid_claim', claim: 'email', remembered })))
  })

  test.each<[string, StandardSchema<unknown>]>([
    ['zod', z.object({ org: z.object({ roles: z.array(z.object({ key: z.string() })) }) })],
    ['valibot', v.object({ org: v.object({ roles: v.array(v.object({ key: v.string() })) }) })],
    ['arktype', type({ org: { roles: type({ key: 'string' }).array() } })],
  ])('of %s names the path to the bottom', async (_, claims) => {
    const { provider, verify, events } = setUp({ claims })
    provider.claims = { sub: 'ada', org: { roles: [{ key: 'a' }, { key: 7 }] } }
    expect(await verify()).toBeNull()
    expect(events).toMatchObject([{ claim: 'org.roles.1.key' }])
  })

  test('does not repeat the odd name of a member, which the token chose', async () => {
    const { provider, verify, events } = setUp({ claims: z.object({ scores: z.record(z.string(), z.number()) }) })
    provider.claims = { sub: 'ada', scores: { 'ada@example.com\n': 'x' } }
    expect(await verify()).toBeNull()
    expect(events).toMatchObject([{ claim: 'scores.*' }])
  })

  test('that refuses the claims as a whole names no path', async () => {
    const { verify, events } = setUp({ claims: z.object({}).refine(() => false) })
    expect(await verify()).toBeNull()
    expect(events).toMatchObject([{ claim: 'claims' }])
  })

  test('what it transforms is what handlers see, and scopes are made of', async () => {
    const { verify } = setUp({
      claims: z.object({ level: z.coerce.number(), plan: z.string().default('free'), roles: z.string().default('editor').transform((text) => [text]) }),
      scopes: fromClaim('roles', { editor: 'notes:write' }),
    })
    const token = await verify()
    expect(token?.claims).toEqual({ sub: 'ada', email: 'ada@example.com', scope: 'openid', level: 2, plan: 'free', roles: ['editor'] })
    expect(token?.scopes).toEqual(['notes:write'])
    expect(Object.isFrozen(token?.claims.roles)).toBe(true)
  })

  test('comes before enrich, which sees what it made', async () => {
    const { provider, verify } = setUp({ claims: z.object({ level: z.coerce.number() }), enrich: ({ level }) => ({ next: level + 1 }) })
    expect((await verify())?.claims).toMatchObject({ level: 2, next: 3 })
    const enrich = vi.fn(async () => ({}))
    const refusing = setUp({ claims: z.object({ level: z.number() }), enrich })
    expect(await refusing.verify()).toBeNull()
    expect(enrich).not.toHaveBeenCalled()
    expect(provider.asked).toBe(1)
  })

  test('must not change what is for the issuer to say', async () => {
    await expect(setUp({ claims: z.object({ sub: z.string().transform(() => 'mallory') }) }).verify()).rejects.toThrow(/must not change "sub"/)
    await expect(setUp({ claims: z.object({ exp: z.number().default(START + 999) }) }).verify()).rejects.toThrow(/must not change "exp"/)
    const shorter = setUp({ claims: z.object({ aud: z.array(z.string()).transform(([first]) => [first]) }) })
    shorter.provider.claims = { sub: 'ada', aud: ['a', 'b'] }
    await expect(shorter.verify()).rejects.toThrow(/must not change "aud"/)
  })

  test('may look at what is for the issuer to say, and leave members out: they stay', async () => {
    const { provider, verify } = setUp({ claims: z.object({ aud: z.array(z.string()), act: z.object({ sub: z.string() }), sub: z.string() }) })
    provider.claims = { sub: 'ada', aud: ['a', 'b'], act: { iss: 'x', sub: 'proxy', act: { sub: 'another' } } }
    expect((await verify())?.claims).toEqual(provider.claims)
  })

  test('that answers later is a bug that says what to write', async () => {
    const answersLater: StandardSchema<object> = { '~standard': { version: 1, vendor: 'test', validate: async () => Promise.reject(new Error('nobody waits')) } }
    for (const claims of [answersLater, z.object({ email: z.string().refine(async () => true) })]) {
      await expect(setUp({ claims }).verify()).rejects.toThrow(/must answer at once.*"enrich"/)
    }
  })

  test('that gives what is no plain data is a bug', async () => {
    await expect(setUp({ claims: z.object({ email: z.string().transform(() => new Date(0)) }) }).verify()).rejects.toThrow(/plain data/)
    await expect(setUp({ claims: z.object({}).transform(() => 'text') }).verify()).rejects.toThrow(/must be an object/)
  })

  test('a claim called accepted changes nothing', async () => {
    const { provider, verify } = setUp({ claims: z.object({}), enrich: () => ({ accepted: false, reason: 'expired' }) })
    provider.claims = { sub: 'ada', accepted: false }
    expect((await verify())?.claims).toEqual({ sub: 'ada', accepted: false, reason: 'expired' })
  })

  test('what it made sure of stays in a slim memory', async () => {
    const { verify } = setUp({ claims: z.object({ email: z.string() }), cache: { claims: { keep: [] } } })
    expect((await verify())?.claims).toEqual({ sub: 'ada', email: 'ada@example.com' })
  })

  test.each<[string, unknown]>([
    ['a list of names', ['email']],
    ['a function', () => true],
    ['null', null],
    ['a schema of nobody', { '~standard': {} }],
  ])('%s is refused', (_, claims) => {
    expect(() => setUp({ claims: claims as never })).toThrow(/"claims" must be a schema of zod/)
  })

  test('types what a provider gives', async () => {
    const key = await signer()
    const provider = new JwksProvider({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: { keys: [key.publicJwk] },
      now: clock().now,
      claims: z.object({ email: z.email(), org: z.object({ id: z.number() }) }),
      enrich: ({ org }) => ({ plan: org.id === 7 ? 'gold' : 'free' }),
    })
    const token = await provider.verifyToken(await key.sign({ email: 'ada@example.com', org: { id: 7 } }))
    expect(token?.claims.email.toUpperCase()).toBe('ADA@EXAMPLE.COM')
    expect(token?.claims).toMatchObject({ org: { id: 7 }, plan: 'gold' })
    expect(await provider.verifyToken(await key.sign({ email: 'no address' }))).toBeNull()
  })
})

keepsTheContract('a provider with a schema and enrich', async () => {
  const { events, observe } = recorder()
  let away = false
  const provider = new Sessions({
    observe,
    claims: z.object({ email: z.string() }),
    enrich: async () => (away ? Promise.reject(new Error('away')) : { tags: ['a'] }),
    cache: { ttl: 0 },
  })
  return { provider, events, good: 'session-1', refused: ['session-3'], outage: { begin: () => void (away = true), end: () => void (away = false) } }
})
