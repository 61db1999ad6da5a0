/** Tests that a shadow decides nothing, costs a bounded amount whatever it does, and tells where it differs. */
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { accessToken, AuthUnavailableError, ChainProvider, gate, JwksProvider, StaticProvider } from '../../../src/index.js'
import { Shadow } from '../../../src/gate/report/shadow.js'
import { AUDIENCE, clock, ISSUER, says, signer, START } from '../../oauth-kit.js'
import { quiet } from '../../quiet.js'
import { recorder } from '../../recorder.js'
import { holder, RESOURCE, TOKEN } from '../dpop/proof-kit.js'
import type { AccessToken, AuthEvent, BearerAuthProvider, Decision, GateOptions, GateRequest, Recognition, VerifyOptions } from '../../../src/index.js'

const KEY = 'a-long-enough-key'
const OTHER = 'another-long-enough-key'
const keys = (claims: Record<string, unknown> = { sub: 'ada' }, scopes: string[] = ['notes:read']) => new StaticProvider({ [KEY]: { claims, scopes } }, { name: 'today' })

function requestWith(headers: Readonly<Record<string, string>>): GateRequest {
  return { method: 'POST', path: '/mcp', header: (name) => [headers[name] ?? []].flat(), source: {} }
}
const bearer = (token: string): GateRequest => requestWith({ authorization: `Bearer ${token}` })

/** A shadow of one's own, which writes down what it was asked. */
function shadow(answer: (token: string) => Partial<AccessToken> | null | Promise<never>, recognizes: Recognition | undefined = 'mine') {
  const asked: string[] = []
  const options: (VerifyOptions | undefined)[] = []
  return {
    asked,
    options,
    async verifyToken(token: string, given?: VerifyOptions): Promise<AccessToken | null> {
      asked.push(token)
      options.push(given)
      const said = await answer(token)
      return said && accessToken({ token, claims: { sub: 'ada' }, scopes: ['notes:read'], provider: 'tomorrow', ...said })
    },
    ...(recognizes && { recognizes: () => recognizes }),
  }
}

/** Ends when the shadow has had its turn. */
async function later(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0)) // behind the one that the shadow set
  await quiet()
}

function watched(by: BearerAuthProvider, options: GateOptions) {
  const { events, observe } = recorder()
  const guard = gate(by, { ...options, observe })
  return { guard, differences: () => events.filter(({ type }) => type.startsWith('shadow')) }
}

async function differenceOf(by: BearerAuthProvider, other: BearerAuthProvider, request: GateRequest, options: GateOptions = {}): Promise<readonly AuthEvent[]> {
  const { guard, differences } = watched(by, { ...options, shadow: other })
  await guard(request)
  await later()
  return differences()
}

const differs = (more: object): object => ({ type: 'shadow_differs', provider: 'gate', by: 'today', shadow: 'tomorrow', ...more })

