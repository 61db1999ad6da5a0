/** A token of our own for the endpoint: got, kept, renewed ahead of its end, and never sent to another server. */
import { describe, expect, test } from 'vitest'
import { bearerClientAuth, clientCredentials, clientSecretBasic, IntrospectionProvider, tlsClientAuth } from '../../../src/index.js'
import { closing } from '../../closing.js'
import { AUDIENCE, clock, START } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import { faultEndpoint, json } from '../fault-endpoint.js'
import type { ClientAuth } from '../../../src/index.js'

async function setUp(clientAuth: ClientAuth, options: { readonly timeout?: number } = {}) {
  const idp = closing(await faultEndpoint())
  const time = clock()
  const { events, observe } = recorder()
  const grants: string[] = []
  idp.at('/token', (response, question) => {
    grants.push(question.body.toString())
    json({ access_token: `own-${grants.length}`, token_type: 'Bearer', expires_in: 100 })(response, question)
  })
  idp.answer({ active: true, aud: AUDIENCE, sub: 'ada', exp: START + 9999 })
  const provider = closing(new IntrospectionProvider({ issuer: idp.issuer, audience: AUDIENCE, clientAuth, cache: false, now: time.now, observe, ...options }))
  const shown = (): readonly (string | undefined)[] => idp.questions.map(({ headers }) => headers.authorization)
  return { idp, time, events, grants, provider, shown }
}

describe('bearer', () => {
  const source = () => clientCredentials({ clientAuth: clientSecretBasic('a', 'b'), scope: 'introspect', parameters: { resource: 'x' } })

  test('gets one token for many questions, and says what it is for', async () => {
    const { grants, provider, shown, idp } = await setUp(bearerClientAuth(source()))
    await Promise.all(['a', 'b', 'c'].map((token) => provider.verifyToken(token)))
    expect(grants).toEqual(['resource=x&scope=introspect&grant_type=client_credentials'])
    expect(new Set(shown())).toEqual(new Set(['Bearer own-1']))
    expect(idp.questions[0]?.body.has('client_id')).toBe(false)
  })

  test('renews it ahead of its end, without making anybody wait', async () => {
    const { grants, provider, shown, time } = await setUp(bearerClientAuth(source()))
    await provider.verifyToken('a')
    time.forward(81)
    await provider.verifyToken('b')
    expect(shown().at(-1)).toBe('Bearer own-1')
    while (grants.length < 2) await new Promise((done) => setImmediate(done))
    await expect.poll(async () => (await provider.verifyToken('c'), shown().at(-1))).toBe('Bearer own-2')
    time.forward(101)
    await provider.verifyToken('d')
    expect(shown().at(-1)).toBe('Bearer own-3')
  })

  test('gets a new one when the endpoint does not take it', async () => {
    const { idp, grants, provider } = await setUp(bearerClientAuth(source()))
    idp.answer(json({}, 401))
    await provider.verifyToken('a').catch(() => undefined)
    await provider.verifyToken('a').catch(() => undefined)
    expect(grants).toHaveLength(2)
  })

  test('no token to be had is unavailable, and the question is not asked', async () => {
    const { idp, provider, events } = await setUp(bearerClientAuth(source()))
    idp.at('/token', json({ error: 'invalid_client' }, 401))
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(idp.questions).toEqual([])
    expect(events.map(({ type }) => type)).toContain('credentials_refused')
  })

  test.each([
    ['400 invalid_client', { error: 'invalid_client' }, 400],
    ['400 unauthorized_client', { error: 'unauthorized_client' }, 400],
    ['401', {}, 401],
  ])('a token endpoint that does not take our credentials (%s) is loud, and is not asked by every request', async (_, body, status) => {
    const { idp, provider, events } = await setUp(bearerClientAuth(source()))
    const asked: string[] = []
    idp.at('/token', (response, question) => {
      asked.push(question.path)
      json(body, status)(response, question)
    })
    for (let n = 0; n < 20; n += 1) await expect(provider.verifyToken(`t${n}`)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(asked).toHaveLength(5)
    expect(events.find(({ type }) => type === 'credentials_refused')).toMatchObject({ fault: 'credentials', method: 'bearer' })
    expect(events.filter(({ type }) => type === 'breaker_opened')).toHaveLength(1)
  })

  test.each([
    ['a token bound to a key', { access_token: 'own', token_type: 'DPoP', expires_in: 100 }],
    ['a token that no header can carry', { access_token: 'own token', token_type: 'Bearer' }],
    ['no token', { token_type: 'Bearer' }],
    ['an end that is past', { access_token: 'own', token_type: 'Bearer', expires_in: -5 }],
  ])('%s is not used', async (_, body) => {
    const { idp, provider } = await setUp(bearerClientAuth(source()))
    idp.at('/token', body)
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(idp.questions).toEqual([])
  })

  test('a token endpoint that redirects gets nobody our credentials', async () => {
    const { idp, provider } = await setUp(bearerClientAuth(source()))
    const stranger = closing(await faultEndpoint())
    idp.at('/token', (response) => void response.writeHead(307, { Location: stranger.endpoint }).end())
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ fault: 'redirect' })
    expect([...stranger.questions, ...stranger.others]).toEqual([])
  })

  test('a renewal that fails is tried once a second, while the token at hand serves', async () => {
    const { idp, provider, grants, shown, time } = await setUp(bearerClientAuth(source()))
    await provider.verifyToken('a')
    idp.at('/token', (response, question) => {
      grants.push('refused')
      json({}, 503)(response, question)
    })
    time.forward(81)
    for (let n = 0; n < 20; n += 1) await provider.verifyToken(`t${n}`)
    await expect.poll(() => grants.length).toBe(2)
    time.forward(1)
    for (let n = 0; n < 20; n += 1) await provider.verifyToken(`u${n}`)
    await expect.poll(() => grants.length).toBe(3)
    expect(new Set(shown())).toEqual(new Set(['Bearer own-1']))
  })

  test('what one server gave is not sent to another', async () => {
    const shared = bearerClientAuth(source())
    const [one, two] = [await setUp(shared), await setUp(shared)]
    await one.provider.verifyToken('a')
    await two.provider.verifyToken('a')
    expect(two.grants).toHaveLength(1)
  })

  test('a source that never gives a token costs a request no more than its time', async () => {
    const { idp, provider } = await setUp(bearerClientAuth(() => new Promise<string>(() => undefined)), { timeout: 0.1 })
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ fault: 'too slow' })
    expect(idp.questions).toEqual([])
  })

  test('a function of yours is asked each time', async () => {
    let asked = 0
    const { provider, shown } = await setUp(bearerClientAuth(async () => `mine-${(asked += 1)}`))
    await provider.verifyToken('a')
    await provider.verifyToken('b')
    expect(shown()).toEqual(['Bearer mine-1', 'Bearer mine-2'])
  })
})

