/**
 * Amazon Cognito user pools. @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 * Both issuers: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html (2026-11).
 * Partitions and their domains: partitions.json of botocore (2026-08).
 */
import { laterIssuers } from '../../src/jwt/jwt-options.js'
import { pin } from './pin.js'
import { audienceOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { AudienceOrClients, JwtPreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export type CognitoOptions = Groups &
  AudienceOrClients & {
    /** `eu-west-1_AbCdEfGhI`: the region is in it. */
    userPool: string
    /**
     * `IssuerConfiguration.Type` of the pool: `'original'` writes `cognito-idp.…` into tokens, `'updated'` writes
     * `issuer-cognito-idp.…`. Default: both are taken, each by its own keys.
     */
    issuerType?: 'original' | 'updated'
  }

/**
 * Access tokens of a user pool. They have no `aud`: `clients` are the app clients whose tokens are taken (`client_id`);
 * `audience` is for pools with resource binding. Scopes: `scope`, as `resource-server/scope`. Groups: `cognito:groups`.
 * Not certain: which pools bind tokens to a resource.
 */
export function cognito(options: CognitoOptions): JwtPreset {
  checkPreset('cognito', options, ['userPool', 'issuerType', 'clients', 'audience', 'groups'])
  const { userPool, issuerType, groups } = options
  const region = /^([a-z]{2,}(?:-[a-z]+)+-\d+)_\w+$/.exec(String(userPool))?.[1]
  if (region === undefined) throw new TypeError('"userPool" must be the id of the user pool, such as eu-west-1_AbCdEfGhI')
  if (issuerType !== undefined && issuerType !== 'original' && issuerType !== 'updated') throw new TypeError('"issuerType" must be "original" or "updated"')
  const place = `${region}.${domainOf(region)}/${userPool}`
  const issuers = { original: `https://cognito-idp.${place}`, updated: `https://issuer-cognito-idp.${place}` }
  return {
    name: 'cognito',
    issuer: issuerType === undefined ? [issuers.original, issuers.updated] : issuers[issuerType],
    ...(issuerType === undefined && { [laterIssuers]: [issuers.updated] }),
    ...audienceOf(options, 'client_id'),
    scopes: scopesBy(['cognito:groups', groups]),
    rules: [pin('token_use', 'access', 'Cognito: send the access token')],
    hints: {
      wrong_issuer: 'Cognito: the token is of another user pool, or issuer-cognito-idp.… and cognito-idp.… make the difference: see "issuerType"',
      wrong_audience: 'Cognito: access tokens have no audience; list the id of the app client in "clients"',
      wrong_type: 'Cognito: this is an ID token; send the access token',
    },
  }
}

/** Of each partition whose domain is not that of all the others. */
const DOMAINS = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
] as const

function domainOf(region: string): string {
  return DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com'
}
