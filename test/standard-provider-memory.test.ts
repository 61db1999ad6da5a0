/** What every provider's memory does beyond remembering: slim claims, renewal, bytes, giving up, revocations, sharing. */
import { describe, expect, test } from 'vitest'
import { accept, AuthUnavailableError, JwksProvider, reject, Revocations, StandardProvider } from '../src/index.js'
import { memoryStore, SECRET } from './shared/shared-kit.js'
import { AUDIENCE, clock, ISSUER, START } from './oauth-kit.js'
import { recorder } from './recorder.js'
import type { Claims, ProviderOptions, Verdict } from '../src/index.js'

type Answer = () => Verdict | Promise<Verdict>

/** Asks whoever the test put there. */
class Remote extends StandardProvider {
  asked = 0
  answer: Answer = () => accept({ sub: 'ada', iat: START })

  readonly #policy: string

  constructor(options: ProviderOptions, policy = 'a policy') {
    super(options)
    this.#policy = policy
  }

  protected override get policy(): string {
    return this.#policy
  }

  protected async check(): Promise<Verdict> {
    this.asked += 1
    return this.answer()
  }
}

function setUp(options: ProviderOptions = {}, policy?: string) {
  const time = clock()
  const { events, observe, told } = recorder()
  const provider = new Remote({ now: time.now, observe, name: 'remote', ...options }, policy)
  return { time, events, told, provider }
}

const EVERYTHING: Claims = {
  iss: ISSUER, sub: 'ada', aud: AUDIENCE, exp: START + 300, iat: START, client_id: 'app', azp: 'app', cnf: { jkt: 'thumb' },
  sid: 'session-1', email: 'ada@example.com', scope: 'notes:read', groups: ['a', 'b'],
}

describe('a slim memory', () => {
  const slim = { cache: { claims: { keep: ['email'] } } }

  test('gives out what is kept and what the gate reads, the first time and from memory', async () => {
    const { provider } = setUp(slim)
    provider.answer = () => accept(EVERYTHING)
    const first = await provider.verifyToken('opaque-1', { proof: 'checked' })
    const second = await provider.verifyToken('opaque-1', { proof: 'checked' })
    const { iat: _iat, sid: _sid, scope: _scope, groups: _groups, ...kept } = EVERYTHING
    expect([first?.claims, second?.claims]).toEqual([kept, kept])
    expect(provider.asked).toBe(1)
    expect(Object.isFrozen(second?.claims)).toBe(true)
  })

  test('maps scopes from all claims', async () => {
    const { provider } = setUp(slim)
    provider.answer = () => accept(EVERYTHING)
    expect((await provider.verifyToken('opaque-1', { proof: 'checked' }))?.scopes).toEqual(['notes:read'])
  })

  test('keeps what binds a token to a key, or it would pass for an unbound one', async () => {
    const { provider } = setUp({ cache: { claims: { keep: [] } } })
    provider.answer = () => accept(EVERYTHING)
    expect((await provider.verifyToken('opaque-1', { proof: 'checked' }))?.claims.cnf).toEqual({ jkt: 'thumb' })
  })

  test('keeps who a person without a subject is, and how he signed in', async () => {
    const { provider } = setUp({ cache: { claims: { keep: [] } } })
    const kept = { username: 'ada', acr: 'phr', auth_time: 1_700_000_000 }
    provider.answer = () => accept({ ...kept, email: 'ada@example.com' })
    expect((await provider.verifyToken('opaque-1'))?.claims).toEqual(kept)
  })

  test('can still be revoked by what is not kept', async () => {
    const { provider } = setUp(slim)
    provider.answer = () => accept(EVERYTHING)
    await provider.verifyToken('opaque-1')
    await provider.revoke({ sid: 'session-1', issuer: ISSUER })
    expect(await provider.verifyToken('opaque-1')).toBeNull()
  })

  test.each([[{ keep: 'email' }], [{ keep: [''] }], [{}], [null], ['email']])('%j is no list of claims', (claims) => {
    expect(() => setUp({ cache: { claims: claims as never } })).toThrow(/"cache.claims" must name the claims to keep/)
  })
})

