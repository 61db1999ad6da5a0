/** Amazon Cognito user pools. @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html */
import { pin } from './pin.js'
import { audienceOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { AudienceOrClients, JwtPreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export type CognitoOptions = Groups &
  AudienceOrClients & {
    /** `eu-west-1_AbCdEfGhI`: the region is in it. */
    userPool: string
  }

/**
 * Access tokens of a user pool. They have no `aud`: `clients` are the app clients whose tokens are taken (`client_id`);
 * `audience` is for pools with resource binding. Scopes: `scope`, as `resource-server/scope`. Groups: `cognito:groups`.
 * Not certain: which pools bind tokens to a resource.
 */
export function cognito(options: CognitoOptions): JwtPreset {
  checkPreset('cognito', options, ['userPool', 'clients', 'audience', 'groups'])
  const { userPool, groups } = options
  const region = /^([a-z]{2}(?:-[a-z]+)+-\d)_\w+$/.exec(String(userPool))?.[1]
  if (region === undefined) throw new TypeError('"userPool" must be the id of the user pool, such as eu-west-1_AbCdEfGhI')
  return {
    name: 'cognito',
    issuer: `https://cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${userPool}`,
    ...audienceOf(options, 'client_id'),
    scopes: scopesBy(['cognito:groups', groups]),
    rules: [pin('token_use', 'access', 'Cognito: send the access token')],
    hints: {
      wrong_issuer: 'Cognito: the token is of another user pool',
      wrong_audience: 'Cognito: access tokens have no audience; list the id of the app client in "clients"',
      wrong_type: 'Cognito: this is an ID token; send the access token',
    },
  }
}
