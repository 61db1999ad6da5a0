/** Collects what a token can be revoked by, so that a remembered verdict can be looked up without token and claims. */
import { tokenDigest } from './revocation.js'
import { shortText } from './short-text.js'
import type { Claims } from '../access-token.js'
import type { RevokedBy } from './revocation.js'

/** What a token can be revoked by. It holds short texts and digests only, whatever the claims hold. */
export interface RevocationMarks extends Readonly<Record<RevokedBy, string | undefined>> {
  readonly issuer: string | undefined
  /** NaN where the token does not say: then it counts as issued before anything. */
  readonly issuedAt: number
}

/** Collects the marks of a token. `issuer`: whose token it is where the claims do not say. */
export function marksOf(token: string, claims: Claims, issuer?: string): RevocationMarks {
  const { iss, iat, jti, sub, sid, client_id, azp } = claims
  return {
    issuer: markOf(iss) ?? markOf(issuer),
    issuedAt: typeof iat === 'number' && Number.isFinite(iat) ? iat : Number.NaN,
    jti: markOf(jti),
    sub: markOf(sub),
    sid: markOf(sid),
    client_id: markOf(client_id ?? azp), // as AccessToken.clientId has it
    token: tokenDigest(token),
  }
}

function markOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? shortText(value) : undefined
}
