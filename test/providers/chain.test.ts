import fc from 'fast-check'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  accept,
  anyAudience,
  ChainProvider,
  clientSecretBasic,
  IntrospectionProvider,
  JwksProvider,
  reject,
  StandardProvider,
  StaticProvider,
  UserInfoProvider,
} from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { AUDIENCE, clock, ISSUER, says, signer } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { AuthEvent, BearerAuthProvider, Recognition, Verdict } from '../../src/index.js'

const KEY = 'ci-0123456789abcdef'

keepsTheContract('ChainProvider', async () => {
  const key = await signer()
  const { now } = clock()
  const provider = new ChainProvider([
    new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now }),
    new StaticProvider({ [KEY]: { claims: { sub: 'ci-robot' }, scopes: ['deploy'] } }),
  ])
  return { provider, good: await key.sign(), refused: ['another-key-1234', await key.sign({ aud: 'elsewhere' })], events: [] }
}, 'nobody')

/** What a member answers, under what recognition. */
type Word = 'yes' | 'no' | 'silence' | 'bug'
type Outcome = 'yes' | 'no' | 'silence' | 'bug'

const WORDS: readonly Word[] = ['yes', 'no', 'silence', 'bug']
const RECOGNITIONS: readonly Recognition[] = ['mine', 'maybe', 'foreign']

async function outcome(provider: BearerAuthProvider): Promise<Outcome> {
  try {
    return (await provider.verifyToken('a-token')) === null ? 'no' : 'yes'
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_AUTH_UNAVAILABLE' ? 'silence' : 'bug'
  }
}

/** The plan's truth table, in words of its own: the owner decides; else yes, bug, silence, no, in this order of weight. */
function expected(members: readonly { word: Word; recognition: Recognition }[]): Outcome {
  const owner = members.find(({ recognition }) => recognition === 'mine')
  if (owner !== undefined) return owner.word
  const words = members.filter(({ recognition }) => recognition === 'maybe').map(({ word }) => word)
  return (['yes', 'bug', 'silence'] as const).find((word) => words.includes(word)) ?? 'no'
}

