import { beforeAll, describe, expect, test } from 'vitest'
import { anyAudience, JwksProvider } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { JwksProviderOptions } from '../../src/index.js'
import type { Signer } from '../oauth-kit.js'

let key: Signer
beforeAll(async () => {
  key = await signer()
})

/** A provider, and what it makes of a token with these claims: "accepted", or the reason and the hint. */
function provider(options: object = {}) {
  const { events, observe } = recorder()
  const made = new JwksProvider({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [key.publicJwk] },
    now: clock().now,
    cache: false,
    observe,
    ...options,
  } as JwksProviderOptions)
  return {
    made,
    events,
    async makesOf(claims: object = {}, header: object = {}): Promise<string> {
      const answer = await made.verifyToken(await key.sign({ ...claims }, { ...header }))
      const last = events.at(-1)
      if (answer !== null || last?.type !== 'rejected') return 'accepted'
      return last.claim === undefined ? last.reason : `${last.reason} ${last.claim}`
    },
    async hintFor(claims: object = {}, header: object = {}): Promise<string | undefined> {
      await made.verifyToken(await key.sign({ ...claims }, { ...header }))
      const last = events.at(-1)
      return last?.type === 'rejected' ? last.hint : 'accepted'
    },
  }
}

describe('times in milliseconds', () => {
  test.each(['exp', 'nbf', 'iat'])('an %s that can only be milliseconds is refused, and the hint says so', async (claim) => {
    const { makesOf, hintFor } = provider()
    expect(await makesOf({ [claim]: START * 1000 })).toBe(`invalid_claim ${claim}`)
    expect(await hintFor({ [claim]: START * 1000 })).toBe('the authorization server writes milliseconds where RFC 7519 has seconds')
  })

  test('an end in two hundred years is one in seconds', async () => {
    expect(await provider().makesOf({ exp: START + 200 * 365 * 86_400 })).toBe('accepted')
  })
})

