/** A report about one token says what `verifyToken` and the gate do, names every rule, and never holds the token. */
import { describe, expect, test } from 'vitest'
import { AuthUnavailableError, BearerAuthProvider, ChainProvider, IssuerRouter, JwksProvider, StandardProvider, StaticProvider } from '../../src/index.js'
import { accept, accessToken, fromClaim, gate, reportOnly } from '../../src/index.js'
import { reportText } from '../../src/cli/tables/report-text.js'
import { inspectToken } from '../../src/inspect/inspect-token.js'
import { keycloak } from '../../providers/presets/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { recorder } from '../recorder.js'
import type { ExplainedStep, Verdict } from '../../src/index.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const KEY = 'ci-0123456789abcdef'
const issuer = createTestIssuer({ audience: RESOURCE })
const auth = (more: object = {}) => new JwksProvider({ ...issuer.options, ...more })
const failed = (steps: readonly { passed: boolean; check: string }[]) => steps.filter(({ passed }) => !passed)

describe('the verdict', () => {
  test('is yes for a good token: every check passed, each with its clause', async () => {
    const report = await inspectToken(auth(), await issuer.mint({ scopes: ['notes:read'] }), { gate: { resource: RESOURCE } })
    expect(report).toMatchObject({ verdict: 'accepted', kind: 'JWT', claims: { verified: true }, client: { request: 'GET /mcp', passed: true, status: 200, body: '' } })
    expect(failed(report.steps)).toEqual([])
    expect(report.steps.find(({ check }) => check === 'aud')).toEqual({ check: 'aud', passed: true, clause: 'RFC 7519 section 4.1.3', provider: 'jwks' })
  })

  test('is no for a bad one: with expected, actual and the issuer\u2019s own advice', async () => {
    const realm = createTestIssuer({ like: keycloak({ url: 'https://id.example.com', realm: 'acme', audience: RESOURCE }) })
    const provider = new JwksProvider({ ...keycloak({ url: 'https://id.example.com', realm: 'acme', audience: RESOURCE }), ...{ fetch: realm.fetch } })
    const report = await inspectToken(provider, await realm.mint({ audience: 'account' }), { gate: { resource: RESOURCE } })
    expect(report).toMatchObject({ verdict: 'rejected', claims: { verified: false }, scopes: [], client: { passed: false, status: 401 } })
    expect(failed(report.steps)).toMatchObject([
      {
        ...{ check: 'aud', reason: 'wrong_audience', expected: [RESOURCE], actual: expect.arrayContaining(['account']) },
        ...{ hint: expect.stringMatching(/^Keycloak: add an Audience mapper/), provider: 'keycloak' },
      },
    ])
  })

  test('is neither where nobody knows: the client gets 503', async () => {
    const report = await inspectToken(auth({ fetch: () => Promise.reject(new Error('away')) }), await issuer.mint())
    expect(report).toMatchObject({ verdict: 'unavailable', claims: { verified: false }, client: { passed: false, status: 503 } })
    expect(failed(report.steps)).toMatchObject([{ check: 'signature', hint: expect.stringMatching(/no answer/) }])
  })

  test('is neither where one member says no and another gives no answer', async () => {
    const says = (name: string, answer: () => Promise<null>) => ({ name, verifyToken: answer })
    const away = () => Promise.reject(new AuthUnavailableError('no answer from the store'))
    const chain = new ChainProvider([says('one', async () => null), says('two', away)])
    expect(await inspectToken(chain, KEY)).toMatchObject({ verdict: 'unavailable', client: { status: 503 } })
  })

  test('is no for a token that is bound to a key, whose binding is told, and no for what is no token', async () => {
    const bound = await inspectToken(auth(), await issuer.mint({ claims: { cnf: { jkt: 'A'.repeat(43) } } }))
    expect(bound).toMatchObject({ verdict: 'rejected', binding: { jkt: 'A'.repeat(43) }, client: { status: 401 } })
    expect(failed(bound.steps)).toMatchObject([{ check: 'proof', clause: 'RFC 7800 section 3' }])
    for (const text of ['', '()', 'x'.repeat(40_000)]) expect(await inspectToken(auth(), text)).toMatchObject({ verdict: 'rejected', kind: 'opaque', client: { passed: false } })
  })

  test('of an opaque token is that of its list', async () => {
    const list = new StaticProvider({ [KEY]: { claims: { sub: 'ci' }, scopes: ['deploy'] } })
    const yes = { verdict: 'accepted', kind: 'opaque', claims: { values: { sub: 'ci' } }, scopes: [{ scope: 'deploy' }], client: { passed: true } }
    expect(await inspectToken(list, KEY)).toMatchObject(yes)
    expect(await inspectToken(list, 'another-0123456789')).toMatchObject({ verdict: 'rejected', steps: [{ check: 'list', reason: 'unknown_token' }], client: { status: 401 } })
  })
})

