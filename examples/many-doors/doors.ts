/** One server with a door for everybody: people, machines, their older programs, GitHub users, and a robot with a key. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { ChainProvider, clientSecretBasic, getAccessToken, GitHubProvider, IntrospectionProvider, JwksProvider, StaticProvider } from 'bearer-auth-providers'
import { bearerAuth } from 'bearer-auth-providers/node'
import { GitHubStandIn } from 'bearer-auth-providers/testing'
import { signingKey, startIdentityProvider } from '../demo/identity-provider.js'
import type { AuthEvent } from 'bearer-auth-providers'
import type { AddressInfo } from 'node:net'
import type { IdentityProvider } from '../demo/identity-provider.js'

const APP = { clientId: 'Iv23liNotes', clientSecret: randomBytes(20).toString('hex') }

export interface Doors {
  readonly chain: ChainProvider
  /** What the server's tokens carry as their audience. */
  readonly url: string
  readonly people: IdentityProvider
  readonly machines: IdentityProvider
  /** The private key of `machines`, for the forgery of a token of `people`. */
  readonly machinesKey: object
  readonly github: GitHubStandIn
  readonly robotKey: string
  /** What the server writes down: which provider refused, and why. */
  readonly log: readonly string[]
  close(): Promise<void>
}

export async function openDoors(): Promise<Doors> {
  // Both call their key the same, as many do: keys belong to issuers, and a name is not enough.
  const machinesKey = { ...signingKey(), kid: 'key-1' }
  const people = await startIdentityProvider({ key: { ...signingKey(), kid: 'key-1' } })
  const machines = await startIdentityProvider({ key: machinesKey })
  const github = new GitHubStandIn({ apps: [APP] })
  const { apiBaseUrl, close: closeGitHub } = await github.listen()
  const robotKey = randomBytes(32).toString('hex')

  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` // a TCP server that listens has one

  const log: string[] = []
  const observe = (event: AuthEvent): void => {
    if (event.type === 'rejected') log.push(`${event.provider}: ${event.reason}`)
    if (event.type === 'nobody_accepted') log.push(`${event.provider}: ${event.said.map(({ provider, answer }) => `${provider} said ${answer}`).join(', ')}`)
  }
  const chain = new ChainProvider(
    [
      new JwksProvider({ name: 'people', issuer: people.issuer, audience: url, observe }),
      new JwksProvider({ name: 'machines', issuer: machines.issuer, audience: url, observe }),
      new IntrospectionProvider({
        name: 'older programs',
        issuer: people.issuer,
        audience: url,
        clientAuth: clientSecretBasic(people.server.clientId, people.server.clientSecret),
        observe,
      }),
      new GitHubProvider({ app: APP, apiBaseUrl, observe }),
      new StaticProvider({ [robotKey]: { claims: { sub: 'robot' } } }, { name: 'robots', observe }),
    ],
    { timeout: 5, observe },
  )
  server.on('request', bearerAuth(chain, { resource: url })((_req, res) => void res.end(getAccessToken()?.provider)))
  return {
    ...{ chain, url, people, machines, machinesKey, github, robotKey, log },
    async close() {
      server.closeAllConnections()
      await Promise.all([new Promise((resolve) => server.close(resolve)), people.close(), machines.close(), closeGitHub(), chain.close()])
    },
  }
}
