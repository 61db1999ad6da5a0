/**
 * Keycloak. @see https://www.keycloak.org/docs/latest/server_admin/#audience-support
 * Audiences of version 26.8: https://phasetwo.io/tutorials/clients/audience/ (2026-10).
 */
import { audienceOf, baseOf, checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { ScopeTable } from '../../src/scopes/scope-table.js'
import type { AudienceOrClients, JwtPreset } from './preset.js'
import type { Groups, Roles } from './scope-tables.js'

export type KeycloakOptions = Roles &
  Groups &
  AudienceOrClients & {
    /** Where Keycloak is for the outside: `https://id.example.com`; before version 17 with `/auth`. */
    url: string
    realm: string
  } & (
    | { /** Roles of one client to scopes; `roles` are those of the realm. */ clientRoles: ScopeTable; /** That client. */ client: string }
    | { clientRoles?: never; client?: never }
  )

/**
 * Access tokens of a realm. Keycloak writes an audience only where a client scope has an Audience mapper, and leaves
 * `resource` of RFC 8707 out of account; `clients` takes the tokens of certain clients (`azp`) instead. Groups need a mapper
 * and begin with a slash, unless that is switched off.
 */
export function keycloak(options: KeycloakOptions): JwtPreset {
  checkPreset('keycloak', options, ['url', 'realm', 'audience', 'clients', 'roles', 'clientRoles', 'client', 'groups'])
  const { roles, clientRoles, client, groups } = options
  const url = baseOf('url', options.url, 'https://id.example.com')
  if (/\/realms\//.test(url)) throw new TypeError('"url" is what stands before /realms/…, such as https://id.example.com; the name of the realm goes into "realm"')
  if ((clientRoles === undefined) !== (client === undefined)) throw new TypeError('"clientRoles" and "client" go together: roles of other clients are none of ours')
  return {
    name: 'keycloak',
    issuer: `${url}/realms/${wordOf('realm', options.realm, 'acme')}`,
    ...audienceOf(options, 'azp'),
    scopes: scopesBy(['realm_access.roles', roles], ['groups', groups], ...(client === undefined ? [] : [[['resource_access', client, 'roles'], clientRoles] as const])),
    hints: {
      wrong_issuer: 'Keycloak: another realm, or another host name: "iss" follows the host of the request unless hostname is set',
      wrong_audience: 'Keycloak: add an Audience mapper to a client scope of the client, with this audience; or name the clients in "clients"',
      wrong_type: 'Keycloak: this is an ID, refresh or offline token; send the access token',
    },
  }
}
