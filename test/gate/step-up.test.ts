/** Step-up authentication (RFC 9470): a sign-in that will not do is answered with what will. */
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { scopeChallenge, visibleTools } from '../../src/adapters/mcp.js'
import { runWithAuth } from '../../src/context.js'
import {
  ChainProvider,
  defineScopes,
  gate,
  InsufficientScopeError,
  InsufficientUserAuthenticationError,
  JwksProvider,
  reportOnly,
  requireAuth,
  requireFreshAuth,
  StaticProvider,
  withAccessToken,
} from '../../src/index.js'
import { parseChallenge, parseChallenges } from '../adapters/challenge-parser.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import { headers } from './headers.js'
import { holder, TOKEN, world } from './dpop/proof-kit.js'
import type { AuthEvent, Decision, GateOptions, JwksProviderOptions, Operations } from '../../src/index.js'
import type { Signer } from '../oauth-kit.js'
import type { Holder } from './dpop/proof-kit.js'

const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
const LACKS = { error: 'insufficient_user_authentication', error_description: 'This needs a sign-in that is stronger or more recent' }
const BOTH = { acr: ['phr', 'phrh'], maxAuthAge: 300 }
const now = () => START

let issuer: Signer
beforeAll(async () => {
  issuer = await signer()
})

const people = (options: Partial<JwksProviderOptions> = {}) =>
  new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [issuer.publicJwk] }, now, ...options } as JwksProviderOptions)

interface Sent {
  readonly claims?: Record<string, unknown>
  readonly calls?: readonly string[]
  readonly path?: string
  readonly anonymous?: true
  readonly body?: string
}

/** A decision about a token with these claims, in a body that calls these tools. */
async function decided({ claims = {}, calls = [], path = '/mcp', anonymous, body }: Sent, options: GateOptions = {}, provider = people()): Promise<Decision> {
  const token = await issuer.sign(claims)
  const given = headers({ 'content-type': ['application/json'], ...(anonymous !== true && { authorization: [`Bearer ${token}`] }) })
  const messages = calls.map((name) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }))
  const text = body ?? JSON.stringify(messages.length === 1 ? messages[0] : messages)
  return gate(provider, { resource: AUDIENCE, now, ...options })({ method: 'POST', path, header: given, body: async () => ({ text }) })
}

function challengeOf(decision: Decision): { status: number } & Record<string, unknown> {
  if (decision.pass) return { status: 200 }
  return { status: decision.answer.status, ...parseChallenge(decision.answer.headers['WWW-Authenticate'] ?? '').parameters }
}

