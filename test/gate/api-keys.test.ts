/** Keys in a header of their own beside OAuth: each credential from its own place, each good, and one caller. */
import express from 'express'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { tokenVerifier } from '../../src/adapters/mcp.js'
import { bearerAuth } from '../../src/adapters/express.js'
import { AuthUnavailableError, ChainProvider, gate, JwksProvider, requireAuth, StaticProvider } from '../../src/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import type { BearerAuthProvider, GateOptions } from '../../src/index.js'
import type { Ask } from '../adapters/http-kit.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const [CI, ADA, PLAIN, OLD] = ['ci-key-0123456789abcdef', 'ada-key-0123456789abcdef', 'plain-key-0123456789abcdef', 'old-key-0123456789abcdef']

const issuer = createTestIssuer({ audience: RESOURCE })
const people = () => new JwksProvider(issuer.options)
const keys = () => new StaticProvider({ [CI]: { claims: { sub: 'ci' } }, [ADA]: { claims: { sub: 'ada' } }, [PLAIN]: { claims: {} } }, { tokenHeader: 'X-Api-Key' })
const both = () => new ChainProvider([keys(), people(), new StaticProvider({ [OLD]: { claims: { sub: 'old' } } })])
const bearerOf = (token: string) => ({ Authorization: `Bearer ${token}` })

async function serving(provider: BearerAuthProvider, options: GateOptions = {}): Promise<Ask> {
  const app = express().use(bearerAuth(provider, { resource: RESOURCE, ...options }))
  app.use((_req, res) => void res.json(requireAuth().subject ?? null))
  return closing(await listen(createServer(app))).ask
}