describe('ChainProvider', () => {
  const members = RECOGNITIONS.flatMap((recognition) => WORDS.map((word) => ({ word, recognition })))

  test('every pair of members answers as the truth table says', async () => {
    for (const a of members) {
      for (const b of members) {
        const chain = new ChainProvider([says(a.word, a.recognition), says(b.word, b.recognition)])
        expect(await outcome(chain), JSON.stringify([a, b])).toBe(expected([a, b]))
      }
    }
  })

  test('every triple of members answers as the truth table says, flat or nested', async () => {
    for (const a of members) {
      for (const b of members) {
        for (const c of members) {
          const make = (): [BearerAuthProvider, BearerAuthProvider, BearerAuthProvider] => [
            says(a.word, a.recognition),
            says(b.word, b.recognition),
            says(c.word, c.recognition),
          ]
          const [first, second, third] = make()
          expect(await outcome(new ChainProvider(make())), JSON.stringify([a, b, c])).toBe(expected([a, b, c]))
          expect(await outcome(new ChainProvider([new ChainProvider([first, second]), third]))).toBe(expected([a, b, c]))
        }
      }
    }
  })

  test('a stranger never sees the token', async () => {
    const owner = says('no', 'mine')
    const perhaps = says('yes', 'maybe')
    const stranger = says('yes', 'foreign')
    expect(await new ChainProvider([stranger, perhaps, owner]).verifyToken('a-token')).toBeNull()
    expect([owner.asked, perhaps.asked, stranger.asked]).toEqual([['a-token'], [], []])
  })

  test('a token that its owner refused does not get in by another door', async () => {
    const key = await signer()
    const { now } = clock()
    const jwks = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now })
    const chain = new ChainProvider([says('yes', 'maybe'), jwks])
    expect(await chain.verifyToken(await key.sign({ aud: 'https://elsewhere.example' }))).toBeNull()
  })

  test('a provider without an opinion may know it', async () => {
    expect(new ChainProvider([says('no')]).recognizes('a-token')).toBe('maybe')
    expect(new ChainProvider([says('no', 'foreign')]).recognizes('a-token')).toBe('foreign')
    expect(new ChainProvider([says('no', 'foreign'), says('no', 'maybe'), says('no', 'mine')]).recognizes('a-token')).toBe('mine')
  })

  test('the first yes ends the questions', async () => {
    const late = says('yes')
    await new ChainProvider([says('silence'), says('yes'), late]).verifyToken('a-token')
    expect(late.asked).toEqual([])
  })

  test('the issuers of a chain are those of its members, once', () => {
    const chain = new ChainProvider([jwks('https://a.example'), new ChainProvider([jwks('https://b.example'), introspection('https://a.example')]), says('no')])
    expect(chain.issuers).toEqual(['https://a.example', 'https://b.example'])
  })

  test('a token that is nobody\'s is told to the observer of the chain', async () => {
    const { events, observe } = recorder()
    const chain = new ChainProvider([says('yes', 'foreign')], { observe, name: 'door' })
    expect(await chain.verifyToken('a-token')).toBeNull()
    expect(events).toEqual([{ type: 'rejected', provider: 'door', reason: 'no_owner', remembered: false }])
  })

  test.each([true, undefined, Promise.resolve('mine'), 'yes'])('a recognition of %s is a bug, not a stranger', async (answer) => {
    const chain = new ChainProvider([{ ...says('yes'), recognizes: () => answer as never }])
    await expect(chain.verifyToken('a-token')).rejects.toThrow(/recognizes must answer/)
  })

  test('closing a chain closes its members', async () => {
    const closed: string[] = []
    const member = (name: string): BearerAuthProvider => ({ ...says('no'), close: async () => void closed.push(name) })
    await new ChainProvider([member('a'), says('no'), member('b')]).close()
    expect(closed).toEqual(['a', 'b'])
  })

  test('who follows a token through a chain hears that the member it belongs to took it back, until the end of that', async () => {
    const members = ['one-0123456789abcdef', 'two-0123456789abcdef'].map((key) => new StaticProvider({ [key]: { claims: { sub: 'ci' } } }))
    const [one, two] = members as [StaticProvider, StaticProvider]
    const chain = new ChainProvider([one, two])
    const ended: string[] = []
    const tokens = await Promise.all(['one-0123456789abcdef', 'two-0123456789abcdef'].map((key) => chain.verifyToken(key)))
    const stop = tokens.map((token) => token && chain.watch(token, (how) => void ended.push(`${token.token.slice(0, 3)} ${how}`)))
    await one.revoke({ sub: 'stranger' })
    await two.revoke({ sub: 'ci' })
    expect(ended).toEqual(['two revoked'])
    stop[0]?.()
    await one.revoke({ sub: 'ci' })
    await chain.close()
    expect(ended).toEqual(['two revoked', 'two closed'])
  })

  test('a member that fails to close keeps no other from closing, and is told', async () => {
    const closed: string[] = []
    const member = (close: () => Promise<void>): BearerAuthProvider => ({ ...says('no'), close })
    const chain = new ChainProvider([
      member(() => { throw new Error('at once') }),
      member(() => Promise.reject(new Error('later'))),
      member(async () => { await new Promise((done) => setImmediate(done)); closed.push('last') }),
    ])
    await expect(chain.close()).rejects.toThrow('at once')
    expect(closed).toEqual(['last'])
  })

  test('whoever gives up is not waited for by the members that were not asked yet', async () => {
    const giving = new AbortController()
    const first: BearerAuthProvider = {
      verifyToken: (_, options) => new Promise((_, refuse) => options?.signal?.addEventListener('abort', () => refuse(options.signal?.reason))),
    }
    const second = says('yes')
    const asked = new ChainProvider([first, second]).verifyToken('a-token', { signal: giving.signal })
    giving.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
    expect(second.asked).toEqual([])
  })

  test.each([
    ['an empty chain', [], /at least one provider/],
    ['no array', undefined, /at least one provider/],
    ['a hole among the members', [says('no'), , says('no')], /member 2 of the chain takes a provider/],
    ['a member that is no provider', [says('no'), {}], /member 2 of the chain takes a provider/],
    ['a class in the place of an instance', [StaticProvider], /did you forget "new"/],
  ])('%s is refused at construction', (_, chain, message) => {
    expect(() => new ChainProvider(chain as never)).toThrow(message)
  })
})

