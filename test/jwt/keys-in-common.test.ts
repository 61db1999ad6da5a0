/** Keys that many providers of one issuer have in common: read once, looked for within one budget, and nobody else's. */
import { beforeAll, describe, expect, test } from 'vitest'
import { issuerKeys, IssuerRouter, JwksProvider } from '../../src/index.js'
import { clock, ISSUER, signer } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { JwksProviderOptions, SharedIssuerKeysOptions } from '../../src/index.js'
import type { Signer } from '../oauth-kit.js'

const JWKS_URI = `${ISSUER}/keys`
const TENANTS = Array.from({ length: 30 }, (_, number) => `https://tenant-${number}.example.com/mcp`)

let key: Signer
let next: Signer
let stranger: Signer
beforeAll(async () => {
  ;[key, next, stranger] = await Promise.all([signer('ES256', 'key-1'), signer('ES256', 'key-2'), signer('ES256', 'key-1')])
})

function setUp(options: Partial<SharedIssuerKeysOptions> = {}) {
  const time = clock()
  const { events, observe } = recorder()
  const state = { keys: [key], requests: 0, isUp: true }
  const fetch = (async (url: string | URL) => {
    state.requests += 1
    if (!state.isUp) throw new TypeError('fetch failed')
    return String(url).includes('/.well-known/')
      ? Response.json({ issuer: ISSUER, jwks_uri: JWKS_URI })
      : Response.json({ keys: state.keys.map(({ publicJwk }) => publicJwk) })
  }) as typeof globalThis.fetch
  const keys = issuerKeys({ issuer: ISSUER, fetch, now: time.now, observe, ...options })
  const provider = (audience: string): JwksProvider => new JwksProvider({ issuer: ISSUER, audience, keys, now: time.now, cache: false })
  const fresh = (audience: string, by: Signer = key, header: Record<string, unknown> = {}): Promise<string> =>
    by.sign({ aud: audience, iat: time.now(), exp: time.now() + 300 }, header)
  return { time, events, state, fetch, keys, provider, fresh, providers: TENANTS.map((audience) => provider(audience)) }
}

