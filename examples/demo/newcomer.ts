/** A real MCP client that has only a URL, and the person who is asked what it may do. */
import { Client as Client2, StreamableHTTPClientTransport as Transport2, UnauthorizedError as Unauthorized2 } from '@modelcontextprotocol/client'
import { UnauthorizedError as Unauthorized1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { textOf } from './mcp-client.js'
import { Person } from './person.js'
import { SignIn } from './sign-in.js'
import { Watch } from './watch.js'
import type { ClientOptions } from '@modelcontextprotocol/client'
import type { Tool } from './mcp-client.js'
import type { Answer } from './person.js'

export interface Newcomer {
  readonly watch: Watch
  readonly signIn: SignIn
  /** What the tool said. Undefined where the person was asked, gave this answer, and it was a no. */
  callTool(tool: Tool, answer: Answer): Promise<string | undefined>
  close(): Promise<void>
}

/** What differs between the two SDKs. */
interface Sdk<Transport> {
  readonly client: { connect(transport: Transport): Promise<void>; callTool(tool: Tool): Promise<unknown>; close(): Promise<void> }
  readonly open: (url: URL, options: { readonly authProvider: SignIn; readonly fetch: typeof fetch }) => Transport
  readonly finishAuth: (transport: Transport, answer: URLSearchParams) => Promise<void>
}

const INFO = { name: 'demo', version: '1.0.0' }

export function newcomer1(url: string): Newcomer {
  return newcomer<Transport1>(url, {
    client: new Client1(INFO),
    open: (to, options) => new Transport1(to, options),
    finishAuth: (transport, answer) => transport.finishAuth(answer.get('code') ?? ''),
  })
}

/** SDK 2.x looks at `iss` as well (RFC 9207). */
export function newcomer2(url: string, options?: ClientOptions): Newcomer {
  return newcomer<Transport2>(url, {
    client: new Client2(INFO, options),
    open: (to, options) => new Transport2(to, options),
    finishAuth: (transport, answer) => transport.finishAuth(answer),
  })
}

function newcomer<Transport>(url: string, { client, open, finishAuth }: Sdk<Transport>): Newcomer {
  const watch = new Watch(url)
  const signIn = new SignIn('The demo')
  const person = new Person(watch)
  let transport: Transport
  let connected = false

  async function connect(): Promise<void> {
    if (connected) return
    transport = open(new URL(url), { authProvider: signIn, fetch: watch.fetchOf('client') })
    await client.connect(transport)
    connected = true
  }

  async function callOnce(tool: Tool): Promise<string> {
    await connect()
    return textOf(await client.callTool(tool))
  }

  return {
    ...{ watch, signIn },
    // The SDKs do all but this: they do not know when a person is done.
    async callTool(tool, answer) {
      try {
        return await callOnce(tool)
      } catch (error) {
        if (!(error instanceof Unauthorized1 || error instanceof Unauthorized2)) throw error
      }
      const result = signIn.answerIn(await person.visit(signIn.lastAsked, signIn.redirectUrl, answer))
      if (result.has('error')) return undefined
      await finishAuth(transport, result)
      return callOnce(tool)
    },
    close: () => client.close(),
  }
}
