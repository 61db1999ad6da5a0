/** OneLogin. @see https://developers.onelogin.com/api-docs/2/oauth20-tokens/overview */
import { checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface OneLoginOptions extends Groups {
  /** `acme` of `acme.onelogin.com`. */
  subdomain: string
  /** The audience of the API under API Authorization. */
  audience: Audience
}

/** Access tokens for an API under API Authorization; those without one are opaque. Not certain: that access tokens have `groups`. */
export function oneLogin(options: OneLoginOptions): JwtPreset {
  checkPreset('oneLogin', options, ['subdomain', 'audience', 'groups'])
  return {
    name: 'one-login',
    issuer: `https://${wordOf('subdomain', options.subdomain, 'acme')}.onelogin.com/oidc/2`,
    audience: options.audience,
    scopes: scopesBy(['groups', options.groups]),
    hints: {
      malformed: 'OneLogin: access tokens are opaque unless the client asks for an API of API Authorization',
      wrong_audience: 'OneLogin: "audience" is that of the API under API Authorization',
      wrong_type: 'OneLogin: this is an ID token; send the access token',
    },
  }
}