describe('tlsClientAuth', () => {
  test('asks at the alias for mutual TLS (RFC 8705 section 5) through the fetch that brings the certificate', async () => {
    const idp = closing(await faultEndpoint())
    const asked: string[] = []
    const { issuer } = idp
    idp.at('/.well-known/openid-configuration', { issuer, introspection_endpoint: `${issuer}/wrong`, mtls_endpoint_aliases: { introspection_endpoint: idp.endpoint } })
    idp.answer({ active: true, aud: AUDIENCE, sub: 'ada', exp: START + 300 })
    const withCertificate: typeof fetch = (url, init) => (asked.push(String(url)), fetch(url, init))
    const provider = closing(new IntrospectionProvider({ issuer, audience: AUDIENCE, clientAuth: tlsClientAuth('notes'), fetch: withCertificate, now: () => START }))
    expect(await provider.verifyToken('a')).not.toBeNull()
    expect(asked.at(-1)).toBe(idp.endpoint)
    expect([...(idp.questions[0]?.body ?? [])]).toEqual([['token', 'a'], ['client_id', 'notes']])
  })

  test('asks there too with a token of its own, which it gets at such an alias', async () => {
    const idp = closing(await faultEndpoint())
    const { issuer } = idp
    idp.at('/.well-known/openid-configuration', { issuer, introspection_endpoint: `${issuer}/wrong`, mtls_endpoint_aliases: { introspection_endpoint: idp.endpoint, token_endpoint: `${issuer}/token` } })
    idp.at('/token', { access_token: 'own', token_type: 'Bearer' })
    idp.answer({ active: true, aud: AUDIENCE, sub: 'ada', exp: START + 300 })
    const clientAuth = bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('notes') }))
    const provider = closing(new IntrospectionProvider({ issuer, audience: AUDIENCE, clientAuth, fetch: (url, init) => fetch(url, init), now: () => START }))
    expect(await provider.verifyToken('a')).not.toBeNull()
    expect(idp.questions).toHaveLength(1)
  })

  test('without such a fetch is refused at construction', () => {
    expect(() => new IntrospectionProvider({ issuer: 'https://id.example.com', audience: 'a', clientAuth: tlsClientAuth('a') })).toThrow(/needs a "fetch"/)
  })
})
