/** Stateless MCP servers on SDK 2.x, behind Express as its documentation has them. */
import { createServer } from 'node:http'
import { requireBearerAuth } from '@modelcontextprotocol/express'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer, OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server'
import express from 'express'
import { z } from 'zod'
import { greetingText, PATH } from '../world.js'
import { inContext } from './in-context.js'
import { joseVerifier } from './jose.js'
import { ours } from './ours.js'
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const mcp2 = {
  name: 'MCP SDK 2.x',
  candidates: [
    { name: 'bare', role: 'bare', start: async () => serverOf(undefined) },
    inContext(async (guard) => serverOf(guard)),
    ...ours('express', async (guard) => serverOf(guard)),
    {
      name: 'requireBearerAuth + jose',
      role: 'peer',
      start: async (world) => serverOf(requireBearerAuth({ verifier: await joseVerifier(world, () => new OAuthError(OAuthErrorCode.InvalidToken, 'Token is invalid or expired')) })),
    },
  ],
}

/** @param {any} guard */
function serverOf(guard) {
  const app = express()
  if (guard !== undefined) app.use(guard)
  app.use(express.json())
  app.post(PATH, async (req, res) => {
    const server = new McpServer({ name: 'greeter', version: '1.0.0' })
    server.registerTool('greet', { inputSchema: z.object({ greeting: z.string() }) }, ({ greeting }, { http }) => {
      return { content: [{ type: 'text', text: greetingText(greeting, /** @type {string | undefined} */ (http?.authInfo?.extra?.subject)) }] }
    })
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.on('close', () => void server.close())
    await server.connect(transport)
    await transport.handleRequest(req, res, req.body)
  })
  return createServer(app)
}
