import { describe, expect, test } from 'vitest'
import { AuthUnavailableError, ChainProvider, IssuerRouter, JwksProvider } from '../../src/index.js'
import { entra } from '../../providers/presets/index.js'
import { keepsTheContract } from '../contract.js'
import { AUDIENCE, clock, ISSUER, says, signer } from '../oauth-kit.js'
import type { IssuerRoute } from '../../src/index.js'
import type { Signer } from '../oauth-kit.js'

const A = 'https://a.example'
const B = 'https://b.example'

keepsTheContract('IssuerRouter', async () => {
  const key = await signer()
  const { now } = clock()
  const provider = new IssuerRouter({ issuers: { [ISSUER]: { audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now } }, now })
  return { provider, good: await key.sign(), refused: [await key.sign({ iss: A }), await key.sign({ aud: A }), 'an-opaque-token'], events: [] }
}, 'nobody')

const { now } = clock()
const routeFor = (key: Signer, options: object = {}): IssuerRoute => ({ audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now, ...options })

/** A table that writes down what it is asked, and a router over it. */
function table(tenants: Record<string, IssuerRoute>, options: object = {}) {
  const asked: string[] = []
  const time = clock()
  const resolve = async (issuer: string): Promise<IssuerRoute | null> => {
    asked.push(issuer)
    return tenants[issuer] ?? null
  }
  return { tenants, asked, time, router: new IssuerRouter({ resolve, now: time.now, ...options }) }
}

describe('a closed list of issuers', () => {
  test('each verifies with keys of its own, though they share a kid', async () => {
    const [a, b] = [await signer(), await signer()]
    const router = new IssuerRouter({ issuers: { [A]: routeFor(a), [B]: routeFor(b) } })
    expect((await router.verifyToken(await a.sign({ iss: A })))?.issuer).toBe(A)
    expect((await router.verifyToken(await b.sign({ iss: B })))?.issuer).toBe(B)
    expect(await router.verifyToken(await a.sign({ iss: B }))).toBeNull()
    expect(await router.verifyToken(await b.sign({ iss: A }))).toBeNull()
  })

  test('who follows a token hears that its issuer’s provider took it back, until the end of that', async () => {
    const key = await signer()
    const provider = (issuer: string) => new JwksProvider({ issuer, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now })
    const [a, b] = [provider(A), provider(B)]
    const router = new IssuerRouter({ issuers: { [A]: a, [B]: b } })
    const token = await router.verifyToken(await key.sign({ iss: A, sub: 'ada' }))
    const ended: string[] = []
    const follow = () => token && router.watch(token, (how) => void ended.push(how))
    const stop = follow()
    await b.revoke({ sub: 'ada' })
    await a.revoke({ sub: 'grace' })
    expect(ended).toEqual([])
    await a.revoke({ sub: 'ada' })
    expect(ended).toEqual(['revoked'])
    stop?.()
    await a.revoke({ clientId: 'x' })
    follow()
    expect(ended, 'one that was revoked in between is told at once').toEqual(['revoked', 'revoked'])
  })

  test('the same options for two issuers are two providers', async () => {
    const key = await signer()
    const common = routeFor(key)
    const router = new IssuerRouter({ issuers: { [A]: common, [B]: common } })
    for (const iss of [A, B]) expect((await router.verifyToken(await key.sign({ iss })))?.issuer).toBe(iss)
  })

  test('it owns them, and nothing else', async () => {
    const key = await signer()
    const router = new IssuerRouter({ issuers: { [A]: routeFor(key) } })
    expect(router.issuers).toEqual([A])
    expect([await key.sign({ iss: A }), await key.sign({ iss: B }), 'opaque', A].map((token) => router.recognizes(token))).toEqual(['mine', 'foreign', 'foreign', 'foreign'])
    expect(new ChainProvider([router, says('no')]).plan().routes[0]).toEqual({ kind: 'issuer', value: A, providers: ['issuers'] })
  })

  test('a stranger\'s issuer causes no request', async () => {
    const urls: unknown[] = []
    const fetch = async (url: unknown): Promise<Response> => (urls.push(url), Response.error())
    const router = new IssuerRouter({ issuers: { [A]: { audience: AUDIENCE, fetch } } })
    const key = await signer()
    for (const iss of ['https://evil.example', 'http://169.254.169.254/', `${A}/`, `${A}.evil.example`, 'constructor', '__proto__', '']) {
      expect(await router.verifyToken(await key.sign({ iss }))).toBeNull()
    }
    expect(urls).toEqual([])
  })

  test('a provider of another kind may stand for an issuer, and one of another issuer may not', async () => {
    const key = await signer()
    const router = new IssuerRouter({ issuers: { [A]: says('yes') } })
    expect(await router.verifyToken(await key.sign({ iss: A }))).not.toBeNull()
    expect(() => new IssuerRouter({ issuers: { [A]: new JwksProvider({ issuer: B, audience: AUDIENCE }) } })).toThrow(
      /takes tokens of https:\/\/b.example only/,
    )
  })

  test.each<[string, unknown, RegExp]>([
    ['nothing', {}, /takes "issuers".*or "resolve"/],
    ['an empty list', { issuers: {} }, /takes "issuers"/],
    ['an empty issuer', { issuers: { '': { audience: AUDIENCE } } }, /an issuer must be written exactly/],
    ['a route without an audience', { issuers: { [A]: {} } }, /"audience" must name this server/],
    ['milliseconds', { resolve: () => null, tenantAge: 300_000 }, /looks like milliseconds, write 300/],
    ['milliseconds, though nothing is resolved', { issuers: { [A]: { audience: AUDIENCE } }, tenantAge: 300_000 }, /looks like milliseconds, write 300/],
    ['no tenants at all', { resolve: () => null, maxTenants: 0 }, /"maxTenants" must be a whole number/],
    ['a table for a function', { resolve: {} }, /"resolve" must be a function/],
  ])('%s is refused', (_, options, message) => {
    expect(() => new IssuerRouter(options as never)).toThrow(message)
  })
})

