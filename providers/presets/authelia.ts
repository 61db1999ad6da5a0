/** Authelia. @see https://www.authelia.com/integration/openid-connect/introduction/ (2026-08) */
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, ClientAuth, InCommon, JwtPreset, OpaquePreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface AutheliaOptions extends Groups {
  /** The root URL: `https://auth.example.com`. */
  url: string
  /** One of the `audience` of the client in Authelia's configuration. */
  audience: Audience
}

const HINTS = {
  wrong_audience: 'Authelia: list the URL of this server in "audience" of the client, and have the client ask for it',
  malformed: 'Authelia: access tokens are opaque unless the client has access_token_signed_response_alg: RS256; or use autheliaOpaque',
} as const

/**
 * Access tokens of clients with `access_token_signed_response_alg`. Groups are in access tokens only by a claims policy.
 */
export function authelia(options: AutheliaOptions): JwtPreset {
  checkPreset('authelia', options, ['url', 'audience', 'groups'])
  return { name: 'authelia', ...inCommon(options) }
}

export interface AutheliaOpaqueOptions extends AutheliaOptions {
  clientAuth: ClientAuth
}

/** Authelia's default, opaque tokens (`authelia_at_`), by introspection. */
export function autheliaOpaque(options: AutheliaOpaqueOptions): OpaquePreset {
  checkPreset('autheliaOpaque', options, ['url', 'audience', 'groups', 'clientAuth'])
  return { name: 'authelia', ...inCommon(options), clientAuth: options.clientAuth, prefix: 'authelia_at_' }
}

function inCommon({ url, audience, groups }: AutheliaOptions): InCommon {
  return { issuer: baseOf('url', url, 'https://auth.example.com'), audience, scopes: scopesBy(['groups', groups]), hints: HINTS }
}
