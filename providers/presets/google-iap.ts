/** Google Cloud Identity-Aware Proxy. @see https://cloud.google.com/iap/docs/signed-headers-howto (2026-11) */
import { checkPreset, eachOf } from './preset.js'
import type { JwtPreset, OneOrMore } from './preset.js'

export interface GoogleIapOptions {
  /** `/projects/NUMBER/global/backendServices/ID`, `/projects/NUMBER/apps/ID`, or as the console says under "Get JWT audience code". */
  audience: OneOrMore
}

/**
 * The assertion that Identity-Aware Proxy puts into `X-Goog-IAP-JWT-Assertion`; it is taken from there and nowhere else.
 * It has no scopes: map `email` or `sub`.
 */
export function googleIap(options: GoogleIapOptions): JwtPreset {
  checkPreset('googleIap', options, ['audience'])
  return {
    name: 'google-iap',
    tokenHeader: 'X-Goog-IAP-JWT-Assertion',
    issuer: 'https://cloud.google.com/iap',
    jwksUri: 'https://www.gstatic.com/iap/verify/public_key-jwk',
    audience: eachOf('audience', options.audience, checkedAudience),
    algorithms: ['ES256'],
    requiredClaims: ['sub', 'iat'],
    hints: { wrong_audience: 'Google IAP: the assertion is for another backend; copy "audience" from the console, "Get JWT audience code"' },
  }
}

function checkedAudience(audience: string): string {
  if (typeof audience === 'string' && audience.startsWith('/projects/')) return audience
  throw new TypeError('"audience" must be as the console says under "Get JWT audience code", such as /projects/123/global/backendServices/456')
}
