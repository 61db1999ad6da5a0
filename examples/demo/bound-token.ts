/** A program whose tokens are bound to its own key (RFC 9449): with each request it proves that it holds the key. */
import { Client, ClientCredentialsProvider, DpopSession, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { textOf } from './mcp-client.js'
import { Watch } from './watch.js'
import type { IdentityProvider } from './identity-provider.js'
import type { Reply, Tool } from './mcp-client.js'

/** Signs in for itself, as the MCP SDK does it. The key cannot be read out of the process. */
export class Holder extends ClientCredentialsProvider {
  readonly #session = DpopSession.create()

  constructor({ issuer, client }: IdentityProvider) {
    super({ ...client, expectedIssuer: issuer })
  }

  dpop(): Promise<DpopSession> {
    return this.#session
  }

  /** What a thief may find. */
  get token(): string {
    return this.tokens()?.access_token ?? ''
  }
}

/** Knows where it may, and learns all else from the server's 401: that proofs are taken, and which nonce they must hold. */
export async function callAsHolder(url: string, tool: Tool, holder: Holder): Promise<Reply> {
  const watch = new Watch(url)
  const client = new Client({ name: 'demo', version: '1.0.0' })
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider: holder, fetch: watch.fetchOf('client') }))
    const answer = textOf(await client.callTool(tool))
    return { status: watch.status, answer }
  } finally {
    await client.close()
  }
}
