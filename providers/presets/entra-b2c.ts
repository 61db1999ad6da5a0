/** Azure AD B2C. @see https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview (2026-11) */
import { notIdToken } from './entra.js'
import { checkPreset, eachOf, guidOf, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'
import type { Groups, Roles } from './scope-tables.js'

export interface EntraB2cOptions extends Roles, Groups {
  /** The tenant's name, `contoso` of `contoso.b2clogin.com`. */
  domain: string
  /** The tenant's GUID. */
  tenant: string
  /** The user flows or policies whose tokens are taken, such as `B2C_1_signin`. The keys are read at the first. */
  policies: OneOrMore
  /** The application (client) id of the API. */
  audience: Audience
}

/**
 * Access tokens of user flows. Policies of one tenant share their issuer, and their keys unless a custom policy has its own:
 * such a one needs `jwksUri`. Does NOT take the issuer with `/tfp/` in it: spread it and write `issuer`.
 * Not certain: the exact form of the issuer, whose slash at the end is as documented, and where `tfp` becomes `acr`.
 */
export function entraB2c(options: EntraB2cOptions): JwtPreset {
  checkPreset('entraB2c', options, ['domain', 'tenant', 'policies', 'audience', 'roles', 'groups'])
  const host = `${wordOf('domain', options.domain, 'contoso')}.b2clogin.com`
  const policies = eachOf('policies', options.policies, (one) => wordOf('policies', one, 'B2C_1_signin'))
  const taken = new Set(policies.map((one) => one.toLowerCase()))
  return {
    name: 'entra-b2c',
    issuer: `https://${host}/${guidOf('tenant', options.tenant)}/v2.0/`,
    jwksUri: `https://${host}/${options.domain}.onmicrosoft.com/${policies[0]}/discovery/v2.0/keys`,
    audience: options.audience,
    scopes: scopesBy(['roles', options.roles], ['groups', options.groups]),
    rules: [
      notIdToken,
      {
        claim: 'tfp',
        // One may be the password reset, which proves less.
        accepts: (tfp, { acr }) => taken.has(String(tfp ?? acr).toLowerCase()),
        hint: 'Azure AD B2C: the token is of a user flow that is not in "policies"',
      },
    ],
    hints: {
      wrong_audience: 'Azure AD B2C: the client must ask for a scope of this API, https://TENANT.onmicrosoft.com/API/…; with openid alone there is no access token for it',
      unknown_key: 'Azure AD B2C: a custom policy with a key container of its own has its keys elsewhere; set "jwksUri"',
    },
  }
}