describe('a chain whose members have headers of their own', () => {
  test('takes each token from the header of its member, and from no other', async () => {
    const ask = await serving(both())
    const jwt = await issuer.mint({ sub: 'ada' })
    expect((await ask({ headers: bearerOf(jwt) })).json).toBe('ada')
    expect((await ask({ headers: { 'x-api-key': CI } })).json).toBe('ci')
    expect((await ask({ headers: bearerOf(OLD) })).json).toBe('old')
    for (const headers of [bearerOf(CI), { 'x-api-key': jwt }, { 'x-api-key': OLD }]) expect((await ask({ headers })).status).toBe(401)
  })

  test('wants every credential to be good', async () => {
    const ask = await serving(both())
    const jwt = await issuer.mint({ sub: 'ada' })
    expect((await ask({ headers: { ...bearerOf(jwt), 'x-api-key': 'never-issued-0123456789' } })).status).toBe(401)
    expect((await ask({ headers: { ...bearerOf('never-issued-0123456789'), 'x-api-key': CI } })).status).toBe(401)
    expect((await ask({ headers: { ...bearerOf(jwt), 'x-api-key': 'two keys' } })).status).toBe(400)
    expect((await ask({ headers: { ...bearerOf(jwt), 'x-api-key': '' } })).json).toBe('ada')
  })

  test('refuses two that name different callers, and takes two that name one or nobody', async () => {
    const ask = await serving(both())
    const jwt = await issuer.mint({ sub: 'ada' })
    const several = await ask({ headers: { ...bearerOf(jwt), 'x-api-key': CI } })
    expect(several).toMatchObject({ status: 400, json: { error: 'invalid_request', error_description: 'The credentials of the request name different callers; send one of them' } })
    expect((await ask({ headers: { ...bearerOf(jwt), 'x-api-key': ADA } })).json).toBe('ada')
    expect((await ask({ headers: { ...bearerOf(jwt), 'x-api-key': PLAIN } })).json).toBe('ada')
  })

  test("takes a proxy's assertion about somebody beside the client's own token, which says who calls", async () => {
    const proxy = createTestIssuer({ issuer: 'https://proxy.test', audience: RESOURCE })
    const ask = await serving(new ChainProvider([new JwksProvider({ ...proxy.options, tokenHeader: 'x-assertion' }), people()]))
    const assertion = { 'x-assertion': await proxy.mint({ sub: 'proxy-user' }) }
    expect((await ask({ headers: { ...assertion, ...bearerOf(await issuer.mint({ sub: 'ada' })) } })).json).toBe('ada')
    expect((await ask({ headers: assertion })).json).toBe('proxy-user')
    expect((await ask({ headers: bearerOf(await proxy.mint({ sub: 'proxy-user' })) })).status).toBe(401)
  })

  test('never adds what one credential permits to the other', async () => {
    const admin = new StaticProvider({ [ADA]: { claims: { sub: 'ada' }, scopes: ['admin'] } }, { tokenHeader: 'x-api-key' })
    const ask = await serving(new ChainProvider([people(), admin]), { requiredScopes: ['admin'] })
    expect((await ask({ headers: { ...bearerOf(await issuer.mint({ sub: 'ada' })), 'x-api-key': ADA } })).status).toBe(403)
  })

  test('asks nobody where one header is malformed', async () => {
    const asked: string[] = []
    const provider = { verifyToken: async (token: string) => (asked.push(token), null) }
    const ask = await serving(new ChainProvider([provider, keys()]))
    expect((await ask({ headers: { ...bearerOf('a-token'), 'x-api-key': [CI, CI] } })).status).toBe(400)
    expect(asked).toEqual([])
  })

  test('does not know where nobody knows', async () => {
    const away = { verifyToken: () => Promise.reject(new AuthUnavailableError('away')) }
    const ask = await serving(new ChainProvider([away, keys()]))
    expect((await ask({ headers: { ...bearerOf('a-token'), 'x-api-key': CI } })).status).toBe(503)
    expect((await ask({ headers: { 'x-api-key': CI } })).json).toBe('ci')
  })

  test('tells clients that Authorization is one of the ways, and begins the sign-in where nothing is presented', async () => {
    const ask = await serving(both())
    expect((await ask({ method: 'GET', target: '/.well-known/oauth-protected-resource/mcp' })).json).toMatchObject({ bearer_methods_supported: ['header'] })
    expect((await ask({ headers: { 'x-api-key': '' } })).challenge?.parameters).toHaveProperty('resource_metadata')
    const open = await serving(both(), { optional: true })
    expect((await open({ headers: { 'x-api-key': CI } })).json).toBe('ci')
    expect((await open({ headers: { 'x-api-key': 'never-issued-0123456789' } })).status).toBe(401)
  })

  test('says in its plan which header a token comes in', () => {
    const plan = both().plan()
    expect(plan.routes.filter(({ kind }) => kind === 'tokens')).toEqual([
      { kind: 'tokens', value: '1', providers: ['static 3'] },
      { kind: 'tokens', value: '3', providers: ['static 1'], header: 'x-api-key' },
    ])
    expect(String(plan)).toMatch(/^1 listed token +→ {2}static 3$/m)
    expect(String(plan)).toMatch(/^x-api-key: 3 listed tokens +→ {2}static 1$/m)
  })

  test('takes what comes from nowhere in particular for Authorization', async () => {
    expect(await both().verifyToken(CI)).toBeNull()
    expect(await both().verifyToken(OLD)).toMatchObject({ subject: 'old' })
    expect(both().recognizes(CI)).toBe('foreign')
  })

  test("is not for the SDKs' own gates, which read Authorization alone", () => {
    expect(() => tokenVerifier(both())).toThrow(/these tokens come in the header x-api-key; use bearerAuth/)
  })
})

describe('"tokenFrom" with a header', () => {
  test('takes the tokens of any provider from there, and from nowhere else', async () => {
    const ask = await serving(people(), { tokenFrom: { header: 'X-Api-Key' } })
    const jwt = await issuer.mint({ sub: 'ada' })
    expect((await ask({ headers: { 'x-api-key': jwt } })).json).toBe('ada')
    expect((await ask({ headers: bearerOf(jwt) })).status).toBe(401)
    expect((await ask({ method: 'GET', target: '/.well-known/oauth-protected-resource/mcp' })).json).not.toHaveProperty('bearer_methods_supported')
  })

  test('does not go with a provider that has headers of its own', () => {
    expect(() => gate(keys(), { tokenFrom: { header: 'x-other' } })).toThrow(/"tokenFrom" does not go with this provider/)
    expect(() => gate(both(), { tokenFrom: { header: 'x-other' } })).toThrow(/"tokenFrom" does not go with this provider/)
    expect(() => gate(both(), { tokenFrom: { cookie: 'a', origins: ['https://app.example.com'] } })).not.toThrow()
  })
})
