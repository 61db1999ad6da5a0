// The same small server on every runtime: two providers that ask their issuers over HTTP, and a handler that says who calls.
import { ChainProvider, clientSecretBasic, IntrospectionProvider, JwksProvider, requireAuth } from 'bearer-auth-providers'

const resource = 'https://mcp.example.com/mcp'

/** What is to be guarded, and by whom. The issuers are at `upstream`. */
export function gateFor(upstream) {
  const auth = new ChainProvider([
    new JwksProvider({ issuer: `${upstream}/signed`, audience: resource }),
    new JwksProvider({ issuer: `${upstream}/broken`, audience: resource }),
    new IntrospectionProvider({ issuer: `${upstream}/opaque`, audience: resource, clientAuth: clientSecretBasic('notes', 'a secret, with: signs') }),
  ])
  return [auth, { resource, operations: { 'tools/call': { purge: 'notes:write' } }, proof: { dpop: 'accepted', nonce: true } }]
}

export async function handle(request) {
  const { pathname } = new URL(request.url)
  const { subject } = requireAuth(...(pathname === '/mcp/write' ? ['notes:write'] : []))
  if (pathname === '/mcp/stream') return new Response(endless(), { headers: { 'Content-Type': 'text/event-stream' } })
  const sent = await request.text()
  await new Promise((resolve) => setTimeout(resolve, 5))
  return Response.json({ subject, later: requireAuth().subject, sent })
}

function endless() {
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.enqueue(new TextEncoder().encode('data: on\n\n'))
    },
  })
}
