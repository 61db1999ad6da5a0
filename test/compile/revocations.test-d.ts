/** Holds what can be revoked: by one thing at a time. */
import type { Revocation } from '../../src/revocations/revocation.js'

void ([
  { jti: 'j' },
  { sub: 'ada', before: 1 },
  { sid: 's', issuer: 'i' },
  { clientId: 'c', before: 1, issuer: 'i' },
  { token: 't', expiresAt: 2 },
] satisfies Revocation[])

const revoke = (what: Revocation): Revocation => what
// @ts-expect-error TS2345 nothing to revoke
revoke({ issuer: 'i' })
// @ts-expect-error TS2345 two things at once
revoke({ sub: 'ada', jti: 'j' })
// @ts-expect-error TS2345 a session has no before
revoke({ sid: 's', before: 1 })
// @ts-expect-error TS2345 a token needs no issuer
revoke({ token: 't', issuer: 'i' })
// @ts-expect-error TS2322 seconds and no date
revoke({ sub: 'ada', before: new Date() })
