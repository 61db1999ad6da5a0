/** Kinde. @see https://docs.kinde.com/build/tokens/about-access-tokens/ (2026-08) */
import { checkPreset, hostOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export interface KindeOptions extends Roles, Permissions {
  /** `acme.kinde.com`, or your own domain. */
  domain: string
  /** The audience of the API in Kinde. */
  audience: Audience
}

/** Access tokens. Scopes: `scp`, an array, and `permissions` by their names; `roles` maps the keys of roles, where the token has them. */
export function kinde(options: KindeOptions): JwtPreset {
  checkPreset('kinde', options, ['domain', 'audience', 'roles', 'permissions'])
  return {
    name: 'kinde',
    issuer: `https://${hostOf('domain', options.domain, 'acme.kinde.com')}`,
    audience: options.audience,
    algorithms: ['RS256'],
    scopes: [...scopesBy(['roles[].key', options.roles]), permissionsIn('permissions', options.permissions)],
    hints: {
      wrong_audience: 'Kinde: register the API, authorize the application for it, and have the client ask with audience; without, "aud" is empty',
      wrong_type: 'Kinde: this is an ID token; send the access token',
    },
  }
}
