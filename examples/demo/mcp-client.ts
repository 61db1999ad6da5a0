/** A real MCP client that calls one tool with the credentials it has, and tells what came back over HTTP. */
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { Watch } from './watch.js'
import type { StreamableHTTPClientTransportOptions } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CallToolRequest } from '@modelcontextprotocol/sdk/types.js'
import type { IdentityProvider } from './identity-provider.js'
import type { Stretch } from './watch.js'

/** How a client gets in: with a token in hand, with credentials to get one, or not at all. */
export type Credentials = Pick<StreamableHTTPClientTransportOptions, 'authProvider' | 'requestInit'>

export const nothing: Credentials = {}

export function bearer(token: string): Credentials {
  return { requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}

/** A program that signs in for itself: it knows where it may, and learns everything else from the server's 401. */
export function signIn({ issuer, client }: IdentityProvider): Credentials {
  return { authProvider: new ClientCredentialsProvider({ ...client, expectedIssuer: issuer }) }
}

/** A tool and what it is given. */
export type Tool = CallToolRequest['params']

export const greet: Tool = { name: 'greet' }
export const addNote: Tool = { name: 'add_note', arguments: { text: 'buy milk' } }

export interface Reply {
  /** The HTTP status of the last message. */
  readonly status: number
  /** What the tool said, or why it did not. */
  readonly answer: string
  /** The way to it, where that was looked at. */
  readonly way?: readonly Stretch[]
  /** What the server wrote down about it, where that was looked at. */
  readonly log?: readonly string[]
}

export async function callTool(url: string, tool: Tool, credentials: Credentials): Promise<Reply> {
  const watch = new Watch(url)
  const client = new Client({ name: 'demo', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(url), { ...credentials, fetch: watch.fetchOf('client') })
  const said = await converse(client, transport, tool).catch(unlessRefused).finally(() => client.close())
  return { status: watch.status, answer: said ?? (await watch.refusal()) }
}

async function converse(client: Client, transport: StreamableHTTPClientTransport, tool: Tool): Promise<string> {
  await client.connect(transport)
  return textOf(await client.callTool(tool))
}

/** What a tool said. */
export function textOf(result: unknown): string {
  const { content } = CallToolResultSchema.parse(result)
  return content.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ')
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof StreamableHTTPError)) throw error
}
