/** Tests that whoever refuses a token can be asked why, in a chain as well as alone. */
import { describe, expect, test } from 'vitest'
import { BearerAuthProvider, ChainProvider, IssuerRouter, JwksProvider, Revocations, StandardProvider, StaticProvider, accept, generateToken, reject } from '../src/index.js'
import { signer } from './oauth-kit.js'
import type { AuthEvent, Verdict } from '../src/index.js'

const ISSUER = 'https://id.example.com'
const key = await signer()
const jwks = { keys: [key.publicJwk] }
const token = (claims: Record<string, unknown> = {}): Promise<string> =>
  key.sign({ iss: ISSUER, aud: 'notes', sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
const failures = async (provider: Pick<BearerAuthProvider, 'explain'>, text: string) => (await provider.explain?.(text))?.filter(({ passed }) => !passed)

describe('explain says no where verifyToken does', () => {
  const common = { issuer: ISSUER, audience: 'notes', jwks } as const

  test('of a token that was revoked', async () => {
    const made = new JwksProvider({ ...common, revocations: new Revocations() })
    const text = await token({ jti: '7' })
    expect(await failures(made, text)).toEqual([])
    await made.revoke({ jti: '7' })
    expect(await failures(made, text)).toMatchObject([{ rule: 'revoked', reason: 'revoked' }])
  })

  test('of a token that is bound to a key, for nobody shows its proof here', async () => {
    const text = await token({ cnf: { jkt: 'x' } })
    const made = new JwksProvider(common)
    expect(await made.verifyToken(text)).toBeNull()
    expect(await failures(made, text)).toMatchObject([{ rule: 'proof', reason: 'unproven', hint: expect.stringMatching(/bound to a key/) }])
  })

  test('of claims that a schema does not take, and names the step', async () => {
    const refusing = { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [{ message: 'no', path: ['org'] }] }) } }
    const made = new JwksProvider({ ...common, claims: refusing })
    const steps = await made.explain(await token())
    expect(steps.at(-1)).toMatchObject({ rule: 'claims', passed: false, reason: 'invalid_claim' })
  })

  test('where "enrich" gives no answer, and where the keys are away: without a throw, and with the steps before it', async () => {
    const away = new JwksProvider({ issuer: ISSUER, audience: 'notes', fetch: () => Promise.reject(new Error('away')) })
    expect(await failures(away, await token({ aud: 'other' }))).toMatchObject([
      { rule: 'aud' },
      { rule: 'signature', hint: expect.stringMatching(/no answer from id\.example\.com/) },
    ])
    const poor = new JwksProvider({ ...common, enrich: () => Promise.reject(new Error('down')) })
    expect(await failures(poor, await token())).toMatchObject([{ hint: expect.stringMatching(/enrich/) }])
  })

  test('of a provider of one\u2019s own, by one question at most', async () => {
    let asked = 0
    class Own extends StandardProvider {
      protected check(text: string): Verdict {
        asked += 1
        return text === 'good-token' ? accept({ sub: 'ada' }) : reject('wrong_audience', { claim: 'aud', expected: 'notes', actual: 'other', hint: 'name the API' })
      }
    }
    const made = new Own()
    expect(await failures(made, 'good-token')).toEqual([])
    expect(await failures(made, 'bad-token')).toEqual([{ rule: 'check', passed: false, reason: 'wrong_audience', expected: 'notes', actual: 'other', hint: 'name the API' }])
    expect(asked).toBe(2)
    await made.verifyToken('good-token')
    await made.explain('good-token')
    expect(asked).toBe(3)
    expect(await failures(made, 'no token')).toMatchObject([{ rule: 'shape' }])
  })
})

const mistyped = (text: string): string => text.slice(0, -8) + (text.at(-8) === 'a' ? 'b' : 'a') + text.slice(-7)

