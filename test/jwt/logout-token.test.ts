/** What passes for a logout token, and what does not: OIDC Back-Channel Logout 1.0 section 2.6. */
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { bytesOf, handSigner, network, verifier, withSignature } from './token-kit.js'
import type { JwksProviderOptions } from '../../src/index.js'

const CLIENT = 'notes-app'
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const LOGOUT = { iss: ISSUER, aud: CLIENT, iat: START, exp: START + 120, jti: 'logout-1', events: { [EVENT]: {} }, sub: 'ada', sid: 's-1', scope: undefined }

const signer = handSigner('ES256')

function setUp(options: Partial<JwksProviderOptions> = {}) {
  const { provider, events, says } = verifier([signer.publicJwk], options)
  /** `'accepted'`, or the reason of the refusal. */
  const hears = async (token: string, audience = CLIENT): Promise<string> => {
    if ((await provider.verifyLogoutToken(token, audience)) !== null) return 'accepted'
    const event = events.at(-1)
    return event?.type === 'logout_refused' ? event.reason : 'refused without an event'
  }
  return { provider, events, says, hears }
}

const logoutToken = (claims: object = {}, header: object = {}): string => signer.token({ ...LOGOUT, ...claims }, { typ: 'logout+jwt', ...header })

describe('a logout token', () => {
  test('says who was logged out', async () => {
    const { provider } = setUp()
    expect(await provider.verifyLogoutToken(logoutToken(), CLIENT)).toEqual({
      issuer: ISSUER,
      subject: 'ada',
      sessionId: 's-1',
      jti: 'logout-1',
      issuedAt: START,
      expiresAt: START + 125,
    })
  })

  const taken: readonly (readonly [string, object, object])[] = [
    ['a subject alone', { sid: undefined }, {}],
    ['a session alone', { sub: undefined }, {}],
    ['no typ', {}, { typ: undefined }],
    ['the typ of any JWT, as Keycloak has it', { typ: 'Logout' }, { typ: 'JWT' }],
    ['the typ in full and in capitals', {}, { typ: 'application/LOGOUT+JWT' }],
    ['several audiences, ours among them', { aud: ['other-app', CLIENT] }, {}],
    ['another event beside', { events: { [EVENT]: {}, 'https://example.com/event': 7 } }, {}],
    ['an event with something in it', { events: { [EVENT]: { reason: 'x' } } }, {}],
    ['no exp, as many have it', { exp: undefined }, {}],
    ['an iat nearly five minutes ago', { iat: START - 299, exp: undefined }, {}],
    ['claims that nobody knows', { trace: 'x' }, {}],
  ]
  test.each(taken)('with %s is taken', async (_, claims, header) => {
    expect(await setUp().hears(logoutToken(claims, header))).toBe('accepted')
  })

  test('without exp ends five minutes after it was issued', async () => {
    const { provider } = setUp()
    expect((await provider.verifyLogoutToken(logoutToken({ exp: undefined, iat: START - 10 }), CLIENT))?.expiresAt).toBe(START + 295)
    expect((await provider.verifyLogoutToken(logoutToken({ exp: START + 9e6 }), CLIENT))?.expiresAt).toBe(START + 305)
  })

  const refused: readonly (readonly [string, object, object, string])[] = [
    ['another issuer', { iss: 'https://evil.example' }, {}, 'wrong_issuer'],
    ['a slash behind the issuer', { iss: `${ISSUER}/` }, {}, 'wrong_issuer'],
    ['no issuer', { iss: undefined }, {}, 'wrong_issuer'],
    ['the audience of access tokens', { aud: AUDIENCE }, {}, 'wrong_audience'],
    ['another client', { aud: 'other-app' }, {}, 'wrong_audience'],
    ['no audience', { aud: undefined }, {}, 'wrong_audience'],
    ['no iat', { iat: undefined }, {}, 'missing_claim'],
    ['an iat as text', { iat: String(START) }, {}, 'invalid_claim'],
    ['an iat five minutes ago', { iat: START - 305 }, {}, 'expired'],
    ['an iat five minutes ago and an exp far ahead', { iat: START - 305, exp: START + 9e6 }, {}, 'expired'],
    ['an iat in the future', { iat: START + 6 }, {}, 'not_yet_valid'],
    ['an exp that is over', { exp: START - 5 }, {}, 'expired'],
    ['an exp as text', { exp: 'never' }, {}, 'invalid_claim'],
    ['an exp that is null', { exp: null }, {}, 'invalid_claim'],
    ['an nbf to come', { nbf: START + 60 }, {}, 'not_yet_valid'],
    ['no events', { events: undefined }, {}, 'wrong_type'],
    ['events without members', { events: {} }, {}, 'wrong_type'],
    ['events as a list', { events: [EVENT] }, {}, 'wrong_type'],
    ['events as text', { events: EVENT }, {}, 'wrong_type'],
    ['an event that is true', { events: { [EVENT]: true } }, {}, 'wrong_type'],
    ['an event that is null', { events: { [EVENT]: null } }, {}, 'wrong_type'],
    ['an event that is a list', { events: { [EVENT]: [] } }, {}, 'wrong_type'],
    ['another event', { events: { [`${EVENT}/`]: {} } }, {}, 'wrong_type'],
    ['a nonce', { nonce: 'x' }, {}, 'wrong_type'],
    ['a nonce that is null', { nonce: null }, {}, 'wrong_type'],
    ['the at_hash of an ID token', { at_hash: 'x' }, {}, 'wrong_type'],
    ['the claim typ of a Keycloak ID token', { typ: 'ID' }, {}, 'wrong_type'],
    ['the claim typ of a Keycloak access token', { typ: 'Bearer' }, {}, 'wrong_type'],
    ['the typ of access tokens', {}, { typ: 'at+jwt' }, 'wrong_type'],
    ['the typ of security events', {}, { typ: 'secevent+jwt' }, 'wrong_type'],
    ['a typ that is no text', {}, { typ: ['logout+jwt'] }, 'wrong_type'],
    ['neither subject nor session', { sub: undefined, sid: undefined }, {}, 'missing_claim'],
    ['a subject that is no text', { sub: 7 }, {}, 'invalid_claim'],
    ['a subject that is empty', { sub: '' }, {}, 'invalid_claim'],
    ['a session that is no text', { sid: ['s-1'] }, {}, 'invalid_claim'],
    ['a session that is null', { sid: null }, {}, 'invalid_claim'],
    ['no jti', { jti: undefined }, {}, 'missing_claim'],
    ['a jti that is no text', { jti: 1 }, {}, 'invalid_claim'],
    ['an extension that nobody knows', {}, { crit: ['exp'] }, 'malformed'],
    ['a key that nobody knows', {}, { kid: 'other' }, 'unknown_key'],
  ]
  test.each(refused)('with %s is refused', async (_, claims, header, reason) => {
    expect(await setUp().hears(logoutToken(claims, header))).toBe(reason)
  })

  test.each([
    ['alg none', (token: string) => withHeader(token, { alg: 'none' }), 'unsupported_algorithm'],
    ['a shared secret', (token: string) => withHeader(token, { alg: 'HS256' }), 'unsupported_algorithm'],
    ["a stranger's signature", (token: string) => handSigner('ES256').seal(token.slice(0, token.lastIndexOf('.'))), 'bad_signature'],
    ['a signature that is cut off', (token: string) => token.slice(0, token.lastIndexOf('.') + 1), 'malformed'],
    ['a signature with a bit changed', (token: string) => withSignature(token, changed(bytesOf(token))), 'bad_signature'],
    ['two more parts', (token: string) => `${token}.a.b`, 'malformed'],
    ['nothing at all', () => '', 'malformed'],
    ['40 000 characters', () => 'x'.repeat(40_000), 'malformed'],
  ])('with %s is refused', async (_, forge, reason) => {
    expect(await setUp().hears(forge(logoutToken()))).toBe(reason)
  })

  test('is held to the algorithms of the provider', async () => {
    expect(await setUp({ algorithms: ['RS256'] }).hears(logoutToken())).toBe('unsupported_algorithm')
  })

  test('is held to the tenant of its issuer', async () => {
    const issuer = { template: `${ISSUER}/{tid}`, allow: ['one', 'two'] } as const
    const { hears } = setUp({ issuer })
    expect(await hears(logoutToken({ iss: `${ISSUER}/one`, tid: 'one' }))).toBe('accepted')
    expect(await hears(logoutToken({ iss: `${ISSUER}/one`, tid: 'two' }))).toBe('wrong_issuer')
  })

  test("is not held to what the provider asks of access tokens: type, age, claims, rules, audience's claim", async () => {
    const { hears } = setUp({
      tokenType: 'at+jwt',
      maxTokenAge: 1,
      requiredClaims: ['scope'],
      rules: [{ claim: 'sub', accepts: () => false }],
      audienceClaims: 'client_id',
      audienceMode: 'exclusive',
    })
    expect(await hears(logoutToken({ iat: START - 100, aud: ['other', CLIENT] }))).toBe('accepted')
  })

  test('is nobody\'s word while the keys cannot be had', async () => {
    const { provider } = setUp({ jwks: undefined, fetch: async () => Promise.reject(new Error('down')) } as object)
    expect(isUnavailable(await provider.verifyLogoutToken(logoutToken(), CLIENT).catch((error: unknown) => error))).toBe(true)
  })

  test('of a foreign issuer asks nobody for keys', async () => {
    const { asked, fetch } = network({ [ISSUER]: [signer.publicJwk] })
    const { hears } = setUp({ jwks: undefined, fetch } as object)
    expect(await hears(logoutToken({ iss: 'https://evil.example' }))).toBe('wrong_issuer')
    expect(asked).toEqual([])
    expect(await hears(logoutToken())).toBe('accepted')
  })

  test.each([undefined, '', ' ', 7, [CLIENT]])('needs the client id by name, not %s', async (audience) => {
    await expect(setUp().provider.verifyLogoutToken(logoutToken(), audience as string)).rejects.toThrow('"audience"')
  })

  test('leaves no value in an event', async () => {
    const { hears, events } = setUp()
    await hears(logoutToken({ sub: 'value-of-sub', nonce: 'value-of-nonce' }))
    expect(events).toEqual([{ type: 'logout_refused', provider: 'jwks', reason: 'wrong_type', claim: 'nonce' }])
  })
})

