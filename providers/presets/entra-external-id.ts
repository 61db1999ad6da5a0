/** Microsoft Entra External ID. @see https://learn.microsoft.com/entra/external-id/customers/overview-customers-ciam */
import { askedForAt, bothSpellings, notIdToken } from './entra.js'
import { checkPreset, guidOf, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Groups, Roles } from './scope-tables.js'

export interface EntraExternalIdOptions extends Roles, Groups {
  /** The tenant's GUID. */
  tenant: string
  /** The tenant's name, `contoso` of `contoso.ciamlogin.com`. */
  domain: string
  /** The application (client) id of the API. */
  audience: Audience
}

/**
 * Access tokens of an external tenant. Two spellings of the issuer are in use, by the tenant's GUID and by its name; both are
 * taken, by the same keys. Not certain: which spelling a tenant writes, and that both have their keys at this place.
 */
export function entraExternalId(options: EntraExternalIdOptions): JwtPreset {
  checkPreset('entraExternalId', options, ['tenant', 'domain', 'audience', 'roles', 'groups'])
  const tenant = guidOf('tenant', options.tenant)
  const domain = wordOf('domain', options.domain, 'contoso')
  return {
    name: 'entra-external-id',
    issuer: [`https://${tenant}.ciamlogin.com/${tenant}/v2.0`, `https://${domain}.ciamlogin.com/${tenant}/v2.0`],
    jwksUri: `https://${domain}.ciamlogin.com/${tenant}/discovery/v2.0/keys`,
    audience: bothSpellings(options.audience),
    scopes: scopesBy(['roles', options.roles], ['groups', options.groups]),
    ...askedForAt(options.audience),
    rules: [notIdToken],
    hints: {
      wrong_issuer: 'Entra External ID: the issuer is in the discovery document of the tenant; one with your own domain goes into "issuer"',
      wrong_audience: 'Entra External ID: the token is for another API; the client must ask for a scope of this one, api://CLIENT-ID/…',
    },
  }
}
