/** FusionAuth. @see https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens */
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface FusionAuthOptions extends Roles {
  /** Where FusionAuth is: `https://id.example.com`. */
  url: string
  /** The Issuer of the tenant, which need not be a URL: `acme.com`. */
  issuer: string
  /** The id of the application. */
  audience: Audience
}

/** Access tokens of applications with an asymmetric key. Scopes: `scope`; `roles` are those of the user in the application. */
export function fusionAuth(options: FusionAuthOptions): JwtPreset {
  checkPreset('fusionAuth', options, ['url', 'issuer', 'audience', 'roles'])
  return {
    name: 'fusion-auth',
    issuer: options.issuer,
    jwksUri: `${baseOf('url', options.url, 'https://id.example.com')}/.well-known/jwks.json`,
    audience: options.audience,
    scopes: scopesBy(['roles', options.roles]),
    hints: {
      unsupported_algorithm: 'FusionAuth: the default key is a shared secret (HS256); choose an RSA or EC key for access tokens, in the tenant or the application',
      wrong_issuer: 'FusionAuth: "issuer" is the Issuer of the tenant, to the letter; by default acme.com',
      wrong_audience: 'FusionAuth: "audience" is the id of the application that the user signed in to',
    },
  }
}