describe('issuers that are added and removed', () => {
  test('who follows a token hears when its issuer is removed, and goes on with the provider in the place of the first', async () => {
    const key = await signer()
    const provider = () => new JwksProvider({ issuer: A, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now })
    const [first, second] = [provider(), provider()]
    const router = new IssuerRouter({ issuers: { [A]: first, [B]: routeFor(key) } })
    const ended: string[] = []
    const follow = async (claims: object) => {
      const token = await router.verifyToken(await key.sign({ iss: A, ...claims }))
      return token && router.watch(token, (how) => void ended.push(`${token.subject} ${how}`))
    }
    const heard = await follow({ sub: 'ada' })
    await follow({ sub: 'grace' })
    const leave = await follow({ sub: 'gone' })
    await router.add(A, second)
    expect(ended).toEqual([])
    await second.revoke({ sub: 'ada' })
    expect(ended).toEqual(['ada revoked'])
    heard?.()
    leave?.()
    await router.remove(A)
    expect(ended).toEqual(['ada revoked', 'grace revoked'])
  })

  test('who follows a token hears when the whole router is closed', async () => {
    const key = await signer()
    const router = new IssuerRouter({ issuers: { [A]: routeFor(key) } })
    const token = await router.verifyToken(await key.sign({ iss: A }))
    const ended: string[] = []
    if (token !== null) router.watch(token, (how) => void ended.push(how))
    await router.close()
    expect(ended).toEqual(['closed'])
  })

  test('an issuer that was added is taken from then on', async () => {
    const key = await signer()
    const router = new IssuerRouter({ issuers: { [A]: routeFor(await signer()) } })
    const token = await key.sign({ iss: B })
    expect(await router.verifyToken(token)).toBeNull()
    await router.add(B, routeFor(key))
    expect(await router.verifyToken(token)).not.toBeNull()
  })

  test('removing one ends its remembered tokens', async () => {
    const key = await signer()
    const router = new IssuerRouter({ issuers: { [A]: routeFor(key) } })
    const token = await key.sign({ iss: A })
    expect(await router.verifyToken(token)).not.toBeNull()
    await router.remove(A)
    expect(await router.verifyToken(token)).toBeNull()
    expect(router.recognizes(token)).toBe('foreign')
  })

  test('a token that is being looked at while its tenant is removed is refused', async () => {
    const key = await signer()
    let answer = (): void => undefined
    const slow = {
      verifyToken: (token: string) => new Promise<never>((resolve) => (answer = () => resolve({ token, claims: {}, scopes: [], provider: 'slow' } as never))),
    }
    const router = new IssuerRouter({ issuers: { [A]: slow } })
    const asked = router.verifyToken(await key.sign({ iss: A }))
    await new Promise((resolve) => setImmediate(resolve))
    await router.remove(A)
    answer()
    expect(await asked).toBeNull()
  })

  test('another set of options takes the place of the one before', async () => {
    const [old, fresh] = [await signer(), await signer()]
    const router = new IssuerRouter({ issuers: { [A]: routeFor(old) } })
    await router.add(A, routeFor(fresh))
    expect(await router.verifyToken(await old.sign({ iss: A }))).toBeNull()
    expect(await router.verifyToken(await fresh.sign({ iss: A }))).not.toBeNull()
  })
})