describe('renewal ahead of the end', () => {
  const ahead = { cache: { ttl: 30, refreshAhead: 10 } }

  test('a hit near the end asks anew in the background, once', async () => {
    const { time, told, provider } = setUp(ahead)
    await provider.verifyToken('opaque-1')
    time.forward(19)
    await provider.verifyToken('opaque-1')
    expect(provider.asked).toBe(1)
    time.forward(2)
    await Promise.all([provider.verifyToken('opaque-1'), provider.verifyToken('opaque-1')])
    expect([provider.asked, provider.stats()]).toEqual([2, expect.objectContaining({ stale: 2, renewed: 1 })])
    expect(told('cache')).toEqual(['stale', 'renewed', 'stale'].map((what) => ({ type: 'cache', provider: 'remote', what })))
    time.forward(19) // 40 seconds after the first answer, 19 after the second
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    expect(provider.asked).toBe(2)
  })

  test('nobody waits for it', async () => {
    const { time, provider } = setUp(ahead)
    await provider.verifyToken('opaque-1')
    time.forward(25)
    provider.answer = () => new Promise(() => undefined)
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
  })

  test('an outage leaves the answer of before in place, to its end and not beyond', async () => {
    const { time, provider } = setUp(ahead)
    await provider.verifyToken('opaque-1')
    time.forward(25)
    provider.answer = () => Promise.reject(new AuthUnavailableError('away'))
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    await settled()
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    time.forward(5)
    await expect(provider.verifyToken('opaque-1')).rejects.toThrow('away')
  })

  test('a no that it brings holds at once', async () => {
    const { time, provider } = setUp(ahead)
    await provider.verifyToken('opaque-1')
    time.forward(25)
    provider.answer = () => reject('unknown_token')
    await provider.verifyToken('opaque-1')
    await settled()
    expect(await provider.verifyToken('opaque-1')).toBeNull()
    expect(provider.asked).toBe(2)
  })

  test('does not prolong what the token itself ends', async () => {
    const { time, provider } = setUp(ahead)
    provider.answer = () => accept({ sub: 'ada', exp: START + 20 })
    await provider.verifyToken('opaque-1')
    time.forward(15)
    await provider.verifyToken('opaque-1')
    await settled()
    expect(provider.asked).toBe(1)
  })

  test('more ahead than the whole ttl is refused', () => {
    expect(() => setUp({ cache: { ttl: 5, refreshAhead: 6 } })).toThrow(/"cache.refreshAhead"/)
  })
})

describe('a memory bounded in bytes', () => {
  test('large claims push out the least used, and that is told', async () => {
    const { told, provider } = setUp({ cache: { maxBytes: 50_000 } })
    provider.answer = () => accept({ sub: 'x'.repeat(9_000) })
    for (let n = 0; n < 20; n += 1) await provider.verifyToken(`opaque-${n}`)
    const { accepted, evicted } = provider.stats()
    expect(accepted.bytes).toBeLessThanOrEqual(50_000)
    expect([accepted.entries, evicted, told('cache').length]).toEqual([5, 15, 15])
  })

  test('what is larger than the whole memory is answered and not remembered', async () => {
    const { provider } = setUp({ cache: { maxBytes: 1_000 } })
    provider.answer = () => accept({ sub: 'x'.repeat(9_000) })
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    expect(provider.asked).toBe(2)
  })

  test('noes have bytes of their own', async () => {
    const { provider } = setUp({ cache: { maxRejectedBytes: 2_000 } })
    await provider.verifyToken('opaque-good')
    provider.answer = () => reject('unknown_token')
    for (let n = 0; n < 100; n += 1) await provider.verifyToken(`opaque-${n}`)
    const { accepted, rejected } = provider.stats()
    expect([accepted.entries, rejected.entries <= 4, rejected.bytes <= 2_000]).toEqual([1, true, true])
  })
})

describe('a clock that is set back', () => {
  test('does not make the memory live on', async () => {
    const { time, provider } = setUp()
    await provider.verifyToken('opaque-1')
    time.forward(-3_600)
    await provider.verifyToken('opaque-1')
    expect(provider.asked).toBe(2)
  })
})