const jwks = (issuer: string, name?: string): JwksProvider => new JwksProvider({ issuer, audience: AUDIENCE, name })
const introspection = (issuer: string, prefix?: string): IntrospectionProvider =>
  new IntrospectionProvider({ issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'secret'), prefix })
const keys = (...tokens: string[]): StaticProvider => new StaticProvider(Object.fromEntries(tokens.map((token) => [token, { claims: { sub: 'ci' } }])))

describe('a chain whose members get in each other\'s way', () => {
  const A = 'https://a.example'
  const B = 'https://b.example'

  afterEach(() => vi.restoreAllMocks())
  const warnings = (members: readonly BearerAuthProvider[]): unknown[] => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    new ChainProvider(members as [BearerAuthProvider])
    return emitted.mock.calls.map(([warning]) => warning)
  }

  test.each<[string, () => BearerAuthProvider[], RegExp]>([
    [
      'two that take the JWTs of one issuer',
      () => [jwks(A), jwks(A)],
      /"jwks 2" would never be asked: "jwks 1" before it owns the issuer https:\/\/a.example; .* give both audiences to one provider/,
    ],
    [
      'one whose issuers two others own',
      () => [jwks(A), jwks(B), new JwksProvider({ issuer: [A, B], audience: AUDIENCE })],
      /"jwks 3" would never be asked: "jwks 1", "jwks 2" before it own/,
    ],
    ['one behind an introspection of its issuer', () => [introspection(A), jwks(A)], /"jwks" would never be asked/],
    [
      'one with a prefix that another has',
      () => [introspection(A, 'at_'), new UserInfoProvider({ audience: anyAudience, userInfoEndpoint: `${A}/me`, prefix: 'at_x' })],
      /"userinfo" would never be asked.*tokens that begin with "at_x"/,
    ],
    ['the same static token twice', () => [keys(KEY), keys('another-0123456789', KEY)], /"static 2" lists a token that "static 1" lists too/],
    ['a chain within that repeats one', () => [jwks(A), new ChainProvider([jwks(A), says('no')])], /would never be asked/],
  ])('%s is refused', (_, members, message) => {
    expect(() => new ChainProvider(members() as [BearerAuthProvider])).toThrow(message)
    expect(() => new ChainProvider(members() as [BearerAuthProvider])).toThrow(TypeError)
  })

  test('no refusal shows a token', () => {
    expect(() => new ChainProvider([keys(KEY), keys(KEY)])).not.toThrow(KEY)
  })

  test.each<[string, () => BearerAuthProvider[], RegExp]>([
    [
      'two lists with an issuer in both',
      () => [new JwksProvider({ issuer: [A, B], audience: AUDIENCE }), new JwksProvider({ issuer: [B, 'https://c.example'], audience: AUDIENCE })],
      /"jwks 1" and "jwks 2" both own the issuer https:\/\/b.example/,
    ],
    [
      'any audience beside a stricter member',
      () => [jwks(A), new JwksProvider({ issuer: B, audience: anyAudience, name: 'b' })],
      /"b" of the chain takes tokens for any audience/,
    ],
  ])('%s is a warning', (_, members, message) => {
    expect(warnings(members())).toEqual([expect.stringMatching(message)])
  })

  test.each<[string, () => BearerAuthProvider[]]>([
    ['JWTs and opaque tokens of one issuer', () => [jwks(A), introspection(A)]],
    ['JWTs and opaque tokens with a prefix of one issuer', () => [jwks(A), introspection(A, 'at_')]],
    ['two providers of one\'s own', () => [says('no'), says('no')]],
    ['static keys beside everything', () => [keys(KEY), jwks(A), jwks(B), introspection(B)]],
    ['any audience everywhere', () => [A, B].map((issuer) => new JwksProvider({ issuer, audience: anyAudience }))],
  ])('%s get along', (_, members) => {
    expect(warnings(members())).toEqual([])
  })
})

