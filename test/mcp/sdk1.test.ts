/** `tokenVerifier` behind the gate of MCP SDK 1.x. */
import { InvalidTokenError, TooManyRequestsError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import express from 'express'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { tokenVerifier } from '../../src/adapters/mcp.js'
import { callers, GOOD } from '../adapters/callers.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { says } from '../oauth-kit.js'
import type { BearerAuthMiddlewareOptions } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import type { TokenVerifierOptions } from '../../src/adapters/mcp.js'
import type { BearerAuthProvider } from '../../src/index.js'
import type { Answered } from '../adapters/http-kit.js'

interface Setup {
  readonly provider?: BearerAuthProvider
  readonly verifier?: TokenVerifierOptions
  readonly gate?: Omit<BearerAuthMiddlewareOptions, 'verifier'>
}

describe('tokenVerifier behind requireBearerAuth of SDK 1.x', () => {
  async function asked(token: string, { provider = callers(), verifier, gate }: Setup = {}): Promise<Answered> {
    const app = express()
    app.post('/mcp', requireBearerAuth({ verifier: tokenVerifier(provider, { InvalidTokenError, TooManyRequestsError, ...verifier }), ...gate }), (req, res) => {
      res.json(req.auth)
    })
    const server = closing(await listen(createServer(app)))
    return server.ask({ headers: { Authorization: `Bearer ${token}` } })
  }

  test('a good token is let in, and the caller is known', async () => {
    expect(await asked(GOOD.ada)).toMatchObject({
      status: 200,
      json: { token: GOOD.ada, clientId: 'app-of-ada', scopes: ['notes:read'], expiresAt: 4_000_000_000, extra: { subject: 'ada', provider: 'custom' } },
    })
  })

  test("a bad token is a 401 with the SDK's challenge", async () => {
    const answered = await asked('never-issued', { gate: { resourceMetadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource' } })
    expect(answered.status).toBe(401)
    expect(answered.challenge).toEqual({
      scheme: 'Bearer',
      parameters: {
        error: 'invalid_token',
        error_description: 'Token is invalid or expired',
        resource_metadata: 'https://mcp.example.com/.well-known/oauth-protected-resource',
      },
    })
    expect(answered.json).toEqual({ error: 'invalid_token', error_description: 'Token is invalid or expired' })
  })

  test('a token that is bound to a key is a 401, for nobody asks for the proof', async () => {
    expect((await asked('bound-to-a-key')).status).toBe(401)
  })

  test('a token without an end is let in, vouched for five minutes', async () => {
    const before = Math.floor(Date.now() / 1000)
    const { status, json } = await asked('endless', { provider: says('yes') })
    expect(status).toBe(200)
    expect(json.expiresAt).toBeGreaterThanOrEqual(before + 300)
    expect(json.expiresAt).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) + 300)
  })

  test('or for as long as it is told, by the clock that it is given', async () => {
    const { verifyAccessToken } = tokenVerifier(says('yes'), { vouchFor: 60, now: () => 1_800_000_000.7 })
    expect((await verifyAccessToken('endless')).expiresAt).toBe(1_800_000_060)
  })

  test('a token with an end keeps its own', async () => {
    const { verifyAccessToken } = tokenVerifier(callers(), { vouchFor: 60, now: () => 1_800_000_000 })
    expect((await verifyAccessToken(GOOD.ada)).expiresAt).toBe(4_000_000_000)
  })

  test('a missing scope is a 403', async () => {
    const answered = await asked(GOOD.ada, { gate: { requiredScopes: ['notes:read', 'notes:write'] } })
    expect(answered.status).toBe(403)
    expect(answered.challenge?.parameters).toMatchObject({ error: 'insufficient_scope', scope: 'notes:read notes:write' })
    expect((await asked(GOOD.bob, { gate: { requiredScopes: ['notes:read', 'notes:write'] } })).status).toBe(200)
  })

  describe('expectedResource', () => {
    const expectedResource = new URL('https://mcp.example.com/mcp')
    const elsewhere = new URL('https://other.example.com/mcp')

    test('is met by the only audience of the token', async () => {
      expect((await asked(GOOD.ada, { gate: { expectedResource } })).status).toBe(200)
      expect((await asked(GOOD.ada, { gate: { expectedResource: elsewhere } })).status).toBe(401)
    })

    test('is met by "resource" where tokens name no URL', async () => {
      const gate = { expectedResource }
      expect((await asked('x', { provider: says('yes'), gate })).status).toBe(401)
      expect((await asked('x', { provider: says('yes'), gate, verifier: { resource: 'https://mcp.example.com/mcp' } })).status).toBe(200)
      expect((await asked('x', { provider: says('yes'), gate, verifier: { resource: 'https://other.example.com/mcp' } })).status).toBe(401)
    })
  })

  test.each(['asks-too-often', 'one-of-too-many'])('%s is the SDK\u2019s too_many_requests: neither a 401 nor a 5xx', async (token) => {
    expect(await asked(token)).toMatchObject({ status: 400, json: { error: 'too_many_requests', error_description: 'Too many requests; keep the token and try again later' } })
  })

  test('without the class handed in, the SDK makes a 500 of that', async () => {
    expect((await asked('one-of-too-many', { verifier: { TooManyRequestsError: undefined } })).status).toBe(500)
  })

  // What the provider does.
  for (const token of ['nobody-knows', 'throws-an-error', 'rejects-with-nothing', 'answers-undefined', 'answers-half-a-token']) {
    test(`${token.replaceAll('-', ' ')} is a 500 and not a 401: the SDK knows no 503`, async () => {
      const answered = await asked(token)
      expect({ status: answered.status, challenge: answered.challenge, json: answered.json }).toEqual({
        status: 500,
        challenge: undefined,
        json: { error: 'server_error', error_description: 'Internal Server Error' },
      })
    })
  }

  for (const [what, options] of Object.entries({
    'milliseconds': { vouchFor: 300_000 },
    'a resource that is no URL': { resource: '/mcp' },
    'an error that is no class': { InvalidTokenError: 'invalid_token' as never },
    'an option that does not exist': { invalidTokenError: InvalidTokenError } as object,
  })) {
    test(`refuses ${what}`, () => {
      expect(() => tokenVerifier(callers(), options)).toThrow(TypeError)
    })
  }
})

test('CommonJS: the class of the CommonJS copy makes a bad token a 401; without one, or with that of the ESM copy, it is a 500', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./sdk1.cjs', import.meta.url))])
  expect(JSON.parse(stdout)).toEqual({
    'its own class': { good: 200, bad: 401, challenge: 'Bearer error="invalid_token", error_description="Token is invalid or expired"' },
    'no class': { good: 200, bad: 500, challenge: null },
    'the class of the ESM copy': { good: 200, bad: 500, challenge: null },
  })
})
