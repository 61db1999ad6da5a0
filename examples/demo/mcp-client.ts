/** A real MCP client that calls one tool and tells what came back over HTTP. */
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
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
  /** What the tool said, or why it did not. */
  readonly answer: string
  /** Every request until the first that was granted, such as `401 /mcp`. */
  readonly way: readonly string[]
  /** What the server wrote down about it, where that was looked at. */
  readonly log?: readonly string[]
}

export async function callTool(url: string, tool: CallToolRequest['params'], credentials: Credentials): Promise<Reply> {
  const steps: string[] = []
  let last = Response.error()
  const watched: FetchLike = async (target, init) => {
    const response = await fetch(target, init)
    steps.push(stepOf(response))
    // The transport reads the body of a refusal, and so do we.
    if (init?.method === 'POST' && response.url === url) last = response.ok ? response : response.clone()
    return response
  }
  const client = new Client({ name: 'demo', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(url), { ...credentials, fetch: watched })
  const said = await converse(client, transport, tool).catch(unlessRefused).finally(() => client.close())
  const granted = steps.indexOf(`200 ${new URL(url).pathname}`)
  return { status: last.status, answer: said ?? (await refusalOf(last)), way: steps.slice(0, granted + 1) }
}

async function converse(client: Client, transport: Transport, tool: CallToolRequest['params']): Promise<string> {
  await client.connect(transport)
  const { content } = CallToolResultSchema.parse(await client.callTool(tool))
  return content.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ')
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof StreamableHTTPError)) throw error
}

/** The challenge and the body of a denial in one line: `insufficient_scope: needs notes:write`. */
async function refusalOf(response: Response): Promise<string> {
  if (!response.headers.get('Content-Type')?.startsWith('application/json')) return response.statusText
  const { error, error_description } = (await response.json()) as Record<string, string> // RFC 6749 section 5.2
  const { scope } = extractWWWAuthenticateParams(response)
  if (scope !== undefined) return `${error}: needs ${scope}`
  const retryAfter = response.headers.get('Retry-After')
  return `${error}: ${retryAfter === null ? error_description : `retry after ${retryAfter} s`}`
}

function stepOf({ status, url }: Response): string {
  return `${status} ${new URL(url).pathname}`
}
