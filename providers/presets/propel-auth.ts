/** PropelAuth. @see https://docs.propelauth.com/mcp-authentication/overview */
import { audienceOf, baseOf, checkPreset } from './preset.js'
import type { AudienceOrClients, ClientAuth, OpaquePreset } from './preset.js'

export type PropelAuthOptions = AudienceOrClients & {
  /** The auth URL of the project: `https://auth.example.com`. */
  url: string
  /** The introspection credentials of the project. */
  clientAuth: ClientAuth
}

/** Access tokens for MCP servers, which are opaque, by introspection. Not certain: that the answer names the client. */
export function propelAuth(options: PropelAuthOptions): OpaquePreset {
  checkPreset('propelAuth', options, ['url', 'audience', 'clients', 'clientAuth'])
  const issuer = `${baseOf('url', options.url, 'https://auth.example.com')}/oauth/2.1`
  return {
    name: 'propel-auth',
    issuer,
    endpoint: `${issuer}/introspect`,
    ...audienceOf(options, 'client_id'),
    clientAuth: options.clientAuth,
    hints: { wrong_audience: 'PropelAuth: set the URL of this server as a resource; without one, name the clients in "clients"' },
  }
}
