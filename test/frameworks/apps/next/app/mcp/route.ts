export { handler as DELETE, handler as GET, handler as POST } from '../../mcp'