describe('issuers', () => {
  test('one of a list is taken, each by name', async () => {
    const { makesOf, made } = provider({ issuer: [ISSUER, 'https://other.example'] })
    expect(await makesOf({ iss: 'https://other.example' })).toBe('accepted')
    expect(await makesOf({ iss: 'https://third.example' })).toBe('wrong_issuer iss')
    expect(made.issuers).toEqual([ISSUER, 'https://other.example'])
  })

  const template = { template: 'https://login.example.com/{tid}/v2.0', allow: ['tenant-a', 'tenant-b'] }

  test('a template takes the tenants of its list, when the claim says the same', async () => {
    const { makesOf, made } = provider({ issuer: template })
    expect(await makesOf({ iss: 'https://login.example.com/tenant-a/v2.0', tid: 'tenant-a' })).toBe('accepted')
    expect(await makesOf({ iss: 'https://login.example.com/tenant-b/v2.0', tid: 'tenant-a' })).toBe('wrong_issuer tid')
    expect(await makesOf({ iss: 'https://login.example.com/tenant-a/v2.0' })).toBe('wrong_issuer tid')
    expect(await makesOf({ iss: 'https://login.example.com/tenant-c/v2.0', tid: 'tenant-c' })).toBe('wrong_issuer iss')
    expect(await makesOf({ iss: 'https://login.example.com/{tid}/v2.0', tid: '{tid}' })).toBe('wrong_issuer iss')
    expect(made.recognizes(await key.sign({ iss: 'https://login.example.com/tenant-b/v2.0' }))).toBe('mine')
  })

  test('the keys of one issuer are worth nothing for another', async () => {
    const other = await signer('ES256', 'key-1')
    const fetch = async (url: unknown): Promise<Response> => {
      const { origin, pathname } = new URL(String(url))
      if (pathname === '/keys') return Response.json({ keys: [origin === ISSUER ? key.publicJwk : other.publicJwk] })
      return Response.json({ issuer: origin, jwks_uri: `${origin}/keys` })
    }
    const { made } = provider({ issuer: [ISSUER, 'https://other.example'], jwks: undefined, fetch })
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    expect(await made.verifyToken(await other.sign({ iss: 'https://other.example' }))).not.toBeNull()
    expect(await made.verifyToken(await key.sign({ iss: 'https://other.example' }))).toBeNull()
    expect(await made.verifyToken(await other.sign())).toBeNull()
  })

  test('a tenant may have several names, and its keys a place of their own', async () => {
    const asked: string[] = []
    const fetch = async (url: unknown): Promise<Response> => {
      asked.push(String(url))
      return Response.json({ keys: [key.publicJwk] })
    }
    const both = { template: ['https://login.example.com/{tid}/v2.0', 'https://sts.example.com/{tid}/'] as const, allow: ['tenant-a', 'tenant-b'] as const }
    const { makesOf, made } = provider({ issuer: both, jwks: undefined, jwksUri: 'https://login.example.com/{tid}/keys', fetch })
    expect(await makesOf({ iss: 'https://login.example.com/tenant-a/v2.0', tid: 'tenant-a' })).toBe('accepted')
    expect(await makesOf({ iss: 'https://sts.example.com/tenant-b/', tid: 'tenant-b' })).toBe('accepted')
    expect(await makesOf({ iss: 'https://sts.example.com/tenant-b/', tid: 'tenant-a' })).toBe('wrong_issuer tid')
    expect(made.issuers).toHaveLength(4)
    expect(asked).toEqual(['https://login.example.com/tenant-a/keys', 'https://login.example.com/tenant-b/keys'])
  })

  test('braces without a claim for them are no URL', () => {
    expect(() => provider({ jwks: undefined, jwksUri: 'https://id.example.com/{tid}/keys' })).toThrow(/"jwksUri" has braces/)
    expect(() => provider({ issuer: template, jwks: undefined, jwksUri: 'https://id.example.com/{other}/keys' })).toThrow(/"jwksUri" has braces/)
  })

  test.each([
    ['templates that name two claims', { template: ['https://a.example.com/{tid}', 'https://a.example.com/{org}'], allow: ['a'] }],
    ['no template', { template: [], allow: ['a'] }],
    ['an empty list', []],
    ['an empty name in a list', [ISSUER, '']],
    ['a template without braces', { template: 'https://login.example.com/', allow: ['a'] }],
    ['a template with two claims', { template: 'https://{a}.example.com/{b}', allow: ['a'] }],
    ['a template without a list', { template: 'https://login.example.com/{tid}' }],
    ['a template with an empty list', { template: 'https://login.example.com/{tid}', allow: [] }],
    ['a tenant that is a path', { template: 'https://login.example.com/{tid}', allow: ['../evil'] }],
  ])('%s is refused at construction', (_, issuer) => {
    expect(() => provider({ issuer })).toThrow(/"issuer/)
  })
})

describe('audiences', () => {
  test('can be written elsewhere than into aud', async () => {
    const { makesOf } = provider({ audience: 'app-1', audienceClaims: 'client_id' })
    expect(await makesOf({ aud: undefined, client_id: 'app-1' })).toBe('accepted')
    expect(await makesOf({ aud: 'app-1', client_id: 'app-2' })).toBe('wrong_audience client_id')
    expect(await makesOf({ aud: 'app-1' })).toBe('wrong_audience client_id')
  })

  test('can be written into one of several claims', async () => {
    const { makesOf } = provider({ audience: 'app-1', audienceClaims: ['aud', 'azp'] })
    expect(await makesOf({ aud: 'account', azp: 'app-1' })).toBe('accepted')
    expect(await makesOf({ aud: 'app-1' })).toBe('accepted')
    expect(await makesOf({ aud: 'account' })).toBe('wrong_audience aud or azp')
  })

  test('exclusive takes no audience beside ours', async () => {
    const { makesOf } = provider({ audience: [AUDIENCE, 'second'], audienceMode: 'exclusive' })
    expect(await makesOf({ aud: [AUDIENCE, 'second'] })).toBe('accepted')
    expect(await makesOf({ aud: [AUDIENCE, 'https://elsewhere.example'] })).toBe('wrong_audience aud')
    expect(await makesOf({ aud: [] })).toBe('wrong_audience aud')
  })
})

describe('age, kind and rules of your own', () => {
  test('at+jwt only', async () => {
    const { makesOf } = provider({ tokenType: 'at+jwt' })
    expect(await makesOf({}, { typ: 'at+jwt' })).toBe('accepted')
    expect(await makesOf({}, { typ: 'application/at+jwt' })).toBe('accepted')
    expect(await makesOf({}, { typ: 'JWT' })).toBe('wrong_type typ')
    expect(await makesOf()).toBe('wrong_type typ')
  })

  test('ID tokens by choice, and then nothing else', async () => {
    const { makesOf: makesOfAny, hintFor } = provider({ tokenType: 'id' })
    const makesOf = (claims: object, header?: object) => makesOfAny({ scope: undefined, client_id: undefined, ...claims }, header)
    expect(await makesOf({})).toBe('accepted')
    expect(await makesOf({ at_hash: 'x', c_hash: 'x', nonce: 'n' })).toBe('accepted')
    expect(await makesOf({ token_use: 'id', typ: 'ID' }, { typ: 'JWT' })).toBe('accepted')
    expect(await makesOf({}, { typ: 'at+jwt' })).toBe('wrong_type typ')
    expect(await makesOf({ token_use: 'access' })).toBe('wrong_type token_use')
    expect(await makesOf({ typ: 'Bearer' })).toBe('wrong_type typ')
    expect(await makesOf({ typ: 'Refresh' })).toBe('wrong_type typ')
    expect(await makesOf({ events: {} })).toBe('wrong_type events')
    expect(await makesOf({ sub: undefined })).toBe('missing_claim sub')
    expect(await makesOf({ iat: undefined })).toBe('missing_claim iat')
    expect(await hintFor({}, { typ: 'at+jwt' })).toMatch(/send the ID token/)
    expect(await makesOf({ scope: 'notes:read' })).toBe('wrong_type scope')
    expect(await makesOf({ scp: ['notes:read'] })).toBe('wrong_type scp')
    expect(await makesOf({ client_id: 'c' })).toBe('wrong_type client_id')
    expect(await makesOf({ scope: null, client_id: null })).toBe('accepted')
    // What says that it is an ID token is one.
    expect(await makesOf({ scope: 'openid', client_id: 'c', at_hash: 'x' })).toBe('accepted')
    expect(await makesOf({ scope: 'openid', typ: 'ID' })).toBe('accepted')
  })

  test('typ Bearer in the header is an access token, and no RFC 9068 one', async () => {
    expect(await provider({}).makesOf({}, { typ: 'Bearer' })).toBe('accepted')
    expect(await provider({ tokenType: 'at+jwt' }).makesOf({}, { typ: 'Bearer' })).toBe('wrong_type typ')
    expect(await provider({ tokenType: 'id' }).makesOf({ scope: undefined }, { typ: 'Bearer' })).toBe('wrong_type typ')
  })

  test('a token too old is refused whatever its end', async () => {
    const { makesOf } = provider({ maxTokenAge: 60 })
    expect(await makesOf({ iat: START - 59 })).toBe('accepted')
    expect(await makesOf({ iat: START - 65 })).toBe('expired iat')
    expect(await makesOf({ iat: START + 6 })).toBe('not_yet_valid iat')
    expect(await makesOf({ iat: undefined })).toBe('missing_claim iat')
  })

  test('required claims must be there', async () => {
    const { makesOf } = provider({ requiredClaims: ['email'] })
    expect(await makesOf({ email: 'a@example.com' })).toBe('accepted')
    expect(await makesOf({ email: null })).toBe('missing_claim email')
    expect(await makesOf()).toBe('missing_claim email')
  })

  test('a claim called constructor is not there unless it is', async () => {
    const { makesOf } = provider({ requiredClaims: ['constructor'] })
    expect(await makesOf()).toBe('missing_claim constructor')
  })

  test('rules of your own decide, and only the value true is a yes', async () => {
    const { makesOf } = provider({ rules: [{ claim: 'email_verified', accepts: (value: unknown) => value === true }] })
    expect(await makesOf({ email_verified: true })).toBe('accepted')
    expect(await makesOf({ email_verified: 'true' })).toBe('invalid_claim email_verified')
    const lax = provider({ rules: [{ claim: 'sub', accepts: () => 'yes' }] })
    expect(await lax.makesOf()).toBe('invalid_claim sub')
  })
})

describe('hints name the near misses', () => {
  const inClaims: readonly (readonly [string, object, object, RegExp])[] = [
    ['a slash at the end of the issuer', {}, { iss: `${ISSUER}/` }, /slash/],
    ['http for https', {}, { iss: 'http://id.example.com' }, /http and https/],
    ['upper case', {}, { iss: 'https://ID.example.com' }, /upper and lower case/],
    ['Entra v1 for v2', { issuer: 'https://login.microsoftonline.com/t/v2.0' }, { iss: 'https://sts.windows.net/t/' }, /version/],
    ['api:// before the audience', { audience: 'app-1' }, { aud: 'api://app-1' }, /api:\/\//],
    ['a slash at the end of the audience', {}, { aud: `${AUDIENCE}/` }, /slash/],
    ['no audience', {}, { aud: undefined }, /no audience/],
    ['a clock that is off', {}, { exp: START - 30 }, /clocks differ/],
    ['a clock that is ahead', {}, { nbf: START + 30 }, /clocks differ/],
    ['an ID token', {}, { at_hash: 'x' }, /ID token/],
    ['another kind of token', {}, { events: {} }, /another kind/],
  ]
  test.each(inClaims)('%s', async (_, options, claims, expected) => {
    expect(await provider(options).hintFor(claims)).toMatch(expected)
  })

  test('in the words of the issuer, where it has any and nothing more exact is known', async () => {
    const hints = { wrong_audience: 'Acme: ask for the API', wrong_type: 'Acme: wrong kind', malformed: 'Acme: opaque', unknown_key: 'Acme: another stage', expired: 'Acme: too old' }
    const { made, events, hintFor } = provider({ hints })
    expect(await hintFor({ aud: 'https://elsewhere.example' })).toBe('Acme: ask for the API')
    expect(await hintFor({ aud: undefined })).toBe('Acme: ask for the API')
    expect(await hintFor({ aud: `${AUDIENCE}/` })).toMatch(/slash/)
    expect(await hintFor({ at_hash: 'x' })).toBe('Acme: wrong kind')
    expect(await hintFor({}, { kid: 'other' })).toBe('Acme: another stage')
    expect(await hintFor({ exp: START - 30 })).toMatch(/clocks differ/)
    expect(await hintFor({ exp: START - 7200 })).toBe('Acme: too old')
    expect(await hintFor({ iss: `${ISSUER}/` })).toMatch(/slash/)
    await made.verifyToken('opaque')
    expect(events.at(-1)).toMatchObject({ reason: 'malformed', hint: 'Acme: opaque' })
    expect(await made.explain('opaque')).toMatchObject([{ hint: 'Acme: opaque' }])
    expect((await made.explain(await key.sign({ at_hash: 'x' }))).find(({ rule }) => rule === 'kind')).toMatchObject({ hint: 'Acme: wrong kind' })
  })

  test('of a rule of your own', async () => {
    const rules = [{ claim: 'org', accepts: (org: unknown) => org === 'acme', hint: 'Acme: another organization' }]
    const { hintFor } = provider({ rules, hints: { missing_claim: 'no' } })
    expect(await hintFor({ org: 'other' })).toBe('Acme: another organization')
  })

  test.each([[{ wrong_audience: 7 }], ['text'], [null]])('%j are no hints', (hints) => {
    expect(() => provider({ hints })).toThrow(/"hints"/)
  })

  test.each([
    ['a token that is simply old', {}, { exp: START - 7200 }],
    ['an issuer that is simply another', {}, { iss: 'https://evil.example' }],
  ])('%s has none', async (_, options, claims) => {
    expect(await provider(options).hintFor(claims)).toBeUndefined()
  })

  test.each([
    ['opaque', 'gho_abcdefghijklmnop', /opaque/],
    ['encrypted', 'AAAA.AAAA.AAAA.AAAA.AAAA', /encrypted/],
    ['signed with a secret', `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.e30.AAAA`, /shared secret/],
  ])('a token that is %s', async (_, token, expected) => {
    const { made, events } = provider()
    await made.verifyToken(token)
    expect(events.at(-1)).toMatchObject({ type: 'rejected', hint: expect.stringMatching(expected) })
  })
})

describe('explain', () => {
  test('shows every rule with what was expected and what came, not only the first', async () => {
    const { made } = provider()
    const reports = await made.explain(await key.sign({ aud: `${AUDIENCE}/`, exp: START - 60, iss: ISSUER }))
    expect(reports.filter(({ passed }) => !passed)).toEqual([
      { rule: 'aud', passed: false, reason: 'wrong_audience', expected: [AUDIENCE], actual: [`${AUDIENCE}/`], hint: expect.stringMatching(/slash/) },
      { rule: 'exp', passed: false, reason: 'expired', expected: START, actual: START - 60, hint: expect.stringMatching(/clocks/) },
    ])
    expect(reports.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['alg', 'typ', 'iss', 'aud', 'exp', 'nbf', 'signature']))
  })

  test('a good token passes every rule', async () => {
    const reports = await provider().made.explain(await key.sign())
    expect(reports.every(({ passed }) => passed)).toBe(true)
    expect(reports.slice(-2)).toEqual([{ rule: 'signature', passed: true }, { rule: 'revoked', passed: true }])
  })

  test('without an issuer of ours no signature is looked at', async () => {
    const reports = await provider().made.explain(await key.sign({ iss: 'https://evil.example' }))
    expect(reports.map(({ rule }) => rule)).not.toContain('signature')
  })

  test('what is no JWT has a shape', async () => {
    expect(await provider().made.explain('opaque')).toMatchObject([{ rule: 'shape', passed: false, reason: 'malformed', hint: expect.stringMatching(/opaque/) }])
  })

  test('says the same as a verification', async () => {
    const { made } = provider({ audience: anyAudience })
    for (const claims of [{}, { exp: START - 60 }, { nbf: START + 60 }, { aud: 7 }, { sub: 7 }]) {
      const token = await key.sign(claims)
      expect((await made.explain(token)).every(({ passed }) => passed)).toBe((await made.verifyToken(token)) !== null)
    }
  })
})

test.each([
  ['audienceMode', 'all'],
  ['audienceClaims', []],
  ['audienceClaims', ''],
  ['tokenType', 'jwt'],
  ['engine', 'openssl'],
  ['maxTokenAge', 0],
  ['maxTokenAge', 1e9],
  ['requiredClaims', 'email'],
  ['rules', [{ claim: 'email' }]],
  ['keys', { snapshot: {} }],
  ['keys', { maxage: 1 }],
  ['keys', { maxStale: -1 }],
  ['keys', { maxAge: 600_000 }],
  ['jwksFile', '/tmp/keys.json'],
])('%s of %j is refused at construction', (name, value) => {
  expect(() => provider({ [name]: value })).toThrow(TypeError)
})

describe('what the sender of a token cannot do', () => {
  test('make a rule of yours throw with a claim that nobody signed', async () => {
    const seen: unknown[] = []
    const { made } = provider({ rules: [{ claim: 'org', accepts: (value: string) => (seen.push(value), value.startsWith('acme')) }] })
    const forged = await (await signer()).sign({ org: 7 })
    expect(await made.verifyToken(forged)).toBeNull()
    expect(seen).toEqual([])
    expect(await made.verifyToken(await key.sign({ org: 'acme-1' }))).not.toBeNull()
  })

  test('have keys fetched over plain http for an issuer on https', async () => {
    const fetch = async (): Promise<Response> => Response.json({ issuer: ISSUER, jwks_uri: 'http://127.0.0.1:2375/keys' })
    const { made } = provider({ jwks: undefined, fetch })
    await expect(made.verifyToken(await key.sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })
})

test('a rotation of keys without names is found', async () => {
  const nameless = (one: Signer) => ({ ...one.publicJwk, kid: undefined })
  const rotated = await signer()
  const state = { keys: [nameless(key)] }
  const fetch = async (url: unknown): Promise<Response> =>
    Response.json(String(url).endsWith('/keys') ? state : { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` })
  const { made } = provider({ jwks: undefined, fetch })
  expect(await made.verifyToken(await key.sign({}, { kid: undefined }))).not.toBeNull()
  state.keys = [nameless(rotated)]
  expect(await made.verifyToken(await rotated.sign({}, { kid: undefined }))).not.toBeNull()
})

describe('hints that do not mislead', () => {
  test.each<[string, object, object, object, RegExp]>([
    ['another audience beside ours, where ours has to be alone', { audienceMode: 'exclusive' }, { aud: [AUDIENCE, 'other'] }, {}, /audienceMode is exclusive/],
    ['no audience where the issuer writes the client', {}, { aud: undefined, client_id: 'app' }, {}, /audienceClaims: "client_id"/],
    ['a start that is far ahead', {}, { nbf: START + 3600 }, {}, /compare the clock/],
    ['an issue that is far ahead', {}, { iat: START + 3600 }, {}, /compare the clock/],
    ['an odd type', {}, {}, { typ: 'acme-access' }, /name it in "types"/],
    ['a logout token', {}, {}, { typ: 'logout+jwt' }, /another kind of token/],
    ['an issuer by its name in a compose file', { issuer: 'http://keycloak:8080/realms/x' }, { iss: 'http://localhost:8080/realms/x' }, {}, /two host names/],
  ])('say of %s what is wrong', async (_, options, claims, header, hint) => {
    expect(await provider(options).hintFor(claims, header)).toMatch(hint)
  })

  test('an odd type is taken where it was named, and no other kind can be', async () => {
    expect(await provider({ types: 'Acme-Access' }).makesOf({}, { typ: 'acme-access' })).toBe('accepted')
    expect(await provider({ types: 'acme-access' }).makesOf({}, { typ: 'logout+jwt' })).toBe('wrong_type typ')
    expect(() => provider({ types: ['dpop+jwt'] })).toThrow(/another kind of token/)
    expect(() => provider({ types: [7] })).toThrow(TypeError)
  })
})
