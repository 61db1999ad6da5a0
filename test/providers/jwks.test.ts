import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { allowInsecureHttp, anyAudience, JwksProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { Signer } from '../oauth-kit.js'
import type { JwksProviderOptions } from '../../src/index.js'

const JWKS_URI = `${ISSUER}/keys`
const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`

const idp = setupServer()
beforeAll(() => idp.listen({ onUnhandledRequest: 'error' }))
afterEach(() => idp.resetHandlers())
afterAll(() => idp.close())

/** A well-behaved authorization server with these keys, and a count of how often it was asked. */
function serves(...signers: Signer[]): { fetches: string[] } {
  const fetches: string[] = []
  idp.use(
    http.get(CONFIGURATION, () => {
      fetches.push('configuration')
      return HttpResponse.json({ issuer: ISSUER, jwks_uri: JWKS_URI })
    }),
    http.get(JWKS_URI, () => {
      fetches.push('keys')
      return HttpResponse.json({ keys: signers.map(({ publicJwk }) => publicJwk) })
    }),
  )
  return { fetches }
}

keepsTheContract('JwksProvider', async () => {
  const { events, observe } = recorder()
  const key = await signer()
  const stranger = await signer()
  const time = clock()
  serves(key)
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: time.now, observe })
  return {
    provider,
    events,
    good: await key.sign({ sub: 'ada-lovelace', roles: [{ name: 'countess' }] }),
    refused: [await stranger.sign(), await key.sign({ aud: 'https://elsewhere.example' }), await key.sign({ exp: START - 60 }), 'opaque-token'],
    outage: {
      begin: () => idp.use(http.get(CONFIGURATION, () => HttpResponse.error())),
      end: () => {
        idp.resetHandlers()
        serves(key)
        time.forward(2)
      },
    },
  }
})

describe('JwksProvider', () => {
  // GOALS R7 counts requests: every place of discovery is one, and the second attempt for a lost connection.
  const OUTAGES: readonly (readonly [string, (url: string, issuer: string) => Response])[] = [
    ['lost connections', () => { throw new TypeError('fetch failed') }],
    ['500', () => new Response('oops', { status: 500 })],
    ['404 everywhere, as a gateway without a server behind it', () => new Response('', { status: 404 })],
    ['403 everywhere', () => new Response('', { status: 403 })],
    ['HTML with 200', () => new Response('<!doctype html>')],
    ['another issuer', () => Response.json({ issuer: 'https://other.example', jwks_uri: JWKS_URI })],
    ['keys that are lost', (url, issuer) => { if (url === JWKS_URI) throw new TypeError('fetch failed'); return Response.json({ issuer, jwks_uri: JWKS_URI }) }],
    ['keys with 500', (url, issuer) => (url === JWKS_URI ? new Response('', { status: 500 }) : Response.json({ issuer, jwks_uri: JWKS_URI }))],
    ['keys with 404', (url, issuer) => (url === JWKS_URI ? new Response('', { status: 404 }) : Response.json({ issuer, jwks_uri: JWKS_URI }))],
    ['no keys, and discovery in the last place', (url, issuer) => (url.startsWith(`${issuer}/.well-known/`) || !url.includes('.well-known') ? new Response('', { status: 404 }) : Response.json({ issuer, jwks_uri: JWKS_URI }))],
  ]
  test.each([
    ...OUTAGES.flatMap((outage) => [[...outage, 'cold', {}] as const, [...outage, 'warm', {}] as const]),
    ...OUTAGES.slice(0, 5).map((outage) => [...outage, 'cold, by a given URL', { jwksUri: JWKS_URI }] as const),
  ])('a hard outage without keys at hand costs the issuer at most 24 requests in the first minute: %s', async (_, broken, state, origin) => {
    const issuer = 'https://id.example.com/realms/acme' // with a path, so that there are three places
    const key = await signer()
    const time = clock()
    let requests = 0
    let isDown = state !== 'warm'
    const fetch = async (url: unknown): Promise<Response> => {
      requests += 1
      if (isDown) return broken(String(url), issuer)
      return Response.json(String(url) === JWKS_URI ? { keys: [key.publicJwk] } : { issuer, jwks_uri: JWKS_URI })
    }
    const provider = new JwksProvider({
      issuer,
      audience: AUDIENCE,
      now: time.now,
      fetch: fetch as typeof globalThis.fetch,
      cache: false,
      keys: { maxStale: 0 },
      ...origin,
    })
    const ask = async (sub: string) => provider.verifyToken(await key.sign({ iss: issuer, sub, exp: time.now() + 60 })).catch(() => 'nobody knows')
    await ask('ada')
    if (state === 'warm') {
      time.forward(601)
      requests = 0
      isDown = true
    }
    for (let tenth = 0; tenth < 600; tenth += 1) {
      expect(await Promise.all([ask('ada'), ask('bob')])).toEqual(['nobody knows', 'nobody knows'])
      time.forward(0.1)
    }
    expect(requests).toBeGreaterThanOrEqual(15)
    expect(requests).toBeLessThanOrEqual(24)
    isDown = false
    time.forward(4)
    expect(await ask('ada'), 'four seconds after a long one').not.toBe('nobody knows')
  })

  const setUp = async (options: Partial<JwksProviderOptions> = {}, alg = 'ES256') => {
    const key = await signer(alg)
    const time = clock()
    const { events, observe } = recorder()
    const provider = new JwksProvider({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: { keys: [key.publicJwk] },
      cache: false,
      now: time.now,
      observe,
      ...options,
    } as JwksProviderOptions)
    const reason = async (token: string): Promise<string> => {
      const answer = await provider.verifyToken(token)
      const last = events.at(-1)
      return answer !== null ? 'accepted' : last?.type === 'rejected' ? last.reason : 'no event'
    }
    return { key, time, events, provider, reason }
  }

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])('takes %s', async (alg) => {
    const { key, reason } = await setUp({}, alg)
    expect(await reason(await key.sign())).toBe('accepted')
    expect(await reason((await key.sign()).replace(/.{6}$/, 'AAAAAA'))).not.toBe('accepted')
  })

  test('a token says who, until when and for which client', async () => {
    const { key, provider } = await setUp()
    const token = await provider.verifyToken(await key.sign({ azp: 'inspector' }))
    expect(token).toMatchObject({ issuer: ISSUER, subject: 'ada', clientId: 'inspector', expiresAt: START + 300, scopes: ['notes:read'], provider: 'jwks' })
    expect((await provider.verifyToken(await key.sign({ azp: 'inspector', client_id: 'agent' })))?.clientId).toBe('agent')
    expect((await provider.verifyToken(await key.sign()))?.clientId).toBeUndefined()
  })

  const refusals: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>, string])[] = [
    ['another issuer', { iss: 'https://evil.example' }, {}, 'wrong_issuer'],
    ['the issuer with a slash more', { iss: `${ISSUER}/` }, {}, 'wrong_issuer'],
    ['an issuer that is a list', { iss: [ISSUER] }, {}, 'wrong_issuer'],
    ['no issuer', { iss: undefined }, {}, 'wrong_issuer'],
    ['no audience', { aud: undefined }, {}, 'wrong_audience'],
    ['an empty list of audiences', { aud: [] }, {}, 'wrong_audience'],
    ['an audience that contains ours', { aud: `${AUDIENCE}/x` }, {}, 'wrong_audience'],
    ['a wildcard audience', { aud: '*' }, {}, 'wrong_audience'],
    ['a nested audience', { aud: [[AUDIENCE]] }, {}, 'invalid_claim'],
    ['an audience that is an object', { aud: { [AUDIENCE]: true } }, {}, 'invalid_claim'],
    ['no end', { exp: undefined }, {}, 'missing_claim'],
    ['an end as text', { exp: String(START + 300) }, {}, 'invalid_claim'],
    ['an end that is null', { exp: null }, {}, 'invalid_claim'],
    ['an end long past', { exp: START - 6 }, {}, 'expired'],
    ['an end before the epoch', { exp: -1 }, {}, 'expired'],
    ['a beginning in the future', { nbf: START + 60 }, {}, 'not_yet_valid'],
    ['a beginning as text', { nbf: 'now' }, {}, 'invalid_claim'],
    ['an issue time as text', { iat: 'now' }, {}, 'invalid_claim'],
    ['a subject that is no text', { sub: { id: 1 } }, {}, 'invalid_claim'],
    ['a client that is a list', { client_id: ['a'] }, {}, 'invalid_claim'],
    ['an ID token by its at_hash', { at_hash: 'x' }, {}, 'wrong_type'],
    ['a Cognito ID token', { token_use: 'id' }, {}, 'wrong_type'],
    ['a Keycloak ID token', { typ: 'ID' }, {}, 'wrong_type'],
    ['a logout token', { events: {} }, {}, 'wrong_type'],
    ['a DPoP proof', {}, { typ: 'dpop+jwt' }, 'wrong_type'],
    ['a typ that is no text', {}, { typ: 7 }, 'wrong_type'],
    ['a key nobody knows', {}, { kid: 'key-2' }, 'unknown_key'],
    ['a key id that is no text', {}, { kid: 7 }, 'unknown_key'],
  ]
  test.each(refusals)('%s is refused', async (_, claims, header, expected) => {
    const { key, reason } = await setUp()
    expect(await reason(await key.sign(claims, header))).toBe(expected)
  })

  test.each([
    ['one audience of several', { aud: ['https://elsewhere.example', AUDIENCE] }, {}],
    ['the at+jwt of RFC 9068', {}, { typ: 'at+jwt' }],
    ['application/at+jwt in capitals', {}, { typ: 'application/AT+JWT' }],
    ['a Cognito access token', { token_use: 'access' }, {}],
    ['a Keycloak access token', { typ: 'Bearer' }, {}],
    ['an end four seconds ago, within the tolerance', { exp: START - 4 }, {}],
    ['a beginning in four seconds', { nbf: START + 4 }, {}],
    ['no kid at all', {}, { kid: undefined }],
  ])('%s is taken', async (_, claims, header) => {
    const { key, reason } = await setUp()
    expect(await reason(await key.sign(claims, header))).toBe('accepted')
  })

  test('anyAudience takes a token without one, and only that symbol does', async () => {
    const { key, reason } = await setUp({ audience: anyAudience })
    expect(await reason(await key.sign({ aud: undefined }))).toBe('accepted')
    expect(await reason(await key.sign({ aud: 7 }))).toBe('invalid_claim')
  })

  test('the tolerance is an option', async () => {
    const { key, reason } = await setUp({ clockTolerance: 0 })
    expect(await reason(await key.sign({ exp: START }))).toBe('expired')
    const patient = await setUp({ clockTolerance: 60 })
    expect(await patient.reason(await patient.key.sign({ exp: START - 59 }))).toBe('accepted')
  })

  test('only the algorithms named are taken', async () => {
    const { key, reason } = await setUp({ algorithms: ['RS256'] })
    expect(await reason(await key.sign())).toBe('unsupported_algorithm')
  })

  test('an event names the claim that did not fit and not its value', async () => {
    const { key, events, provider } = await setUp()
    await provider.verifyToken(await key.sign({ aud: 'secret-project' }))
    expect(events.at(-1)).toEqual({ type: 'rejected', provider: 'jwks', reason: 'wrong_audience', claim: 'aud', remembered: false })
  })

  test('a refusal that took no signature is made anew, and pushes nothing out of the memory', async () => {
    const { key, provider, events } = await setUp()
    for (const token of [await key.sign({ aud: 'another' }), await key.sign({ exp: START - 3600 }), 'random.text.only']) {
      expect([await provider.verifyToken(token), await provider.verifyToken(token)]).toEqual([null, null])
      expect(events.at(-1)).toMatchObject({ type: 'rejected', remembered: false })
    }
    expect(provider.stats().rejected.entries).toBe(0)
  })

  test('a remembered yes ends with the token', async () => {
    const { key, provider, time, events } = await setUp({ cache: { ttl: 3600 } })
    const token = await key.sign()
    await provider.verifyToken(token)
    time.forward(299)
    expect(await provider.verifyToken(token)).not.toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'accepted', remembered: true })
    time.forward(7)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  describe('recognition', () => {
    test('is by the unverified issuer', async () => {
      const { key, provider } = await setUp()
      expect(provider.recognizes(await key.sign({ aud: 'elsewhere' }))).toBe('mine')
      expect(provider.recognizes(await key.sign({ iss: 'https://other.example' }))).toBe('foreign')
      expect(provider.recognizes('gho_opaque')).toBe('foreign')
      expect(provider.recognizes('a.b.c')).toBe('foreign')
    })
  })

  describe('finding the keys', () => {
    const inOrder = [
      { issuer: 'https://id.example.com/realms/acme', form: 'OIDC, appended', at: 'https://id.example.com/realms/acme/.well-known/openid-configuration' },
      { issuer: 'https://id.example.com/realms/acme', form: 'RFC 8414, inserted', at: 'https://id.example.com/.well-known/oauth-authorization-server/realms/acme' },
      { issuer: 'https://id.example.com/realms/acme', form: 'OIDC, inserted', at: 'https://id.example.com/.well-known/openid-configuration/realms/acme' },
      { issuer: 'https://id.example.com/', form: 'a trailing slash', at: 'https://id.example.com/.well-known/openid-configuration' },
      { issuer: 'https://id.example.com', form: 'RFC 8414 at the root', at: 'https://id.example.com/.well-known/oauth-authorization-server' },
    ]
    test.each(inOrder)('$form', async ({ issuer, at }) => {
      const key = await signer()
      idp.use(
        http.get(at, () => HttpResponse.json({ issuer, jwks_uri: JWKS_URI })),
        http.get(JWKS_URI, () => HttpResponse.json({ keys: [key.publicJwk] })),
        http.get('https://id.example.com/*', () => new HttpResponse('not here', { status: 404 })),
      )
      const provider = new JwksProvider({ issuer, audience: AUDIENCE, now: clock().now })
      expect(await provider.verifyToken(await key.sign({ iss: issuer }))).not.toBeNull()
    })

    test('jwksUri needs no discovery', async () => {
      const key = await signer()
      const { fetches } = serves(key)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).not.toBeNull()
      expect(fetches).toEqual(['keys'])
    })

    test('a fetch of your own is used for everything', async () => {
      const key = await signer()
      const asked: string[] = []
      const fetch = async (url: unknown): Promise<Response> => {
        asked.push(String(url))
        return Response.json(String(url) === JWKS_URI ? { keys: [key.publicJwk] } : { issuer: ISSUER, jwks_uri: JWKS_URI })
      }
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, fetch: fetch as typeof globalThis.fetch, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).not.toBeNull()
      expect(asked).toEqual([CONFIGURATION, JWKS_URI])
    })

    const broken: readonly (readonly [string, unknown])[] = [
      ['names another issuer', { issuer: 'https://evil.example', jwks_uri: JWKS_URI }],
      ['names the issuer with a slash more', { issuer: `${ISSUER}/`, jwks_uri: JWKS_URI }],
      ['has no jwks_uri', { issuer: ISSUER }],
      ['has keys on plain http', { issuer: ISSUER, jwks_uri: 'http://id.example.com/keys' }],
      ['has keys on plain http of this machine, and is of an https issuer', { issuer: ISSUER, jwks_uri: 'http://127.0.0.1:9/keys' }],
      ['has a file as jwks_uri', { issuer: ISSUER, jwks_uri: 'file:///etc/passwd' }],
      ['is an array', []],
      ['is null', null],
    ]
    test.each(broken)('a discovery document that %s is no answer', async (_, document) => {
      const key = await signer()
      // The keys are there, wherever it points: only the document is wrong.
      const keys = [JWKS_URI, 'http://id.example.com/keys', 'http://127.0.0.1:9/keys'].map((url) => http.get(url, () => HttpResponse.json({ keys: [key.publicJwk] })))
      idp.use(http.get(CONFIGURATION, () => HttpResponse.json(document as object)), ...keys)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: clock().now })
      await expect(provider.verifyToken(await key.sign())).rejects.toSatisfy(isUnavailable)
    })

    const ELSEWHERE = `${ISSUER}/.well-known/oauth-authorization-server`
    const others: readonly (readonly [string, () => Response])[] = [
      ['HTML with 200', () => HttpResponse.html('<!doctype html><div id=app>')],
      ['a page that is larger than any document', () => HttpResponse.html('x'.repeat(600 * 1024))],
      ['a redirect to the sign-in', () => new HttpResponse(null, { status: 302, headers: { Location: '/login' } })],
      ['a document without keys', () => HttpResponse.json({ issuer: ISSUER })],
      ['the document of another issuer', () => HttpResponse.json({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/keys' })],
      ['keys on plain http', () => HttpResponse.json({ issuer: ISSUER, jwks_uri: 'http://id.example.com/keys' })],
      ['nothing', () => new HttpResponse(null, { status: 404 })],
    ]
    test.each(others)('%s at the first place is passed over', async (_, response) => {
      const key = await signer()
      const { fetches } = serves(key)
      idp.use(http.get(CONFIGURATION, response), http.get(ELSEWHERE, () => HttpResponse.json({ issuer: ISSUER, jwks_uri: JWKS_URI })))
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).not.toBeNull()
      expect(fetches).toEqual(['keys'])
    })

    test('an outage at the first place asks no other, and the next document is held to its issuer as well', async () => {
      const key = await signer()
      serves(key)
      let asked = 0
      const evil = (): Response => ((asked += 1), HttpResponse.json({ issuer: 'https://evil.example', jwks_uri: JWKS_URI }))
      idp.use(http.get(CONFIGURATION, () => new HttpResponse(null, { status: 500 })), http.get(ELSEWHERE, evil))
      const provider = (): JwksProvider => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: clock().now })
      await expect(provider().verifyToken(await key.sign())).rejects.toThrow('answered 500')
      expect(asked).toBe(0)
      idp.use(http.get(CONFIGURATION, () => HttpResponse.html('<p>')))
      await expect(provider().verifyToken(await key.sign())).rejects.toThrow(/is not JSON, but HTML.*openid-configuration\)$/)
      expect(asked).toBe(1)
    })

    test('a document for many tenants says how to list them', async () => {
      const key = await signer()
      const forMany = (): Response => HttpResponse.json({ issuer: `${ISSUER}/{tenantid}`, jwks_uri: JWKS_URI })
      idp.use(http.get(CONFIGURATION, forMany), http.get(ELSEWHERE, () => new HttpResponse(null, { status: 404 })))
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: clock().now })
      await expect(provider.verifyToken(await key.sign())).rejects.toThrow(/\{ template, allow \}/)
    })

    const MOVED = 'https://id.example.com/moved'
    // With the good keys in each, so that only the one fault can fail it.
    const silences: readonly (readonly [string, (set: { keys: object[] }) => Response])[] = [
      ['a server error', (set) => HttpResponse.json(set, { status: 500 })],
      ['a redirect', (set) => HttpResponse.json(set, { status: 302, headers: { Location: MOVED } })],
      ['HTML', () => HttpResponse.html('<h1>maintenance</h1>')],
      ['no key set', () => HttpResponse.json({ hello: 'world' })],
      ['a key set without keys', () => HttpResponse.json({ keys: [] })],
      ['nothing there', (set) => HttpResponse.json(set, { status: 404 })],
      ['a body without end', (set) => HttpResponse.json({ ...set, more: 'x'.repeat(600 * 1024) })],
      ['a connection that breaks', () => HttpResponse.error()],
      ['invalid UTF-8', (set) => HttpResponse.arrayBuffer(Uint8Array.from(Buffer.from(JSON.stringify({ ...set, more: '\u00ff' }), 'latin1')).buffer)],
    ]
    test.each(silences)('%s where the keys should be is no answer', async (_, response) => {
      const key = await signer()
      const set = { keys: [key.publicJwk] }
      idp.use(http.get(JWKS_URI, () => response(set)), http.get(MOVED, () => HttpResponse.json(set)))
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now: clock().now })
      await expect(provider.verifyToken(await key.sign())).rejects.toSatisfy(isUnavailable)
    })

    test('a rate limit passes its Retry-After on', async () => {
      const key = await signer()
      idp.use(http.get(JWKS_URI, () => new HttpResponse(null, { status: 429, headers: { 'Retry-After': '17' } })))
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, now: clock().now })
      await expect(provider.verifyToken(await key.sign())).rejects.toMatchObject({ retryAfter: 17 })
    })

    test('a token that is refused before the signature asks nobody', async () => {
      const key = await signer()
      const { fetches } = serves(key)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: clock().now })
      await provider.verifyToken(await key.sign({ aud: 'elsewhere' }))
      await provider.verifyToken(await key.sign({ exp: START - 60 }))
      expect(fetches).toEqual([])
    })
  })

  describe('keys that are at fault', () => {
    test.each([
      ['for encryption', { use: 'enc' }],
      ['for another algorithm', { alg: 'PS256' }],
      ['for signing only', { key_ops: ['sign'] }],
      ['with its private part in public', { d: 'AAAA' }],
      ['of another kind', { kty: 'EC', crv: 'P-256' }],
      ['with an exponent of one', { e: 'AQ' }],
      ['with a small modulus', { n: 'AQAB' }],
      ['with a modulus that is no text', { n: 7 }],
    ])('a key %s is never used', async (_, change) => {
      const key = await signer('RS256')
      const beside = await signer('ES384', 'beside') // a set without any that can be used is refused where it is given
      const keys = [{ ...key.publicJwk, ...change } as never, beside.publicJwk]
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys }, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).toBeNull()
    })

    test('broken neighbours do not spoil a good key', async () => {
      const key = await signer('ES256', 'good')
      const other = await signer('ES256', 'good')
      const keys = [null, 7, 'text', {}, { kty: 'EC', crv: 'P-256', kid: 'good', x: 'AAAA', y: 'AAAA' }, { kty: 'oct', k: 'AAAA' }, other.publicJwk, key.publicJwk]
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys } as never, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).not.toBeNull()
    })

    test('at most four keys are tried for one token', async () => {
      const key = await signer('ES256', 'same')
      const others = await Promise.all(Array.from({ length: 4 }, () => signer('ES256', 'same')))
      const keys = [...others, key].map(({ publicJwk }) => publicJwk)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys }, now: clock().now })
      expect(await provider.verifyToken(await key.sign())).toBeNull()
    })
  })

  test.each([
    ['no options', undefined, /JwksProvider takes an object/],
    ['no audience', { issuer: ISSUER }, /"audience".*anyAudience/],
    ['an audience of null', { issuer: ISSUER, audience: null }, /"audience"/],
    ['an empty audience', { issuer: ISSUER, audience: '' }, /"audience"/],
    ['a blank audience', { issuer: ISSUER, audience: ' ' }, /"audience"/],
    ['an empty list of audiences', { issuer: ISSUER, audience: [] }, /"audience"/],
    ['an empty audience among others', { issuer: ISSUER, audience: [AUDIENCE, ''] }, /"audience"/],
    ['another symbol as audience', { issuer: ISSUER, audience: Symbol('any') }, /"audience"/],
    ['no issuer', { audience: AUDIENCE }, /"issuer"/],
    ['an issuer that is no URL, without keys', { issuer: 'acme', audience: AUDIENCE }, /"issuer" must be an absolute URL/],
    ['an issuer on plain http', { issuer: 'http://id.example.com', audience: AUDIENCE }, /https.*allowInsecureHttp/],
    ['a jwksUri on plain http', { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'http://id.example.com/keys' }, /"jwksUri" must be an https URL/],
    ['a jwksUri with a password', { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'https://a:b@id.example.com/keys' }, /"jwksUri" must not contain/],
    ['jwksUri and jwks together', { issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI, jwks: { keys: [{}] } }, /not both/],
    ['a key set without keys', { issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [] } }, /"jwks"/],
    ['a shared-secret algorithm', { issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'] }, /"algorithms"/],
    ['no algorithm', { issuer: ISSUER, audience: AUDIENCE, algorithms: [] }, /"algorithms"/],
    ['the algorithm none', { issuer: ISSUER, audience: AUDIENCE, algorithms: ['none'] }, /"algorithms"/],
    ['an algorithm called constructor', { issuer: ISSUER, audience: AUDIENCE, algorithms: ['constructor'] }, /"algorithms"/],
    ['a misspelt option', { issuer: ISSUER, audiance: AUDIENCE }, /"audiance" is not an option of JwksProvider; did you mean "audience"\?$/],
    ['a name of JSON', { issuer: ISSUER, audience: AUDIENCE, jwks_uri: JWKS_URI }, /did you mean "jwksUri"\?$/],
    ['an option of another library', { issuer: ISSUER, audience: AUDIENCE, secret: 'x' }, /"secret" is not an option of JwksProvider; it takes issuer, audience/],
    ['a tolerance in milliseconds', { issuer: ISSUER, audience: AUDIENCE, clockTolerance: 5000 }, /5000 looks like milliseconds, write 5/],
    ['five minutes of tolerance', { issuer: ISSUER, audience: AUDIENCE, clockTolerance: 300 }, /must be a number of seconds from 0 to 60$/],
    ['a tolerance of NaN', { issuer: ISSUER, audience: AUDIENCE, clockTolerance: Number.NaN }, /"clockTolerance" must be a number of seconds from 0 to 60/],
    ['a tolerance over a minute', { issuer: ISSUER, audience: AUDIENCE, clockTolerance: 61 }, /from 0 to 60/],
    ['a timeout in milliseconds', { issuer: ISSUER, audience: AUDIENCE, timeout: 2000 }, /write 2/],
    ['a ttl in milliseconds', { issuer: ISSUER, audience: AUDIENCE, cache: { ttl: 300_000 } }, /"cache.ttl".*write 300/],
    ['a misspelt cache option', { issuer: ISSUER, audience: AUDIENCE, cache: { TTL: 3 } }, /"TTL" is not an option of cache/],
    ['a symbol by its name', { issuer: ISSUER, audience: AUDIENCE, allowInsecureHttp: true }, /it is a symbol/],
    ['an option of the gate', { issuer: ISSUER, audience: AUDIENCE, requiredScopes: ['a'] }, /but of bearerAuth/],
    ['a cache of true', { issuer: ISSUER, audience: AUDIENCE, cache: true }, /"cache" must be false or an object/],
    ['scopes that are text', { issuer: ISSUER, audience: AUDIENCE, scopes: 'notes:read' }, /"scopes" must be a mapper/],
    ['an issuer that is not set', { issuer: undefined, audience: AUDIENCE }, /"issuer" must be the issuer exactly.*is a variable not set/],
    ['an audience that is not set', { issuer: ISSUER, audience: undefined }, /"audience" must name this server.*is a variable not set/],
    ['a discovery document for an issuer', { issuer: `${ISSUER}/.well-known/openid-configuration`, audience: AUDIENCE }, /"issuer" is what stands before \/.well-known/],
    ['a blank issuer, keys in hand', { issuer: ' ', audience: AUDIENCE, jwks: { keys: [{}] } }, /"issuer" must be the issuer exactly/],
    ['a hole among the issuers', { issuer: [, ISSUER], audience: AUDIENCE }, /"issuer"/],
    ['a hole among the algorithms', { issuer: ISSUER, audience: AUDIENCE, algorithms: [, 'RS256'] }, /"algorithms"/],
    ['keys that are null', { issuer: ISSUER, audience: AUDIENCE, keys: null }, /keys takes an object with maxAge/],
    ['a store of keys that is none', { issuer: ISSUER, audience: AUDIENCE, keys: { store: {} } }, /"keys.store" must have get and set/],
    ['a snapshot that is null', { issuer: ISSUER, audience: AUDIENCE, keys: { snapshot: null } }, /"keys.snapshot"/],
    ['a snapshot that is text', { issuer: ISSUER, audience: AUDIENCE, keys: { snapshot: '{}' } }, /"keys.snapshot"/],
    ['keys with a function in them', { issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [() => 1] } }, /"jwks" must be a JWK Set/],
    ['headers that are text', { issuer: ISSUER, audience: AUDIENCE, headers: 'Authorization: x' }, /"headers" must be an object/],
    ['a header without a value', { issuer: ISSUER, audience: AUDIENCE, headers: { Authorization: undefined } }, /"headers" has .*: Authorization/],
    ['a header that is none', { issuer: ISSUER, audience: AUDIENCE, headers: { 'not one': 'x' } }, /"headers" has .*: not one/],
    ['a header with a line break, which is not shown', { issuer: ISSUER, audience: AUDIENCE, headers: { Authorization: 'Bearer s\necret' } }, /^"headers" has a name, or a value, that no header can have: Authorization$/],
    ['revocations that are null', { issuer: ISSUER, audience: AUDIENCE, revocations: null }, /new Revocations\(\)/],
    ['a fetch that is no function', { issuer: ISSUER, audience: AUDIENCE, fetch: 'undici' }, /"fetch" must be a function/],
  ])('%s is refused at construction', (_, options, message) => {
    const construct = (): unknown => new JwksProvider(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  test('plain http is for loopback, or by name', () => {
    const make = (issuer: string, more = {}): unknown => new JwksProvider({ issuer, audience: AUDIENCE, ...more })
    expect(() => make('http://localhost:8080')).not.toThrow()
    expect(() => make('http://127.0.0.1:8080/realms/a')).not.toThrow()
    expect(() => make('http://[::1]:8080')).not.toThrow()
    expect(() => make('http://127.0.0.1.evil.example')).toThrow(/https/)
    expect(() => make('http://keycloak:8080', { [allowInsecureHttp]: true })).not.toThrow()
  })

  test('an issuer that is no URL is fine when the keys are at hand', async () => {
    const { key, provider } = await setUp({ issuer: 'acme.com' })
    expect(await provider.verifyToken(await key.sign({ iss: 'acme.com' }))).not.toBeNull()
  })
})
