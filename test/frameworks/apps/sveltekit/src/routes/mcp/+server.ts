import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { requireAuth } from 'bearer-auth-providers'
import { authInfo } from 'bearer-auth-providers/mcp'
import type { RequestHandler } from './$types'

const mcp = createMcpHandler(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', {}, ({ http }) => ({ content: [{ type: 'text', text: `${requireAuth().subject} by ${http?.authInfo?.extra?.provider}` }] }))
  server.registerTool('purge', {}, () => ({ content: [{ type: 'text', text: 'gone' }] }))
  return server
})
export const fallback: RequestHandler = ({ request }) => mcp.fetch(request, { authInfo: authInfo() })
