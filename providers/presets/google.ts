/** Google: who signed in, by ID token. @see https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken */
import { pin } from './pin.js'
import { checkPreset } from './preset.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'

export interface GoogleOptions {
  /** The client id of your application, `123-abc.apps.googleusercontent.com`. */
  audience: Audience
  /** Google Workspace domains whose members are taken (`hd`). Default: every Google account there is. */
  domains?: OneOrMore
}

export const GOOGLE_KEYS = 'https://www.googleapis.com/oauth2/v3/certs'

/**
 * ID tokens of Google accounts, by choice: Google's access tokens are opaque, and `UserInfoProvider` with `googleTokenInfo`
 * takes those. An ID token says who signed in at your application; it has no scopes.
 */
export function google(options: GoogleOptions): JwtPreset {
  checkPreset('google', options, ['audience', 'domains'])
  const { audience, domains } = options
  return {
    name: 'google',
    issuer: ['https://accounts.google.com', 'accounts.google.com'],
    jwksUri: GOOGLE_KEYS,
    audience,
    tokenType: 'id',
    rules: domains === undefined ? [] : [pin('hd', domains, 'Google: the account is not in one of your domains')],
    hints: {
      malformed: 'Google: access tokens are opaque; send the ID token, or use UserInfoProvider with googleTokenInfo',
      wrong_audience: 'Google: the token was made for another application; "audience" is the client id of yours',
    },
  }
}