describe('a gate that asks for a sign-in', () => {
  test('lets in who signed in as it wants, a moment ago', async () => {
    expect((await decided({ claims: { acr: 'phrh', auth_time: START - 100 } }, BOTH)).pass).toBe(true)
  })

  test.each<[string, Record<string, unknown>]>([
    ['signed in by something else', { acr: 'pwd', auth_time: START }],
    ['signed in too long ago', { acr: 'phr', auth_time: START - 306 }],
    ['did both', { acr: 'pwd', auth_time: START - 306 }],
    ['has a token that says nothing of it', {}],
  ])('tells who %s what to ask for, all of it in one challenge', async (_, claims) => {
    const decision = await decided({ claims }, BOTH)
    expect(challengeOf(decision)).toEqual({ status: 401, ...LACKS, acr_values: 'phr phrh', max_age: '300', scope: 'notes:read', resource_metadata: METADATA })
    expect(decision).toMatchObject({ answer: { body: JSON.stringify(LACKS) } })
  })

  test('names what it asks for and no more', async () => {
    expect(challengeOf(await decided({}, { acr: ['phr'] }))).toEqual({ status: 401, ...LACKS, acr_values: 'phr', scope: 'notes:read', resource_metadata: METADATA })
    expect(challengeOf(await decided({}, { maxAuthAge: 0 }))).toEqual({ status: 401, ...LACKS, max_age: '0', scope: 'notes:read', resource_metadata: METADATA })
  })

  test('asks for the sign-in before the scopes, and names these too: one sign-in brings both', async () => {
    const options = { ...BOTH, requiredScopes: ['notes:write'] }
    expect(challengeOf(await decided({}, options))).toMatchObject({ status: 401, ...LACKS, acr_values: 'phr phrh', scope: 'notes:write notes:read' })
    expect(challengeOf(await decided({}, { ...options, stepUp: 'needed' }))).toMatchObject({ status: 401, scope: 'notes:write' })
    expect(challengeOf(await decided({ claims: { acr: 'phr', auth_time: START } }, options))).toMatchObject({ status: 403, error: 'insufficient_scope' })
  })

  test('asks nothing more of who has no good token: how to sign in is for those who belong here', async () => {
    expect(challengeOf(await decided({ anonymous: true }, BOTH))).toEqual({ status: 401, resource_metadata: METADATA })
    expect(challengeOf(await decided({ claims: { aud: 'another' } }, BOTH))).toMatchObject({ status: 401, error: 'invalid_token' })
    expect(challengeOf(await decided({ claims: { aud: 'another' } }, BOTH))).not.toHaveProperty('acr_values')
  })

  test('asks it of whoever presents a token, where none is needed, and of nobody where all is open', async () => {
    expect((await decided({ anonymous: true }, { ...BOTH, optional: true })).pass).toBe(true)
    expect(challengeOf(await decided({}, { ...BOTH, optional: true }))).toMatchObject({ status: 401, ...LACKS })
    expect(await decided({ path: '/open' }, { ...BOTH, protect: ['/mcp'] })).toMatchObject({ pass: true, context: { token: { subject: 'ada' } } })
    expect((await decided({ path: '/health' }, { ...BOTH, exclude: ['/health'] })).pass).toBe(true)
  })

  test('goes by its clock', async () => {
    const time = clock()
    const options = { maxAuthAge: 60, now: time.now }
    expect((await decided({ claims: { auth_time: START } }, options)).pass).toBe(true)
    time.forward(66)
    expect(challengeOf(await decided({ claims: { auth_time: START } }, options))).toMatchObject({ status: 401, max_age: '60' })
  })

  test("says it by RFC 9470 in mcp-use's wording too: its clients could do nothing with a bare challenge", async () => {
    expect(challengeOf(await decided({}, { ...BOTH, profile: 'mcp-use' }))).toMatchObject({ status: 401, ...LACKS, acr_values: 'phr phrh' })
  })

  test("has it written by the house's own function, which is told nothing of the token", async () => {
    const body = vi.fn(() => ({ body: 'sign in again' }))
    const decision = await decided({ claims: { acr: 'secret-class' } }, { ...BOTH, body })
    expect(decision).toMatchObject({ answer: { status: 401, body: 'sign in again' } })
    const challenge: unknown = expect.objectContaining({ acr_values: 'phr phrh', max_age: '300' })
    expect(body.mock.calls).toEqual([[expect.objectContaining({ status: 401, error: LACKS.error, challenge })]])
    expect(JSON.stringify(body.mock.calls)).not.toContain('secret-class')
  })

  test.each<[string, GateOptions, RegExp]>([
    ['a blank in a class', { acr: ['a b'] }, /"acr" must be an array/],
    ['an empty list', { acr: [] }, /"acr" must be an array/],
    ['a hole, which a token without a class would fit', { acr: Array(1) as string[] }, /"acr" must be an array/],
    ['a negative age', { maxAuthAge: -1 }, /"maxAuthAge" must be a number of seconds/],
    ['a variable that is not set', { acr: undefined as never }, /"acr" is undefined; is a variable not set/],
    ['a clock in milliseconds', { now: () => START * 1000 }, /"now" must be a number of seconds since the epoch/],
  ])('is not made with %s', (_, options, message) => {
    expect(() => gate(people(), options)).toThrow(message)
  })
})

