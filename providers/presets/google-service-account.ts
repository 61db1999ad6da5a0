/** Google service accounts, by the ID tokens that Google signs for them. @see https://cloud.google.com/docs/authentication/get-id-token */
import { GOOGLE_KEYS } from './google.js'
import { checkPreset, eachOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'
import type { Subjects } from './scope-tables.js'

export interface GoogleServiceAccountOptions extends Subjects {
  /** What the workload asks a token for: the URL of this server. */
  audience: Audience
  /** The accounts that are taken, by e-mail or unique id. Anybody at Google can have a token for any audience. */
  serviceAccounts: OneOrMore
}

/**
 * ID tokens of workloads on Google Cloud, from the metadata server or the IAM credentials API. They have no scopes: `subjects`
 * gives some by unique id. Does NOT take the JWTs that an account signs with a key of its own. In a chain with `google`, one
 * provider alone owns the issuer; put both audiences into one.
 */
export function googleServiceAccount(options: GoogleServiceAccountOptions): JwtPreset {
  checkPreset('googleServiceAccount', options, ['audience', 'serviceAccounts', 'subjects'])
  const { audience, subjects } = options
  const accounts = new Set<unknown>(eachOf('serviceAccounts', options.serviceAccounts, checkedAccount))
  return {
    name: 'google-service-account',
    issuer: 'https://accounts.google.com',
    jwksUri: GOOGLE_KEYS,
    audience,
    tokenType: 'id',
    scopes: scopesBy(['sub', subjects]),
    rules: [
      {
        claim: 'email',
        accepts: (email, { sub, email_verified }) => accounts.has(sub) || (email_verified === true && accounts.has(email)),
        hint: 'Google: the account is not in "serviceAccounts"; without format=full the token has no e-mail, and is known by its unique id',
      },
    ],
    hints: { wrong_audience: 'Google: the workload asked for another audience; it must ask for this one' },
  }
}

function checkedAccount(account: string): string {
  if (typeof account === 'string' && account !== '') return account
  throw new TypeError('"serviceAccounts" must name the accounts that are taken: anybody at Google can have a token for any audience')
}
