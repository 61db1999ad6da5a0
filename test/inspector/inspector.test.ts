/** The inspector in a running server: open to nobody but those of `access`, whatever stands around it, and without any token or claim. */
import express from 'express'
import { fastify } from 'fastify'
import { createServer } from 'node:http'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { inspector, oneTimeLink } from '../../src/inspector/index.js'
import { inspectorWith } from '../../src/inspector/inspector.js'
import { AuthUnavailableError, BearerAuthProvider, ChainProvider, JwksProvider, StaticProvider } from '../../src/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { askingAt, listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { recorder } from '../recorder.js'
import { callers, cookieOf, FILES, inspected, inspectedByLink, KEY, operators, ORIGIN } from './inspector-kit.js'
import type { Live } from '../../src/inspector/live.js'

const liveOf = async (response: Response): Promise<Live> => (await response.json()) as Live // of our own

describe('a stranger', () => {
  test.each([
    ['/inspector/', 401],
    ['/inspector/api/live', 401],
    ['/inspector/api/report', 401],
    ['/inspector/page/main.js', 401],
    ['/inspector/nothing', 401],
    ['/inspector/page/enter.js', 200],
    ['/inspector/style.css', 200],
    ['/inspector', 308],
    ['/elsewhere', 404],
    ['/inspectors', 404],
    ['/', 404],
  ])('who asks for %s gets a %i', async (path, status) => {
    const { get } = inspected()
    expect((await get(path)).status).toBe(status)
  })

  test.each([
    ['/inspector/page/../api/live'],
    ['/inspector/%2e%2e/inspector/api/live'],
    ['/inspector/page/%2e%2e%2fapi%2flive'],
    ['/inspector//api/live'],
    ['/inspector/api/live/'],
    ['/inspector/API/live'],
    ['/inspector/style.css/../api/live'],
    ['/inspector/page/enter.js%00/../../api/live'],
    ['/inspector/page/enter.js;/api/live'],
    ['/inspector/api/live?/style.css'],
    ['/inspector/api/live#/style.css'],
    ['/inspector\\api\\live'],
    ['/inspector/page/..%5c..%5capi/live'],
  ])('gets nothing by a path that looks like another: %s', async (path) => {
    const { get } = inspected()
    const response = await get(path)
    expect([401, 404]).toContain(response.status)
    expect(await response.text()).not.toContain('"health"')
  })

  test.each([
    ['no key', { }],
    ['a wrong key', { key: 'not-the-key-of-anybody' }],
    ['a key of the server behind', { key: 'the-key-of-a-caller' }],
    ['a number', { key: 7 }],
    ['a list', { key: [KEY] }],
    ['a key that is too long', { key: 'x'.repeat(60_000) }],
  ])('does not sign in with %s', async (_, body) => {
    const { post } = inspected()
    const response = await post('/inspector/session', body)
    expect([400, 403]).toContain(response.status)
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  test('gets in with a cookie of nobody as little as without', async () => {
    const { get, signIn } = inspected()
    const cookie = await signIn()
    for (const wrong of ['bearer-inspector=', 'bearer-inspector=x', cookie.slice(0, -1), `${cookie}x`, cookie.replace('bearer-inspector', 'bearer-inspector2')]) {
      expect((await get('/inspector/api/live', { cookie: wrong })).status).toBe(401)
    }
    expect((await get('/inspector/api/live', { cookie: `a=b; ${cookie}; bearer-inspector=x` })).status).toBe(200)
  })
})

test('the code of the page is a list of names, and no other file is ever read', async () => {
  expect(await FILES.code('main.js')).toContain('watchLive')
  for (const file of ['../inspector.js', './main.js', 'main.d.ts', 'main', '/etc/passwd', '']) expect(await FILES.code(file)).toBeUndefined()
})

describe('every answer', () => {
  test.each([['/inspector/'], ['/inspector'], ['/inspector/style.css'], ['/inspector/page/enter.js'], ['/inspector/api/live'], ['/inspector/nothing']])('of %s is kept by nobody, framed by nobody and brings no code of others along', async (path) => {
    const { get, signIn } = inspected()
    for (const cookie of ['', await signIn()]) {
      const { headers } = await get(path, { cookie })
      const policy = headers.get('content-security-policy') ?? ''
      for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
        expect(policy.split('; ')).toContain(part)
      }
      expect(Object.fromEntries(['cache-control', 'referrer-policy', 'x-content-type-options', 'x-frame-options', 'cross-origin-resource-policy'].map((name) => [name, headers.get(name)]))).toEqual({
        'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('has no code and no style within its documents, and asks for nothing of others', async () => {
    const { get, signIn } = inspected()
    for (const cookie of ['', await signIn()]) {
      const text = await (await get('/inspector/', { cookie })).text()
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=")|<style|\son\w+=|\sstyle=|https?:|\/\//i)
    }
  })
})

describe('signing in with a key', () => {
  test('gives a cookie that no script reads and no other site sends, for an hour', async () => {
    const { post, get, time } = inspected()
    const response = await post('/inspector/session', { key: KEY })
    expect(response.headers.get('set-cookie')).toMatch(/^bearer-inspector=[\w-]{43}; Max-Age=3600; HttpOnly; SameSite=Strict; Secure$/)
    const cookie = cookieOf(response)
    expect((await get('/inspector/api/live', { cookie })).status).toBe(200)
    time.forward(3601)
    expect((await get('/inspector/api/live', { cookie })).status).toBe(401)
  })

  test('gives one without Secure to a page on plain http', async () => {
    const { post } = inspected()
    const response = await post('/inspector/session', { key: KEY }, { origin: 'http://mcp.example.com' })
    expect(response.headers.get('set-cookie')).not.toContain('Secure')
  })

  test('is not for longer than the key itself is good', async () => {
    const time = 1_800_000_000
    const { post } = inspected({ access: new StaticProvider({ [KEY]: { claims: { sub: 'operator' }, expiresAt: time + 90 } }, { now: () => time }) })
    expect((await post('/inspector/session', { key: KEY })).headers.get('set-cookie')).toContain('Max-Age=90;')
  })

  test('ends where the key is revoked', async () => {
    const access = operators()
    const { get, signIn } = inspected({ access })
    const cookie = await signIn()
    await access.revoke({ sub: 'operator' })
    expect((await get('/inspector/api/live', { cookie })).status).toBe(401)
  })

  test('ends by signing out', async () => {
    const { get, post, signIn } = inspected()
    const cookie = await signIn()
    const out = await post('/inspector/session', {}, { cookie }, 'DELETE')
    expect(out.headers.get('set-cookie')).toMatch(/^bearer-inspector=; Max-Age=0;/)
    expect((await get('/inspector/api/live', { cookie })).status).toBe(401)
  })

  test('is for sixteen at once: the first makes room', async () => {
    const { get, signIn } = inspected()
    const cookies: string[] = []
    for (let n = 0; n < 17; n += 1) cookies.push(await signIn())
    const statuses = await Promise.all(cookies.map(async (cookie) => (await get('/inspector/api/live', { cookie })).status))
    expect(statuses).toEqual([401, ...Array(16).fill(200)])
  })

  test('is not needed for a program that sends the key with each request', async () => {
    const { get } = inspected()
    expect((await get('/inspector/api/live', { authorization: `Bearer ${KEY}` })).status).toBe(200)
    expect((await get('/inspector/api/live', { authorization: 'Bearer the-key-of-a-caller' })).status).toBe(401)
  })

  test('is a 503 where nobody knows, and lets nobody in', async () => {
    class Away extends BearerAuthProvider {
      override async verifyToken(): Promise<never> {
        throw new AuthUnavailableError('nobody answers', { retryAfter: 7 })
      }
    }
    const { post, get } = inspected({ access: new Away() })
    const response = await post('/inspector/session', { key: KEY })
    expect([response.status, response.headers.get('retry-after'), response.headers.get('set-cookie')]).toEqual([503, '7', null])
    expect((await get('/inspector/', { authorization: `Bearer ${KEY}` })).status).toBe(503)
  })
})

test('a provider in `access` that is a bug lets nobody in, tells who asked nothing, and is told of without the key', async () => {
  const warned = new Promise<Error>((resolve) => void process.once('warning', resolve))
  const { post } = inspected({ access: { verifyToken: async (key: string) => { throw new RangeError(`a bug about ${key}`) } } })
  const response = await post('/inspector/session', { key: KEY })
  expect([response.status, response.headers.get('set-cookie')]).toEqual([500, null])
  expect(await response.text()).not.toMatch(/a bug|RangeError/)
  expect((await warned).message).toBe('a bug about <the token>')
})

describe('another site', () => {
  test.each([
    ['by its origin', { origin: 'https://evil.example', 'sec-fetch-site': '' }],
    ['by an origin that no one can name', { origin: 'null', 'sec-fetch-site': '' }],
    ['that says nothing', { origin: '', 'sec-fetch-site': '' }],
    ['by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['of the same site', { 'sec-fetch-site': 'same-site' }],
    ['that looks like this one', { origin: `${ORIGIN}.evil.example`, 'sec-fetch-site': '' }],
    ['on another port', { origin: `${ORIGIN}:8443`, 'sec-fetch-site': '' }],
  ])('signs nobody in, %s', async (_, headers) => {
    const { post } = inspected()
    const response = await post('/inspector/session', { key: KEY }, headers)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
  })

  test.each([
    ['on https, behind a proxy that puts in a host of its own', { origin: 'https://public.example.com' }],
    ['on plain http, where browsers say no more than the origin', { origin: 'http://mcp.example.com', 'sec-fetch-site': '' }],
  ])('is not what the page itself is, %s', async (_, headers) => {
    const { post } = inspected()
    expect((await post('/inspector/session', { key: KEY }, headers)).status).toBe(200)
  })

  test('cannot send what a form can', async () => {
    const { inspect } = inspected()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { 'content-type': type, origin: ORIGIN, 'sec-fetch-site': 'same-origin' }
      expect((await inspect(new Request(`${ORIGIN}/inspector/session`, { method: 'POST', body: JSON.stringify({ key: KEY }), headers }))).status).toBe(415)
    }
  })

  test('uses up no code, though it knew it', async () => {
    const { post, code } = inspectedByLink()
    expect((await post('/inspector/session', { key: code() }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).status).toBe(403)
    expect((await post('/inspector/session', { key: code() })).status).toBe(200)
  })

  test('reads nothing, though a browser sent the cookie along', async () => {
    const { get, signIn } = inspected()
    const cookie = await signIn()
    for (const site of ['cross-site', 'same-site']) expect((await get('/inspector/api/live', { cookie, 'sec-fetch-site': site })).status).toBe(403)
    expect((await get('/inspector/api/live', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })
})

describe('a link', () => {
  test('has its code where no server and no log sees it, and lets in once', async () => {
    const { told, post, code, get } = inspectedByLink()
    expect(told).toEqual([expect.stringMatching(/^\/inspector\/#[\w-]{43}$/)])
    const first = await post('/inspector/session', { key: code() })
    expect([first.status, (await post('/inspector/session', { key: code() })).status]).toEqual([200, 403])
    expect((await get('/inspector/api/live', { cookie: cookieOf(first) })).status).toBe(200)
  })

  test('is good for ten minutes', async () => {
    const { post, code, time } = inspectedByLink()
    time.forward(600)
    expect((await post('/inspector/session', { key: code() })).status).toBe(403)
  })

  test('that was guessed wrong, however often, is still good: nobody can lock the operator out', async () => {
    const { post, code } = inspectedByLink()
    for (let n = 0; n < 500; n += 1) expect((await post('/inspector/session', { key: `guess-number-${n}` })).status).toBe(403)
    expect((await post('/inspector/session', { key: code() })).status).toBe(200)
  })

  test('is replaced by the next one', async () => {
    const { inspect, told, post, code } = inspectedByLink()
    const old = code()
    inspect.newLink()
    expect(told).toHaveLength(2)
    expect((await post('/inspector/session', { key: old })).status).toBe(403)
    expect((await post('/inspector/session', { key: code() })).status).toBe(200)
  })

  test('is no key: nothing in a header opens the door', async () => {
    const { get, code } = inspectedByLink()
    expect((await get('/inspector/api/live', { authorization: `Bearer ${code()}` })).status).toBe(401)
    expect((await get(`/inspector/?key=${code()}`)).status).toBe(401)
  })
})

describe('what is shown of a running server', () => {
  test('counts what its providers tell, also where they have an observer of their own', async () => {
    const own = recorder()
    const issuer = createTestIssuer()
    const provider = new ChainProvider([new JwksProvider({ ...issuer.options, observe: own.observe }), callers()])
    const { get, signIn } = inspected({}, {}, provider)
    const cookie = await signIn()
    await provider.verifyToken(await issuer.mint())
    await provider.verifyToken(await issuer.mint({ expiresIn: -60 }))
    await provider.verifyToken('nobody-knows-this-one')
    const { health, told } = await liveOf(await get('/inspector/api/live', { cookie }))
    expect(told.series.map(({ name, total }) => [name, total])).toEqual([['accepted', 1], ['expired', 1], ['no_owner', 1]])
    expect(health.members?.map(({ kind }) => kind)).toEqual(['jwks', 'static'])
    expect(own.events.map(({ type }) => type)).toEqual(['keys_fetched', 'accepted', 'rejected'])
  })

  test('is no token, no claim and no name of a person', async () => {
    const issuer = createTestIssuer({ sub: 'ada-of-acme', claims: { email: 'ada@acme.example' } })
    const provider = new JwksProvider(issuer.options)
    const { get, signIn } = inspected({}, {}, provider)
    const cookie = await signIn()
    const tokens = [await issuer.mint(), await issuer.mint({ expiresIn: -60 }), await issuer.mint({ audience: 'https://<script>evil</script>.example' })]
    for (const token of tokens) await provider.verifyToken(token)
    const text = await (await get('/inspector/api/live', { cookie })).text()
    for (const secret of [...tokens, ...tokens.map((token) => token.split('.')[2] ?? ''), 'ada-of-acme', 'ada@acme.example', 'evil', KEY]) expect(text).not.toContain(secret)
  })

  test('takes no token to look at: that is for one\u2019s own machine', async () => {
    const { post, signIn } = inspected()
    const cookie = await signIn()
    for (const place of ['report', 'scopes', '__proto__', 'constructor']) expect([404, 405]).toContain((await post(`/inspector/api/${place}`, { token: 'x' }, { cookie })).status)
  })

  test('is no more of thousands of tenants than anybody reads', async () => {
    const members = Array.from({ length: 3_000 }, (_, n) => ({ name: `tenant ${n}`, kind: 'jwks', issuers: [] }))
    const provider = Object.assign(callers(), { health: () => ({ name: 'tenants', kind: 'issuers', issuers: [], members }) })
    const { get, signIn } = inspected({}, {}, provider)
    const { health } = await liveOf(await get('/inspector/api/live', { cookie: await signIn() }))
    expect([health.members?.length, health.members?.at(-1)?.name]).toEqual([101, 'and 2900 more'])
  })

  const circle: Record<string, unknown> = { name: 'round', kind: 'custom', issuers: [], tokens: 3 }
  circle['members'] = Array.from({ length: 7 }, () => circle)
  const throwing = { get keys(): never { throw new Error('a bug') }, tokens: 3 }
  test.each<[string, object]>([
    ['a circle', circle],
    ['a BigInt', { tokens: 3, memory: { accepted: 3n, hits: 1 }, more: 3n }],
    ['what throws when it is looked at', { tokens: 3, members: [throwing] }],
    ['a megabyte of text', { tokens: 3, kind: 'x'.repeat(1_000_000), more: 'x'.repeat(1_000_000), issuers: Array.from({ length: 5_000 }, () => 'x'.repeat(500)) }],
    ['another shape', { tokens: 3, keys: 'none', members: 'none', issuers: 7, upstream: [], memory: 'full', revocations: null }],
    ['numbers that are none', { tokens: 3, upstream: { breaker: 'ajar' }, keys: [{ state: 'fresh' }, { issuer: {}, keys: Number.NaN, state: 'gone' }, null], revocations: { held: 'x' } }],
  ])('is what the page can draw, where a provider of one\u2019s own tells %s of itself', async (_, told) => {
    const provider = Object.assign(callers(), { health: () => told as never })
    const { get, signIn } = inspected({}, {}, provider)
    const response = await get('/inspector/api/live', { cookie: await signIn() })
    expect(response.status).toBe(200)
    const written = await response.text()
    expect(written.length).toBeLessThan(100_000)
    const { health } = JSON.parse(written) as Live
    expect([health.tokens, health.keys ?? [], health.upstream]).toEqual([3, [], undefined])
    expect(Object.keys(health).every((name) => ['name', 'kind', 'issuers', 'keys', 'memory', 'upstream', 'revocations', 'tokens', 'members'].includes(name))).toBe(true)
  })

  test('goes on where an event of somebody\u2019s own says anything', async () => {
    const { inspect, get, signIn } = inspected()
    const odd: Record<string, unknown> = { type: 'rejected', hint: 7 }
    for (const name of ['reason', 'provider', 'claim']) odd[name] = odd
    const others = [{ ...odd, reason: 3n, provider: 'x'.repeat(100_000) }, { type: 'keys_unavailable', issuer: {}, message: 3n, provider: {} }]
    for (const event of [odd, ...others]) inspect.observe(event as never)
    const response = await get('/inspector/api/live', { cookie: await signIn() })
    const { told } = await liveOf(response)
    expect(told.series.map(({ name, total }) => [name, total])).toEqual([['unknown', 2]])
    expect(JSON.stringify(told).length).toBeLessThan(5_000)
  })

  test('is made once a second at most, whoever looks', async () => {
    let asked = 0
    const provider = Object.assign(callers(), { health: () => ({ name: 'counted', kind: 'custom', issuers: [], tokens: (asked += 1) }) })
    const { get, signIn, time } = inspected({}, {}, provider)
    const cookie = await signIn()
    for (let n = 0; n < 50; n += 1) await get('/inspector/api/live', { cookie })
    expect(asked).toBe(1)
    time.forward(1)
    await get('/inspector/api/live', { cookie })
    expect(asked).toBe(2)
  })

  test('goes on where an observer of a provider is a bug, and has no bug of its own to give', async () => {
    const provider = new StaticProvider({ 'the-key-of-a-caller': { claims: { sub: 'caller' } } }, { observe: () => { throw new Error('a bug') } })
    const { get, signIn } = inspected({}, {}, provider)
    await provider.verifyToken('the-key-of-a-caller')
    const { told } = await liveOf(await get('/inspector/api/live', { cookie: await signIn() }))
    expect(told.series[0]?.total).toBe(1)
  })
})

describe('in a server', () => {
  test('of Express, in front of a gate: the gate never sees it, and the rest of the app is as guarded as before', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const app = express().use(inspect.node).use(expressAuth(callers(), { observe: inspect.observe })).get('/notes', (_req, res) => void res.send('notes'))
    const { ask } = closing(await listen(createServer(app)))
    expect((await ask({ method: 'GET', target: '/notes' })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/inspector/' })).text).toContain('<title>Inspector</title>')
    expect((await ask({ method: 'GET', target: '/inspector/api/live' })).status).toBe(401)
    const { json } = await ask({ method: 'GET', target: '/inspector/api/live', headers: { authorization: `Bearer ${KEY}` } })
    expect(json.told.series.map(({ of, name }: { of: string; name: string }) => `${of} ${name}`)).toEqual(['denied no_token'])
  })

  test('of Express, behind a gate that excludes it, on a mount, with a parser in front', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const app = express().use(expressAuth(callers(), { exclude: ['/inspector'] })).use(express.json()).use('/inspector', inspect.node)
    const { ask } = closing(await listen(createServer(app)))
    expect((await ask({ method: 'GET', target: '/inspector/api/live' })).status).toBe(401)
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const { status, headers: answered } = await ask({ method: 'POST', target: '/inspector/session', headers, body: JSON.stringify({ key: KEY }) })
    expect(status).toBe(200)
    const cookie = answered['set-cookie']?.split(';')[0] ?? ''
    expect((await ask({ method: 'GET', target: '/inspector/api/live', headers: { cookie } })).status).toBe(200)
  })

  test('counts a refusal once, which both the provider and the gate tell', async () => {
    const provider = callers()
    const inspect = inspectorWith(provider, { access: operators() }, { files: FILES })
    const guarded = fetchAuth(provider, { observe: inspect.observe })(() => new Response('notes'))
    await guarded(new Request(`${ORIGIN}/notes`, { headers: { authorization: 'Bearer not-the-key-of-anybody' } }))
    await guarded(new Request(`${ORIGIN}/notes`, { headers: { authorization: 'Bearer the-key-of-a-caller' } }))
    const { told } = await liveOf(await inspect(new Request(`${ORIGIN}/inspector/api/live`, { headers: { authorization: `Bearer ${KEY}` } })))
    expect(told.series.map(({ of, name, total }) => [of, name, total])).toEqual([['rejected', 'unknown_token', 1], ['denied', 'invalid_token', 1], ['accepted', 'accepted', 1]])
    expect(told.refusals.map(({ what }) => what)).toEqual(['unknown_token'])
  })

  test('of Fastify, in front of its parsers and of a gate', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const app = closing(fastify())
    app.addHook('onRequest', (request, reply, next) => inspect.node(request.raw, reply.raw, next))
    await app.register(fastifyAuth(callers()))
    app.get('/notes', async () => 'notes')
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const { ask } = closing(askingAt(Number(port)))
    expect((await ask({ method: 'GET', target: '/notes' })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/notes', headers: { authorization: 'Bearer the-key-of-a-caller' } })).text).toBe('notes')
    expect((await ask({ method: 'GET', target: '/inspector/api/live' })).status).toBe(401)
    const signedIn = await ask({ method: 'POST', target: '/inspector/session', headers: { 'sec-fetch-site': 'same-origin' }, body: JSON.stringify({ key: KEY }) })
    const cookie = signedIn.headers['set-cookie']?.split(';')[0] ?? ''
    expect((await ask({ method: 'GET', target: '/inspector/api/live', headers: { cookie } })).json.health.kind).toBe('static')
  })

  test('of Koa, in front of a gate: what is not below its path goes on, and is as guarded as before', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const app = new Koa()
    app.use((ctx, next) => {
      if (!/^\/inspector(\/|$)/.test(ctx.path)) return next()
      ctx.respond = false
      return inspect.node(ctx.req, ctx.res)
    })
    app.use(koaAuth(callers()))
    app.use((ctx) => void (ctx.body = { notes: [] }))
    const { ask } = closing(await listen(createServer(app.callback())))
    expect((await ask({ method: 'GET', target: '/inspector/' })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/inspector/api/live', headers: { authorization: `Bearer ${KEY}` } })).json.health.kind).toBe('static')
    expect((await ask({ method: 'GET', target: '/inspectors', headers: { authorization: `Bearer ${KEY}` } })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/notes', headers: { authorization: 'Bearer the-key-of-a-caller' } })).json).toEqual({ notes: [] })
  })

  test('of Hono and of fetch, behind a gate that excludes it', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const app = new Hono().all('/inspector', (c) => inspect(c.req.raw)).all('/inspector/*', (c) => inspect(c.req.raw))
    const guarded = fetchAuth(callers(), { exclude: ['/inspector'] })((request: Request) => app.fetch(request))
    for (const handle of [app.fetch, guarded]) {
      expect((await handle(new Request(`${ORIGIN}/inspector/api/live`))).status).toBe(401)
      expect((await handle(new Request(`${ORIGIN}/inspector/api/live`, { headers: { authorization: `Bearer ${KEY}` } }))).status).toBe(200)
    }
    expect((await guarded(new Request(`${ORIGIN}/notes`))).status).toBe(401)
  })

  test('of plain node:http, where it is alone, answers every other path with 404', async () => {
    const inspect = inspectorWith(callers(), { access: operators() }, { files: FILES })
    const { ask } = closing(await listen(createServer((req, res) => inspect.node(req, res))))
    expect((await ask({ method: 'GET', target: '/' })).status).toBe(404)
    for (const target of ['/inspector/../inspector/api/live', 'http://evil.example/inspector/api/live', '//inspector/api/live', '/inspector/api/live%00', '*']) {
      expect([400, 401, 404]).toContain((await ask({ method: 'GET', target })).status)
    }
  })

  test('at another path', async () => {
    const { get } = inspected({ path: '/admin/auth' })
    expect((await get('/inspector/')).status).toBe(404)
    expect((await get('/admin/auth/')).status).toBe(401)
    expect((await get('/admin/auth')).headers.get('location')).toBe('auth/')
  })
})

describe('options', () => {
  test.each([
    ['no access', {}, '"access" must say who may look'],
    ['an access that is none', { access: {} }, '"access" takes a provider'],
    ['a path without a slash', { access: operators(), path: 'inspector' }, '"path" must be a path'],
    ['a path with a slash at its end', { access: operators(), path: '/inspector/' }, '"path" must be a path'],
    ['a path with dots', { access: operators(), path: '/../x' }, '"path" must be a path'],
    ['a typo', { access: operators(), acces: true }, 'did you mean "access"'],
    ['milliseconds', { access: operators(), lookFor: 3_600_000 }, 'looks like milliseconds'],
  ])('with %s are a TypeError at start', (_, options, message) => {
    expect(() => inspector(callers(), options as never)).toThrow(message)
  })

  test('a link that nobody is told, and a provider that is none', () => {
    expect(() => oneTimeLink(undefined as never)).toThrow('oneTimeLink takes what prints the link')
    expect(() => inspector({} as never, { access: operators() })).toThrow('inspector takes a provider')
  })
})
