/** Auth0. @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles (2026-11) */
import { checkPreset, hostOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { ScopeTable } from '../../src/scopes/scope-table.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Permissions } from './scope-tables.js'

export type Auth0Options = Permissions & {
  /** `acme.eu.auth0.com`, or your own domain. */
  domain: string
  /** The identifier of the API in Auth0. */
  audience: Audience
} & (
    | { /** Roles to scopes. */ roles: ScopeTable; /** The claim that an Action of yours writes them into, such as `https://example.com/roles`. */ rolesClaim: string }
    | { roles?: never; rolesClaim?: never }
  )

/**
 * Auth0's access tokens, whose issuer ends in a slash. Scopes: `scope`, and the `permissions` of an API with RBAC and "Add
 * Permissions in the Access Token". Roles are in no token until an Action writes them into a claim of your own.
 * Not certain: that `permissions` are written under both token profiles.
 */
export function auth0(options: Auth0Options): JwtPreset {
  checkPreset('auth0', options, ['domain', 'audience', 'permissions', 'roles', 'rolesClaim'])
  const { domain, audience, permissions, roles, rolesClaim } = options
  if ((roles === undefined) !== (rolesClaim === undefined)) throw new TypeError('"roles" and "rolesClaim" go together: Auth0 writes roles into no claim by itself')
  return {
    name: 'auth0',
    issuer: `https://${hostOf('domain', domain, 'acme.eu.auth0.com')}/`,
    audience,
    scopes: [...scopesBy(...(rolesClaim === undefined ? [] : [[[rolesClaim], roles] as const])), permissionsIn('permissions', permissions)],
    hints: {
      malformed: 'Auth0: the client named no API, so the token is opaque or encrypted; it must ask with audience, or with resource and the Resource Parameter Compatibility Profile on',
      wrong_audience: 'Auth0: the token is for another API, or an ID token; "audience" is the Identifier of the API',
      wrong_type: 'Auth0: this is an ID token; send the access token',
      unsupported_algorithm: 'Auth0: choose RS256 as the Signing Algorithm of the API',
    },
  }
}
