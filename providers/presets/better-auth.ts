/** Better Auth with its OAuth provider plugin. @see https://www.better-auth.com/docs/plugins/oauth-provider (2026-08) */
import { baseOf, checkPreset } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export interface BetterAuthOptions extends Roles, Permissions {
  /** Where it is mounted: `https://app.example.com/api/auth`. */
  url: string
  /** The identifier of one of its `resources`: the URL of this server. Before version 1.7 one of its `validAudiences`. */
  audience: Audience
}

/**
 * Access tokens that are JWTs. Scopes: `scope`; `roles` and `permissions` where `customAccessTokenClaims` writes them.
 * Without `resource` the client gets an opaque token: those are for `IntrospectionProvider`, as a client that is linked to the
 * resource in `oauthClientResource`; to any other client that asks they are inactive.
 * The audience is chosen by the client, and up to version 1.6.27 not bound to what the user agreed to.
 */
export function betterAuth(options: BetterAuthOptions): JwtPreset {
  checkPreset('betterAuth', options, ['url', 'audience', 'roles', 'permissions'])
  return {
    name: 'better-auth',
    issuer: baseOf('url', options.url, 'https://app.example.com/api/auth'),
    audience: options.audience,
    scopes: [...scopesBy(['roles', options.roles]), permissionsIn('permissions', options.permissions)],
    hints: {
      malformed: 'Better Auth: the client asked for no resource, so the token is opaque; it must ask with the URL of this server',
      wrong_audience: 'Better Auth: the client must ask with resource, and the resources of the server must have it',
      wrong_type: 'Better Auth: this is an ID token; send the access token',
    },
  }
}