describe('a chain', () => {
  const withChain = (observe: (event: AuthEvent) => void) => {
    const people = new JwksProvider({ issuer: `${ISSUER}/`, audience: 'notes', jwks })
    return new ChainProvider([people, new StaticProvider({ 'a-long-enough-key': { claims: { sub: 'ci' } } })], { observe })
  }
  const hs256 = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"iss":"https://other.example"}').toString('base64url')}.AAAA`

  test.each([
    ['an issuer with a slash too few', () => token(), /slash/],
    ['an opaque token', () => 'an-opaque-token', /opaque/],
    ['an encrypted token', () => 'eyJhbGciOiJkaXIifQ..abcd.efgh.ijkl', /encrypted/],
    ['a shared secret', () => hs256, /shared secret/],
    ['an issuer of nobody\u2019s', () => token({ iss: 'https://other.example' }), /no provider here takes tokens of this issuer/],
    ['a static key that was mistyped', () => mistyped(generateToken()), /mistyped/],
  ])('says of %s what its nearest member would say, in the event and in explain', async (_, make, hint) => {
    const events: AuthEvent[] = []
    const chain = withChain((event) => events.push(event))
    const text = await make()
    expect(await chain.verifyToken(text)).toBeNull()
    expect(events).toMatchObject([{ type: 'rejected', provider: 'chain', reason: 'no_owner', hint: expect.stringMatching(hint) }])
    expect(await failures(chain, text)).toMatchObject([{ rule: 'owner', reason: 'no_owner', hint: expect.stringMatching(hint) }])
  })

  test('has its members tell its observer, each event once', async () => {
    const events: AuthEvent[] = []
    const chain = withChain((event) => events.push(event))
    await chain.verifyToken(await token({ iss: `${ISSUER}/`, aud: 'other' }))
    await chain.verifyToken('a-long-enough-key')
    expect(events.map(({ type, provider }) => `${provider} ${type}`)).toEqual(['jwks rejected', 'static accepted'])
  })

  test('leaves members alone that have an observer of their own, and each of two chains hears of a member', async () => {
    const [own, first, second]: [string[], string[], string[]] = [[], [], []]
    const observed = new StaticProvider({ 'one-long-enough-key': { claims: { sub: 'a' } } }, { name: 'a', observe: ({ type }) => own.push(type) })
    const shared = new StaticProvider({ 'two-long-enough-key': { claims: { sub: 'b' } } }, { name: 'b' })
    const inner = new ChainProvider([observed, shared], { observe: ({ type }) => first.push(type) })
    await new ChainProvider([inner], { observe: ({ type }) => second.push(type) }).verifyToken('one-long-enough-key')
    await shared.verifyToken('two-long-enough-key')
    expect({ own, first, second }).toEqual({ own: ['accepted'], first: ['accepted'], second: ['accepted'] })
  })

  test('explains a yes by the steps of whoever said it', async () => {
    const steps = await withChain(() => undefined).explain('a-long-enough-key')
    expect(steps.map(({ rule, provider }) => `${provider ?? ''} ${rule}`)).toEqual([' owner', 'static list', 'static revoked'])
  })

  test('explains what a provider says that has nothing but verifyToken', async () => {
    const chain = new ChainProvider([{ verifyToken: async () => null } as BearerAuthProvider])
    expect(await failures(chain, 'a-token')).toMatchObject([{ provider: 'custom', rule: 'check', reason: 'unknown_token' }])
  })
})

test('a router hints at the issuer that is nearly one of its own, and its routes tell its observer', async () => {
  const events: AuthEvent[] = []
  const router = new IssuerRouter({ issuers: { 'https://ID.example.com': { audience: 'notes', jwks } }, observe: (event) => events.push(event) })
  await router.verifyToken(await token())
  await router.verifyToken(await token({ iss: 'https://ID.example.com' }))
  expect(events).toMatchObject([{ type: 'rejected', reason: 'no_owner', hint: 'upper and lower case make the difference' }, { type: 'accepted' }])
  expect(await failures(router, await token())).toMatchObject([{ rule: 'owner', hint: 'upper and lower case make the difference' }])
  expect(await failures(router, await token({ iss: 'https://ID.example.com', aud: 'other' }))).toMatchObject([{ provider: 'issuers', rule: 'aud' }])
})