describe('the plan of a chain', () => {
  const chain = new ChainProvider([
    jwks('https://people.example', 'people'),
    new ChainProvider([jwks('https://machines.example', 'machines'), introspection('https://people.example')]),
    introspection('https://other.example', 'ory_at_'),
    keys(KEY, 'another-0123456789'),
    says('no'),
  ])

  test('says who decides, as data', () => {
    expect(chain.plan().routes).toEqual([
      { kind: 'issuer', value: 'https://people.example', providers: ['people'] },
      { kind: 'issuer', value: 'https://machines.example', providers: ['machines'] },
      { kind: 'issuer', value: 'https://other.example', providers: ['introspection 4'] },
      { kind: 'prefix', value: 'ory_at_', providers: ['introspection 4'] },
      { kind: 'tokens', value: '2', providers: ['static'] },
      { kind: 'others', value: '', providers: ['introspection 3', 'custom'] },
    ])
  })

  test('as text', () => {
    expect(String(chain.plan())).toBe(
      [
        'JWTs of https://people.example    →  people',
        'JWTs of https://machines.example  →  machines',
        'JWTs of https://other.example     →  introspection 4',
        'tokens that begin with ory_at_    →  introspection 4',
        '2 listed tokens                   →  static',
        'all others                        →  introspection 3, custom (in order)',
      ].join('\n'),
    )
  })

  test('and as a picture', () => {
    const lines = chain.plan().toMermaid().split('\n')
    expect(lines[0]).toBe('flowchart LR')
    expect(lines).toContain('  token --> r0("JWTs of https://people.example")')
    expect(lines).toContain('  r5 -->|1.| p4')
    expect(new ChainProvider([keys(KEY)], { ask: 'at once' }).plan().toMermaid()).toContain('r1 --> refused')
  })

  test('agrees with what the members recognize', async () => {
    const people = await (await signer()).sign({ iss: 'https://people.example' })
    const seen = await chain.explain(people)
    expect(seen[0]).toMatchObject({ rule: 'owner', passed: true, actual: { people: 'mine', 'introspection 3': 'mine' } })
    expect(seen.filter(({ passed }) => !passed)).toMatchObject([{ provider: 'people', rule: 'signature', hint: expect.stringMatching(/people\.example/) }])
  })
})

