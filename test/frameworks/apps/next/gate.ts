import { ChainProvider, JwksProvider, StaticProvider } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/fetch'

const resource = 'https://mcp.example.com/mcp'
const auth = new ChainProvider([
  new StaticProvider({ 'key-of-ada-0123456789': { claims: { sub: 'ada' }, scopes: ['notes:read'] } }),
  new JwksProvider({ issuer: 'http://127.0.0.1:9', audience: resource }), // nobody is there
])
export const protect = bearerAuth(auth, { resource, operations: { 'tools/call': { purge: 'notes:write' } } })
