/** `tokenVerifier` behind the gates of MCP SDK 2.x: no class is handed in. */
import { requireBearerAuth as requireBearerAuthInExpress } from '@modelcontextprotocol/express'
import { OAuthError, requireBearerAuth, verifyBearerToken } from '@modelcontextprotocol/server'
import express from 'express'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { tokenVerifier } from '../../src/adapters/mcp.js'
import { callers, GOOD } from '../adapters/callers.js'
import { askingDirectly, listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { says } from '../oauth-kit.js'
import type { VerifyBearerTokenOptions } from '@modelcontextprotocol/server'
import type { TokenVerifierOptions } from '../../src/adapters/mcp.js'
import type { BearerAuthProvider } from '../../src/index.js'
import type { Answered } from '../adapters/http-kit.js'

interface Setup {
  readonly provider?: BearerAuthProvider
  readonly verifier?: TokenVerifierOptions
  readonly gate?: Omit<VerifyBearerTokenOptions, 'verifier'>
}

const GATES = {
  'the web-standard requireBearerAuth': async (options: VerifyBearerTokenOptions) => {
    const gate = requireBearerAuth(options)
    return askingDirectly(async (request) => {
      const auth = await gate(request)
      return auth instanceof Response ? auth : Response.json(auth)
    })
  },
  'requireBearerAuth for Express': async (options: VerifyBearerTokenOptions) => {
    const app = express().post('/mcp', requireBearerAuthInExpress(options), (req, res) => void res.json(req.auth))
    const server = closing(await listen(createServer(app)))
    return server.ask
  },
}

describe.each(Object.entries(GATES))('tokenVerifier behind %s of SDK 2.x', (_, open) => {
  async function asked(token: string, { provider = callers(), verifier, gate }: Setup = {}): Promise<Answered> {
    const ask = await open({ verifier: tokenVerifier(provider, verifier), ...gate })
    return ask({ headers: { Authorization: `Bearer ${token}` } })
  }
  const resourceMetadataUrl = 'https://mcp.example.com/.well-known/oauth-protected-resource'

  test('a good token is let in, and the caller is known', async () => {
    expect(await asked(GOOD.ada, { gate: { resourceMetadataUrl } })).toMatchObject({
      status: 200,
      json: { token: GOOD.ada, clientId: 'app-of-ada', scopes: ['notes:read'], expiresAt: 4_000_000_000, resourceMetadataUrl },
    })
  })

  test("a bad token is a 401 with the SDK's challenge", async () => {
    const answered = await asked('never-issued', { gate: { resourceMetadataUrl } })
    expect(answered).toMatchObject({ status: 401, json: { error: 'invalid_token', error_description: 'Token is invalid or expired' } })
    expect(answered.challenge).toEqual({
      scheme: 'Bearer',
      parameters: { error: 'invalid_token', error_description: 'Token is invalid or expired', resource_metadata: resourceMetadataUrl },
    })
  })

  test('a token that is bound to a key is a 401, for nobody asks for the proof', async () => {
    expect((await asked('bound-to-a-key')).status).toBe(401)
  })

  test('a token without an end is let in', async () => {
    expect((await asked('endless', { provider: says('yes') })).status).toBe(200)
  })

  test('a missing scope is a 403', async () => {
    const gate = { requiredScopes: ['notes:read', 'notes:write'] }
    expect(await asked(GOOD.ada, { gate })).toMatchObject({ status: 403, challenge: { parameters: { error: 'insufficient_scope', scope: 'notes:read notes:write' } } })
    expect((await asked(GOOD.bob, { gate })).status).toBe(200)
  })

  test('expectedResource is met by the only audience, or by "resource"', async () => {
    const gate = { expectedResource: new URL('https://mcp.example.com/mcp') }
    expect((await asked(GOOD.ada, { gate })).status).toBe(200)
    expect((await asked(GOOD.ada, { gate: { expectedResource: new URL('https://other.example.com/') } })).status).toBe(401)
    expect((await asked('x', { provider: says('yes'), gate })).status).toBe(401)
    expect((await asked('x', { provider: says('yes'), gate, verifier: { resource: 'https://mcp.example.com/mcp' } })).status).toBe(200)
  })

  test.each(['asks-too-often', 'one-of-too-many'])('%s is the SDK\u2019s too_many_requests: neither a 401 nor a 5xx', async (token) => {
    expect(await asked(token)).toMatchObject({ status: 400, json: { error: 'too_many_requests', error_description: 'Too many requests; keep the token and try again later' } })
  })

  // What the provider does.
  for (const token of ['nobody-knows', 'throws-an-error', 'rejects-with-nothing', 'answers-undefined', 'answers-half-a-token']) {
    test(`${token.replaceAll('-', ' ')} is a 500 and not a 401: the SDK knows no 503`, async () => {
      const answered = await asked(token)
      expect({ status: answered.status, challenge: answered.challenge }).toEqual({ status: 500, challenge: undefined })
    })
  }
})

describe('the refusal of tokenVerifier', () => {
  test("is SDK 2.x's own OAuthError, for its ESM and its CommonJS copy", async () => {
    const refusal = await verifyBearerToken('Bearer never-issued', { verifier: tokenVerifier(callers()) }).catch((error: unknown) => error)
    const commonJs = createRequire(import.meta.url)('@modelcontextprotocol/server') as { OAuthError: typeof OAuthError }
    expect(commonJs.OAuthError).not.toBe(OAuthError)
    expect(refusal).toBeInstanceOf(OAuthError)
    expect(refusal).toBeInstanceOf(commonJs.OAuthError)
    expect(refusal).toMatchObject({ code: 'invalid_token', message: 'Token is invalid or expired' })
    expect(JSON.stringify((refusal as OAuthError).toResponseObject())).toBe('{"error":"invalid_token","error_description":"Token is invalid or expired"}')
  })
})
