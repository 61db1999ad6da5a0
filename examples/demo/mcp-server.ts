/** An MCP server as you would write it: two tools, and a gate in front that lets in who may call them. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ChainProvider, JwksProvider, requireAuth, StaticProvider } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/express'
import express from 'express'
import { z } from 'zod'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { ErrorRequestHandler, Express } from 'express'

export interface NotesOptions {
  /** This server's public URL; its tokens carry it as their audience. */
  readonly resource: string
  /** Who issues the tokens. */
  readonly issuer: string
  /** The key of a machine that cannot sign in. */
  readonly robotKey: string
  /** The clock, in seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined
}

export function notesApp({ resource, issuer, robotKey, now }: NotesOptions): Express {
  const auth = new ChainProvider([
    new JwksProvider({ issuer, audience: resource, now }),
    new StaticProvider({ [robotKey]: { claims: { sub: 'robot', name: 'Robot' }, scopes: ['notes:read', 'notes:write'] } }),
  ])

  const app = express()
  app.use(bearerAuth(auth, { resource }))
  app.use(express.json())
  app.use('/mcp', toolScopes)
  app.post('/mcp', async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    const server = notesServer()
    res.on('close', () => server.close())
    await server.connect(transport)
    await transport.handleRequest(req, res, req.body)
  })
  app.all('/mcp', (_req, res) => void res.set('Allow', 'POST').sendStatus(405)) // no stream to open, no session to end
  app.use(answerDenials)
  return app
}

function notesServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })

  server.registerTool('greet', { description: 'Says who you are' }, () => {
    const { claims, scopes } = requireAuth('notes:read')
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

/** What each tool needs. */
const SCOPES = new Map([
  ['greet', 'notes:read'],
  ['add_note', 'notes:write'],
])

// What a tool throws becomes a part of its result, with status 200. A client that is to sign in again for a missing
// scope has to see a 403, so the scope is looked at before the SDK takes over.
const toolScopes: express.RequestHandler = (req, _res, next) => {
  const scope = req.body?.method === 'tools/call' ? SCOPES.get(req.body.params?.name) : undefined
  if (scope !== undefined) requireAuth(scope)
  next()
}

// Express would answer with the same status and challenge by itself, but it logs the stack of every 403.
const answerDenials: ErrorRequestHandler = (error, _req, res, next) => {
  if (error.code !== 'ERR_INSUFFICIENT_SCOPE') return next(error)
  res.status(error.status).set(error.headers).send(error.answer.body)
}
