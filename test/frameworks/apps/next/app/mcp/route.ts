import { requireAuth } from 'bearer-auth-providers'
import { authInfo } from 'bearer-auth-providers/mcp'
import { createMcpHandler } from 'mcp-handler'
import { protect } from '../../gate'

const mcp = createMcpHandler((server) => {
  server.registerTool('whoami', {}, ({ http }) => ({ content: [{ type: 'text', text: `${requireAuth().subject} by ${http?.authInfo?.extra?.provider}` }] }))
  server.registerTool('purge', {}, () => ({ content: [{ type: 'text', text: 'gone' }] }))
})
const handler = protect((request: Request) => mcp(Object.assign(request, { auth: authInfo() })))
export { handler as DELETE, handler as GET, handler as OPTIONS, handler as POST }
