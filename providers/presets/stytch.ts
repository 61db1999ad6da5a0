/** Stytch Connected Apps. @see https://stytch.com/docs/guides/connected-apps/mcp-servers */
import { checkPreset, hostOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface StytchOptions extends Roles {
  /** The domain of the project: `acme.customers.stytch.dev`, or your own. */
  domain: string
  /** The id of the project: `project-live-…`; or the resource, where the client asked for one. */
  audience: Audience
}

/**
 * Access tokens of Connected Apps. `roles` maps the roles in `https://stytch.com/session`, for sessions of the same project.
 * Does NOT take session tokens, whose issuer is `stytch.com/PROJECT`. Not certain: where access tokens have roles.
 */
export function stytch(options: StytchOptions): JwtPreset {
  checkPreset('stytch', options, ['domain', 'audience', 'roles'])
  return {
    name: 'stytch',
    issuer: `https://${hostOf('domain', options.domain, 'acme.customers.stytch.dev')}`,
    audience: options.audience,
    scopes: scopesBy([['https://stytch.com/session', 'roles'], options.roles]),
    hints: {
      wrong_issuer: 'Stytch: this is a session token, or of another project; the client must sign in as a Connected App',
      wrong_audience: 'Stytch: "audience" is the id of the project, unless the client asked for a resource',
    },
  }
}