describe('a shadow that', () => {
  test.each<[string, Partial<AccessToken>, object | undefined]>([
    ['says the same', {}, undefined],
    ['names somebody else', { claims: { sub: 'eve' } }, { differs: ['subject'] }],
    ['names another issuer and client', { claims: { sub: 'ada', iss: 'https://new.example.com', client_id: 'app' } }, { differs: ['issuer', 'client'] }],
    ['gives fewer scopes, of which the gate asks for one', { scopes: [] }, { differs: ['fewer_scopes'], missing: ['notes:read'] }],
    ['gives more', { scopes: ['notes:read', 'notes:write'] }, { differs: ['more_scopes'] }],
    ['gives others', { scopes: ['other'] }, { differs: ['fewer_scopes', 'more_scopes'], missing: ['notes:read'] }],
  ])('%s is told of so', async (_, said, expected) => {
    const told = await differenceOf(keys(), shadow(() => said), bearer(KEY), { requiredScopes: ['notes:read'] })
    expect(told).toEqual(expected === undefined ? [] : [differs(expected)])
  })

  test('refuses what was taken tells why, by the name of the claim alone', async () => {
    const key = await signer()
    const options = { issuer: ISSUER, jwks: { keys: [key.publicJwk] }, now: clock().now }
    const today = new JwksProvider({ ...options, audience: AUDIENCE, name: 'today' })
    const tomorrow = new JwksProvider({ ...options, audience: `${AUDIENCE}/`, name: 'tomorrow' })
    const hint = 'a slash at the end makes the difference'
    expect(await differenceOf(today, tomorrow, bearer(await key.sign()))).toEqual([differs({ differs: ['refuses'], reason: 'wrong_audience', claim: 'aud', hint })])
    expect(await differenceOf(tomorrow, today, bearer(await key.sign()))).toEqual([
      { type: 'shadow_differs', provider: 'gate', by: 'tomorrow', shadow: 'today', differs: ['takes'], reason: 'wrong_audience', claim: 'aud', hint },
    ])
  })

  test('takes what was refused does not let it in', async () => {
    const { guard, differences } = watched(keys(), { shadow: shadow(() => ({})) })
    expect(await guard(bearer(OTHER))).toMatchObject({ pass: false, answer: { status: 401 } })
    await later()
    expect(differences()).toEqual([differs({ differs: ['takes'], reason: 'unknown_token' })])
  })

  test('refuses too is no difference', async () => {
    expect(await differenceOf(keys(), shadow(() => null), bearer(OTHER))).toEqual([])
  })

  test('knows not, or fails, is told of and harms nobody', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const away = watched(keys(), { shadow: shadow(() => Promise.reject(new AuthUnavailableError('id.example.com is away'))) })
    expect(await away.guard(bearer(KEY))).toMatchObject({ pass: true })
    await later()
    expect(away.differences()).toEqual([{ type: 'shadow_silent', provider: 'gate', fault: 'unavailable', message: 'id.example.com is away' }])
    const broken = watched(keys(), { shadow: shadow(() => Promise.reject(new TypeError(`a bug about ${KEY}`))) })
    for (let times = 0; times < 3; times += 1) expect(await broken.guard(bearer(KEY))).toMatchObject({ pass: true })
    await later()
    expect(broken.differences()).toEqual([1, 2, 3].map(() => ({ type: 'shadow_silent', provider: 'gate', fault: 'bug' })))
    expect(warned).toHaveBeenCalledTimes(1)
    expect(inspect(warned.mock.calls, { depth: 9 })).toMatch(/a bug about <the token>/)
    expect(inspect(warned.mock.calls, { depth: 9 })).not.toContain(KEY)
  })

  test('gives what is no token, or cannot say whose it is, is a bug of it', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const bug = [{ type: 'shadow_silent', provider: 'gate', fault: 'bug' }]
    expect(await differenceOf(says('yes'), { verifyToken: async () => 'ada' as unknown as AccessToken }, bearer(KEY))).toEqual(bug)
    const puzzled = { ...shadow(() => ({})), recognizes: () => { throw new TypeError('whose?') } }
    expect(await differenceOf(keys(), puzzled, bearer(KEY))).toEqual(bug)
    expect(puzzled.asked).toEqual([])
  })

  test('hears of no refusal in its own log for what refuses nobody', async () => {
    const { told, observe } = recorder()
    const key = await signer()
    const tomorrow = new JwksProvider({ issuer: ISSUER, jwks: { keys: [key.publicJwk] }, audience: 'other', observe, now: clock().now })
    await differenceOf(says('yes'), tomorrow, bearer(await key.sign()))
    expect(told('rejected')).toEqual([])
    expect(told('passed_on')).toMatchObject([{ reason: 'wrong_audience' }])
  })
})