describe('a sign-in for single operations', () => {
  const operations: Operations = { 'tools/call': { 'delete-*': { scopes: 'notes:admin', acr: ['phr'], maxAuthAge: 60 }, 'delete-all': { acr: ['phrh', 'phr'], maxAuthAge: 300 }, read: { acr: ['pwd', 'phr'] } } }

  test('is asked of those calls, and of no other', async () => {
    expect((await decided({ calls: ['greet'] }, { operations })).pass).toBe(true)
    expect(challengeOf(await decided({ calls: ['read'] }, { operations }))).toMatchObject({ status: 401, ...LACKS, acr_values: 'pwd phr' })
    expect((await decided({ calls: ['read'], claims: { acr: 'pwd' } }, { operations })).pass).toBe(true)
  })

  test('adds up over rules, a batch, and what every request needs', async () => {
    const asked = async (calls: string[], options: GateOptions = {}) => challengeOf(await decided({ calls }, { operations, ...options }))
    expect(await asked(['delete-all'])).toMatchObject({ acr_values: 'phr', max_age: '60', scope: 'notes:admin notes:read' })
    expect(await asked(['read', 'delete-x'])).toMatchObject({ acr_values: 'phr', max_age: '60' })
    expect(await asked(['read'], { maxAuthAge: 30, acr: ['phr', 'otp'], requiredScopes: ['mcp'] })).toMatchObject({ acr_values: 'phr', max_age: '30', scope: 'mcp notes:read' })
    expect(await asked(['greet'], { maxAuthAge: 30, acr: ['phr', 'otp'] })).toMatchObject({ acr_values: 'phr otp', max_age: '30' })
  })

  test('is looked at of a token that was asked about anew', async () => {
    let asked = 0
    const claims = () => ({ sub: 'ada', acr: asked++ === 0 ? 'phr' : 'pwd' })
    const provider = { verifyToken: (token: string) => new StaticProvider({ [token]: { claims: claims() } }).verifyToken(token) }
    const decide = gate(provider, { operations: { 'tools/call': { purge: { maxAge: 0, acr: ['phr'] } } } })
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'purge' } })
    const decision = await decide({ method: 'POST', path: '/mcp', header: headers({ 'content-type': ['application/json'], authorization: ['Bearer a-token-0123456789'] }), body: async () => ({ text }) })
    expect(challengeOf(decision)).toMatchObject({ status: 401, acr_values: 'phr' })
    expect(asked).toBe(2)
  })

  test('is asked before a body that cannot be read is told of', async () => {
    expect(challengeOf(await decided({ body: '{' }, { operations, acr: ['phr'] }))).toMatchObject({ status: 401, ...LACKS })
    expect(await decided({ body: '{', claims: { acr: 'phr' } }, { operations, acr: ['phr'] })).toMatchObject({ answer: { status: 400 } })
  })

  test('needs somebody who signed in at all', async () => {
    expect(challengeOf(await decided({ calls: ['read'], anonymous: true }, { operations, optional: true }))).toEqual({ status: 401, resource_metadata: METADATA })
  })

  test('a batch whose calls no token can make together is refused, and names nothing that would be in vain', async () => {
    const apart: Operations = { 'tools/call': { a: { acr: ['phr'] }, b: { acr: ['otp'] } } }
    const challenge = challengeOf(await decided({ calls: ['a', 'b'], claims: { acr: 'phr' } }, { operations: apart }))
    expect(challenge).toMatchObject({ status: 401, ...LACKS })
    expect(challenge).not.toHaveProperty('acr_values')
  })

  test('does not hide the tool: the client learns of it by the call, and its person signs in', async () => {
    const decision = await decided({ claims: { scope: 'notes:admin' } }, { operations })
    if (!decision.pass) throw new Error('refused')
    const shown = runWithAuth(decision.context, () => visibleTools([{ name: 'delete-all' }, { name: 'read' }]))
    expect(shown.map(({ name }) => name)).toEqual(['delete-all', 'read'])
    expect(runWithAuth(decision.context, () => scopeChallenge('notes:write')({}))).toEqual({ scopes: ['notes:write', 'notes:admin'] })
  })

  test.each<[string, Operations, RegExp]>([
    ['an empty list', { 'tools/call': { a: { acr: [] } } }, /"acr" of tools\/call a in "operations" must be an array/],
    ['a negative age', { 'tools/call': { a: { maxAuthAge: -1 } } }, /"maxAuthAge of tools\/call a in "operations"" must be a number of seconds/],
    ['another spelling', { 'tools/call': { a: { maxAuthage: 300 } as never } }, /"maxAuthage" is not an option of "operations", tools\/call a; did you mean "maxAuthAge"\?/],
    ['the scope in the singular', { 'tools/call': { a: { scope: 'b' } as never } }, /"scope" is not an option of "operations", tools\/call a; did you mean "scopes"\?/],
    ['a variable that is not set', { 'tools/call': { a: { acr: undefined as never } } }, /"acr" of tools\/call a is undefined; is a variable not set/],
    ['scopes that are not set', { 'tools/call': { a: { scopes: undefined as never } } }, /"scopes" of tools\/call a is undefined/],
    ['a rule that its prefix contradicts', { 'tools/call': { 'a-*': { acr: ['pwd'] }, 'a-b': { acr: ['phr'] } } }, /tools\/call a-\* has no "acr" in common with tools\/call a-b; name in both what is enough for both/],
    ['two prefixes that contradict each other', { 'tools/call': { 'a-b*': { acr: ['pwd'] }, 'a-*': { acr: ['phr'] } } }, /tools\/call a-b\* has no "acr" in common with tools\/call a-\*/],
    ['a star that contradicts a name', { 'tools/call': { a: { acr: ['pwd'] }, '*': { acr: ['phr'] } } }, /tools\/call a has no "acr" in common with tools\/call \*/],
    ['one that every request contradicts', { 'tools/call': { a: { acr: ['otp'] } } }, /tools\/call a has no "acr" in common with the gate; name in both what is enough for both/],
  ])('%s is refused', (_, table, message) => {
    expect(() => gate(people(), { operations: table, acr: ['phr', 'pwd'] })).toThrow(message)
  })

  test('rules about different things may ask for different sign-ins', () => {
    expect(() => gate(people(), { operations: { 'tools/call': { a: { acr: ['phr'] }, b: { acr: ['otp'] }, 'ab*': { acr: ['pwd'] } }, 'prompts/get': { a: { acr: ['x'] } } } })).not.toThrow()
  })
})