describe('thirty providers that share the keys of one issuer', () => {
  test('cost two requests, and each takes the tokens for its own audience only', async () => {
    const { state, providers, fresh, events } = setUp()
    const tokens = await Promise.all(TENANTS.map((audience) => fresh(audience)))
    const accepted = await Promise.all(providers.map((provider, index) => provider.verifyToken(tokens[index] ?? '')))
    expect(accepted.filter((token) => token !== null)).toHaveLength(30)
    expect(state.requests).toBe(2)
    expect(await providers[0]?.verifyToken(tokens[1] ?? '')).toBeNull()
    expect(events).toEqual([{ type: 'keys_fetched', provider: 'keys', issuer: ISSUER, keys: 1 }])
  })

  test('cost sixty without', async () => {
    const { state, fetch, time, fresh } = setUp()
    for (const audience of TENANTS) await new JwksProvider({ issuer: ISSUER, audience, fetch, now: time.now }).verifyToken(await fresh(audience))
    expect(state.requests).toBe(60)
  })

  test('find a rotation with one reading', async () => {
    const { state, providers, fresh } = setUp()
    await providers[0]?.verifyToken(await fresh(TENANTS[0] ?? ''))
    state.keys = [key, next]
    for (const [index, provider] of providers.entries()) expect(await provider.verifyToken(await fresh(TENANTS[index] ?? '', next))).not.toBeNull()
    expect(state.requests).toBe(4)
  })

  test('are bounded together: a flood of invented names has the set read three times, whoever they are sent to', async () => {
    const { state, providers, fresh, time } = setUp({ jwksUri: JWKS_URI })
    const refused = { no: 0, unknown: 0 }
    for (const [index, provider] of [...providers.entries(), ...providers.entries()]) {
      const token = await fresh(TENANTS[index] ?? '', stranger, { kid: `invented-${index}-${state.requests}` })
      try {
        expect(await provider.verifyToken(token)).toBeNull()
        refused.no += 1
      } catch (error) {
        expect(error).toMatchObject({ overloaded: true })
        refused.unknown += 1
      }
    }
    expect(state.requests).toBe(3)
    expect(refused).toEqual({ no: 3, unknown: 57 })
    expect(await providers[7]?.verifyToken(await fresh(TENANTS[7] ?? ''))).not.toBeNull()
    time.forward(30)
    state.keys = [key, next]
    expect(await providers[9]?.verifyToken(await fresh(TENANTS[9] ?? '', next))).not.toBeNull()
  })

  test('outlive one of them that is closed', async () => {
    const { state, providers, fresh } = setUp()
    await providers[0]?.close()
    expect(await providers[1]?.verifyToken(await fresh(TENANTS[1] ?? ''))).not.toBeNull()
    await providers[1]?.close()
    state.keys = [next]
    expect(await providers[2]?.verifyToken(await fresh(TENANTS[2] ?? '', next))).not.toBeNull()
  })

  test('warm them once, and snapshot them, by the object or by any of the providers', async () => {
    const { state, keys, providers, fresh } = setUp()
    await Promise.all([keys.warm(), ...providers.map((provider) => provider.keys.warm())])
    expect(state.requests).toBe(2)
    expect(providers[3]?.keys.snapshot()).toEqual(keys.snapshot())
    const later = setUp({ snapshot: keys.snapshot() })
    expect(await later.providers[0]?.verifyToken(await fresh(TENANTS[0] ?? ''))).not.toBeNull()
    expect(later.state.requests).toBe(0)
  })

  test('do not know during an outage, and one attempt is made for all of them', async () => {
    const { state, providers, fresh, events } = setUp({ jwksUri: JWKS_URI })
    state.isUp = false
    const tokens = await Promise.all(TENANTS.map((audience) => fresh(audience)))
    const answers = await Promise.allSettled(providers.map((provider, index) => provider.verifyToken(tokens[index] ?? '')))
    expect(answers.map((answer) => answer.status === 'rejected' && (answer.reason as { code: string }).code)).toEqual(TENANTS.map(() => 'ERR_AUTH_UNAVAILABLE'))
    expect(state.requests).toBe(2) // a connection error is tried once more
    expect(events.map(({ type }) => type)).toEqual(['keys_unavailable'])
  })

  test('end with the object, which ends what is being read', async () => {
    const never = (_url: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    const { keys, provider } = setUp({ fetch: never as typeof fetch })
    const asked = provider('https://one.example.com').keys.warm()
    await keys.close()
    await expect(asked).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })
})

describe('keys of a template', () => {
  test('are those of its tenants, each from its own place', async () => {
    const asked: string[] = []
    const issuer = { template: 'https://login.example.com/{tid}', allow: ['a', 'b'] } as const
    const fetch = (async (url: string) => (asked.push(url), Response.json({ keys: [key.publicJwk] }))) as unknown as typeof globalThis.fetch
    const keys = issuerKeys({ issuer, jwksUri: 'https://login.example.com/{tid}/keys', fetch })
    const provider = new JwksProvider({ issuer: { ...issuer, allow: ['b'] }, jwksUri: 'https://login.example.com/{tid}/keys', audience: 'x', keys })
    const now = Math.floor(Date.now() / 1000)
    expect(await provider.verifyToken(await key.sign({ iss: 'https://login.example.com/b', tid: 'b', aud: 'x', iat: now, exp: now + 60 }))).not.toBeNull()
    expect(asked).toEqual(['https://login.example.com/b/keys'])
  })
})

describe('is a TypeError', () => {
  const keys = issuerKeys({ issuer: ISSUER, jwksUri: JWKS_URI })
  const given = { issuer: ISSUER, audience: 'x', keys }
  test.each<[string, object, RegExp]>([
    ['for another issuer', { issuer: 'https://other.example.com' }, /"keys" are those of .*, and this provider is for https:\/\/other\.example\.com/],
    ['for the same issuer in another spelling', { issuer: `${ISSUER}/` }, /make issuerKeys for that issuer/],
    ['for one issuer more', { issuer: [ISSUER, 'https://other.example.com'] }, /other\.example\.com/],
    ['from another place', { jwksUri: `${JWKS_URI}/others` }, /"jwksUri" says where keys come from/],
    ['by another fetch', { fetch: () => Promise.reject(new Error('never')) }, /"fetch" says where keys come from/],
    ['with keys in hand', { jwks: { keys: [] } }, /"jwks" says/],
    ['with keys in a file', { jwksFile: 'keys.json' }, /"jwksFile" says/],
    ['with headers of its own', { headers: { 'x-key': '1' } }, /"headers" says/],
    ['with a timeout of its own', { timeout: 1 }, /"timeout" says/],
  ])('%s', (_, more, message) => {
    expect(() => new JwksProvider({ ...given, ...more } as JwksProviderOptions)).toThrow(message)
    expect(() => new JwksProvider({ ...given, ...more } as JwksProviderOptions)).toThrow(TypeError)
  })

  test('where keys were found by discovery, and the provider names a place', () => {
    expect(() => new JwksProvider({ ...given, keys: issuerKeys({ issuer: ISSUER }), jwksUri: JWKS_URI })).toThrow(/"jwksUri" says/)
  })

  test('for a tenant of a router, whose issuer somebody else may have chosen', async () => {
    const router = new IssuerRouter({ issuers: { [ISSUER]: { audience: 'x', keys } } })
    expect(router.issuers).toEqual([ISSUER])
    await expect(router.add(ISSUER, { audience: 'x', keys })).rejects.toThrow(/"keys" of a route in an IssuerRouter are its own/)
  })

  test.each<[string, object, RegExp]>([
    ['no issuer', {}, /"issuer" must be/],
    ['an option of a provider', { issuer: ISSUER, audience: 'x' }, /audience/],
    ['plain http', { issuer: 'http://id.example.com' }, /http/],
    ['milliseconds', { issuer: ISSUER, maxAge: 600_000 }, /seconds/],
  ])('for issuerKeys with %s', (_, options, message) => {
    expect(() => issuerKeys(options as SharedIssuerKeysOptions)).toThrow(message)
  })

  test('not where the place is said again, nor for a fetch that is for introspection', () => {
    const fetch = (() => Promise.reject(new Error('never'))) as typeof globalThis.fetch
    const clientAuth = () => undefined
    expect(() => new JwksProvider({ ...given, jwksUri: JWKS_URI })).not.toThrow()
    expect(() => new JwksProvider({ ...given, fetch, introspect: { clientAuth } } as unknown as JwksProviderOptions)).not.toThrow(/"fetch"/)
  })
})