describe('giving up', () => {
  test('one who gives up does not spoil the answer for the others', async () => {
    const { provider } = setUp()
    const hand = withResolvers<Verdict>()
    provider.answer = () => hand.promise
    const impatient = new AbortController()
    const first = provider.verifyToken('opaque-1', { signal: impatient.signal })
    const second = provider.verifyToken('opaque-1')
    impatient.abort(new Error('the client left'))
    await expect(first).rejects.toThrow('the client left')
    hand.resolve(accept({ sub: 'ada' }))
    expect((await second)?.subject).toBe('ada')
    expect((await provider.verifyToken('opaque-1', { signal: impatient.signal }))?.subject).toBe('ada') // at hand
    expect([provider.asked, provider.stats().joined]).toEqual([1, 1])
  })

  test('nobody is asked for one who has left before', async () => {
    const { provider } = setUp()
    await expect(provider.verifyToken('opaque-1', { signal: AbortSignal.abort(new Error('the client left')) })).rejects.toThrow('the client left')
    expect(provider.asked).toBe(0)
  })

  test.each([
    ['an answer that must be young', { maxAge: 5 }],
    ['any answer', {}],
  ])('the wait for %s ends at once, also for the one who joined', async (_, options) => {
    const { provider } = setUp()
    provider.answer = () => new Promise(() => undefined)
    void provider.verifyToken('opaque-1', options)
    const impatient = new AbortController()
    const joined = provider.verifyToken('opaque-1', { ...options, signal: impatient.signal })
    impatient.abort(new Error('the client left'))
    await expect(joined).rejects.toThrow('the client left')
    expect(provider.asked).toBe(1)
  })

  test('all of them gone, and a failure after that is nobody\'s unhandled rejection', async () => {
    const { provider } = setUp()
    const hand = withResolvers<Verdict>()
    provider.answer = () => hand.promise
    const impatient = new AbortController()
    const asked = provider.verifyToken('opaque-1', { signal: impatient.signal })
    impatient.abort()
    await expect(asked).rejects.toThrow(/abort/i)
    hand.reject(new AuthUnavailableError('away'))
    await settled()
    provider.answer = () => accept({ sub: 'ada' })
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
  })
})

describe('an answer that must not be old', () => {
  test('is not the one that others are waiting for, which may come from a process that asked long ago', async () => {
    const { provider } = setUp()
    const hand = withResolvers<Verdict>()
    provider.answer = () => hand.promise
    const any = provider.verifyToken('opaque-1')
    provider.answer = () => accept({ sub: 'young' })
    expect((await provider.verifyToken('opaque-1', { maxAge: 1 }))?.subject).toBe('young')
    hand.resolve(accept({ sub: 'old' }))
    expect((await any)?.subject).toBe('young') // the younger answer counts for whoever asked earlier, too
  })

  test('is asked for anew when the remembered one is older', async () => {
    const { time, provider } = setUp()
    await provider.verifyToken('opaque-1')
    time.forward(10)
    await provider.verifyToken('opaque-1', { maxAge: 10 })
    expect(provider.asked).toBe(1)
    await provider.verifyToken('opaque-1', { maxAge: 9 })
    expect(provider.asked).toBe(2)
    time.forward(8)
    await provider.verifyToken('opaque-1', { maxAge: 9 }) // the younger one was remembered
    expect(provider.asked).toBe(2)
  })

  test('goes past the second level', async () => {
    const { time, pair } = fleet()
    const [one, two] = pair()
    await one.verifyToken('opaque-1')
    time.forward(10)
    one.answer = two.answer = () => reject('revoked')
    expect(await two.verifyToken('opaque-1')).not.toBeNull()
    expect(await two.verifyToken('opaque-1', { maxAge: 5 })).toBeNull()
    expect(await two.verifyToken('opaque-1')).toBeNull()
  })
})