describe('what is only reported', () => {
  test('does not make a good token a refused one, and is told with what it would refuse', async () => {
    const rules = [{ audience: 'https://new.example.com', [reportOnly]: true as const }]
    const report = await inspectToken(auth({ rules }), await issuer.mint())
    expect(report).toMatchObject({ verdict: 'accepted', claims: { verified: true }, client: { passed: true } })
    expect(report.steps.find((step) => step.reportOnly)).toMatchObject({ check: 'aud', passed: true, reportOnly: true, reason: 'wrong_audience', expected: ['https://new.example.com'] })
    expect(await reportText(report, false)).toContain('Only reported, and would refuse it\n  aud (wrong_audience, RFC 7519 section 4.1.3)')
  })

  test('asks no shadow', async () => {
    const asked: string[] = []
    const shadow = { verifyToken: async (token: string) => (asked.push(token), null), recognizes: () => 'mine' as const }
    await inspectToken(auth(), await issuer.mint(), { gate: { shadow, observe: () => undefined } })
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(asked).toEqual([])
  })
})

describe('the road', () => {
  const other = createTestIssuer({ issuer: 'https://other.test', audience: RESOURCE })
  const chain = () =>
    new ChainProvider([
      new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }),
      new JwksProvider({ ...issuer.options, name: 'people' }),
      new IssuerRouter({ issuers: { [other.issuer]: { ...other.options, name: 'partner' } } }),
    ])

  test('names every member of a chain in its order, and shows the token to its owner alone', async () => {
    const { road, steps } = await inspectToken(chain(), await issuer.mint())
    expect(road).toEqual([
      { provider: 'static', says: 'foreign', asked: false },
      { provider: 'people', says: 'mine', asked: true },
      expect.objectContaining({ provider: 'issuers', says: 'foreign', asked: false }),
      expect.objectContaining({ provider: other.issuer, within: 'issuers', says: 'foreign', asked: false }),
    ])
    expect(new Set(steps.slice(1).map(({ provider }) => provider))).toEqual(new Set(['people']))
  })

  test('goes on behind a router', async () => {
    const { road } = await inspectToken(chain(), await other.mint())
    expect(road.slice(2)).toEqual([
      { provider: 'issuers', says: 'mine', asked: true },
      { provider: 'partner', within: 'issuers', says: 'mine', asked: true },
    ])
  })

  test('tells where a token was nearly taken', async () => {
    const { verdict, road, steps } = await inspectToken(chain(), await issuer.mint({ claims: { iss: `${issuer.issuer}/` } }))
    expect({ verdict, hint: steps[0]?.hint }).toEqual({ verdict: 'rejected', hint: 'a slash at the end makes the difference' })
    expect(road[1]).toEqual({ provider: 'people', says: 'foreign', asked: false, nearMiss: 'a slash at the end makes the difference' })
  })

  test('of those who may know a token ends at the one that took it', async () => {
    const knows = (name: string, known: string) => ({
      name,
      verifyToken: async (token: string) => (token === known ? accessToken({ token, claims: { sub: name }, scopes: ['a'], provider: name }) : null),
    })
    const { verdict, road, steps, scopes } = await inspectToken(new ChainProvider([knows('one', 'x'), knows('two', KEY), knows('three', 'y')]), KEY)
    expect(road.map(({ provider, asked }) => [provider, asked])).toEqual([['one', true], ['two', true], ['three', false]])
    expect({ verdict, steps: steps.map(({ provider, check, passed }) => [provider, check, passed]) }).toEqual({
      verdict: 'accepted',
      steps: [['chain', 'owner', true], ['one', 'check', false], ['two', 'check', true]],
    })
    expect(scopes).toEqual([{ scope: 'a', from: ['the provider does not say'] }])
  })

  test('leads by the header that the provider reads', async () => {
    const keys = new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }, { tokenHeader: 'X-Api-Key' })
    for (const provider of [keys, new ChainProvider([auth(), keys])]) {
      expect(await inspectToken(provider, KEY)).toMatchObject({ verdict: 'accepted', client: { passed: true } })
    }
    const byGate = await inspectToken(new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }), KEY, { gate: { tokenFrom: { header: 'X-Key' } } })
    expect(byGate.client.passed).toBe(true)
  })
})