describe('a chain and time', () => {
  const hanging = (recognizes: Recognition): BearerAuthProvider => ({ verifyToken: () => new Promise(() => undefined), recognizes: () => recognizes })

  test.each<Recognition>(['mine', 'maybe'])('a member that hangs (%s) is "nobody knows" when the time of the chain is over', async (word) => {
    const chain = new ChainProvider([hanging(word)], { timeout: 0.01 })
    await expect(chain.verifyToken('a-token')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('members hear of the end of it', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const waiting: BearerAuthProvider = {
      verifyToken: (_token, options) => {
        signals.push(options?.signal)
        return new Promise(() => undefined)
      },
    }
    const late = says('yes')
    await expect(new ChainProvider([waiting, late], { timeout: 0.01 }).verifyToken('a-token')).rejects.toThrow()
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
    expect(late.asked).toEqual([])
  })

  test('who gives up hears the reason of its own signal, and never no', async () => {
    for (const options of [{}, { timeout: 5 }]) {
      const gone = new AbortController()
      const leaving: BearerAuthProvider = { verifyToken: async () => (gone.abort(new Error('left')), null) }
      const chain = new ChainProvider([leaving, says('no')], options)
      await expect(chain.verifyToken('a-token', { signal: gone.signal })).rejects.toThrow('left')
    }
  })

  test('side by side, nobody waits for a member that hangs', async () => {
    const chain = new ChainProvider([hanging('maybe'), says('yes', 'maybe')], { ask: 'at once' })
    expect(await chain.verifyToken('a-token')).not.toBeNull()
  })

  test('side by side, every pair answers as the truth table says', async () => {
    for (const a of WORDS) {
      for (const b of WORDS) {
        const chain = new ChainProvider([says(a, 'maybe'), says(b, 'maybe')], { ask: 'at once' })
        expect(await outcome(chain), `${a}, ${b}`).toBe(expected([a, b].map((word) => ({ word, recognition: 'maybe' }))))
      }
    }
  })

  test.each([
    [{ timeout: 5_000 }, /looks like milliseconds/],
    [{ ask: 'parallel' }, /"ask" must be one of in order, at once/],
  ])('%j is refused', (options, message) => {
    expect(() => new ChainProvider([says('no')], options as never)).toThrow(message)
  })
})

describe('several members that may know a token', () => {
  /** Takes one token; counts what it is asked. */
  class Sessions extends StandardProvider {
    asked = 0
    takes = ''

    protected override async check(token: string): Promise<Verdict> {
      this.asked += 1
      return token === this.takes ? accept({ sub: 'ada' }) : reject('unknown_token')
    }
  }
  const setUp = (ask: 'in order' | 'at once') => {
    const time = clock()
    const events: AuthEvent[] = []
    const make = (name: string): Sessions => new Sessions({ name, now: time.now, observe: (event) => events.push(event) })
    const [a, b] = [make('a'), make('b')]
    b.takes = 'of-b'
    return { a, b, time, events, chain: new ChainProvider([a, b], { ask }), told: () => events.map(({ type, ...rest }) => `${'provider' in rest ? rest.provider : ''} ${type}`) }
  }

  test.each(['in order', 'at once'] as const)('%s: one that remembers a yes is taken at its word, and the others are not asked', async (ask) => {
    const { a, b, time, chain } = setUp(ask)
    await chain.verifyToken('of-b')
    for (let second = 0; second < 29; second += 1) {
      time.forward(1)
      expect((await chain.verifyToken('of-b'))?.provider).toBe('b')
    }
    expect([a.asked, b.asked]).toEqual([1, 1])
  })

  test('where the answer must be younger than what is remembered, they are asked in order', async () => {
    const { a, b, time, chain } = setUp('in order')
    await chain.verifyToken('of-b')
    time.forward(11) // what a said is forgotten
    expect(await chain.verifyToken('of-b', { maxAge: 5 })).not.toBeNull()
    expect([a.asked, b.asked]).toEqual([2, 2])
  })

  test('one that remembers a yes and has revoked it since does not decide for the others', async () => {
    const { a, b, chain } = setUp('in order')
    await chain.verifyToken('of-b')
    await b.revoke({ token: 'of-b' })
    expect(await chain.verifyToken('of-b')).toBeNull()
    a.takes = 'of-b'
    await a.close() // forgets
    expect((await chain.verifyToken('of-b'))?.provider).toBe('a')
  })

  test.each(['in order', 'at once'] as const)('%s: a token that another member took is passed on, and no refusal to count', async (ask) => {
    const { chain, told } = setUp(ask)
    await chain.verifyToken('of-b')
    expect(told().toSorted()).toEqual(['a passed_on', 'b accepted'])
  })

  test('a token that nobody took was refused by each of them', async () => {
    const { chain, told } = setUp('in order')
    await chain.verifyToken('of-nobody')
    expect(told()).toEqual(['a rejected', 'b rejected'])
  })

  test('a no is told as one where the others could not be asked any more', async () => {
    const { a, b, told } = setUp('in order')
    const patience = new AbortController()
    const leaves: BearerAuthProvider = { verifyToken: async () => (patience.abort(), null) }
    await expect(new ChainProvider([a, leaves, b]).verifyToken('of-b', { signal: patience.signal })).rejects.toThrow()
    expect(told()).toEqual(['a rejected'])
  })
})

describe('what a chain tells', () => {
  test('what each member said, when nobody said yes', async () => {
    const { events, observe } = recorder()
    const chain = new ChainProvider([keys(KEY), says('no', 'maybe'), says('silence', 'maybe')], { observe })
    await expect(chain.verifyToken('a-token-of-nobody')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(events).toEqual([{ type: 'nobody_accepted', provider: 'chain', said: [{ provider: 'custom 2', answer: 'no' }, { provider: 'custom 3', answer: 'unavailable' }] }])
  })

  test('a bug is told, even where another member says yes', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    expect(await new ChainProvider([says('bug'), says('yes')]).verifyToken('a-token')).not.toBeNull()
    expect(emitted.mock.calls).toEqual([[expect.objectContaining({ message: '"custom 1" of the chain failed, and another provider said yes' })]])
    vi.restoreAllMocks()
  })

  test('a bug that quotes the token is told of without it, as a cause too', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const quoting = { verifyToken: async (token: string): Promise<never> => { throw new SyntaxError(`no JSON: ${token}`) } }
    await new ChainProvider([quoting, says('yes')]).verifyToken('a-secret-token-of-ada')
    const printed = inspect(emitted.mock.calls, { depth: 9 })
    vi.restoreAllMocks()
    expect(printed).toContain('no JSON: <the token>')
    expect(printed).not.toContain('a-secret-token-of-ada')
  })

  test('a member that answers nonsense has a bug, and does not say yes', async () => {
    const nonsense = { verifyToken: async () => undefined } as unknown as BearerAuthProvider
    await expect(new ChainProvider([nonsense, says('no')]).verifyToken('a-token')).rejects.toThrow(/must answer an access token or null/)
  })

  test('why the owner refused, to whoever asks for it', async () => {
    const key = await signer()
    const owner = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: clock().now })
    const chain = new ChainProvider([owner, says('yes', 'maybe')])
    const token = await key.sign({ aud: `${AUDIENCE}/` })
    const refusals: unknown[] = []
    expect(await chain.verifyToken(token, { refused: (refusal) => refusals.push(refusal) })).toBeNull()
    expect(refusals).toEqual([{ provider: 'jwks', reason: 'wrong_audience', claim: 'aud', hint: 'a slash at the end makes the difference' }])
    const steps = await chain.explain(token)
    expect(steps[0]).toMatchObject({ rule: 'owner', passed: true, actual: { jwks: 'mine', custom: 'maybe' } })
    expect(steps.filter(({ passed }) => !passed)).toMatchObject([{ provider: 'jwks', rule: 'aud', reason: 'wrong_audience', hint: 'a slash at the end makes the difference' }])
  })
})

