export { handler as GET, handler as OPTIONS } from '../../../../mcp'
