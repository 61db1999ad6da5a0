/** The test issuer's tokens, its answers about them, and its faults: as our providers and jose see them. */
import { spawnSync } from 'node:child_process'
import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterEach, describe, expect, test } from 'vitest'
import { logoutHandler } from '../../../src/adapters/logout.js'
import { isUnavailable } from '../../../src/errors.js'
import { clientSecretBasic, IntrospectionProvider, JwksProvider } from '../../../src/index.js'
import { createTestIssuer } from '../../../src/testing/index.js'
import { clock, START } from '../../oauth-kit.js'
import type { AuthEvent, JwksProviderOptions } from '../../../src/index.js'
import type { MintJwtOptions, TestIssuer, TestIssuerOptions } from '../../../src/testing/index.js'

const open: { close(): Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))

/** An issuer and a provider that trusts it, by one clock. */
function setUp(options: TestIssuerOptions = {}, more: Partial<JwksProviderOptions> = {}) {
  const time = clock()
  const issuer = createTestIssuer({ now: time.now, ...options })
  const events: AuthEvent[] = []
  const provider = new JwksProvider({ ...issuer.options, cache: false, observe: (event) => events.push(event), ...more } as JwksProviderOptions)
  open.push(issuer, provider)
  const reason = async (token: string): Promise<string> => {
    if ((await provider.verifyToken(token)) !== null) return 'taken'
    const event = events.at(-1)
    return event?.type === 'rejected' ? event.reason : 'refused without an event'
  }
  return { issuer, provider, events, time, reason }
}

/** Asks by introspection; remembers nothing. */
function asking(issuer: TestIssuer, now: () => number): IntrospectionProvider {
  const { clientId, clientSecret = '' } = issuer.client
  const provider = new IntrospectionProvider({
    issuer: issuer.issuer,
    audience: issuer.audience,
    clientAuth: clientSecretBasic(clientId, clientSecret),
    fetch: issuer.fetch,
    cache: false,
    now,
  })
  open.push(provider)
  return provider
}

describe('mint', () => {
  test('makes a token of RFC 9068 that a provider and jose take', async () => {
    const { issuer, provider } = setUp({ scopes: ['notes:read'] })
    const token = await issuer.mint({ sub: 'bob', scopes: ['notes:read', 'notes:write'], claims: { tenant: 'acme' } })
    expect(await provider.verifyToken(token)).toMatchObject({
      subject: 'bob',
      clientId: 'test-client',
      scopes: ['notes:read', 'notes:write'],
      issuer: issuer.issuer,
      claims: { tenant: 'acme', aud: 'https://api.test' },
    })
    const keys = (await (await issuer.fetch(`${issuer.issuer}/jwks`)).json()) as Parameters<typeof createLocalJWKSet>[0]
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      typ: 'at+jwt',
      currentDate: new Date(START * 1000),
    })
    expect(payload).toMatchObject({ sub: 'bob', iat: START, exp: START + 300, scope: 'notes:read notes:write' })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })
  })

  test('has the defaults of the issuer', async () => {
    const { issuer } = setUp({ scopes: ['a'], sub: 'eve', claims: { tenant: 'acme' }, expiresIn: 10, issuer: 'https://id.example.com/t/1', audience: 'https://mine.test' })
    expect(decodeJwt(await issuer.mint())).toMatchObject({ sub: 'eve', scope: 'a', tenant: 'acme', exp: START + 10, iss: 'https://id.example.com/t/1', aud: 'https://mine.test' })
  })

  test.each<[MintJwtOptions, string]>([
    [{}, 'taken'],
    [{ audience: ['https://other.test', 'https://api.test'] }, 'taken'],
    [{ alg: 'RS256' }, 'taken'],
    [{ alg: 'EdDSA' }, 'taken'],
    [{ typ: 'JWT' }, 'taken'],
    [{ typ: null }, 'taken'],
    [{ expiresIn: -60 }, 'expired'],
    [{ expiresIn: null }, 'missing_claim'],
    [{ audience: 'https://other.test' }, 'wrong_audience'],
    [{ audience: null }, 'wrong_audience'],
    [{ typ: 'dpop+jwt' }, 'wrong_type'],
    [{ alg: 'none' }, 'malformed'],
    [{ signedBy: 'stranger' }, 'bad_signature'],
    [{ header: { kid: 'nobody' } }, 'unknown_key'],
    [{ header: { alg: 'HS256' } }, 'unsupported_algorithm'],
    [{ claims: { iss: 'https://other.test' } }, 'wrong_issuer'],
    [{ claims: { nbf: START + 100 } }, 'not_yet_valid'],
  ])('%j has that fault and no other: %s', async (options, expected) => {
    const { issuer, reason } = setUp()
    await issuer.mint({ alg: options.alg === 'none' ? undefined : options.alg })
    expect(await reason(await issuer.mint(options))).toBe(expected)
  })

  test('an expired token was good before', async () => {
    const { issuer, time, provider } = setUp()
    const token = await issuer.mint({ expiresIn: -60 })
    time.forward(-120)
    expect(await provider.verifyToken(token)).not.toBeNull()
  })

  test('a bound token names the thumbprint of its key, whichever form and half of it was handed over', async () => {
    const { issuer } = setUp()
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jkt = await calculateJwkThumbprint(await exportJWK(publicKey))
    for (const key of [publicKey, await exportJWK(publicKey), await exportJWK(privateKey)])
      expect(decodeJwt(await issuer.bound(key, { sub: 'bob' }))).toMatchObject({ cnf: { jkt }, sub: 'bob' })
  })
})

