/** What the demo runs: an identity provider, an MCP server, and more instances of that server on demand. */
import { randomBytes } from 'node:crypto'
import { startIdentityProvider } from './identity-provider.js'
import { listen } from './listen.js'
import { notesApp } from './mcp-server.js'
import { requestToken } from './token-request.js'
import type { IdentityProvider } from './identity-provider.js'
import type { Listening } from './listen.js'

export interface World {
  readonly identityProvider: IdentityProvider
  /** Where the MCP server is. */
  readonly url: string
  /** A good token of Ada's, who may only read. */
  readonly token: string
  /** The static key, with which one may write too. */
  readonly robotKey: string
  /** Starts another instance of the same server: same tokens, a memory and a clock of its own. Returns its URL. */
  startInstance(now?: () => number): Promise<string>
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const identityProvider = await startIdentityProvider()
  const { issuer, server: client } = identityProvider
  const robotKey = randomBytes(32).toString('hex')
  const first = await listen((origin) => notesApp({ resource: `${origin}/mcp`, issuer, client, robotKey }))
  const url = `${first.origin}/mcp`
  const servers: Listening[] = [first]
  return {
    identityProvider,
    url,
    token: await requestToken(identityProvider, url),
    robotKey,
    async startInstance(now) {
      const instance = await listen(() => notesApp({ resource: url, issuer, client, robotKey, now }))
      servers.push(instance)
      return `${instance.origin}/mcp`
    },
    async close() {
      await Promise.all([identityProvider, ...servers].map((server) => server.close()))
    },
  }
}
