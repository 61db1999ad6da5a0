/** What the demo runs: an authorization server, a stand-in of GitHub, an MCP server, and more instances of that server on demand. */
import { randomBytes } from 'node:crypto'
import { GitHubStandIn } from 'bearer-auth-providers/testing'
import { startIdentityProvider } from './identity-provider.js'
import { listen } from './listen.js'
import { notesApp } from './mcp-server.js'
import { requestToken } from './token-request.js'
import type { AuthEvent } from 'bearer-auth-providers'
import type { IdentityProvider } from './identity-provider.js'
import type { Listening } from './listen.js'

/** An application that people sign in to with GitHub: this server's. */
const GITHUB_APP = { clientId: 'Iv23liNotes', clientSecret: randomBytes(20).toString('hex') }

/** Whoever runs one gets tokens of its users, too. */
export const SOMEBODY_ELSES_APP = { clientId: 'Ov23liGame', clientSecret: randomBytes(20).toString('hex') }

export interface World {
  readonly identityProvider: IdentityProvider
  /** Where the MCP server is. */
  readonly url: string
  /** A good token of Ada's, who may only read. */
  readonly token: string
  readonly github: GitHubStandIn
  /** What the MCP server writes down about tokens of GitHub that it refuses. */
  readonly log: readonly string[]
  /** The static key, with which one may write too. */
  readonly robotKey: string
  /** Starts another instance of the same server: same tokens, a memory and a clock of its own. Returns its URL. */
  startInstance(now?: () => number): Promise<string>
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const identityProvider = await startIdentityProvider()
  const { issuer, server: client } = identityProvider
  const github = new GitHubStandIn({ apps: [GITHUB_APP, SOMEBODY_ELSES_APP] })
  const gitHubServer = await github.listen()
  const log: string[] = []
  const options = {
    ...{ issuer, client, robotKey: randomBytes(32).toString('hex') },
    github: { app: GITHUB_APP, apiBaseUrl: gitHubServer.apiBaseUrl },
    observe: (event: AuthEvent) => void (event.type === 'rejected' && log.push(`${event.provider}: ${event.reason}`, `${event.hint}`)),
  }
  const first = await listen((origin) => notesApp({ resource: `${origin}/mcp`, ...options }))
  const url = `${first.origin}/mcp`
  const servers: Listening[] = [first]
  return {
    identityProvider,
    url,
    token: await requestToken(identityProvider, url),
    ...{ github, log, robotKey: options.robotKey },
    async startInstance(now) {
      const instance = await listen(() => notesApp({ resource: url, ...options, now }))
      servers.push(instance)
      return `${instance.origin}/mcp`
    },
    async close() {
      await Promise.all([identityProvider, gitHubServer, ...servers].map((server) => server.close()))
    },
  }
}
