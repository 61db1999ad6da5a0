/** ZITADEL. @see https://zitadel.com/docs/apis/openidoauth/claims (2026-11) */
import { checkPreset, hostOf, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { ScopeMapper } from '../../src/scopes/rule.js'
import type { Audience, ClientAuth, JwtPreset, OpaquePreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface ZitadelOptions extends Roles {
  /** The domain of the instance: `acme.zitadel.cloud`. */
  domain: string
  /** The id of the project, or of a client in it. */
  audience: Audience
  /** The id of the project whose roles count. Default: the roles that the client asked for without naming a project. */
  project?: string
}

const HINTS = {
  wrong_audience: 'ZITADEL: the client must ask for the scope urn:zitadel:iam:org:project:id:PROJECT:aud, and "audience" is the id of the project',
  malformed: 'ZITADEL: tokens are opaque by default; set the token type of the application to JWT, or use zitadelOpaque',
} as const

/**
 * Access tokens of applications with the token type JWT. ZITADEL takes no scopes of your own into tokens: roles are the keys of
 * a claim, and come where "Assert Roles on Authentication" is on.
 */
export function zitadel(options: ZitadelOptions): JwtPreset {
  checkPreset('zitadel', options, ['domain', 'audience', 'project', 'roles'])
  return { name: 'zitadel', issuer: issuerOf(options.domain), audience: options.audience, scopes: scopesOf(options), hints: HINTS }
}

export interface ZitadelOpaqueOptions extends ZitadelOptions {
  /** Of an API application in ZITADEL: `privateKeyJwt` or `clientSecretBasic`. */
  clientAuth: ClientAuth
}

/** ZITADEL's default, opaque tokens, by introspection. */
export function zitadelOpaque(options: ZitadelOpaqueOptions): OpaquePreset {
  checkPreset('zitadelOpaque', options, ['domain', 'audience', 'project', 'roles', 'clientAuth'])
  const { domain, audience, clientAuth } = options
  return { name: 'zitadel', issuer: issuerOf(domain), audience, clientAuth, scopes: scopesOf(options), hints: HINTS }
}

function issuerOf(domain: string): string {
  return `https://${hostOf('domain', domain, 'acme.zitadel.cloud')}`
}

function scopesOf({ project, roles }: ZitadelOptions): readonly ScopeMapper[] {
  const claim = project === undefined ? 'urn:zitadel:iam:org:project:roles' : `urn:zitadel:iam:org:project:${wordOf('project', project, '2734')}:roles`
  return scopesBy([{ keysOf: [claim] }, roles])
}