describe('what a shadow is shown', () => {
  const decides = (recognizes?: Recognition): BearerAuthProvider => ({ ...says('yes'), ...(recognizes && { recognizes: () => recognizes }) })

  test.each<[Recognition | undefined, Recognition | undefined, boolean]>([
    ['mine', 'mine', true],
    ['mine', 'maybe', true],
    ['maybe', 'mine', false],
    [undefined, 'mine', false],
    ['maybe', 'maybe', true],
    [undefined, undefined, true],
    ['foreign', 'mine', false],
    ['foreign', undefined, false],
  ])('a token that it calls %s, and the one that decides %s: %s', async (own, other, isShown) => {
    const second = shadow(() => ({}), own)
    if (own === undefined) delete (second as { recognizes?: unknown }).recognizes
    await differenceOf(decides(other), second, bearer(KEY))
    expect(second.asked).toEqual(isShown ? [KEY] : [])
  })

  test('is never what came in a header that is not its own', async () => {
    const people = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
    const machines = new StaticProvider({ [OTHER]: { claims: { sub: 'ada' } } }, { tokenHeader: 'x-api-key', name: 'machines' })
    const chain = new ChainProvider([people, machines])
    const request = requestWith({ authorization: `Bearer ${KEY}`, 'x-api-key': OTHER })
    const usual = shadow(() => ({}))
    await differenceOf(chain, usual, request)
    expect(usual.asked).toEqual([KEY])
    const ofKeys = { ...shadow(() => ({})), tokenHeader: 'x-api-key' }
    await differenceOf(chain, ofKeys, request)
    expect(ofKeys.asked).toEqual([OTHER])
    const atGate = shadow(() => ({}))
    await differenceOf(people, atGate, requestWith({ 'x-api-key': KEY }), { tokenFrom: { header: 'x-api-key' } })
    expect(atGate.asked).toEqual([KEY])
  })

  test('is no key that a member of a chain for another header calls its own', async () => {
    const people = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
    const machines = new StaticProvider({ [OTHER]: { claims: { sub: 'ada' } } }, { tokenHeader: 'x-api-key', name: 'machines' })
    const perhaps = { ...shadow(() => ({}), 'maybe'), tokenHeader: 'x-api-key' }
    const { guard } = watched(new ChainProvider([people, machines]), { shadow: perhaps })
    await guard(requestWith({ 'x-api-key': OTHER }))
    await guard(requestWith({ 'x-api-key': 'a-key-that-nobody-knows' }))
    await later()
    expect(perhaps.asked).toEqual(['a-key-that-nobody-knows'])
  })

  test('is nothing where no token was looked at, or nobody knew', async () => {
    const second = shadow(() => ({}))
    const { guard } = watched(keys(), { shadow: second, exclude: ['/open'] })
    await guard(requestWith({}))
    await guard({ ...bearer(KEY), path: '/open' })
    await guard(requestWith({ authorization: 'Bearer a b' }))
    const silent = watched(says('silence'), { shadow: second })
    await silent.guard(bearer(KEY))
    await later()
    expect(second.asked).toEqual([])
  })

  test('is not the proof, which it does not use up', async () => {
    const ada = await holder()
    const bound = { sub: 'ada', cnf: { jkt: ada.jkt } }
    const second = shadow(() => ({ claims: bound }))
    const today = { verifyToken: async (token: string) => accessToken({ token, claims: bound, scopes: ['notes:read'], provider: 'today' }) }
    const { guard, differences } = watched(today, { resource: RESOURCE, proof: { dpop: 'required', now: () => START }, shadow: second })
    const proof = await ada.prove()
    const request = (): GateRequest => requestWith({ authorization: `DPoP ${TOKEN}`, dpop: proof })
    expect(await guard(request())).toMatchObject({ pass: true })
    expect(await guard(request())).toMatchObject({ pass: false })
    await later()
    expect(second.options.map((given) => given?.proof)).toEqual(['checked', 'checked'])
    expect(differences()).toEqual([])
    const unchecked = shadow(() => ({}))
    await differenceOf(keys(), unchecked, bearer(KEY))
    expect(unchecked.options[0]?.proof).toBeUndefined()
  })
})

