import { ChainProvider, JwksProvider, requireAuth, StaticProvider } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/fetch'
import { authInfo } from 'bearer-auth-providers/mcp'
import { createMcpHandler } from 'mcp-handler'

const resource = 'https://mcp.example.com/mcp'
const auth = new ChainProvider([
  new StaticProvider({ 'key-of-ada-0123456789': { claims: { sub: 'ada' }, scopes: ['notes:read'] } }),
  new JwksProvider({ issuer: 'http://127.0.0.1:9', audience: resource }), // nobody is there
])
export const protect = bearerAuth(auth, { resource, operations: { 'tools/call': { purge: 'notes:write' } } })

const mcp = createMcpHandler((server) => {
  server.registerTool('whoami', {}, ({ http }) => ({ content: [{ type: 'text', text: `${requireAuth().subject} by ${http?.authInfo?.clientId}` }] }))
  server.registerTool('purge', {}, () => ({ content: [{ type: 'text', text: 'gone' }] }))
})
export const handler = protect((request: Request) => mcp(Object.assign(request, { auth: authInfo() })))
