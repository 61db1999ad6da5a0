/**
 * WorkOS AuthKit. @see https://workos.com/docs/authkit/mcp
 * Audience: https://docs.skybridge.tech/api-reference/workos-provider (2026-11).
 */
import { checkPreset, hostOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export interface WorkosOptions extends Roles, Permissions {
  /** `acme-12.authkit.app`, or your own domain. */
  domain: string
  /** The Resource Indicator that was set for this server: its URL. */
  audience: Audience
}

/**
 * Access tokens of AuthKit's OAuth server. Scopes: `scope`, and `permissions` by their names. Does NOT take the session tokens
 * of User Management, whose issuer is another. Not certain: where roles are; `role` and `roles` are both read.
 */
export function workos(options: WorkosOptions): JwtPreset {
  checkPreset('workos', options, ['domain', 'audience', 'roles', 'permissions'])
  const { domain, audience, roles, permissions } = options
  return {
    name: 'workos',
    issuer: `https://${hostOf('domain', domain, 'acme-12.authkit.app')}`,
    audience,
    scopes: [...scopesBy(['roles', roles], ['role', roles]), permissionsIn('permissions', permissions)],
    hints: {
      wrong_issuer: 'WorkOS: this is a session token of User Management, or of another environment; the client must sign in at the AuthKit domain',
      wrong_audience: 'WorkOS: set the URL of this server as a Resource Indicator of AuthKit; without one the audience is the environment\u2019s',
    },
  }
}
