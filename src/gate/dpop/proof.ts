/** This file reads a DPoP proof from its header (RFC 9449 section 4.1), strictly, and verifies nothing. */
import { decodeJwt } from '../../jwt/token/decode.js'
import type { DecodedJwt } from '../../jwt/token/decode.js'

/** The one proof of a request, or which of the first two points of section 4.3 it fails. */
export function readProof(values: readonly string[]): DecodedJwt | 'one_header' | 'well_formed' {
  const [text, ...others] = values
  if (text === undefined || others.length > 0) return 'one_header'
  if (text.length > LONGEST) return 'well_formed'
  // A comma joins two headers; no JWT has one in it.
  if (text.includes(',')) return 'one_header'
  return decodeJwt(text) ?? 'well_formed'
}

/** In characters. A proof by an RSA key of 4096 bits has about 2000. */
const LONGEST = 8_192
