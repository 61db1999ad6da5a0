/** Reads JWT-SVIDs, which say by whom they were issued in `sub` (SPIFFE JWT-SVID sections 2.3 and 3.1). */
import { decodeJwt } from '../token/decode.js'
import type { DecodedJwt } from '../token/decode.js'
import type { TokenFormat } from './token-format.js'

/**
 * A JWT-SVID need not have an `iss`: the trust domain in its subject says whose keys sign it, and is taken for the issuer
 * where none is named. An `iss` that is there stays, and must be one of the provider's.
 */
export const jwtSvidFormat: TokenFormat = { read: readJwtSvid }

function readJwtSvid(token: string): DecodedJwt | null {
  const jwt = decodeJwt(token)
  if (jwt === null) return null
  const { header, claims } = jwt
  return {
    ...jwt,
    header: header.typ === 'JOSE' ? Object.freeze({ ...header, typ: 'JWT' }) : header,
    claims: Object.hasOwn(claims, 'iss') ? claims : Object.freeze({ ...claims, iss: trustDomainOf(claims.sub) }),
  }
}

/** Matches a SPIFFE ID (SPIFFE-ID section 2): `spiffe://`, the trust domain, and the path of the workload. */
function trustDomainOf(sub: unknown): string | undefined {
  return typeof sub === 'string' ? /^(spiffe:\/\/[a-z0-9._-]+)\/./.exec(sub)?.[1] : undefined
}
