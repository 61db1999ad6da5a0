/** Duende IdentityServer. @see https://docs.duendesoftware.com/identityserver/apis/aspnetcore/jwt/ (2026-11) */
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, ClientAuth, InCommon, JwtPreset, OpaquePreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface DuendeOptions extends Roles {
  /** The base URL, upper and lower case as in `iss`. */
  url: string
  /** The name of the ApiResource. */
  audience: Audience
}

const HINTS = {
  wrong_audience: 'IdentityServer: with ApiScopes alone tokens have no audience; add an ApiResource that has the scope, its name is the audience',
  wrong_type: 'IdentityServer: this is an ID token; send the access token. Where AccessTokenJwtType was changed, set "tokenType"',
  malformed: 'IdentityServer: the client gets reference tokens; use duendeOpaque, or set its AccessTokenType to Jwt',
} as const

/** Access tokens that say so (`at+jwt`). Scopes: `scope`, an array or a text. `roles` maps `role`, where the ApiResource asks for that claim. */
export function duende(options: DuendeOptions): JwtPreset {
  checkPreset('duende', options, ['url', 'audience', 'roles'])
  return { name: 'duende', tokenType: 'at+jwt', ...inCommon(options) }
}

export interface DuendeOpaqueOptions extends DuendeOptions {
  /** The name of the ApiResource and its secret. */
  clientAuth: ClientAuth
}

/** Reference tokens, by introspection. */
export function duendeOpaque(options: DuendeOpaqueOptions): OpaquePreset {
  checkPreset('duendeOpaque', options, ['url', 'audience', 'roles', 'clientAuth'])
  return { name: 'duende', clientAuth: options.clientAuth, ...inCommon(options) }
}

function inCommon({ url, audience, roles }: DuendeOptions): InCommon {
  return { issuer: baseOf('url', url, 'https://id.example.com'), audience, scopes: scopesBy(['role', roles]), hints: HINTS }
}
