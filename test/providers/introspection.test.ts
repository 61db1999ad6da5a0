/** The sixty hard cases: what a real endpoint can answer, and what that says about the token. */
import { gzipSync } from 'node:zlib'
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { allowNoExpiry, anyAudience, clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { keepsTheContract } from '../contract.js'
import { faultEndpoint, json, raw } from '../introspection/fault-endpoint.js'
import { AUDIENCE, clock, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { IntrospectionProviderOptions } from '../../src/index.js'
import type { Respond } from '../introspection/fault-endpoint.js'

const GOOD = { active: true, aud: AUDIENCE, sub: 'ada', client_id: 'agent', scope: 'notes:read', iat: START, exp: START + 300, token_type: 'Bearer' }
const SECRET = 'a-secret:with%odd chars'

async function setUp(options: Partial<IntrospectionProviderOptions> = {}) {
  const idp = closing(await faultEndpoint())
  idp.answer(GOOD)
  const time = clock()
  const { events, observe } = recorder()
  const provider = closing(new IntrospectionProvider({
    ...{ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('notes-server', SECRET) },
    ...{ now: time.now, observe, cache: false },
    ...options,
  } as IntrospectionProviderOptions))
  const outcome = async (token = 'opaque-token'): Promise<string> => {
    try {
      // Whatever it is bound to: that is for the gate to look at.
      return (await provider.verifyToken(token, { proof: 'checked' })) === null ? 'no' : 'yes'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(events)}`).not.toMatch(/opaque-token|a-secret|secret-in-the-body/)
      return 'unavailable'
    }
  }
  return { idp, time, events, provider, outcome }
}

keepsTheContract('IntrospectionProvider', async () => {
  const { idp, provider, events, time } = await setUp({ cache: {} })
  const good: Respond = (response, question) => json(question.body.get('token') === 'a-good-token' ? { ...GOOD, sub: 'ada-lovelace' } : { active: false })(response, question)
  idp.answer(good)
  return {
    provider,
    events,
    good: 'a-good-token',
    refused: ['a-revoked-token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', await (await signer()).sign()],
    outage: {
      begin: () => idp.answer(json({}, 503)),
      end: () => {
        idp.answer(good)
        time.forward(2)
      },
    },
  }
})

/** What comes of it when the endpoint has been asked so often and twenty seconds pass. */
async function tooLate<T>(idp: { readonly questions: readonly unknown[] }, questions: number, ask: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const asked = ask()
    while (idp.questions.length < questions) await new Promise((done) => setImmediate(done))
    vi.advanceTimersByTime(20_010) // and the turn in which what came meanwhile is looked at
    return await asked
  } finally {
    vi.useRealTimers()
  }
}

type Case = readonly [name: string, answer: Respond | object, expected: 'yes' | 'no' | 'unavailable', options?: Partial<IntrospectionProviderOptions>]

const stall: Respond = () => undefined
const brief = { timeout: 0.15 }

const CASES: readonly Case[] = [
  // What an honest answer looks like.
  ['a good answer', GOOD, 'yes'],
  ['one audience of several', { ...GOOD, aud: ['https://elsewhere.example', AUDIENCE] }, 'yes'],
  ['null in every optional member', { ...GOOD, nbf: null, iss: null, username: null, token_type: null, scope: null, cnf: null, sub: null }, 'yes'],
  ['no sub: the client speaks for itself', { ...GOOD, sub: undefined }, 'yes'],
  ['a username only', { ...GOOD, sub: undefined, client_id: undefined, username: 'ada' }, 'yes'],
  ['the token_type of Glewlwyd and Salesforce', { ...GOOD, token_type: 'access_token' }, 'yes'],
  ['the token_use of Ory', { ...GOOD, token_use: 'access_token' }, 'yes'],
  ['an end four seconds ago, within the tolerance', { ...GOOD, exp: START - 4 }, 'yes'],
  ['a charset in the content type', raw(JSON.stringify(GOOD), 'application/json;charset=UTF-8'), 'yes'],
  ['members nobody knows, __proto__ among them', raw(JSON.stringify(GOOD).replace('{', '{"__proto__":{"admin":true},"x":[{}],'), 'application/json'), 'yes'],
  ['gzip that is none of a bomb', raw(gzipSync(JSON.stringify(GOOD)), 'application/json', 200, { 'Content-Encoding': 'gzip' }), 'yes'],
  ['no exp, where that is allowed by name', { ...GOOD, exp: undefined }, 'yes', { [allowNoExpiry]: true }],
  ['no aud, where any is taken', { ...GOOD, aud: undefined }, 'yes', { audience: anyAudience }],
  ['no aud, where the client is the audience', { ...GOOD, aud: undefined }, 'yes', { audience: 'agent', audienceClaims: 'client_id' }],
  ['DPoP with a key', { ...GOOD, token_type: 'DPoP', cnf: { jkt: 'x' } }, 'yes'],
  // What is a no.
  ['inactive', { active: false }, 'no'],
  ['inactive with all else fine', { ...GOOD, active: false }, 'no'],
  ['another audience', { ...GOOD, aud: 'https://elsewhere.example' }, 'no'],
  ['no audience', { ...GOOD, aud: undefined }, 'no'],
  ['a null audience', { ...GOOD, aud: null }, 'no'],
  ['an empty list of audiences', { ...GOOD, aud: [] }, 'no'],
  ['an audience that contains ours', { ...GOOD, aud: `${AUDIENCE}/x` }, 'no'],
  ['an audience that is an object', { ...GOOD, aud: { [AUDIENCE]: true } }, 'no'],
  ['the scope in aud', { ...GOOD, aud: 'notes:read' }, 'no'],
  ['an audience beside ours, where ours is to be the only one', { ...GOOD, aud: [AUDIENCE, 'x'] }, 'no', { audienceMode: 'exclusive' }],
  ['another issuer', { ...GOOD, iss: 'https://evil.example' }, 'no'],
  ['an issuer that is a list', { ...GOOD, iss: ['https://evil.example'] }, 'no'],
  ['an end long past', { ...GOOD, exp: START - 6 }, 'no'],
  ['no end', { ...GOOD, exp: undefined }, 'no'],
  ['an end as text', { ...GOOD, exp: String(START + 300) }, 'no'],
  ['an end in milliseconds', { ...GOOD, exp: (START + 300) * 1000 }, 'no'],
  ['an end before the epoch', { ...GOOD, exp: -1 }, 'no'],
  ['an end that is infinite', raw(JSON.stringify(GOOD).replace(/"exp":\d+/, '"exp":1e400'), 'application/json'), 'no'],
  ['an end that is true', { ...GOOD, exp: true }, 'no'],
  ['no end though that is allowed, but a past one', { ...GOOD, exp: START - 60 }, 'no', { [allowNoExpiry]: true }],
  ['a beginning in the future', { ...GOOD, nbf: START + 60 }, 'no'],
  ['a beginning as text', { ...GOOD, nbf: 'now' }, 'no'],
  ['an issue time as text', { ...GOOD, iat: 'now' }, 'no'],
  ['a token that is too old', { ...GOOD, iat: START - 90 }, 'no', { maxTokenAge: 60 }],
  ['a refresh token', { ...GOOD, token_type: 'refresh_token' }, 'no'],
  ['a refresh token of Keycloak', { ...GOOD, typ: 'Refresh' }, 'no'],
  ['a refresh token of Ory', { ...GOOD, token_use: 'refresh_token' }, 'no'],
  ['an ID token by its type', { ...GOOD, token_type: 'id_token' }, 'no'],
  ['an ID token by its at_hash', { ...GOOD, at_hash: 'x' }, 'no'],
  ['a MAC token', { ...GOOD, token_type: 'mac' }, 'no'],
  ['DPoP without a key', { ...GOOD, token_type: 'DPoP' }, 'no'],
  ['a token_type that is a list', { ...GOOD, token_type: ['Bearer'] }, 'no'],
  ['a subject that is an object', { ...GOOD, sub: { id: 1 } }, 'no'],
  ['a client that is a list', { ...GOOD, client_id: ['a'] }, 'no'],
  ['a required claim that is null', { ...GOOD, tenant: null }, 'no', { requiredClaims: ['tenant'] }],
  ['a claim that a rule of ours does not take', GOOD, 'no', { rules: [{ claim: 'sub', accepts: (value) => value === 'grace' }] }],
  ['400 unsupported_token_type: not theirs', json({ error: 'unsupported_token_type' }, 400), 'no'],
  // What says nothing about the token. All else in it is good, so that only the one fault can fail it.
  ['active as text', { ...GOOD, active: 'true' }, 'unavailable'],
  ['active as a number', { ...GOOD, active: 1 }, 'unavailable'],
  ['active in a list', { ...GOOD, active: [true] }, 'unavailable'],
  ['no active', { ...GOOD, active: undefined }, 'unavailable'],
  ['active that is null', { ...GOOD, active: null }, 'unavailable'],
  ['active in another spelling', { ...GOOD, active: undefined, Active: true }, 'unavailable'],
  ['a list', [GOOD], 'unavailable'],
  ['JSON null', raw('null', 'application/json'), 'unavailable'],
  ['an answer deeper than any', raw(JSON.stringify(GOOD).replace('{', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)},`), 'application/json'), 'unavailable'],
  ['401 for our credentials', json({ ...GOOD, error: 'invalid_client' }, 401, { 'WWW-Authenticate': 'Basic' }), 'unavailable'],
  ['403 for our credentials', json({ ...GOOD, error: 'access_denied' }, 403), 'unavailable'],
  ['400 invalid_client', json({ ...GOOD, error: 'invalid_client' }, 400), 'unavailable'],
  ['400 invalid_request', json({ ...GOOD, error: 'invalid_request' }, 400), 'unavailable'],
  ['400 without a word', raw('', 'text/plain', 400), 'unavailable'],
  ['404', json(GOOD, 404), 'unavailable'],
  ['429', json(GOOD, 429, { 'Retry-After': '12' }), 'unavailable'],
  ['500', json(GOOD, 500), 'unavailable'],
  ['503', json(GOOD, 503, { 'Retry-After': '12' }), 'unavailable'],
  ['a good answer with 201', json(GOOD, 201), 'unavailable'],
  ['204', (response) => void response.writeHead(204).end(), 'unavailable'],
  ['a redirect', (response) => void response.writeHead(302, { Location: '/trap' }).end(), 'unavailable'],
  ['a redirect that keeps the body', (response) => void response.writeHead(307, { Location: '/trap' }).end(), 'unavailable'],
  ['HTML with 200', raw('<!doctype html>secret-in-the-body', 'text/html'), 'unavailable'],
  ['a good answer as text/html', raw(JSON.stringify(GOOD), 'text/html'), 'unavailable'],
  ['a good answer without a content type', (response) => void response.writeHead(200).end(JSON.stringify(GOOD)), 'unavailable'],
  ['HTML as application/json', raw('<p>secret-in-the-body', 'application/json'), 'unavailable'],
  ['an empty body', raw('', 'application/json'), 'unavailable'],
  ['half an answer', raw(JSON.stringify(GOOD).slice(0, 40), 'application/json'), 'unavailable'],
  ['a body that breaks off', (response) => void response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '999' }).write(JSON.stringify(GOOD), () => response.destroy()), 'unavailable'],
  ['a huge body', raw(`${JSON.stringify(GOOD)}${' '.repeat(70_000)}`, 'application/json'), 'unavailable'],
  ['a gzip bomb', raw(gzipSync(JSON.stringify(GOOD) + ' '.repeat(1e7)), 'application/json', 200, { 'Content-Encoding': 'gzip' }), 'unavailable'],
  ['no UTF-8', raw(Buffer.from(JSON.stringify({ ...GOOD, name: '\u00ff' }), 'latin1'), 'application/json'), 'unavailable'],
  ['a signed answer that nobody asked for', raw(JSON.stringify(GOOD), 'application/token-introspection+jwt'), 'unavailable'],
  ['a connection that is cut', (response) => void response.socket?.destroy(), 'unavailable'],
  ['no HTTP', (response) => void response.socket?.end('220 mail.example.com ESMTP\r\n'), 'unavailable'],
  ['silence', stall, 'unavailable', brief],
  ['headers and then silence', (response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).write(JSON.stringify(GOOD)), 'unavailable', brief],
  ['a slow drip', (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).write(JSON.stringify(GOOD))
    const drip = setInterval(() => void response.write(' '), 5)
    response.on('close', () => clearInterval(drip))
  }, 'unavailable', brief],
]