describe('introspection and userinfo', () => {
  test('know every token that was given out, until it ends or is revoked', async () => {
    const { issuer, time } = setUp()
    const provider = asking(issuer, time.now)
    for (const make of [() => issuer.mint({ scopes: ['a'] }), () => issuer.opaque({ scopes: ['a'] })]) {
      const [token, other] = [await make(), await make()]
      expect(await provider.verifyToken(token)).toMatchObject({ subject: 'ada', scopes: ['a'], clientId: 'test-client', issuer: issuer.issuer })
      issuer.revoke(token)
      expect(await provider.verifyToken(token)).toBeNull()
      expect(await provider.verifyToken(other)).not.toBeNull()
      time.forward(301)
      expect(await provider.verifyToken(other)).toBeNull()
    }
    expect(await provider.verifyToken('nobody-gave-this-out')).toBeNull()
    expect(await provider.verifyToken(await issuer.mint({ signedBy: 'stranger' }))).toBeNull()
  })

  test('wants a client that proves itself', async () => {
    const { issuer } = setUp()
    const ask = (headers: Record<string, string>, more = {}) => issuer.fetch(`${issuer.issuer}/introspect`, { method: 'POST', headers, body: new URLSearchParams({ token: 'x', ...more }) })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ Authorization: `Basic ${btoa('test-client:wrong')}` })).status).toBe(401)
    expect((await ask({}, { client_id: 'test-client', client_secret: issuer.client.clientSecret })).status).toBe(200)
  })

  test('userinfo says who the token is about, and nothing of the token', async () => {
    const { issuer } = setUp({ claims: { email: 'ada@example.com' } })
    const ask = async (token: string) => issuer.fetch(`${issuer.issuer}/userinfo`, { headers: { Authorization: `Bearer ${token}` } })
    expect(await (await ask(await issuer.opaque())).json()).toEqual({ sub: 'ada', email: 'ada@example.com' })
    expect((await ask('nobody')).status).toBe(401)
  })
})