describe('what requireAuth throws where the sign-in will not do', () => {
  const thrownIn = async (claims: Record<string, unknown>, run: () => unknown, options: GateOptions = {}): Promise<unknown> => {
    const decision = await decided({ claims }, options)
    if (!decision.pass) throw new Error('refused')
    return runWithAuth(decision.context, async () => run()).catch((error: unknown) => error)
  }

  test("is the gate's challenge", async () => {
    const error = await thrownIn({}, () => requireAuth(BOTH))
    expect(error).toBeInstanceOf(InsufficientUserAuthenticationError)
    expect(error).toMatchObject({ code: 'ERR_INSUFFICIENT_USER_AUTHENTICATION', status: 401, acr: ['phr', 'phrh'], maxAuthAge: 300, message: 'Insufficient authentication: this needs a sign-in by phr or phrh in the last 300 seconds' })
    const { headers: sent } = error as InsufficientUserAuthenticationError
    const parameters = { ...LACKS, acr_values: 'phr phrh', max_age: '300', scope: 'notes:read', resource_metadata: METADATA }
    expect(parseChallenge(sent['WWW-Authenticate'] ?? '')).toEqual({ scheme: 'Bearer', parameters })
  })

  test("goes by the gate's clock, and by the system's where there is none", async () => {
    expect(await thrownIn({ auth_time: START - 10 }, () => requireAuth({ maxAuthAge: 60 }))).toMatchObject({ subject: 'ada' })
    const token = await new StaticProvider({ 'a-key-0123456789abcdef': { claims: { sub: 'ada', auth_time: Math.floor(Date.now() / 1000) - 60 } } }).verifyToken('a-key-0123456789abcdef')
    expect(withAccessToken(token, () => requireAuth({ maxAuthAge: 600 }))).toBe(token)
    expect(() => withAccessToken(token, () => requireAuth({ maxAuthAge: 10 }))).toThrow(InsufficientUserAuthenticationError)
  })

  test('has a challenge without a gate around too', async () => {
    const token = await new StaticProvider({ 'a-key-0123456789abcdef': { claims: { sub: 'ada' } } }).verifyToken('a-key-0123456789abcdef')
    const thrown = await withAccessToken(token, async () => requireAuth(BOTH)).catch((error: unknown) => error as InsufficientUserAuthenticationError)
    const answer = (thrown as InsufficientUserAuthenticationError).getResponse()
    expect(answer.status).toBe(401)
    expect(parseChallenge(answer.headers.get('WWW-Authenticate') ?? '').parameters).toEqual({ error: LACKS.error, acr_values: 'phr phrh', max_age: '300' })
  })

  test('comes before a scope that is missing, and names it', async () => {
    expect(await thrownIn({}, () => requireAuth({ scopes: ['notes:write'], ...BOTH }))).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': expect.stringContaining('scope="notes:write notes:read"') } })
    expect(await thrownIn({ acr: 'phr', auth_time: START }, () => requireAuth({ scopes: 'notes:write', ...BOTH }))).toBeInstanceOf(InsufficientScopeError)
    expect(await thrownIn({ acr: 'phr', auth_time: START }, () => requireAuth({ scopes: 'notes:read', ...BOTH }))).toMatchObject({ subject: 'ada' })
  })

  test('is the same of requireFreshAuth, and of scopes that were defined', async () => {
    expect(await thrownIn({}, () => requireFreshAuth(0, BOTH))).toBeInstanceOf(InsufficientUserAuthenticationError)
    const notes = defineScopes(['notes:read', 'notes:write'])
    expect(await thrownIn({}, () => notes.requireAuth({ scopes: 'notes:read', acr: ['phr'] }))).toBeInstanceOf(InsufficientUserAuthenticationError)
    expect(await thrownIn({}, () => notes.requireFreshAuth(5, { scopes: ['notes:write'] }))).toBeInstanceOf(InsufficientScopeError)
    expect(await thrownIn({}, () => notes.requireAuth({ scopes: 'mail' as never }))).toMatchObject({ message: expect.stringContaining('"mail" is not among the scopes defined') })
  })

  test('is nothing of the kind where nobody is there', () => {
    expect(() => withAccessToken(null, () => requireAuth(BOTH))).toThrow('Authentication required')
  })

  test.each<[string, unknown[], RegExp]>([
    ['scopes beside it', ['notes:read', { acr: ['phr'] }], /one scope per argument.*or all in one/],
    ['two of them', [{ acr: ['phr'] }, { maxAuthAge: 3 }], /one scope per argument/],
    ['null', [null], /requireAuth takes an object with scopes, acr, maxAuthAge/],
    ['a list', [['notes:read']], /requireAuth takes an object/],
    ['another name', [{ acrValues: ['phr'] }], /"acrValues" is not an option of requireAuth/],
    ['a variable that is not set', [{ acr: undefined }], /requireAuth: "acr" is undefined; is a variable not set/],
    ['several scopes in one text', [{ scopes: 'a b' }], /"scopes" must be a scope or an array of scopes/],
    ['an empty list of classes', [{ acr: [] }], /"acr" must be an array/],
    ['a hole for a class', [{ acr: Array(1) }], /"acr" must be an array/],
    ['a hole for a scope', [{ scopes: Array(1) }], /"scopes" must be a scope or an array of scopes/],
    ['a Map', [new Map([['acr', ['phr']]])], /requireAuth takes an object/],
    ['a negative age', [{ maxAuthAge: -1 }], /"maxAuthAge" must be a number of seconds/],
  ])('a TypeError and no denial for %s', (_, required, message) => {
    expect(() => withAccessToken(null, () => requireAuth(...(required as string[])))).toThrow(message)
  })
})

