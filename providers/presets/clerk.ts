/**
 * Clerk. @see https://clerk.com/docs/guides/development/verifying-oauth-access-tokens (2026-11)
 * Audience: https://clerk.com/docs/guides/ai/mcp/build-mcp-server.
 */
import { audienceOf, checkPreset, hostOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { AudienceOrClients, ClientAuth, JwtPreset, OpaquePreset } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export type ClerkOptions = Roles &
  Permissions &
  AudienceOrClients & {
    /** The host of your Frontend API: `verb-noun-42.clerk.accounts.dev`. */
    domain: string
  }

const HINT = 'Clerk: the client must ask with resource, the URL of this server, and Clerk must know it; for tokens without an audience list the OAuth applications in "clients"'

/**
 * OAuth access tokens that are JWTs, by their type `at+jwt`: session tokens of the same issuer are refused. `audience` is the
 * URL of this server, which clients ask for with `resource` and Clerk binds the token to. For tokens that are bound to none,
 * `clients` are the OAuth applications whose tokens are taken (`client_id`).
 * Not certain: that OAuth tokens carry `org_permissions` and `org_role`.
 */
export function clerk(options: ClerkOptions): JwtPreset {
  checkPreset('clerk', options, ['domain', 'audience', 'clients', 'roles', 'permissions'])
  return {
    name: 'clerk',
    issuer: issuerOf(options.domain),
    ...audienceOf(options, 'client_id'),
    tokenType: 'at+jwt',
    scopes: [...scopesBy(['org_role', options.roles]), permissionsIn('org_permissions', options.permissions)],
    hints: {
      malformed: 'Clerk: the token is opaque (oat_); use clerkOpaque, or have OAuth applications issue JWTs',
      wrong_audience: HINT,
      wrong_type: 'Clerk: this is a session token or an ID token; send the OAuth access token',
    },
  }
}

export type ClerkOpaqueOptions = AudienceOrClients & {
  domain: string
  clientAuth: ClientAuth
}

/** Opaque OAuth access tokens (`oat_`), by introspection at `/oauth/token_info`. */
export function clerkOpaque(options: ClerkOpaqueOptions): OpaquePreset {
  checkPreset('clerkOpaque', options, ['domain', 'audience', 'clients', 'clientAuth'])
  const issuer = issuerOf(options.domain)
  return {
    name: 'clerk',
    issuer,
    endpoint: `${issuer}/oauth/token_info`,
    ...audienceOf(options, 'client_id'),
    clientAuth: options.clientAuth,
    prefix: 'oat_',
    hints: { wrong_audience: HINT, unknown_token: 'Clerk: ended, revoked, or no OAuth access token (oat_): session tokens are for Clerk\u2019s own middleware' },
  }
}

function issuerOf(domain: string): string {
  return `https://${hostOf('domain', domain, 'verb-noun-42.clerk.accounts.dev')}`
}
