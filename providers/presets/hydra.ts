/** Ory Hydra and Ory Network. @see https://www.ory.com/docs/oauth2-oidc/jwt-access-token (2026-07) */
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, ClientAuth, JwtPreset, OpaquePreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface HydraOptions extends Roles {
  /** Exactly as its discovery document writes it: `https://acme.projects.oryapis.com`, or your own, often with a slash at the end. */
  issuer: string
  /** What was granted as audience. */
  audience: Audience
}

const HINTS = {
  wrong_audience: 'Ory: the client must ask with audience, the client in Ory must allow it, and the consent must grant it',
  malformed: 'Ory: access tokens are opaque (ory_at_) unless strategies.access_token is jwt; or use hydraOpaque',
} as const

/**
 * Access tokens under the strategy `jwt`. Scopes: `scp`, an array, and `scope` where the claims strategy writes it. `roles` maps
 * `ext.roles`, which your consent app puts into the session.
 */
export function hydra(options: HydraOptions): JwtPreset {
  checkPreset('hydra', options, ['issuer', 'audience', 'roles'])
  const { issuer, audience, roles } = options
  return { name: 'hydra', issuer, audience, scopes: scopesBy(['ext.roles', roles]), hints: HINTS }
}

export interface HydraOpaqueOptions extends HydraOptions {
  /** The admin API: `https://acme.projects.oryapis.com`, or your own; plain http elsewhere than here needs `[allowInsecureHttp]: true` beside it. */
  admin: string
  /** Ory Network: `bearer(() => apiKey)`. Hydra of your own asks for nothing, so keep its admin API private: `noClientAuth('notes')`. */
  clientAuth: ClientAuth
}

/** Ory's default, opaque tokens, by introspection at the admin API. */
export function hydraOpaque(options: HydraOpaqueOptions): OpaquePreset {
  checkPreset('hydraOpaque', options, ['issuer', 'audience', 'roles', 'admin', 'clientAuth'])
  const { issuer, audience, roles, admin, clientAuth } = options
  const endpoint = `${baseOf('admin', admin, 'https://acme.projects.oryapis.com')}/admin/oauth2/introspect`
  return { name: 'hydra', issuer, endpoint, audience, clientAuth, prefix: 'ory_at_', scopes: scopesBy(['ext.roles', roles]), hints: HINTS }
}
