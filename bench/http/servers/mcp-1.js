/** Stateless MCP servers on SDK 1.x, behind Express as its documentation has them. */
import { createServer } from 'node:http'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { z } from 'zod'
import { greetingText, PATH } from '../world.js'
import { inContext } from './in-context.js'
import { joseVerifier } from './jose.js'
import { ours } from './ours.js'
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const mcp1 = {
  name: 'MCP SDK 1.x',
  candidates: [
    { name: 'bare', role: 'bare', start: async () => serverOf(undefined) },
    inContext(async (guard) => serverOf(guard)),
    ...ours('express', async (guard) => serverOf(guard)),
    {
      name: 'requireBearerAuth + jose',
      role: 'peer',
      start: async (world) => serverOf(requireBearerAuth({ verifier: await joseVerifier(world, () => new InvalidTokenError('Token is invalid or expired')) })),
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
    server.registerTool('greet', { inputSchema: { greeting: z.string() } }, ({ greeting }, { authInfo }) => {
      return { content: [{ type: 'text', text: greetingText(greeting, /** @type {string | undefined} */ (authInfo?.extra?.subject)) }] }
    })
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.on('close', () => void server.close())
    await server.connect(/** @type {any} */ (transport))
    await transport.handleRequest(req, res, req.body)
  })
  return createServer(app)
}