describe('one kind of token is never another', () => {
  const idToken = { iss: ISSUER, aud: CLIENT, sub: 'ada', sid: 's-1', jti: 'x', iat: START, exp: START + 300, nonce: 'n', scope: undefined }
  const accessToken = { iss: ISSUER, aud: CLIENT, sub: 'ada', sid: 's-1', jti: 'x', iat: START, exp: START + 300, scope: 'notes:read' }

  test.each([
    ['an ID token', idToken, {}],
    ['an ID token without a nonce', { ...idToken, nonce: undefined }, {}],
    ['an ID token that says events', { ...idToken, events: { [EVENT]: {} } }, {}],
    ['an access token', accessToken, {}],
    ['an access token of RFC 9068', accessToken, { typ: 'at+jwt' }],
    ['an access token of RFC 9068 that says events', { ...accessToken, events: { [EVENT]: {} } }, { typ: 'at+jwt' }],
  ])('%s is no logout token', async (_, claims, header) => {
    expect(await setUp().hears(signer.token(claims, header))).not.toBe('accepted')
  })

  test.each([
    ['as it should be', {}, {}],
    ['for the audience of the server', { aud: AUDIENCE }, {}],
    ['with the typ of any JWT', { aud: AUDIENCE }, { typ: 'JWT' }],
    ['without typ', { aud: AUDIENCE }, { typ: undefined }],
    ['with a scope', { aud: AUDIENCE, scope: 'notes:write' }, { typ: 'at+jwt' }],
  ])('a logout token %s is no access token', async (_, claims, header) => {
    expect(await setUp().says(logoutToken(claims, header))).not.toBe('accepted')
  })
})

function withHeader(token: string, header: object): string {
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}${token.slice(token.indexOf('.'))}`
}

function changed(bytes: Buffer): Buffer {
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return bytes
}
