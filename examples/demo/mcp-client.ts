/** A real MCP client that calls one tool and tells what came back over HTTP. */
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CallToolRequest } from '@modelcontextprotocol/sdk/types.js'
import type { IdentityProvider } from './identity-provider.js'

/** How a client gets in: with a token in hand, with credentials to get one, or not at all. */
export type Credentials = Pick<StreamableHTTPClientTransportOptions, 'authProvider' | 'requestInit'>

export const nothing: Credentials = {}

export function bearer(token: string): Credentials {
  return { requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}

/** The SDK's own way to a token: it knows where it may sign in, and learns everything else from the server's 401. */
export function signIn({ issuer, client }: IdentityProvider): Credentials {
  return { authProvider: new ClientCredentialsProvider({ ...client, expectedIssuer: issuer }) }
}

export interface Reply {
  /** The HTTP status of the last message. */
  readonly status: number
  /** What the tool said, or why there was none of it. */
  readonly answer: string
  /** Every request until the server said yes for the first time: `401 /mcp`. */
  readonly way: readonly string[]
}

export async function callTool(url: string, tool: CallToolRequest['params'], credentials: Credentials): Promise<Reply> {
  const responses: Response[] = []
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    ...credentials,
    fetch: async (...request) => {
      const response = await fetch(...request)
      responses.push(response.clone())
      return response
    },
  })
  const client = new Client({ name: 'demo', version: '1.0.0' })
  …
}
