/** Servers of others, with the code that their documents show, and what little a user adds: routes, and a check of scopes where there is one. */
import jwt from '@fastify/jwt'
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import Fastify from 'fastify'
import { FastMCP } from 'fastmcp'
import { Hono } from 'hono'
import { jwk } from 'hono/jwk'
import { createRemoteJWKSet, exportSPKI, importJWK, jwtVerify } from 'jose'
import { createMcpHandler, protectedResourceHandler, withMcpAuth } from 'mcp-handler'
import { createServer } from 'node:http'
import { listen } from '../../adapters/http-kit.js'
import type { CryptoKey, JWTPayload } from 'jose'
import type { TestIssuer } from '../../../src/testing/index.js'

export interface Peer {
  /** The app or its URL, and how to end it. */
  readonly start: (issuer: TestIssuer) => Promise<{ readonly app: object | string; readonly close?: () => Promise<unknown> }>
  /** True where it is asked for a scope. */
  readonly scoped: boolean
  readonly routes: readonly string[]
  /** What it answers to everybody by itself. */
  readonly open?: readonly string[]
  /** The `typ` of tokens that it takes. Default: RFC 9068's. */
  readonly typ?: string
}

const rpc = (body: unknown): object => ({ jsonrpc: '2.0', id: (body as { id?: unknown } | undefined)?.id ?? null, result: {} })

/** What tutorials show for jose. */
function joseVerify(issuer: TestIssuer): (token: string) => Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`))
  return async (token) => (await jwtVerify(token, keys, { issuer: issuer.issuer, audience: issuer.audience })).payload
}

const scopesOf = ({ scope }: JWTPayload): string[] => String(scope ?? '').split(' ')

export const PEERS: Readonly<Record<string, Peer>> = {
  '`requireBearerAuth` of the MCP SDK, with jose': {
    scoped: true,
    routes: ['/mcp'],
    async start(issuer) {
      const verify = joseVerify(issuer)
      const verifier = {
        async verifyAccessToken(token: string) {
          try {
            const payload = await verify(token)
            return { token, clientId: String(payload['client_id']), scopes: scopesOf(payload), expiresAt: payload.exp ?? 0 }
          } catch {
            throw new InvalidTokenError('Invalid or expired token')
          }
        },
      }
      const resourceServerUrl = new URL(issuer.audience)
      const oauthMetadata = { issuer: issuer.issuer, authorization_endpoint: `${issuer.url}/authorize`, token_endpoint: `${issuer.url}/token`, response_types_supported: ['code'] }
      const app = express().use(express.json())
      app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl }))
      const guard = requireBearerAuth({ verifier, requiredScopes: ['notes:read'], resourceMetadataUrl: new URL('/.well-known/oauth-protected-resource/mcp', resourceServerUrl).href })
      app.post('/mcp', guard, (req, res) => void res.json(rpc(req.body)))
      return { app }
    },
  },
  '`express-oauth2-jwt-bearer`': {
    scoped: true,
    routes: ['/notes', '/mcp'],
    async start(issuer) {
      const app = express().use(express.json())
      app.use(auth({ issuerBaseURL: issuer.issuer, audience: issuer.audience }))
      app.get('/notes', requiredScopes('notes:read'), (_req, res) => void res.json(['a note']))
      app.post('/mcp', requiredScopes('notes:read'), (req, res) => void res.json(rpc(req.body)))
      return { app }
    },
  },
  '`fastmcp`, with jose': {
    scoped: false,
    routes: ['/mcp'],
    open: ['/health', '/ready'],
    async start(issuer) {
      const verify = joseVerify(issuer)
      const server = new FastMCP({
        name: 'notes',
        version: '1.0.0',
        async authenticate(request) {
          const { authorization = '' } = request.headers
          try {
            return { ...(await verify(authorization.startsWith('Bearer ') ? authorization.slice(7) : '')) }
          } catch {
            throw new Response(null, { status: 401, statusText: 'Unauthorized' })
          }
        },
      })
      const free = await listen(createServer())
      await free.close()
      const { port } = new URL(free.origin)
      await server.start({ transportType: 'httpStream', httpStream: { host: '127.0.0.1', port: Number(port), stateless: true, enableJsonResponse: true } })
      return { app: `http://127.0.0.1:${port}`, close: () => server.stop() }
    },
  },
  '`withMcpAuth` of mcp-handler, with jose': {
    scoped: true,
    routes: ['/mcp'],
    async start(issuer) {
      const verify = joseVerify(issuer)
      const mcp = createMcpHandler((server) => void server.registerTool('whoami', { description: 'Says who calls.' }, () => ({ content: [] })))
      const guarded = withMcpAuth(
        mcp,
        async (_request, bearer) => {
          if (bearer === undefined) return undefined
          try {
            const payload = await verify(bearer)
            return { token: bearer, clientId: String(payload['client_id']), scopes: scopesOf(payload), expiresAt: payload.exp ?? 0 }
          } catch {
            throw new OAuthError(OAuthErrorCode.InvalidToken, 'Invalid token')
          }
        },
        { required: true, requiredScopes: ['notes:read'], resourceMetadataPath: '/.well-known/oauth-protected-resource' },
      )
      // As Next.js routes: each of its path alone.
      const routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
        '/mcp': guarded,
        '/.well-known/oauth-protected-resource': protectedResourceHandler({ authServerUrls: [issuer.issuer] }),
      }
      return { app: (request: Request) => routes[new URL(request.url).pathname]?.(request) ?? new Response(null, { status: 404 }) }
    },
  },
  '`hono/jwk`, as its page begins': {
    scoped: false,
    routes: ['/notes'],
    typ: 'JWT',
    async start(issuer) {
      const app = new Hono().use('/notes/*', jwk({ jwks_uri: `${issuer.url}/jwks`, alg: ['RS256'] }))
      return { app: app.get('/notes', (c) => c.json(['a note'])) }
    },
  },
  '`hono/jwk`, with `verification`': {
    scoped: false,
    routes: ['/notes'],
    typ: 'JWT',
    async start(issuer) {
      const verification = { iss: issuer.issuer, aud: issuer.audience, exp: true, nbf: true, iat: true }
      const app = new Hono().use('/notes/*', jwk({ jwks_uri: `${issuer.url}/jwks`, alg: ['RS256'], verification }))
      return { app: app.get('/notes', (c) => c.json(['a note'])) }
    },
  },
  '`@fastify/jwt`, with the public key': {
    scoped: false,
    routes: ['/notes'],
    async start(issuer) {
      const [key] = await issuer.publicKeys()
      const pem = await exportSPKI((await importJWK(key ?? {}, 'RS256')) as CryptoKey) // an RSA key is one
      const app = Fastify()
      await app.register(jwt, { secret: { public: pem, private: '' }, verify: { allowedIss: issuer.issuer, allowedAud: issuer.audience } })
      app.addHook('onRequest', async (request, reply) => {
        try {
          await request.jwtVerify()
        } catch (error) {
          await reply.send(error)
        }
      })
      app.get('/notes', async () => ['a note'])
      return { app }
    },
  },
}