test('for a token that has an owner, the order of the members does not matter', async () => {
  const member = fc.record({ word: fc.constantFrom(...WORDS), recognition: fc.constantFrom<Recognition>('maybe', 'foreign') })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...WORDS), fc.array(member, { maxLength: 5 }), fc.nat(5), async (word, others, place) => {
      const owner = says(word, 'mine')
      const members = others.map((other) => says(other.word, other.recognition))
      members.splice(place, 0, owner)
      expect(await outcome(new ChainProvider(members as unknown as [BearerAuthProvider]))).toBe(word)
      expect(members.filter((one) => one !== owner).flatMap(({ asked }) => asked)).toEqual([])
    }),
  )
})

describe('tokens that come in a header of their own', () => {
  const edge = Object.assign(says('yes'), { tokenHeader: 'x-assertion' })

  test('a chain reads where its members do', () => {
    expect(new ChainProvider([edge, edge]).tokenHeader).toBe('x-assertion')
    expect(new ChainProvider([says('yes')]).tokenHeader).toBeUndefined()
  })

  test('members that read from different headers are parted by them', () => {
    const chain = new ChainProvider([edge, says('yes')])
    expect(chain.tokenHeader).toBeUndefined()
    expect(chain.headerSources?.map(({ header }) => header)).toEqual([undefined, 'x-assertion'])
  })

  test.each(['Authorization', 'cookie', 'a b', ''])('%j is no header for a token', (tokenHeader) => {
    expect(() => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, tokenHeader })).toThrow(/"tokenHeader" must be the name of a header/)
  })
})