describe('revocations', () => {
  test.each([
    [{ jti: 'token-1' }], [{ sub: 'ada' }], [{ sid: 'session-1' }], [{ clientId: 'app' }], [{ token: 'opaque-1' }],
    [{ sub: 'ada', issuer: ISSUER, before: START + 1 }],
  ])('by %j hold for what is remembered and for what is not', async (what) => {
    const { told, provider } = setUp()
    provider.answer = () => accept({ ...EVERYTHING, jti: 'token-1' })
    await provider.verifyToken('opaque-1')
    const revoked = provider.revoke(what)
    expect(await provider.verifyToken('opaque-1')).toBeNull()
    await revoked
    if (!('token' in what)) expect(await provider.verifyToken('opaque-2')).toBeNull()
    expect(told('rejected').at(-1)).toMatchObject({ reason: 'revoked' })
    expect(provider.stats().revocations).toBe(1)
  })

  test('of which several begin at once hold for whoever asks after them, and those who follow a token are told', async () => {
    const { provider } = setUp()
    const followed = await provider.verifyToken('opaque-2')
    const ended: string[] = []
    const end = followed && provider.watch(followed, (how) => ended.push(how))
    const revoked = ['opaque-1', 'opaque-2', 'opaque-3'].map(async (token) => provider.revoke({ token }))
    const answers = await Promise.all(['opaque-1', 'opaque-2', 'opaque-3', 'opaque-4'].map(async (token) => provider.verifyToken(token)))
    expect(answers.map((one) => one?.token)).toEqual([undefined, undefined, undefined, 'opaque-4'])
    await Promise.all(revoked)
    expect([ended, provider.stats().revocations]).toEqual([['revoked'], 3])
    end?.()
  })

  test('of which the first names nothing hold up nobody', async () => {
    const { provider } = setUp()
    const what = { sub: '' }
    const [failed, taken] = await Promise.all([provider.revoke(what).catch((error: unknown) => error), provider.verifyToken('opaque-1')])
    expect([failed, taken?.subject, provider.stats().revocations]).toEqual([expect.any(TypeError), 'ada', 0])
  })

  test('a stranger\'s token goes on', async () => {
    const { provider } = setUp()
    await provider.verifyToken('opaque-1')
    await provider.revoke({ sub: 'bob' })
    await provider.revoke({ sub: 'ada', issuer: 'https://other.example' })
    provider.answer = () => accept({ sub: 'ada', iss: ISSUER, iat: START })
    expect(await provider.verifyToken('opaque-1')).not.toBeNull()
    expect(await provider.verifyToken('opaque-2')).not.toBeNull()
  })

  test('who logs in again after the logout is let in', async () => {
    const { time, provider } = setUp()
    await provider.verifyToken('opaque-1')
    await provider.revoke({ sub: 'ada' })
    time.forward(1)
    provider.answer = () => accept({ sub: 'ada', iat: START + 1 })
    expect([await provider.verifyToken('opaque-1'), (await provider.verifyToken('opaque-2'))?.subject]).toEqual([null, 'ada'])
  })

  test('one object serves several providers', async () => {
    const revocations = new Revocations({ now: clock().now })
    const [one, two] = [setUp({ revocations }).provider, setUp({ revocations }).provider]
    await one.verifyToken('opaque-1')
    await two.revoke({ sub: 'ada' })
    expect(await one.verifyToken('opaque-1')).toBeNull()
  })

  test('a token that is revoked while it is checked is refused', async () => {
    const { provider } = setUp()
    const hand = withResolvers<Verdict>()
    provider.answer = () => hand.promise
    const asked = provider.verifyToken('opaque-1')
    await provider.revoke({ sub: 'ada' })
    hand.resolve(accept({ sub: 'ada', iat: START }))
    expect(await asked).toBeNull()
  })

  test('what is no Revocations is refused at construction', () => {
    expect(() => setUp({ revocations: {} as never })).toThrow(/new Revocations\(\)/)
  })
})

