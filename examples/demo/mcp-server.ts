/** An MCP server as you would write it: two tools, and a gate in front that lets in who may call them. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { hostHeaderValidation } from '@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  ChainProvider,
  clientSecretBasic,
  fromClaim,
  GitHubProvider,
  IntrospectionProvider,
  JwksProvider,
  requireAuth,
  StaticProvider,
} from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/express'
import express from 'express'
import { z } from 'zod'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { AuthEvent, GitHubApp } from 'bearer-auth-providers'
import type { Express, RequestHandler } from 'express'

export interface NotesOptions {
  /** This server's public URL; its tokens carry it as their audience. */
  readonly resource: string
  /** Who issues the tokens. */
  readonly issuer: string
  /** Who this server is when it asks the issuer about opaque tokens. */
  readonly client: { readonly clientId: string; readonly clientSecret: string }
  /** The application that people sign in to with GitHub, and where that is. */
  readonly github: { readonly app: GitHubApp; readonly apiBaseUrl: string }
  /** The key of a machine that cannot sign in. */
  readonly robotKey: string
  /** The clock, in seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined
  /** The server's log. Default: none. */
  readonly observe?: ((event: AuthEvent) => void) | undefined
}

export function notesApp({ resource, issuer, client, github, robotKey, now, observe }: NotesOptions): Express {
  const clientAuth = clientSecretBasic(client.clientId, client.clientSecret)
  const auth = new ChainProvider([
    new JwksProvider({ issuer, audience: resource, now }),
    new IntrospectionProvider({ issuer, audience: resource, clientAuth, now }),
    new GitHubProvider({ ...github, scopes: fromClaim('scope', { 'read:user': 'notes:read' }), observe }),
    new StaticProvider({
      [robotKey]: { claims: { sub: 'robot', name: 'Robot' }, scopes: ['notes:read', 'notes:write'] },
    }),
  ])

  const app = express()
  // A page elsewhere whose name was pointed at this machine sends its own (MCP, Streamable HTTP, DNS rebinding).
  const { hostname, origin } = new URL(resource)
  app.use(hostHeaderValidation([hostname]), onlyFrom(origin))
  // A client that lacks a scope is told so before the tool runs: what a tool throws would be part of its result, with status 200.
  app.use(bearerAuth(auth, {
    ...{ resource, requiredScopes: ['notes:read'], operations: { 'tools/call': { add_note: 'notes:write' } } },
    // Tokens that are bound to a key are worth nothing to a thief.
    proof: { dpop: 'accepted', nonce: true },
  }))
  app.use(express.json())
  app.post('/mcp', async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    const server = notesServer()
    res.on('close', () => server.close())
    await server.connect(transport)
    await transport.handleRequest(req, res, req.body)
  })
  // Stateless: there is no stream to open and no session to end.
  app.all('/mcp', (_req, res) => void res.set('Allow', 'POST').sendStatus(405))
  return app
}

/** Refuses requests of pages on other origins; programs send no `Origin`. */
function onlyFrom(own: string): RequestHandler {
  return (req, res, next) => {
    const { origin = own } = req.headers
    if (origin === own) next()
    else res.sendStatus(403)
  }
}

function notesServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })

  server.registerTool('greet', { description: 'Says who you are' }, () => {
    const { claims, scopes } = requireAuth()
    return says(`Hello ${claims.name}, you may: ${scopes.join(' ')}`)
  })

  server.registerTool('add_note', { description: 'Writes a note', inputSchema: { text: z.string() } }, ({ text }) => {
    const { claims } = requireAuth('notes:write')
    return says(`Noted for ${claims.name}: ${text}`)
  })

  return server
}

function says(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] }
}
