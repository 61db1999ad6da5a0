/** Logto. @see https://docs.logto.io/authorization/validate-access-tokens (2026-11) */
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface LogtoOptions extends Roles {
  /** `https://acme.logto.app`, or where your own is. */
  url: string
  /** The identifier of the API resource. */
  audience: Audience
}

/**
 * Access tokens for an API resource. Scopes: `scope`, which are the permissions of the API resource. `roles` maps a claim that
 * a custom JWT script of yours writes.
 */
export function logto(options: LogtoOptions): JwtPreset {
  checkPreset('logto', options, ['url', 'audience', 'roles'])
  return {
    name: 'logto',
    issuer: `${baseOf('url', options.url, 'https://acme.logto.app')}/oidc`,
    audience: options.audience,
    scopes: scopesBy(['roles', options.roles]),
    hints: {
      malformed: 'Logto: the client asked for no resource, so the token is opaque; it must ask with the identifier of the API resource',
      wrong_audience: 'Logto: "audience" is the identifier of the API resource, which the client asks for as resource',
      wrong_type: 'Logto: this is an ID token; send the access token',
    },
  }
}