describe('a second level', () => {
  test('one asks, and the others know: yes and no', async () => {
    const { pair } = fleet()
    const [one, two] = pair()
    await one.verifyToken('opaque-1')
    expect((await two.verifyToken('opaque-1'))?.subject).toBe('ada')
    one.answer = () => reject('unknown_token')
    await one.verifyToken('opaque-2')
    expect(await two.verifyToken('opaque-2')).toBeNull()
    expect([one.asked, two.asked, two.stats().shared]).toEqual([2, 0, { hits: 2, misses: 0 }])
  })

  test('both levels together remember no longer than the ttl', async () => {
    const { time, pair } = fleet()
    const [one, two] = pair()
    await one.verifyToken('opaque-1')
    time.forward(20)
    await two.verifyToken('opaque-1')
    time.forward(9)
    await two.verifyToken('opaque-1')
    expect(two.asked).toBe(0)
    time.forward(1)
    await two.verifyToken('opaque-1')
    expect(two.asked).toBe(1)
  })

  test('each maps scopes by its own table', async () => {
    const { member } = fleet()
    const reader = member({ scopes: () => ['notes:read'] })
    const writer = member({ scopes: () => ['notes:write'] })
    await reader.verifyToken('opaque-1')
    expect([(await writer.verifyToken('opaque-1'))?.scopes, writer.asked]).toEqual([['notes:write'], 0])
  })

  test('each asks for itself under another policy', async () => {
    const { member } = fleet()
    const one = member({}, 'audience a')
    const two = member({}, 'audience b')
    await one.verifyToken('opaque-1')
    await two.verifyToken('opaque-1')
    expect([one.asked, two.asked]).toEqual([1, 1])
  })

  test('a revocation holds for what the second level says', async () => {
    const { pair } = fleet()
    const [one, two] = pair()
    await one.verifyToken('opaque-1')
    await two.revoke({ sub: 'ada' })
    expect(await two.verifyToken('opaque-1')).toBeNull()
  })

  test.each(['fails', 'throws', 'full', 'hangs'] as const)('a store that %s is no error to anybody', async (fault) => {
    const { store, pair } = fleet()
    store.fault = fault
    const [one, two] = pair()
    expect([(await one.verifyToken('opaque-1'))?.subject, (await two.verifyToken('opaque-1'))?.subject]).toEqual(['ada', 'ada'])
    expect([one.asked, two.asked]).toEqual([1, 1])
    store.giveUp()
  })

  test('"nobody knows" is not shared, and a bug is not either', async () => {
    const { pair } = fleet()
    const [one, two] = pair()
    one.answer = () => Promise.reject(new AuthUnavailableError('away'))
    await expect(one.verifyToken('opaque-1')).rejects.toThrow('away')
    one.answer = () => ({ sub: 'ada' }) as never
    await expect(one.verifyToken('opaque-1')).rejects.toThrow(/check must answer/)
    expect((await two.verifyToken('opaque-1'))?.subject).toBe('ada')
  })

  test('there is none for what costs no call', () => {
    const shared = { store: memoryStore(() => START), secret: SECRET }
    expect(() => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, cache: { shared } })).toThrow(/"cache.shared" is for answers that cost a call/)
    expect(() => setUp({ cache: { shared: { ...shared, secret: 'short' } } }, 'policy')).toThrow(/"secret"/)
  })
})

test('the figures add up', async () => {
  const { provider } = setUp()
  await Promise.all([provider.verifyToken('opaque-1'), provider.verifyToken('opaque-1')])
  await provider.verifyToken('opaque-1')
  provider.answer = () => reject('unknown_token')
  await provider.verifyToken('opaque-2')
  expect(provider.stats()).toMatchObject({
    hits: 1,
    misses: 3,
    joined: 1,
    stale: 0,
    renewed: 0,
    evicted: 0,
    accepted: { entries: 1 },
    rejected: { entries: 1 },
    shared: { hits: 0, misses: 0 },
    revocations: 0,
  })
  expect(setUp({ cache: false }).provider.stats()).toMatchObject({ hits: 0, misses: 0, accepted: { entries: 0, bytes: 0 } })
})

function fleet() {
  const time = clock()
  const store = memoryStore(time.now)
  const member = (options: ProviderOptions = {}, policy?: string) =>
    new Remote({ now: time.now, cache: { shared: { store, secret: SECRET } }, ...options }, policy)
  return { time, store, member, pair: () => [member(), member()] as const }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => ([resolve, fail] = [yes, no]))
  return { promise, resolve, reject: fail }
}

/** What was begun in the background has come to its end. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
