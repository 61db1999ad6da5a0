/** Holds that nobody promotes anybody: what was verified cannot be changed, and who asks for a token says how. */
import { getAccessToken, requireAuth, requireFreshAuth, withAccessToken } from '../../src/index.js'
import { token } from './given.js'
import type { Verdict } from '../../src/index.js'

declare const verdict: Verdict

// @ts-expect-error TS2540 scopes are what the provider said
token.scopes = ['admin']
// @ts-expect-error TS2339 scopes are what the provider said
token.scopes.push('admin')
// @ts-expect-error TS2542 scopes are what the provider said
token.scopes[0] = 'admin'
// @ts-expect-error TS2540 claims are what the issuer said
token.claims = { sub: 'root' }
// @ts-expect-error TS2540 claims are what the issuer said
token.claims.sub = 'root'
// @ts-expect-error TS2542 claims are what the issuer said
token.claims.roles = ['admin']
// @ts-expect-error TS2540 the token is what was presented
token.token = 'another'
// @ts-expect-error TS2540 a token ends when it ends
token.expiresAt = 0
// @ts-expect-error TS2540 the subject is the claim
token.subject = 'root'
// @ts-expect-error TS2540 a verdict stays
verdict.accepted = true
// @ts-expect-error TS2531 nobody may be there; requireAuth() insists
getAccessToken().scopes
// @ts-expect-error TS2345 one scope per argument
requireAuth(['notes:read', 'notes:write'])
// @ts-expect-error TS2571 a claim nobody vouches for is unknown until looked at
requireAuth().claims.realm_access.roles
// @ts-expect-error TS2345 no token is null, never undefined
withAccessToken(undefined, () => 7)

void (async () => (await requireFreshAuth(30, 'notes:delete')).subject)
// @ts-expect-error TS2345 seconds are a number
void requireFreshAuth('30')
// @ts-expect-error TS2555 how fresh?
void requireFreshAuth()
