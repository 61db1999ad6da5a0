/** authentik. @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/ */
import { baseOf, checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface AuthentikOptions extends Groups {
  /** Where authentik is: `https://id.example.com`. */
  url: string
  /** The slug of the application. */
  application: string
  /** The client id of the provider: authentik knows no other audience. */
  audience: Audience
}

/**
 * Access tokens of one application, whose issuer ends in a slash. Scopes of your own are not taken into tokens; `groups` are,
 * with the scope `profile`. Does NOT take tokens under the global issuer mode: spread it and write `issuer`.
 */
export function authentik(options: AuthentikOptions): JwtPreset {
  checkPreset('authentik', options, ['url', 'application', 'audience', 'groups'])
  return {
    name: 'authentik',
    issuer: `${baseOf('url', options.url, 'https://id.example.com')}/application/o/${wordOf('application', options.application, 'notes')}/`,
    audience: options.audience,
    scopes: scopesBy(['groups', options.groups]),
    hints: {
      unsupported_algorithm: 'authentik: the provider has no signing key and signs with the client secret (HS256); choose a Signing Key for it',
      wrong_audience: 'authentik: "audience" is the client id of the provider; it writes no other',
      wrong_issuer: 'authentik: another application, or the issuer mode "same for all providers"',
      wrong_type: 'authentik: this is an ID token; send the access token',
    },
  }
}