describe('the scopes', () => {
  const provider = auth({ scopes: [fromClaim('roles', { editor: ['notes:write'] })], implies: { 'notes:write': 'notes:read' } })

  test('come with the rule that made each, and what is required and missing with what it takes', async () => {
    const report = await inspectToken(provider, await issuer.mint({ claims: { roles: ['editor'] } }), { gate: { requiredScopes: ['notes:admin'] } })
    expect(report.scopes).toEqual([
      { scope: 'notes:write', from: ['"editor" in roles'] },
      { scope: 'notes:read', from: ['implied by notes:write'] },
    ])
    expect(report).toMatchObject({ verdict: 'accepted', missing: [{ scope: 'notes:admin', waysTo: [] }], client: { passed: false, status: 403 } })
    const poor = await inspectToken(provider, await issuer.mint(), { gate: { requiredScopes: ['notes:read'] } })
    expect(poor.missing).toEqual([{ scope: 'notes:read', waysTo: [expect.stringMatching(/"editor" in roles/)] }])
  })
})

describe('what a client gets', () => {
  test('is what the gate answers, to the letter', async () => {
    const options = { resource: RESOURCE, requiredScopes: ['notes:read'] }
    for (const token of [await issuer.mint(), await issuer.mint({ expiresIn: -60 }), KEY]) {
      const { client } = await inspectToken(auth(), token, { gate: options })
      const decision = await gate(auth(), options)({ method: 'GET', path: '/mcp', host: 'mcp.example.com', header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []) })
      const { status, headers, body } = decision.pass ? { status: 200, headers: {}, body: '' } : decision.answer
      expect(client).toEqual({ request: 'GET /mcp', passed: decision.pass, status, headers, body })
    }
  })

  test('is asked of the path that was named, and told to nobody', async () => {
    const { events, observe } = recorder()
    const { client } = await inspectToken(auth(), KEY, { gate: { exclude: ['/health'], observe }, request: { path: '/health' } })
    expect({ client: client.passed, request: client.request, events }).toEqual({ client: true, request: 'GET /health', events: [] })
  })

  test('throws for options that are no gate\u2019s, and for what is no provider', async () => {
    await expect(inspectToken(auth(), KEY, { gate: { requiredScopes: 'x' as never } })).rejects.toThrow(TypeError)
    await expect(inspectToken({} as never, KEY)).rejects.toThrow(/inspectToken takes a provider/)
  })
})

describe('the token', () => {
  test.each([
    ['as a header', (token: string) => `Authorization: Bearer ${token}\n`],
    ['with its scheme', (token: string) => `bearer ${token}`],
    ['in quotes', (token: string) => `"${token}",`],
    ['broken by a mail', (token: string) => token.replaceAll(/.{60}/g, '$&\r\n')],
  ])('may be pasted %s', async (_, pasted) => {
    expect(await inspectToken(auth(), pasted(await issuer.mint()))).toMatchObject({ verdict: 'accepted' })
  })

  test('is nowhere in the report, nor is its signature, whoever repeats it', async () => {
    class Telling extends StandardProvider {
      protected check(token: string): Verdict {
        return accept({ sub: 'ada', echo: token, nested: { [token]: [`see ${token}`, token.slice(token.lastIndexOf('.') + 1)] } })
      }
    }
    class Shouting extends BearerAuthProvider {
      async verifyToken(token: string): Promise<null> {
        throw new AuthUnavailableError(`no answer about ${token}`)
      }
    }
    const jwt = await issuer.mint()
    for (const token of [jwt, KEY]) {
      for (const provider of [new Telling(), new Shouting(), auth(), new ChainProvider([new Telling()])]) {
        const text = JSON.stringify(await inspectToken(provider, token, { gate: { resource: RESOURCE } }))
        expect(text).not.toContain(token)
        expect(text).not.toContain(jwt.slice(jwt.lastIndexOf('.') + 1))
      }
    }
  })

  test('is of a bounded size, whatever a provider of one\u2019s own tells of what it found', async () => {
    const round: Record<string, unknown> = { big: 3n }
    Object.assign(round, { one: round, two: [round, round], call: () => round })
    class Own extends BearerAuthProvider {
      override readonly verifyToken = async (): Promise<null> => null
      override readonly explain = async (): Promise<readonly ExplainedStep[]> => [{ rule: 'own', passed: false, reason: 'invalid_claim', actual: round }]
    }
    const { verdict, steps } = await inspectToken(new Own(), 'a-token-of-somebody')
    expect(verdict).toBe('rejected')
    expect(JSON.stringify(steps).length).toBeLessThan(5_000_000)
    expect(steps[0]?.actual).toMatchObject({ big: '[bigint]', call: '[function]', one: { big: '[bigint]' } })
  })

  test('leaves plain data: what is written as JSON reads back the same', async () => {
    const report = await inspectToken(auth({ rules: [{ claim: 'org', accepts: () => false }] }), await issuer.mint(), { gate: { resource: RESOURCE } })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
})