describe('logout', () => {
  test('ends the tokens of a subject, or of one session, and gives a logout token that the handler takes', async () => {
    const { issuer, time } = setUp({}, { revocations: undefined })
    const provider = asking(issuer, time.now)
    const [ada, session, bob] = [
      await issuer.opaque(),
      await issuer.opaque({ sub: 'bob', claims: { sid: 's1' } }),
      await issuer.opaque({ sub: 'bob', claims: { sid: 's2' } }),
    ]
    await issuer.logout({ sub: 'ada' })
    await issuer.logout({ sid: 's1' })
    expect(await Promise.all([ada, session, bob].map(async (token) => (await provider.verifyToken(token))?.subject))).toEqual([undefined, undefined, 'bob'])
    await expect(issuer.logout({})).rejects.toThrow('logout takes "sub", "sid" or both')
  })

  test('reaches a handler in this process and revokes there what was a JWT', async () => {
    const { issuer, provider, time } = setUp()
    const handler = logoutHandler(provider, { audience: issuer.client.clientId, now: time.now })
    const token = await issuer.mint()
    expect(await provider.verifyToken(token)).not.toBeNull()
    const send = (logout_token: string) => handler(new Request('https://api.test/logout', { method: 'POST', body: new URLSearchParams({ logout_token }) }))
    expect((await send(await issuer.logout({ sub: 'ada', claims: { nonce: 'n' } }))).status).toBe(400)
    expect(await provider.verifyToken(token)).not.toBeNull()
    expect((await send(await issuer.logout({ sub: 'ada' }))).status).toBeLessThan(300)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test('is posted to a client that has a place for it, and fails loudly where it is refused', async () => {
    const taken: string[] = []
    const server = setupServer(
      http.post('https://app.test/good', async ({ request }) => {
        taken.push(new URLSearchParams(await request.text()).get('logout_token') ?? '')
        return new Response()
      }),
      http.post('https://app.test/bad', () => new Response(null, { status: 400 })),
    )
    server.listen({ onUnhandledRequest: 'error' })
    const { issuer } = setUp({ clients: [{ clientId: 'good', backchannelLogoutUri: 'https://app.test/good' }, { clientId: 'bad', backchannelLogoutUri: 'https://app.test/bad' }] })
    const token = await issuer.logout({ sub: 'ada' })
    expect(taken).toEqual([token])
    await expect(issuer.logout({ sub: 'ada', clientId: 'bad' })).rejects.toThrow('answered the logout token with 400')
    server.close()
  })
})

describe('keys', () => {
  test('a rotation is found, and tokens of the old key stay good', async () => {
    const { issuer, provider, time } = setUp()
    const old = await issuer.mint()
    expect(await provider.verifyToken(old)).not.toBeNull()
    await issuer.rotate()
    expect(decodeProtectedHeader(await issuer.mint()).kid).toBe('key-2')
    time.forward(60)
    expect(await provider.verifyToken(await issuer.mint())).not.toBeNull()
    expect(await provider.verifyToken(old)).not.toBeNull()
  })

  test('a rotation that withdraws takes the old key away', async () => {
    const { issuer, reason } = setUp()
    const old = await issuer.mint()
    await issuer.rotate({ withdraw: true })
    expect(await reason(await issuer.mint())).toBe('taken')
    expect(await reason(old)).toBe('unknown_key')
  })

  test('a rotation under the same kid puts another key in the place of the old one', async () => {
    const { issuer } = setUp()
    const old = await issuer.mint()
    await issuer.rotate({ sameKid: true })
    const young = await issuer.mint()
    expect(decodeProtectedHeader(young).kid).toBe(decodeProtectedHeader(old).kid)
    const after = new JwksProvider({ ...issuer.options, cache: false })
    open.push(after)
    expect(await after.verifyToken(young)).not.toBeNull()
    expect(await after.verifyToken(old)).toBeNull()
  })
})

describe('faults', () => {
  const BREAKING: readonly (readonly [string, (issuer: TestIssuer) => () => void])[] = [
    ['an outage', (issuer) => issuer.outage()],
    ['an outage with a status', (issuer) => issuer.outage({ as: 503 })],
    ['an outage of the keys alone', (issuer) => issuer.outage({ at: 'jwks' })],
    ['garbage', (issuer) => issuer.garbage()],
    ['garbage that is half a key set', (issuer) => issuer.garbage({ at: 'jwks', body: '{"keys":[{', contentType: 'application/json' })],
    ['another issuer in the metadata', (issuer) => issuer.wrongIssuer()],
  ]

  test.each(BREAKING)('%s is "nobody knows", until it ends', async (_, begin) => {
    for (const how of ['end', 'heal'] as const) {
      const { issuer, provider, time } = setUp()
      const token = await issuer.mint()
      const end = begin(issuer)
      expect(isUnavailable(await provider.verifyToken(token).catch((error: unknown) => error))).toBe(true)
      if (how === 'end') end()
      else issuer.heal()
      time.forward(30)
      expect(await provider.verifyToken(token)).not.toBeNull()
    }
  })

  test('an outage elsewhere is no outage here', async () => {
    const { issuer, provider } = setUp()
    issuer.outage({ at: ['introspection', 'token'] })
    expect(await provider.verifyToken(await issuer.mint())).not.toBeNull()
  })

  test('silence lasts until the client gives up', async () => {
    const { issuer } = setUp()
    issuer.outage({ as: 'silence' })
    const given = new AbortController()
    const asked = issuer.fetch(`${issuer.issuer}/jwks`, { signal: given.signal })
    given.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })

  test('a slow issuer answers when the test says so', async () => {
    const { issuer } = setUp()
    const end = issuer.slow({ at: 'jwks' })
    let answered = 0
    const asked = [1, 2].map(() => issuer.fetch(`${issuer.issuer}/jwks`).then(() => answered++))
    await (await issuer.fetch(`${issuer.issuer}/.well-known/openid-configuration`)).text()
    expect(answered).toBe(0)
    end()
    await Promise.all(asked)
    expect(answered).toBe(2)
    issuer.slow({ until: async () => 'at once' })
    expect((await issuer.fetch(`${issuer.issuer}/jwks`)).status).toBe(200)
  })

  test('a flapping issuer answers and fails by count', async () => {
    const { issuer } = setUp()
    issuer.flap({ up: 2, down: 1, as: 500 })
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push((await issuer.fetch(`${issuer.issuer}/jwks`)).status)
    expect(statuses).toEqual([200, 200, 500, 200, 200, 500])
    expect(issuer.calls.map(({ endpoint, status }) => `${endpoint} ${status}`).slice(0, 3)).toEqual(['jwks 200', 'jwks 200', 'jwks 500'])
  })

  test('a clock that is ahead shows in its tokens, and adds up', async () => {
    const { issuer, reason } = setUp()
    const end = issuer.skew(100)
    expect(decodeJwt(await issuer.mint())).toMatchObject({ iat: START + 100, exp: START + 400 })
    expect(await reason(await issuer.mint({ claims: { nbf: START + 100 } }))).toBe('not_yet_valid')
    issuer.skew(-300)
    expect(decodeJwt(await issuer.mint()).iat).toBe(START - 200)
    end()
    expect(decodeJwt(await issuer.mint()).iat).toBe(START - 300)
  })

  test('a second key of the same name is in the set, and does not hide the right one', async () => {
    const { issuer, provider } = setUp()
    issuer.duplicateKid()
    const { keys } = (await (await issuer.fetch(`${issuer.issuer}/jwks`)).json()) as { keys: { kid: string; x: string }[] }
    expect(keys.map(({ kid }) => kid)).toEqual(['key-1', 'key-1'])
    expect(keys[0]?.x).not.toBe(keys[1]?.x)
    expect(await provider.verifyToken(await issuer.mint())).not.toBeNull()
  })
})

describe('where it answers', () => {
  test('its fetch answers at its own origin and nowhere else', async () => {
    const { issuer } = setUp()
    await expect(issuer.fetch('https://elsewhere.test/jwks')).rejects.toThrow('fetch failed')
    expect((await issuer.fetch(`${issuer.issuer}/nothing`)).status).toBe(404)
    expect((await issuer.fetch(`${issuer.issuer}/token`)).status).toBe(405)
  })

  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])('its metadata is at %s', async (path) => {
    const { issuer } = setUp()
    expect(await (await issuer.fetch(issuer.issuer + path)).json()).toMatchObject({
      issuer: issuer.issuer,
      jwks_uri: `${issuer.issuer}/jwks`,
      code_challenge_methods_supported: ['S256'],
    })
  })

  test('a port is of the loopback address, the issuer moves there with its path, and closing is closing', async () => {
    const issuer = await createTestIssuer({ issuer: 'https://id.example.com/t/1/' }).listen()
    expect(issuer.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/t\/1\/$/)
    const provider = new JwksProvider(issuer.options)
    open.push(provider)
    expect(await provider.verifyToken(await issuer.mint())).toMatchObject({ issuer: issuer.issuer })
    await issuer.close()
    await issuer.close()
    await expect(fetch(`${issuer.url}/jwks`)).rejects.toThrow()
  })

  test('an outage breaks real connections, and a request that no Request can be made of ends nothing', async () => {
    const issuer = await createTestIssuer().listen()
    open.push(issuer)
    const end = issuer.outage()
    await expect(fetch(`${issuer.url}/jwks`)).rejects.toThrow('fetch failed')
    end()
    expect((await fetch(`${issuer.url}/jwks`)).status).toBe(200)
    expect((await fetch(`${issuer.url}/jwks`, { method: 'OPTIONS' })).headers.get('Access-Control-Allow-Origin')).toBe('*')
  })

  test('msw hands its requests over', async () => {
    const issuer = createTestIssuer({ like: 'google', alg: 'ES256' })
    const server = setupServer(...issuer.handlers(http))
    server.listen({ onUnhandledRequest: 'error' })
    const { fetch: _, ...options } = issuer.options
    const provider = new JwksProvider(options as JwksProviderOptions)
    open.push(provider)
    expect(await provider.verifyToken(await issuer.mint())).not.toBeNull()
    issuer.outage()
    await expect(fetch('https://www.googleapis.com/oauth2/v3/certs')).rejects.toThrow()
    server.close()
  })

  test('nothing of it keeps a process alive', () => {
    const script = `
      import { createTestIssuer } from 'bearer-auth-providers/testing'
      import { JwksProvider } from 'bearer-auth-providers'
      const issuer = createTestIssuer()
      issuer.slow({ at: 'introspection' })
      issuer.fetch(issuer.issuer + '/introspect', { method: 'POST' })
      const provider = new JwksProvider(issuer.options)
      if (await provider.verifyToken(await issuer.mint()) === null) process.exit(2)`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 100_000 })
    expect(status, stderr).toBe(0)
  })
})

test.each([
  [{ isuer: 'https://id.example.com' }, 'did you mean "issuer"?'],
  [{ accessTokens: 'reference' }, '"accessTokens" must be one of jwt, opaque'],
  [{ consent: 'ask' }, '"consent" must be one of'],
  [{ clients: [] }, '"clients" must have at least one'],
])('refuses %j', (options, message) => {
  expect(() => createTestIssuer(options as TestIssuerOptions)).toThrow(message)
})
