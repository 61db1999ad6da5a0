import { serve } from '@hono/node-server'
import { ChainProvider, JwksProvider, requireAuth, StaticProvider } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/fetch'
import { MCPServer, MCPTool } from 'mcp-framework'
import { z } from 'zod'

class WhoAmI extends MCPTool {
  name = 'whoami'
  description = 'Says who calls.'
  schema = z.object({})
  execute = async () => `${requireAuth().subject} by ${requireAuth().provider}`
}
class Purge extends MCPTool {
  name = 'purge'
  description = 'Is for writers.'
  schema = z.object({})
  execute = async () => 'gone'
}

const resource = 'https://mcp.example.com/mcp'
const auth = new ChainProvider([
  new StaticProvider({ 'key-of-ada-0123456789': { claims: { sub: 'ada' }, scopes: ['notes:read'] } }),
  new JwksProvider({ issuer: 'http://127.0.0.1:9', audience: resource }), // nobody is there
])
const server = new MCPServer({ name: 'notes', version: '1.0.0' })
server.addTool(WhoAmI)
server.addTool(Purge)

const protect = bearerAuth(auth, { resource, operations: { 'tools/call': { purge: 'notes:write' } } })
serve({ fetch: protect((request) => server.handleRequest(request)), hostname: '127.0.0.1', port: Number(process.env.PORT) })
