/** Collects what a token can be revoked by, so that a remembered verdict can be looked up without token and claims. */
import { shortText } from './short-text.js'
import { tokenDigest } from './signed-text.js'
import type { Claims } from '../access-token.js'
import type { RevokedBy } from './revocation.js'

/** What a token can be revoked by. It holds short texts and digests only, whatever the claims hold. */
export interface RevocationMarks extends Readonly<Record<RevokedBy, string | undefined>> {
  readonly issuer: string | undefined
  /** Whose token it is in the words of `subjectClaim`, where that is another than `sub`: whoever revokes a subject may mean either. */
  readonly subject: string | undefined
  /** NaN where the token does not say: then it counts as issued before anything. */
  readonly issuedAt: number
}

/** `whose`: what the provider makes of the claims. */
export function marksOf(token: string, claims: Claims, whose: Partial<Whose> = {}): RevocationMarks {
  const { iss, iat, jti, sub, sid, client_id, azp } = claims
  return {
    issuer: markOf(iss) ?? markOf(whose.issuer),
    subject: whose.subject === sub ? undefined : markOf(whose.subject),
    issuedAt: typeof iat === 'number' && Number.isFinite(iat) ? iat : Number.NaN,
    jti: markOf(jti),
    sub: markOf(sub),
    sid: markOf(sid),
    client_id: markOf(client_id ?? azp), // as AccessToken.clientId has it
    token: tokenDigest(token),
  }
}

/** As `AccessToken` has them. */
interface Whose {
  readonly issuer: string | undefined
  readonly subject: string | undefined
}

function markOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? shortText(value) : undefined
}