describe('a sign-in behind a bound token', () => {
  let ada: Holder
  beforeAll(async () => {
    ada = await holder()
  })

  test('is asked for in the words of DPoP, and in those of Bearer where the token came so', async () => {
    const { ask } = world({ cnf: { jkt: ada.jkt } }, {}, { acr: ['phr'] })
    const { status, challenge } = await ask({ proofs: [await ada.prove()] })
    expect(status).toBe(401)
    expect(parseChallenges(challenge)).toEqual([{ scheme: 'DPoP', parameters: expect.objectContaining({ ...LACKS, acr_values: 'phr' }) }])
    const plain = await world({ acr: 'pwd' }, {}, { acr: ['phr'] }).ask({ authorization: `Bearer ${TOKEN}`, proofs: [] })
    expect(parseChallenges(plain.challenge)).toMatchObject([{ scheme: 'Bearer', parameters: LACKS }, { scheme: 'DPoP', parameters: expect.not.objectContaining(LACKS) }])
  })
})

describe('what the developer is told', () => {
  const deniedEvents = async (sent: Sent, options: GateOptions): Promise<readonly AuthEvent[]> => {
    const { observe, told } = recorder()
    await decided(sent, { ...options, observe })
    return told('denied')
  }

  test('of a sign-in that will not do is what is wrong with it, and the rules that ask for it', async () => {
    const always = { type: 'denied', provider: 'gate', method: 'POST', status: 401, reason: 'insufficient_user_authentication' }
    expect(await deniedEvents({ claims: { acr: 'secret-class' } }, { acr: ['phr'] })).toEqual([{ ...always, claim: 'acr', hint: 'the sign-in was of another class than "acr" names' }])
    expect(await deniedEvents({ claims: { auth_time: START - 999 } }, { maxAuthAge: 60 })).toEqual([{ ...always, claim: 'auth_time', hint: 'the sign-in is longer ago than "maxAuthAge" allows' }])
    const operations: Operations = { 'tools/call': { 'delete-*': { maxAuthAge: 60 }, '*': 'notes:read' } }
    expect(await deniedEvents({ calls: ['delete-all'] }, { operations })).toEqual([{ ...always, claim: 'auth_time', hint: expect.stringContaining('no "auth_time"'), rules: ['tools/call delete-*'] }])
  })

  test('of a rule that is only reported is the same, and the caller passes', async () => {
    const { observe, told } = recorder()
    const reported: Operations = { 'tools/call': { 'delete-*': { acr: ['phr'], maxAuthAge: 60, [reportOnly]: true } } }
    expect((await decided({ calls: ['delete-all'], claims: { acr: 'phr', auth_time: START - 999 } }, { operations: reported, observe })).pass).toBe(true)
    expect((await decided({ calls: ['delete-all'] }, { ...BOTH, [reportOnly]: true, observe })).pass).toBe(true)
    const always = { status: 401, reason: 'insufficient_user_authentication' }
    expect(told('would_deny')).toMatchObject([{ ...always, claim: 'auth_time', rules: ['tools/call delete-*'] }, { ...always, claim: 'acr' }])
    expect(told('denied')).toEqual([])
  })

  test('in development, where nobody observes, is told once', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => {
      vi.unstubAllEnvs()
      warned.mockRestore()
    })
    for (let times = 0; times < 2; times++) await decided({ claims: { acr: 'secret-class' } }, { acr: ['phr'] })
    const texts = warned.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('insufficient_user_authentication'))
    expect(texts).toHaveLength(1)
    expect(texts[0]).toContain('the authorization server must write them into access tokens')
    expect(texts[0]).not.toContain('secret-class')
  })

  const schema = (name: string) => ({ '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [{ message: 'no', path: [name] }] }) } })
  test.each<[string, Partial<JwksProviderOptions>]>([
    ['a rule', { rules: [{ claim: 'acr', accepts: (acr) => acr === 'phr' }] }],
    ['a claim that is required', { requiredClaims: ['auth_time'] }],
    ['a schema', { claims: schema('acr') }],
  ])('of a provider that asks for it by %s is that no client can mend this, and what can', async (_, options) => {
    const { observe, told } = recorder()
    expect(await people({ ...options, observe }).verifyToken(await issuer.sign())).toBeNull()
    expect(told('rejected')).toMatchObject([{ hint: 'no client can mend this; ask at the gate, bearerAuth(provider, { acr, maxAuthAge }), which tells clients how to sign in' }])
  })

  test("of a provider's rule with words of its own is those, and of another claim nothing of sign-ins", async () => {
    const { observe, told } = recorder()
    await people({ rules: [{ claim: 'acr', accepts: () => false, hint: 'own words' }], observe }).verifyToken(await issuer.sign())
    await people({ claims: schema('tenant'), observe }).verifyToken(await issuer.sign())
    expect(told('rejected').map(({ hint }) => hint)).toEqual(['own words', undefined])
  })
})

test('what a slim memory keeps is enough to see how somebody signed in, through a chain too', async () => {
  const provider = new ChainProvider([people({ cache: { claims: { keep: [] } } })])
  const token = await issuer.sign({ acr: 'phr', auth_time: START, email: 'ada@example.com' })
  const decide = gate(provider, { ...BOTH, now })
  for (let times = 0; times < 2; times++) {
    const decision = await decide({ method: 'POST', path: '/mcp', header: headers({ authorization: [`Bearer ${token}`] }) })
    expect(decision).toMatchObject({ pass: true, context: { token: { claims: { acr: 'phr', auth_time: START } } } })
  }
})
