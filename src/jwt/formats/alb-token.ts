/** Reads what an AWS Application Load Balancer signs about a user: base64url with padding, and the issuer in the header. */
import { decodeJwt } from '../token/decode.js'
import { fetchNamedKeys } from '../keys/named-keys.js'
import type { DecodedJwt } from '../token/decode.js'
import type { TokenFormat } from './token-format.js'

/**
 * The header says who issued the token, for which client, until when, and which load balancer signed it; the payload is
 * whatever the authorization server's userinfo says. Both are signed. The header's `iss`, `client` (as `client_id`), `exp` and
 * `signer` become claims, and take the place of any that userinfo has. (D74)
 */
export const albFormat: TokenFormat = { read: readAlbToken, fetchKeys: fetchNamedKeys }

function readAlbToken(token: string): DecodedJwt | null {
  const parts = token.split('.', 4)
  if (parts.length !== 3 || !parts.every(isPadded)) return null
  const jwt = decodeJwt(parts.map((part) => part.replace(/=+$/, '')).join('.'))
  if (jwt === null) return null
  const { iss, client, exp, signer } = jwt.header
  // What is signed has the padding.
  const signed = token.slice(0, token.lastIndexOf('.'))
  return { ...jwt, signed, claims: Object.freeze({ ...jwt.claims, iss, client_id: client, exp, signer }) }
}

// RFC 4648 section 5, with the padding that RFC 7515 leaves out. Exactly that: a token has one spelling.
function isPadded(part: string): boolean {
  return part.length % 4 === 0 && /^[\w-]+={0,2}$/.test(part)
}
