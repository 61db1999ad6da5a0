/**
 * Ping Identity: PingOne, and PingFederate. @see https://docs.pingidentity.com/pingone/applications/p1_access_tokens_and_id_tokens.html (2026-11)
 * PingFederate: https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_introspec_endpoint.html.
 */
import { audienceOf, checkPreset, guidOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, AudienceOrClients, ClientAuth, JwtPreset, OpaquePreset } from './preset.js'
import type { Groups } from './scope-tables.js'

const DOMAINS = ['com', 'eu', 'ca', 'asia', 'com.au', 'sg'] as const

export interface PingOneOptions extends Groups {
  /** The GUID of the environment. */
  environment: string
  /** The end of the domain: `auth.pingone.eu`. Default `'com'`. */
  region?: (typeof DOMAINS)[number]
  /** The audience of the custom resource. */
  audience: Audience
}

/** PingOne's access tokens for a custom resource. `groups` where the resource has such an attribute. Not certain: all regions. */
export function pingOne(options: PingOneOptions): JwtPreset {
  checkPreset('pingOne', options, ['environment', 'region', 'audience', 'groups'])
  const { region = 'com' } = options
  if (!DOMAINS.includes(region)) throw new TypeError(`"region" must be one of ${DOMAINS.join(', ')}`)
  return {
    name: 'ping-one',
    issuer: `https://auth.pingone.${region}/${guidOf('environment', options.environment)}/as`,
    audience: options.audience,
    scopes: scopesBy(['groups', options.groups]),
    hints: {
      wrong_audience: 'PingOne: without a scope of a custom resource the token is for https://api.pingone.com; the client must ask for one',
      wrong_type: 'PingOne: this is an ID token; send the access token',
    },
  }
}

export type PingFederateOptions = Groups &
  AudienceOrClients & {
    /** Exactly as its discovery document writes it. */
    issuer: string
    clientAuth: ClientAuth
  }

/**
 * PingFederate's default, reference tokens, by introspection. `clients` takes the tokens of certain clients, where the access
 * token manager writes no audience. For its JWTs a plain `JwksProvider` will do.
 */
export function pingFederate(options: PingFederateOptions): OpaquePreset {
  checkPreset('pingFederate', options, ['issuer', 'audience', 'clients', 'clientAuth', 'groups'])
  return {
    name: 'ping-federate',
    issuer: options.issuer,
    ...audienceOf(options, 'client_id'),
    clientAuth: options.clientAuth,
    scopes: scopesBy(['groups', options.groups]),
    hints: { wrong_audience: 'PingFederate: the access token manager writes no audience, or another; set one, or name the clients in "clients"' },
  }
}
