/** Tests that a rule which is only reported refuses no token, weakens no other rule, and is told each time. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { anyAudience, ChainProvider, clientSecretBasic, googleTokenInfo, IntrospectionProvider } from '../../src/index.js'
import { IssuerRouter, JwksProvider, reportOnly, StaticProvider, UserInfoProvider } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { AuthEvent, JwksProviderOptions } from '../../src/index.js'

const NEW = 'https://new.example.com/mcp'
const key = await signer()
const jwks = { keys: [key.publicJwk] }
type Rules = NonNullable<JwksProviderOptions['rules']>

function jwt(rules: Rules, options: Partial<JwksProviderOptions> = {}) {
  const { events, observe, told } = recorder()
  const { now, forward } = clock()
  const provider = new JwksProvider({ issuer: ISSUER, audience: [AUDIENCE, NEW], jwks, now, observe, rules, ...options } as JwksProviderOptions)
  return { provider, events, told, forward }
}

const forNew: Rules = [{ audience: NEW, [reportOnly]: true }]

describe('an audience that is only reported', () => {
  test('refuses no token that is for an audience that holds, and tells of it, with what it almost was', async () => {
    const { provider, events } = jwt([{ audience: `${AUDIENCE}/`, [reportOnly]: true }])
    expect(await provider.verifyToken(await key.sign())).toMatchObject({ subject: 'ada' })
    expect(events.filter(({ type }) => type !== 'cache')).toEqual([
      { type: 'accepted', provider: 'jwks', remembered: false },
      { type: 'would_reject', provider: 'jwks', reason: 'wrong_audience', claim: 'aud', hint: 'a slash at the end makes the difference', remembered: false },
    ])
  })

  test('tells nothing of a token that is for it', async () => {
    const { provider, told } = jwt(forNew)
    expect(await provider.verifyToken(await key.sign({ aud: NEW }))).not.toBeNull()
    expect(told('would_reject')).toEqual([])
  })

  test('takes nothing that the audience which holds refuses, nor what is bad otherwise', async () => {
    const { provider, told } = jwt(forNew)
    const forged = await signer()
    const bad = [
      await key.sign({ aud: 'https://other.example.com' }),
      await key.sign({ aud: NEW, iss: 'https://evil.example.com' }),
      await key.sign({ aud: NEW, exp: START - 60 }),
      await key.sign({ aud: NEW, exp: undefined }),
      await forged.sign({ aud: NEW }),
    ]
    for (const token of bad) expect(await provider.verifyToken(token)).toBeNull()
    const revoked = await key.sign({ aud: AUDIENCE, jti: 'one' })
    await provider.revoke({ jti: 'one' })
    expect(await provider.verifyToken(revoked)).toBeNull()
    expect(told('would_reject')).toEqual([])
  })

  test('goes by the claims that hold the audience', async () => {
    const { provider, told } = jwt([{ audience: 'client-b', [reportOnly]: true }], { audience: ['client-a', 'client-b'], audienceClaims: 'client_id' })
    expect(await provider.verifyToken(await key.sign({ client_id: 'client-a' }))).not.toBeNull()
    expect(told('would_reject')).toMatchObject([{ reason: 'wrong_audience', claim: 'client_id' }])
  })

  test('is how a server leaves anyAudience', async () => {
    const { provider, told } = jwt(forNew, { audience: anyAudience })
    expect(await provider.verifyToken(await key.sign({ aud: 'whatever' }))).not.toBeNull()
    expect(told('would_reject')).toMatchObject([{ reason: 'wrong_audience' }])
  })
})

describe('a rule that is only reported', () => {
  const acme: Rules = [{ claim: 'tenant', accepts: (value) => value === 'acme', hint: 'only acme is left', [reportOnly]: true }]

  test('is told for each request, remembered or not', async () => {
    const { provider, told } = jwt(acme)
    const token = await key.sign({ tenant: 'globex' })
    for (let times = 0; times < 3; times += 1) expect(await provider.verifyToken(token)).not.toBeNull()
    expect(told('would_reject')).toEqual(
      [false, true, true].map((remembered) => ({ type: 'would_reject', provider: 'jwks', reason: 'invalid_claim', claim: 'tenant', hint: 'only acme is left', remembered })),
    )
  })

  test('does not keep one that holds from refusing', async () => {
    const { provider, told } = jwt([...acme, { claim: 'sub', accepts: () => false }])
    expect(await provider.verifyToken(await key.sign({ tenant: 'globex' }))).toBeNull()
    expect(told('would_reject')).toEqual([])
    expect(told('rejected')).toMatchObject([{ claim: 'sub' }])
  })

  test('that throws fails no request, and is told', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const { provider, told } = jwt([{ claim: 'tenant', accepts: (value) => (value as string).startsWith('a'), [reportOnly]: true }])
    expect(await provider.verifyToken(await key.sign())).not.toBeNull()
    expect(told('would_reject')).toMatchObject([{ reason: 'invalid_claim', claim: 'tenant' }])
    expect(String(warned.mock.calls[0]?.[0])).toContain('the rule for "tenant", which is only reported, failed')
  })

  test('is a step of the explanation that passed, with what it would refuse', async () => {
    const { provider } = jwt([...acme, ...forNew])
    const steps = await provider.explain(await key.sign({ tenant: 'globex', aud: NEW }))
    expect(steps.every(({ passed }) => passed)).toBe(true)
    expect(steps.filter((step) => step.reportOnly === true)).toEqual([
      { rule: 'own rule for tenant', passed: true, reportOnly: true, reason: 'invalid_claim', expected: 'what your rule takes', actual: 'globex', hint: 'only acme is left' },
      { rule: 'aud', passed: true, reportOnly: true },
    ])
  })

  test('is passed on by a chain and by a router, to whoever listens to them', async () => {
    const token = await key.sign({ tenant: 'globex' })
    const options = { audience: AUDIENCE, jwks, now: () => START, rules: acme }
    const heard = async (around: (observe: (event: AuthEvent) => void) => ChainProvider | IssuerRouter) => {
      const { told, observe } = recorder()
      const provider = around(observe)
      expect(await provider.verifyToken(token)).not.toBeNull()
      expect((await provider.explain(token)).some((step) => step.reportOnly === true && step.reason === 'invalid_claim')).toBe(true)
      return told('would_reject').length
    }
    const keys = new StaticProvider({ 'a-long-enough-key': { claims: { sub: 'ci' } } })
    expect(await heard((observe) => new ChainProvider([new JwksProvider({ issuer: ISSUER, ...options }), keys], { observe }))).toBe(1)
    expect(await heard((observe) => new IssuerRouter({ issuers: { [ISSUER]: options }, observe }))).toBe(1)
  })
})

test.each<[string, () => IntrospectionProvider | UserInfoProvider, string]>([
  [
    'introspection',
    () =>
      new IntrospectionProvider({
        ...{ endpoint: 'https://id.example.com/introspect', clientAuth: clientSecretBasic('id', 'secret'), audience: [AUDIENCE, NEW], rules: forNew, observe: heard.observe, now: () => START },
        fetch: async () => Response.json({ active: true, sub: 'ada', aud: AUDIENCE, exp: START + 60 }),
      }),
    'an-opaque-token',
  ],
  [
    'userinfo',
    () =>
      new UserInfoProvider({
        ...{ tokenInfo: googleTokenInfo, audience: [AUDIENCE, NEW], rules: forNew, observe: (event: AuthEvent) => heard.observe(event), now: () => START },
        fetch: async () => Response.json({ sub: 'ada', aud: AUDIENCE, exp: String(START + 60) }),
      }),
    'ya29.a-token-of-google',
  ],
])('%s reports in the same way', async (name, make, token) => {
  heard = recorder()
  const provider = make()
  for (let times = 0; times < 2; times += 1) expect(await provider.verifyToken(token)).toMatchObject({ subject: 'ada' })
  expect(heard.told('would_reject').map(({ provider: by, reason, remembered }) => [by, reason, remembered])).toEqual([[name, 'wrong_audience', false], [name, 'wrong_audience', true]])
  // Of what was remembered, without what the issuer or the sender wrote.
  expect((await provider.explain(token)).at(-1)).toEqual({ rule: 'rules', passed: true, reportOnly: true, reason: 'wrong_audience' })
})
let heard = recorder()

test.each<[string, unknown]>([
  ['an audience without the mark', { audience: NEW }],
  ['an audience without a name', { audience: '', [reportOnly]: true }],
  ['a mark that is no truth', { claim: 'sub', accepts: () => true, [reportOnly]: 'yes' }],
  ['no rule', { [reportOnly]: true }],
  ['a hole', undefined],
])('%s among the rules is a TypeError', (_, rule) => {
  expect(() => jwt([rule] as Rules)).toThrow(TypeError)
})
