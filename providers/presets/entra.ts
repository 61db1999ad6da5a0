/**
 * Microsoft Entra ID. @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026-11)
 * Clouds: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. Keys of one application: https://learn.microsoft.com/entra/identity-platform/access-tokens.
 */
import { checkPreset, eachOf, guidOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import { anyAudience } from '../../src/jwt/jwt-options.js'
import type { ClaimRule } from '../../src/jwt/rules/rules.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'
import type { Groups, Roles } from './scope-tables.js'

export interface EntraOptions extends Roles, Groups {
  /** The tenant's GUID, or those of all tenants that are taken. There is no way to take every tenant there is. */
  tenant: OneOrMore
  /** The application (client) id of the API. A GUID is taken with `api://` before it as well. */
  audience: Audience
  /** Which tokens: `requestedAccessTokenVersion` in the manifest of the API. Default `'v2'`. */
  version?: 'v1' | 'v2' | 'both'
  /** The national cloud of the tenant: Azure Government (`'us'`), or Azure operated by 21Vianet (`'china'`). Default: the global one. */
  cloud?: 'us' | 'china'
  /**
   * The application (client) id of an application that has a signing key of its own, by SAML or a claims mapping policy: its
   * keys are at `…/keys?appid=`, and not among those of the tenant. Default: those of the tenant.
   */
  signingKeyOf?: string
}

/** By cloud: where the issuers of version 1 and of version 2 are. */
const HOSTS = {
  global: { v1: 'https://sts.windows.net', v2: 'https://login.microsoftonline.com' },
  us: { v1: 'https://sts.windows.net', v2: 'https://login.microsoftonline.us' },
  china: { v1: 'https://sts.chinacloudapi.cn', v2: 'https://login.partner.microsoftonline.cn' },
} as const

/**
 * Access tokens for an API of yours, from one tenant or several. Scopes: `scp`, by their short names, where a user signed in;
 * `roles`, by the table, for users and for applications alone. Groups are object ids; above 200 Entra leaves them out.
 * Not certain: the issuers of version 1 in the national clouds.
 */
export function entra(options: EntraOptions): JwtPreset {
  checkPreset('entra', options, ['tenant', 'audience', 'version', 'cloud', 'signingKeyOf', 'roles', 'groups'])
  const { tenant, audience, version = 'v2', cloud = 'global', signingKeyOf, roles, groups } = options
  if (version !== 'v1' && version !== 'v2' && version !== 'both') throw new TypeError('"version" must be "v1", "v2" or "both"')
  if (!Object.hasOwn(HOSTS, cloud)) throw new TypeError('"cloud" must be "us" or "china"; the global one is the default')
  const hosts = HOSTS[cloud]
  const issuers = { v1: `${hosts.v1}/{tid}/`, v2: `${hosts.v2}/{tid}/v2.0` }
  return {
    name: 'entra',
    issuer: { template: version === 'both' ? [issuers.v2, issuers.v1] : issuers[version], allow: eachOf('tenant', tenant, tenantOf) },
    jwksUri: `${hosts.v2}/{tid}/discovery/v2.0/keys${signingKeyOf === undefined ? '' : `?appid=${guidOf('signingKeyOf', signingKeyOf)}`}`,
    audience: bothSpellings(audience),
    scopes: scopesBy(['roles', roles], ['groups', groups]),
    ...askedForAt(audience),
    rules: [notIdToken],
    hints: {
      wrong_issuer: 'Entra ID: another tenant, or the other version: set "requestedAccessTokenVersion": 2 in the manifest of the API, or version: "both" here',
      wrong_audience: 'Entra ID: the token is for another API, such as Microsoft Graph; the client must ask for a scope of this one, api://CLIENT-ID/…',
      bad_signature: 'Entra ID: tokens for Microsoft Graph can be verified by nobody else; the client must ask for a scope of this API',
      unknown_key: 'Entra ID: an application with a signing key of its own (SAML, claims mapping) has it at …/keys?appid=CLIENT-ID; set "signingKeyOf" to its client id',
      wrong_type: 'Entra ID: this is an ID token; send the access token',
    },
  }
}

function tenantOf(tenant: string): string {
  if (!FOR_MANY.has(tenant)) return guidOf('tenant', tenant)
  throw new TypeError(`"tenant" cannot be "${tenant}": tokens name the tenant itself. List the GUIDs that are taken; for tenants that come and go, IssuerRouter with "resolve"`)
}

const FOR_MANY: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers'])

const GUID = /^[0-9a-f-]{36}$/i

// Both are one API to Entra: v1 writes what the client asked for, v2 always the GUID.
export function bothSpellings(audience: Audience): Audience {
  if (audience === anyAudience) return audience
  const [first, ...rest] = [audience].flat().flatMap((one) => (GUID.test(one) ? [one, `api://${one}`] : [one]))
  return first === undefined ? audience : [first, ...rest]
}

/**
 * Tokens have a scope's short name, and clients must ask for it behind the Application ID URI, which is the client id behind
 * `api://` unless somebody chose another: then name that one, as `audience` or in `requestAs`.
 */
export function askedForAt(audience: Audience): Pick<JwtPreset, 'requestAs'> {
  if (audience === anyAudience) return {}
  const names = [audience].flat()
  const place = names.find((name) => !GUID.test(name)) ?? `api://${names[0]}`
  return { requestAs: (scope) => `${place}/${scope}` }
}

/** ID tokens have the same issuer and, where client and API are one registration, the same audience. They name no client. */
export const notIdToken: ClaimRule = {
  claim: 'azp',
  accepts: (azp, { appid, scp }) => [azp, appid, scp].some((one) => typeof one === 'string'),
  hint: 'Entra ID: this is an ID token; send the access token',
}