describe(`${CASES.length} hard cases`, () => {
  for (const [name, answer, expected, options] of CASES) {
    test(`${name}: ${expected}`, async () => {
      const { idp, outcome, events } = await setUp(options)
      idp.answer(answer)
      expect(await outcome(), JSON.stringify(events)).toBe(expected)
      expect(idp.others).toEqual(['/.well-known/openid-configuration'])
    })
  }
})

describe('IntrospectionProvider', () => {
  test('asks as RFC 7662 section 2.1 says, credentials form-encoded (RFC 6749 section 2.3.1)', async () => {
    const { idp, outcome } = await setUp({ tokenTypeHint: 'access_token', parameters: { resource: ['a', 'b'] }, headers: { 'X-Key': 'k' } })
    expect(await outcome()).toBe('yes')
    const [{ headers, body } = { headers: {}, body: new URLSearchParams() }] = idp.questions
    const [, basic = ''] = headers.authorization?.split(' ') ?? []
    expect(Buffer.from(basic, 'base64').toString()).toBe('notes-server:a-secret%3Awith%25odd+chars')
    expect([...body]).toEqual([['resource', 'a'], ['resource', 'b'], ['token_type_hint', 'access_token'], ['token', 'opaque-token']])
    expect(headers).toMatchObject({ accept: 'application/json', 'x-key': 'k', 'content-type': expect.stringContaining('application/x-www-form-urlencoded') })
  })

  test('gives a subject from client_id only where no user is named', async () => {
    const { idp, provider, events } = await setUp()
    idp.answer({ ...GOOD, sub: null })
    expect((await provider.verifyToken('a'))?.subject).toBe('agent')
    idp.answer({ ...GOOD, sub: undefined, username: 'ada' })
    expect((await provider.verifyToken('b'))?.subject).toBeUndefined()
    await provider.verifyToken('c')
    expect(events.filter(({ type }) => type === 'odd_answer')).toEqual([{ type: 'odd_answer', provider: 'introspection', hint: expect.stringContaining('username') }])
  })

  describe('shows the endpoint no token that is not its own', async () => {
    const key = await signer()
    const foreign: readonly (readonly [string, string])[] = [
      ...['ghp_abcdefgh', 'gho_abcdefgh', 'ghu_abcdefgh', 'ghs_abcdefgh', 'ghr_abcdefgh', 'github_pat_abcdefgh'].map((token) => [token, token] as const),
      ['a JWT of another issuer', await key.sign({ iss: 'https://evil.example' })],
      ['a JWT without an issuer', await key.sign({ iss: undefined })],
      ['a JWT with padding', `${await key.sign()}=`],
      ['the beginning of a JWT', 'eyJhbGciOiJFUzI1NiJ9.%.x'.replace('%', 'x')],
      ['what is no bearer token', 'a b'],
    ]
    test.each(foreign)('%s', async (_, token) => {
      const { idp, provider, outcome } = await setUp()
      expect(provider.recognizes(token)).toBe('foreign')
      expect(await outcome(token)).toBe('no')
      expect(idp.questions).toEqual([])
    })
  })

  test('recognizes its own: by issuer, by prefix, or perhaps', async () => {
    const key = await signer()
    const { idp, provider, outcome } = await setUp()
    const own = await key.sign({ iss: idp.issuer })
    const encrypted = (header: object): string => `${Buffer.from(JSON.stringify(header)).toString('base64url')}..aaaa.bbbb.cccc`
    expect(provider.recognizes(own)).toBe('mine')
    expect(await outcome(own)).toBe('yes')
    expect(provider.recognizes('opaque')).toBe('maybe')
    expect(provider.recognizes(encrypted({ alg: 'dir', enc: 'A256GCM' }))).toBe('maybe')
    expect(provider.recognizes(encrypted({ alg: 'dir', enc: 'A256GCM', iss: idp.issuer }))).toBe('mine')
    expect(provider.recognizes(encrypted({ alg: 'dir', enc: 'A256GCM', iss: 'https://evil.example' }))).toBe('foreign')
    const { provider: choosy } = await setUp({ prefix: ['ory_at_', 'ory_st_'] })
    expect(['ory_at_x', 'ory_st_x', 'x_ory_at_', 'opaque'].map((token) => choosy.recognizes(token))).toEqual(['mine', 'mine', 'foreign', 'foreign'])
    const { provider: nameless } = await setUp({ issuer: undefined, endpoint: idp.endpoint } as never)
    expect(nameless.recognizes(own)).toBe('foreign')
    expect(nameless.issuers).toEqual([])
  })

  test('remembers a yes for thirty seconds and a no for ten, and asks once for many', async () => {
    const { idp, time, outcome } = await setUp({ cache: {} })
    expect(await Promise.all(Array.from({ length: 100 }, () => outcome()))).toEqual(Array.from({ length: 100 }, () => 'yes'))
    expect(idp.questions).toHaveLength(1)
    idp.answer({ active: false })
    time.forward(29)
    expect(await outcome()).toBe('yes')
    time.forward(1)
    expect(await outcome()).toBe('no')
    idp.answer(GOOD)
    time.forward(9)
    expect(await outcome()).toBe('no')
    time.forward(1)
    expect(await outcome()).toBe('yes')
  })

  test('refused credentials are loud, are nobody\u2019s token\u2019s fault, and show no secret', async () => {
    const { idp, events, outcome } = await setUp()
    idp.answer(json({ error: 'invalid_client' }, 401))
    expect(await outcome()).toBe('unavailable')
    expect(events).toContainEqual({ type: 'credentials_refused', provider: 'introspection', fault: 'credentials', method: 'client_secret_basic', message: expect.any(String) })
    expect(inspect(clientSecretBasic('id', SECRET), { showHidden: true, depth: 9 })).not.toContain('a-secret')
  })

  test('the process is warned once of refused credentials, and once of a question that is forbidden', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { idp, outcome } = await setUp()
    for (const status of [403, 403, 401, 401]) {
      idp.answer(json({}, status))
      await outcome()
    }
    const warnings = warn.mock.calls.map(([message]) => String(message))
    warn.mockRestore()
    expect(warnings).toEqual([
      expect.stringMatching(/403.*permission/),
      expect.stringMatching(/refuses our credentials \(client_secret_basic\); nobody gets in/),
    ])
    expect(warnings.join()).not.toMatch(/opaque-token|a-secret/)
  })

  test.each([429, 503])('%i passes its Retry-After on', async (status) => {
    const { idp, provider } = await setUp()
    idp.answer(json({}, status, { 'Retry-After': '12' }))
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ retryAfter: 12, headers: { 'Retry-After': '12' } })
  })

  test('no redirect gets a credential or a token', async () => {
    const { idp, outcome } = await setUp()
    const stranger = closing(await faultEndpoint())
    idp.answer((response) => void response.writeHead(307, { Location: stranger.endpoint }).end())
    expect(await outcome()).toBe('unavailable')
    expect([...stranger.questions, ...stranger.others]).toEqual([])
  })

  test('the error of a fetch of yours is told by its code, and without the request in it', async () => {
    const { provider } = await setUp({
      fetch: (url, init) =>
        String(url).includes('introspect')
          ? Promise.reject(Object.assign(new Error('failed'), { code: 'ECONNREFUSED', request: String(init?.body), auth: init?.headers }))
          : fetch(url, init),
    })
    const error: unknown = await provider.verifyToken('opaque-token').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') })
    expect(inspect(error, { depth: 9 })).not.toMatch(/opaque-token|Basic/)
  })

  test('a fetch of yours that follows a redirect is not believed', async () => {
    const { idp, outcome } = await setUp({ fetch: (url, init) => fetch(url, { ...init, redirect: 'follow' }) })
    idp.at('/elsewhere', GOOD)
    idp.answer((response) => void response.writeHead(303, { Location: '/elsewhere' }).end())
    expect(await outcome()).toBe('unavailable')
  })

  test('a connection that is cut is tried once more, a slow one is not', async () => {
    const { idp, outcome } = await setUp({ timeout: 20 })
    idp.answer((response) => {
      idp.answer(GOOD)
      response.socket?.destroy()
    })
    expect(await outcome()).toBe('yes')
    expect(idp.questions).toHaveLength(2)
    idp.answer(stall)
    const slow = await tooLate(idp, 3, () => outcome())
    expect(slow).toBe('unavailable')
    expect(idp.questions).toHaveLength(3)
  })

  test('after five failures in a row one question gets through now and then, and one good answer ends that', async () => {
    const { idp, time, events, outcome } = await setUp()
    await outcome('first')
    idp.answer(json({}, 500))
    for (let n = 0; n < 20; n += 1) expect(await outcome(`token-${n}`)).toBe('unavailable')
    expect(idp.questions).toHaveLength(6)
    time.forward(1)
    for (let n = 0; n < 20; n += 1) expect(await outcome(`token-${n}`)).toBe('unavailable')
    expect(idp.questions).toHaveLength(7)
    idp.answer(GOOD)
    time.forward(1)
    for (let n = 0; n < 20; n += 1) expect(await outcome(`token-${n}`)).toBe('yes')
    expect(events.map(({ type }) => type).filter((type) => type.startsWith('breaker'))).toEqual(['breaker_opened', 'breaker_closed'])
  })

  test('one odd token cannot shut out the others', async () => {
    const { idp, outcome } = await setUp()
    const odd = [...[400, 403, 404].map((status) => json({ error: 'invalid_request' }, status)), raw('', 'text/plain', 400), raw('<p>no such token', 'text/html', 400), json({ error: 7 }, 400), json([], 400)]
    for (const answer of odd) {
      idp.answer(answer)
      for (let n = 0; n < 8; n += 1) expect(await outcome()).toBe('unavailable')
    }
    idp.answer(GOOD)
    expect(await outcome()).toBe('yes')
  })

  test('a herd of ten thousand with the same unseen token is one question', async () => {
    const { idp, provider } = await setUp({ cache: {} })
    const herd = await Promise.all(Array.from({ length: 10_000 }, () => provider.verifyToken('unseen')))
    expect(herd.filter((answer) => answer?.subject === 'ada').length).toBe(10_000)
    expect(idp.questions.length).toBe(1)
  })

  test('at most 48 questions about strange tokens are under way at once, and the rest wait for their turn', async () => {
    const { idp, provider } = await setUp({ timeout: 20 })
    await provider.verifyToken('first')
    const held: (() => void)[] = []
    // Nobody is answered before as many as may be are there.
    idp.answer((response, question) => {
      held.push(() => json(GOOD)(response, question))
      if (held.length >= 48) held.splice(0, idp.questions.length < 201 ? 1 : 48).forEach((answer) => answer())
    })
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => provider.verifyToken(`token-${n}`)))
    expect(answers.every((answer) => answer?.subject === 'ada')).toBe(true)
    expect(idp.load.most).toBe(48)
  })

  test('nobody waits for a turn longer than one question may take', async () => {
    const { idp, provider, events } = await setUp({ timeout: 20 })
    await provider.verifyToken('first')
    idp.answer(stall)
    const late = await tooLate(idp, 1 + 48, () => Promise.allSettled(Array.from({ length: 100 }, (_, n) => provider.verifyToken(`late-${n}`))))
    expect(late.every(({ status }) => status === 'rejected')).toBe(true)
    expect(events.filter(({ type }) => type === 'endpoint_unavailable')).toHaveLength(100)
    // Places become free when the first give up, until the breaker opens.
    expect(idp.questions.length).toBeLessThanOrEqual(1 + 64 + 5)
  })

  test('a line that is too long turns away at once, with a time to come again', async () => {
    const { idp, provider } = await setUp({ timeout: 20 })
    await provider.verifyToken('first')
    idp.answer(stall)
    const waiting = Array.from({ length: 48 + 4096 }, (_, n) => provider.verifyToken(`token-${n}`).catch(() => 'ended'))
    await expect(provider.verifyToken('one-too-many')).rejects.toMatchObject({ fault: 'busy', retryAfter: 1, status: 429, overloaded: true })
    await provider.close()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ended']))
  })

  test('a fetch that never answers and ignores its signal gives its place up', async () => {
    const { provider, idp } = await setUp({ timeout: 0.05, fetch: (url, init) => (String(url).includes('introspect') ? new Promise(() => undefined) : fetch(url, init)) })
    for (let round = 0; round < 3; round += 1) {
      const late = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => provider.verifyToken(`late-${round}-${n}`)))
      expect(late.every(({ status }) => status === 'rejected')).toBe(true)
    }
    expect(idp.questions).toEqual([])
  })

  test('closing ends what is under way', async () => {
    const { provider, idp, outcome } = await setUp({ timeout: 30 })
    await outcome('first')
    idp.answer(stall)
    const asked = outcome()
    while (idp.questions.length < 2) await new Promise((done) => setImmediate(done))
    await provider.close()
    expect(await asked).toBe('unavailable')
    expect(await outcome()).toBe('unavailable')
  })

  describe('discovery', () => {
    const documents: readonly (readonly [string, (issuer: string) => Respond | object])[] = [
      ['another issuer', (issuer) => ({ issuer: 'https://evil.example', introspection_endpoint: `${issuer}/trap` })],
      ['the issuer with a slash more', (issuer) => ({ issuer: `${issuer}/`, introspection_endpoint: `${issuer}/trap` })],
      ['no endpoint', (issuer) => ({ issuer })],
      ['an endpoint on plain http elsewhere', (issuer) => ({ issuer, introspection_endpoint: 'http://169.254.169.254/latest' })],
      ['an endpoint with a password', (issuer) => ({ issuer, introspection_endpoint: 'https://a:b@id.example.com/' })],
      ['an endpoint that is a file', (issuer) => ({ issuer, introspection_endpoint: 'file:///etc/passwd' })],
      ['a redirect', () => (response) => void response.writeHead(302, { Location: '/introspect' }).end()],
      ['HTML', () => raw('<p>', 'text/html')],
      ['a list', () => json([])],
    ]
    test.each(documents)('%s: unavailable, and nobody is asked', async (_, document) => {
      const elsewhere: string[] = []
      const answering = async (url: string, init: RequestInit): Promise<Response> => {
        if (url.startsWith(idp.issuer)) return fetch(url, init)
        elsewhere.push(url)
        return Response.json(GOOD)
      }
      const { idp, outcome } = await setUp({ fetch: answering as typeof fetch })
      idp.at('/.well-known/openid-configuration', document(idp.issuer))
      idp.at('/trap', GOOD)
      expect(await outcome()).toBe('unavailable')
      expect(elsewhere).toEqual([])
      expect(idp.questions).toEqual([])
      expect(idp.others).not.toContain('/trap')
    })

    test('of an https issuer takes no endpoint on plain http, not even on this machine', async () => {
      const asked: string[] = []
      const issuer = 'https://id.example.com'
      const at = (endpoint: string) => async (url: string): Promise<Response> => {
        asked.push(url)
        return Response.json(url.includes('.well-known') ? { issuer, introspection_endpoint: endpoint } : GOOD)
      }
      const { outcome } = await setUp({ issuer, fetch: at('https://id.example.com/introspect') })
      expect(await outcome()).toBe('yes')
      const { outcome: onLoopback } = await setUp({ issuer, fetch: at('http://127.0.0.1:9/introspect') })
      expect(await onLoopback()).toBe('unavailable')
      expect(asked).not.toContain('http://127.0.0.1:9/introspect')
    })

    test('takes the document of RFC 8414 where there is none of OpenID', async () => {
      const { idp, outcome } = await setUp()
      idp.at('/.well-known/openid-configuration', raw('', 'text/plain', 404))
      idp.at('/.well-known/oauth-authorization-server', { issuer: idp.issuer, introspection_endpoint: idp.endpoint })
      expect(await outcome()).toBe('yes')
    })

    const elsewhere: readonly (readonly [string, (issuer: string) => Respond | object])[] = [
      ['HTML', () => raw('<!doctype html>', 'text/html')],
      ['no endpoint', (issuer) => ({ issuer })],
      ['the issuer of a parent', (issuer) => ({ issuer: `${issuer}/parent`, introspection_endpoint: `${issuer}/trap` })],
      ['a redirect to the sign-in', () => (response) => void response.writeHead(302, { Location: '/login' }).end()],
    ]
    test.each(elsewhere)('goes on to the next place where the first has %s', async (_, first) => {
      const { idp, outcome } = await setUp()
      idp.at('/.well-known/openid-configuration', first(idp.issuer))
      idp.at('/.well-known/oauth-authorization-server', { issuer: idp.issuer, introspection_endpoint: idp.endpoint })
      expect(await outcome()).toBe('yes')
      expect(idp.others).not.toContain('/trap')
    })

    test('that finds no introspection endpoint says what to set, and where it looked', async () => {
      const { idp, events, outcome } = await setUp()
      idp.at('/.well-known/openid-configuration', { issuer: idp.issuer })
      expect(await outcome()).toBe('unavailable')
      const { message = '' } = events.find(({ type }) => type === 'endpoint_unavailable') as { message?: string }
      expect(message).toContain('has no introspection_endpoint; set "endpoint"')
      expect(message).toContain(`${idp.issuer}/.well-known/openid-configuration`)
    })

    test('is not asked by every request while the issuer is down, and is asked again when it is back', async () => {
      const { idp, time, outcome } = await setUp()
      idp.at('/.well-known/openid-configuration', json({}, 500))
      for (let n = 0; n < 20; n += 1) expect(await outcome(`token-${n}`)).toBe('unavailable')
      expect(idp.others).toHaveLength(5)
      idp.at('/.well-known/openid-configuration', { issuer: idp.issuer, introspection_endpoint: idp.endpoint })
      time.forward(1)
      expect(await outcome()).toBe('yes')
    })

    test('that fails is one failure, however many requests wait for it', async () => {
      const { idp, events, outcome } = await setUp()
      idp.at('/.well-known/openid-configuration', json({}, 500))
      await Promise.all(Array.from({ length: 50 }, (_, n) => outcome(`token-${n}`)))
      expect(idp.others).toHaveLength(1)
      expect(events.map(({ type }) => type)).not.toContain('breaker_opened')
    })

    test('an hour later is repeated behind the back of requests, and its failure harms nobody', async () => {
      const { idp, time, outcome } = await setUp()
      expect(await outcome()).toBe('yes')
      idp.at('/.well-known/openid-configuration', json({}, 500))
      time.forward(3600)
      idp.answer({ ...GOOD, exp: START + 9999 })
      for (let n = 0; n < 5; n += 1) expect(await outcome()).toBe('yes')
      expect(idp.others).toHaveLength(2)
    })

    test('headers go to the issuer\u2019s own origin and no further', async () => {
      const elsewhere = closing(await faultEndpoint())
      elsewhere.answer(GOOD)
      const { idp, outcome } = await setUp({ headers: { 'X-Key': 'k' } })
      idp.at('/.well-known/openid-configuration', { issuer: idp.issuer, introspection_endpoint: elsewhere.endpoint })
      expect(await outcome()).toBe('yes')
      expect(elsewhere.questions.map(({ headers }) => headers['x-key'])).toEqual([undefined])
    })
  })

  const auth = clientSecretBasic('a', 'b')
  test.each([
    ['no options', undefined, /IntrospectionProvider takes an object/],
    ['nobody to ask', { audience: AUDIENCE, clientAuth: auth }, /"issuer", or "endpoint"/],
    ['no audience', { issuer: 'https://id.example.com', clientAuth: auth }, /"audience".*anyAudience/],
    ['no client authentication', { issuer: 'https://id.example.com', audience: AUDIENCE }, /"clientAuth" must say how.*clientSecretBasic/],
    ['a client authentication of one\u2019s own', { issuer: 'https://id.example.com', audience: AUDIENCE, clientAuth: { method: 'none' } }, /"clientAuth"/],
    ['an issuer on plain http', { issuer: 'http://id.example.com', audience: AUDIENCE, clientAuth: auth }, /https.*allowInsecureHttp/],
    ['an endpoint on plain http', { endpoint: 'http://id.example.com', audience: AUDIENCE, clientAuth: auth }, /https/],
    ['a timeout in milliseconds', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, timeout: 2000 }, /write 2/],
    ['a parameter that is ours to send', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, parameters: { token: 'x' } }, /"token" is no matter of "parameters"/],
    ['a header that is ours to send', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, headers: { Authorization: 'x' } }, /"Authorization" is no matter/],
    ['an empty prefix', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, prefix: '' }, /"prefix"/],
    ['signed answers of nobody', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, signed: {} }, /"signed" needs "issuer"/],
    ['a misspelt option', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, tokenHint: 'x' }, /"tokenHint" is not an option/],
    ['a symbol by its name', { endpoint: 'https://id.example.com', audience: AUDIENCE, clientAuth: auth, allowNoExpiry: true }, /"allowNoExpiry" is not an option/],
  ])('%s is refused at construction', (_, options, message) => {
    const construct = (): unknown => new IntrospectionProvider(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  test('its policy tells two configurations apart and holds no secret', async () => {
    const policyOf = async (options: Partial<IntrospectionProviderOptions>): Promise<string> =>
      String(Reflect.get((await setUp({ issuer: undefined, endpoint: 'https://id.example.com/i', ...options } as never)).provider, 'policy'))
    const configurations: readonly Partial<IntrospectionProviderOptions>[] = [
      {},
      { audience: 'b' },
      { audience: anyAudience },
      { prefix: 'x' },
      { headers: { 'X-Tenant': 'secret-tenant' } },
      { parameters: { key: 'secret-key' } },
      { clientAuth: clientSecretBasic('other', SECRET) },
      { [allowNoExpiry]: true },
    ]
    const signing: readonly Partial<IntrospectionProviderOptions>[] = [
      {},
      { audience: 'x' },
      { audience: anyAudience },
      { algorithms: ['ES256'] },
      { jwksUri: 'https://id.example.com/k' },
      { jwks: { keys: [(await signer()).publicJwk] } },
    ].map((signed) => ({ issuer: 'https://id.example.com', signed }) as never)
    const policies = await Promise.all([...configurations, ...signing].map(policyOf))
    expect(new Set(policies).size).toBe(policies.length)
    for (const policy of policies) expect(policy).not.toMatch(/a-secret|secret-tenant|secret-key/)
  })
})