describe('a shadow costs the answer nothing', () => {
  test('and is asked after it was decided', async () => {
    const second = shadow(() => ({}))
    const { guard } = watched(keys(), { shadow: second })
    const decision = await guard(bearer(KEY))
    expect([decision.pass, second.asked]).toEqual([true, []])
    await later()
    expect(second.asked).toEqual([KEY])
  })

  test('a flood of requests at one that hangs costs sixteen calls and a short line, and is counted', async () => {
    const second = shadow(() => new Promise<never>(() => undefined))
    const today: BearerAuthProvider = { verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada' }, scopes: [] }) }
    const { guard, differences } = watched(today, { shadow: second })
    const decisions: Decision[] = []
    for (let round = 0; round < 100; round += 1) {
      decisions.push(...(await Promise.all(Array.from({ length: 100 }, (_, index) => guard(bearer(`token-${round}-${index}`))))))
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    await later()
    expect(decisions.every(({ pass }) => pass)).toBe(true)
    expect(second.asked).toHaveLength(16)
    // 10 000 less those that are asked and those that wait.
    expect(differences()).toEqual([1, 10, 100, 1_000].map((count) => ({ type: 'shadow_dropped', provider: 'gate', count })))
  })

  test('whoever waits is asked when there is a place again', async () => {
    const answers: (() => void)[] = []
    const second = shadow(() => new Promise((resolve) => void answers.push(() => resolve({} as never))))
    const { guard } = watched(keys(), { shadow: second })
    await Promise.all(Array.from({ length: 40 }, () => guard(bearer(KEY))))
    await later()
    expect(second.asked).toHaveLength(16)
    for (const answer of answers.splice(0)) answer()
    await later()
    expect(second.asked).toHaveLength(32)
    for (const answer of answers.splice(0)) answer()
    await later()
    expect(second.asked).toHaveLength(40)
  })

  test('one that remembers asks its authorization server once', async () => {
    const key = await signer()
    let fetched = 0
    const tomorrow = new JwksProvider({
      ...{ issuer: ISSUER, jwksUri: `${ISSUER}/keys`, audience: AUDIENCE, now: clock().now },
      fetch: async () => (fetched += 1, Response.json({ keys: [key.publicJwk] })),
    })
    const today = new JwksProvider({ issuer: ISSUER, jwks: { keys: [key.publicJwk] }, audience: AUDIENCE, now: clock().now })
    const { guard, differences } = watched(today, { shadow: tomorrow })
    const token = await key.sign()
    for (let times = 0; times < 20; times += 1) await guard(bearer(token))
    await later()
    expect([fetched, tomorrow.stats().hits, tomorrow.stats().misses, differences()]).toEqual([1, expect.any(Number), expect.any(Number), []])
    expect(tomorrow.stats().accepted.entries).toBe(1)
  })

  test('a stream that is looked at again asks it nothing more', async () => {
    const second = shadow(() => ({}))
    const { guard } = watched(keys(), { shadow: second })
    const decision = await guard(bearer(KEY))
    if (!decision.pass) throw new Error('it passes')
    for (let times = 0; times < 5; times += 1) await decision.context.verifyAgain?.(0)
    await later()
    expect(second.asked).toEqual([KEY])
  })

  test('keeps no timer of its own while nobody comes', () => {
    const due: (() => void)[] = []
    const after = (_: number, work: () => void) => (due.push(work), () => undefined)
    const second = new Shadow(shadow(() => ({})), { header: undefined, scopes: [], proof: undefined, observe: () => undefined, after })
    const look = { token: KEY, decided: says('yes'), header: undefined, taken: undefined, refusal: undefined }
    second.compare(look)
    second.compare(look)
    expect(due).toHaveLength(1)
  })
})

test.each<[string, unknown, RegExp]>([
  ['what is no provider', {}, /"shadow" takes a provider/],
  ['a class', StaticProvider, /did you forget "new"/],
  ['several headers', new ChainProvider([keys(), new StaticProvider({ [OTHER]: { claims: { sub: 'ci' } } }, { tokenHeader: 'x-api-key', name: 'ci' })]), /one header/],
])('%s is refused as a shadow', (_, second, message) => {
  expect(() => gate(keys(), { shadow: second as BearerAuthProvider, observe: () => undefined })).toThrow(message)
})

test('a shadow needs a listener, and has to be another provider', () => {
  const today = keys()
  expect(() => gate(today, { shadow: keys() })).toThrow(/nobody listens/)
  expect(() => gate(today, { shadow: today, observe: () => undefined })).toThrow(/would never differ/)
})
