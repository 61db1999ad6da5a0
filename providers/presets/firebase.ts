/**
 * Firebase Authentication. @see https://firebase.google.com/docs/auth/admin/verify-id-tokens
 * Issuer and keys: https://jwttoolkit.com/issuers/firebase/ (2026-11).
 */
import { pin } from './pin.js'
import { checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { JwtPreset, OneOrMore } from './preset.js'
import type { Roles } from './scope-tables.js'

export interface FirebaseOptions extends Roles {
  /** The id of the project. It is the audience as well. */
  project: string
  /** Tenants of Identity Platform that are taken. Default: all, and users without one. */
  tenants?: OneOrMore
}

/**
 * ID tokens, the only tokens that Firebase has; every app of the project gets the same. `roles` maps a custom claim `roles`,
 * which only the Admin SDK can write.
 */
export function firebase(options: FirebaseOptions): JwtPreset {
  checkPreset('firebase', options, ['project', 'tenants', 'roles'])
  const project = wordOf('project', options.project, 'my-project-42')
  const tenants = options.tenants === undefined ? undefined : pin('firebase', options.tenants, 'Firebase: the user is of a tenant that is not in "tenants"')
  return {
    name: 'firebase',
    issuer: `https://securetoken.google.com/${project}`,
    jwksUri: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    audience: project,
    tokenType: 'id',
    algorithms: ['RS256'],
    scopes: scopesBy(['roles', options.roles]),
    rules: tenants === undefined ? [] : [{ ...tenants, accepts: (value, claims) => tenants.accepts(tenantIn(value), claims) }],
    hints: {
      wrong_issuer: 'Firebase: this is a session cookie, a custom token, or of another project; send what getIdToken() gives',
      wrong_audience: 'Firebase: the token is of another project',
    },
  }
}

function tenantIn(firebase: unknown): unknown {
  return typeof firebase === 'object' && firebase !== null && 'tenant' in firebase ? firebase.tenant : undefined
}
