/** Which sessions a request names: in the header of Streamable HTTP, and in the query of the SSE transport before it. */
import type { GateRequest } from './gate-request.js'

/** Every id that a server behind may take; `'several'` where the header came more than once, which is read in different ways. */
export function sessionIdsOf({ header, query = '' }: Pick<GateRequest, 'header' | 'query'>): readonly string[] | 'several' {
  const inHeader = header('mcp-session-id')
  if (inHeader.length > 1) return 'several'
  return [...inHeader, ...[...new URLSearchParams(query)].filter(([name]) => SESSION_ID.test(name)).map(([, id]) => id)]
}

// `sessionId` (SDK of TypeScript) and `session_id` (Python), and what parsers make of brackets: `sessionId[]=…` becomes a
// list, and a list of one is looked up like its only member.
const SESSION_ID = /^[[\]]*session_?id(?![\w-])/i
