/** Cloudflare Access. @see https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/ (2026-11) */
import { pin } from './pin.js'
import { checkPreset, eachOf, hostOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { JwtPreset, OneOrMore } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface CloudflareAccessOptions extends Groups {
  /** `acme.cloudflareaccess.com`. */
  team: string
  /** The Application Audience (AUD) Tag. */
  audience: OneOrMore
}

/**
 * The assertion that Access puts into `Cf-Access-Jwt-Assertion`; it is taken from there and nowhere else. It has no scopes:
 * `groups` maps `custom.groups`, where the application passes them on. Service tokens have an empty `sub` and a `common_name`.
 * Does NOT take the tokens of Access for SaaS, which are opaque. Not certain: that `custom` is called so for every authorization server.
 */
export function cloudflareAccess(options: CloudflareAccessOptions): JwtPreset {
  checkPreset('cloudflareAccess', options, ['team', 'audience', 'groups'])
  const issuer = `https://${hostOf('team', options.team, 'acme.cloudflareaccess.com')}`
  return {
    name: 'cloudflare-access',
    tokenHeader: 'Cf-Access-Jwt-Assertion',
    issuer,
    jwksUri: `${issuer}/cdn-cgi/access/certs`,
    audience: eachOf('audience', options.audience, (one) => one),
    scopes: scopesBy(['custom.groups', options.groups]),
    rules: [pin('type', 'app', 'Cloudflare Access: this is the token of the whole team (CF_Authorization of the team domain); send the application\u2019s')],
    hints: { wrong_audience: 'Cloudflare Access: the assertion is for another application; "audience" is the AUD Tag of this one' },
  }
}