describe('a table of tenants', () => {
  test('is asked once for a tenant, however many tokens come at once', async () => {
    const key = await signer()
    const { router, asked } = table({ [A]: routeFor(key) })
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => key.sign({ iss: A, jti: String(index) })))
    const answers = await Promise.all(tokens.map((token) => router.verifyToken(token)))
    expect(answers.every((answer) => answer?.issuer === A)).toBe(true)
    expect(asked).toEqual([A])
    expect(router.recognizes(tokens[0] ?? '')).toBe('mine')
  })

  test('is asked once about an issuer that is nobody\'s, and again after a while', async () => {
    const key = await signer()
    const { router, asked, time, tenants } = table({})
    const token = await key.sign({ iss: A })
    expect(router.recognizes(token)).toBe('maybe')
    for (let again = 0; again < 3; again += 1) expect(await router.verifyToken(token)).toBeNull()
    expect(router.recognizes(token)).toBe('foreign')
    expect(asked).toEqual([A])
    tenants[A] = routeFor(key)
    time.forward(60)
    expect(await router.verifyToken(token)).not.toBeNull()
    expect(asked).toEqual([A, A])
  })

  test('that does not answer is "nobody knows", and is not remembered', async () => {
    const key = await signer()
    let down = true
    const events: string[] = []
    const router = new IssuerRouter({
      resolve: async () => {
        if (down) throw new Error('postgres://user:secret@db is away')
        return routeFor(key)
      },
      observe: (event) => events.push(JSON.stringify(event)),
    })
    const token = await key.sign({ iss: A })
    const error = await router.verifyToken(token).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AuthUnavailableError)
    expect(events.join()).not.toContain('secret')
    expect(events).toEqual([expect.stringContaining('"unavailable"')])
    down = false
    expect(await router.verifyToken(token)).not.toBeNull()
  })

  test('that hangs is "nobody knows" in time', async () => {
    const router = new IssuerRouter({ resolve: () => new Promise(() => undefined), timeout: 0.01 })
    await expect(router.verifyToken(await (await signer()).sign({ iss: A }))).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('is asked a bounded number of questions at once, however many issuers are made up', async () => {
    let atOnce = 0
    let most = 0
    const resolve = async (): Promise<null> => {
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise((done) => setImmediate(done))
      atOnce -= 1
      return null
    }
    const router = new IssuerRouter({ resolve })
    const key = await signer()
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, index) => key.sign({ iss: `${A}/${index}` })))
    expect(new Set(await Promise.all(tokens.map((token) => router.verifyToken(token))))).toEqual(new Set([null]))
    expect(most).toBe(16)
  })

  test('a tenant that left the table is refused after its age and one look-up', async () => {
    const key = await signer()
    const { router, time, tenants, asked } = table({ [A]: routeFor(key) })
    const token = await key.sign({ iss: A })
    expect(await router.verifyToken(token)).not.toBeNull()
    delete tenants[A]
    time.forward(299)
    expect(await router.verifyToken(token)).not.toBeNull()
    time.forward(1)
    await router.verifyToken(token) // has the table asked, in the background
    await new Promise((resolve) => setImmediate(resolve))
    expect(await router.verifyToken(token)).toBeNull()
    expect(asked).toEqual([A, A])
  })

  test('a tenant outlives a table that does not answer, for as long again', async () => {
    const key = await signer()
    let down = false
    const route = routeFor(key)
    const time = clock()
    const router = new IssuerRouter({ resolve: async () => (down ? Promise.reject(new Error('away')) : route), now: time.now })
    const token = await key.sign({ iss: A })
    await router.verifyToken(token)
    down = true
    time.forward(599)
    expect(await router.verifyToken(token)).not.toBeNull()
    time.forward(1)
    await expect(router.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('the same options keep their provider, and with it its keys', async () => {
    const key = await signer()
    let fetched = 0
    const fetch = async (): Promise<Response> => ((fetched += 1), Response.json({ keys: [key.publicJwk] }))
    const { router, time } = table({ [A]: { audience: AUDIENCE, jwksUri: `${A}/keys`, fetch, now } })
    for (let round = 0; round < 3; round += 1) {
      expect(await router.verifyToken(await key.sign({ iss: A, jti: String(round) }))).not.toBeNull()
      time.forward(300)
    }
    expect(fetched).toBe(1)
  })

  test('a tenant that made room is looked up again, with keys of its own', async () => {
    const key = await signer()
    const { router, asked } = table({ [A]: routeFor(key), [B]: routeFor(key) }, { maxTenants: 1 })
    for (const iss of [A, B, A]) expect((await router.verifyToken(await key.sign({ iss })))?.issuer).toBe(iss)
    expect(asked).toEqual([A, B, A])
  })

  test('what was being looked up when the tenant was removed does not bring it back', async () => {
    const key = await signer()
    let answer = (): void => undefined
    const router = new IssuerRouter({ resolve: () => new Promise((resolve) => (answer = () => resolve(routeFor(key)))) })
    const token = await key.sign({ iss: A })
    const asked = router.verifyToken(token)
    await new Promise((resolve) => setImmediate(resolve))
    await router.remove(A)
    answer()
    expect(await asked).toBeNull()
  })

  test('an issuer of any length is no key to the memory', async () => {
    const { router, asked } = table({})
    expect(await router.verifyToken(await (await signer()).sign({ iss: 'x'.repeat(3_000) }))).toBeNull()
    expect(asked).toEqual([])
  })

  test('options that are wrong are a bug, and not a no', async () => {
    const router = new IssuerRouter({ resolve: async () => ({}) as never })
    await expect(router.verifyToken(await (await signer()).sign({ iss: A }))).rejects.toThrow(/"audience" must name this server/)
  })
})

describe('a preset as a route', () => {
  const [TENANT, OTHER] = ['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222'] as const
  const issuerOf = (tid: string): string => `https://login.microsoftonline.com/${tid}/v2.0`
  const preset = entra({ tenant: TENANT, audience: AUDIENCE })
  const entraRoute = (key: Signer): IssuerRoute => ({ ...preset, jwksUri: undefined, jwks: { keys: [key.publicJwk] }, now })
  const tokenOf = (key: Signer, tid: string, claims: object = {}) => key.sign({ iss: issuerOf(tid), tid, azp: 'client', ...claims })

  test('works by resolve, in a closed list and by add', async () => {
    const key = await signer()
    const route = entraRoute(key)
    const added = new IssuerRouter({ resolve: () => null })
    await added.add(issuerOf(TENANT), route)
    for (const router of [new IssuerRouter({ resolve: async () => route }), new IssuerRouter({ issuers: { [issuerOf(TENANT)]: route } }), added]) {
      expect((await router.verifyToken(await tokenOf(key, TENANT)))?.issuer).toBe(issuerOf(TENANT))
      expect(await router.verifyToken(await tokenOf(key, TENANT, { tid: OTHER }))).toBeNull()
    }
  })

  test('keeps its template for the keys', async () => {
    const key = await signer()
    const asked: string[] = []
    const fetch = async (url: string): Promise<Response> => (asked.push(url), Response.json({ keys: [key.publicJwk] }))
    const router = new IssuerRouter({ resolve: async () => ({ ...entra({ tenant: TENANT, audience: AUDIENCE }), fetch, now }) })
    expect(await router.verifyToken(await tokenOf(key, TENANT))).not.toBeNull()
    expect(asked).toEqual([`https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`])
  })

  test('for another issuer than the token\u2019s counts as nobody\u2019s, and is no fault', async () => {
    const key = await signer()
    const events: string[] = []
    const route = entraRoute(key)
    const router = new IssuerRouter({ resolve: async () => route, observe: (event) => events.push('reason' in event ? event.reason : event.type) })
    for (const iss of [issuerOf(OTHER), 'https://evil.example']) expect(await router.verifyToken(await key.sign({ iss, tid: TENANT }))).toBeNull()
    expect(events).toEqual(['no_owner', 'no_owner'])
    await expect(router.add(issuerOf(OTHER), route)).rejects.toThrow(TypeError)
  })
})
