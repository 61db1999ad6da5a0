/** Finds what the signature of a compact JWS covers, without verifying anything. */
import { sha256 } from '../lib/digest.js'

/** Digests what a token is revoked by: what was signed, because a signature can have a valid twin (D54); else all of it. */
export function tokenDigest(token: string): string {
  return sha256(signedText(token) ?? token)
}

/** Header and payload as they were signed (RFC 7515 section 5.1), or undefined for what is no compact JWS. */
function signedText(token: string): string | undefined {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.includes('.', second + 1)) return undefined
  return Object.hasOwn(decodeObject(token.slice(0, first)) ?? {}, 'alg') ? token.slice(0, second) : undefined
}

/** When a JWT says that it ends, in seconds since the epoch; undefined for anything else. */
export function expiryOf(token: string): number | undefined {
  const signed = signedText(token)
  const { exp } = (signed !== undefined && decodeObject(signed.slice(signed.indexOf('.') + 1))) || {}
  return typeof exp === 'number' && exp < LAST_INSTANT ? exp : undefined
}

/** The year 5138; what is later is no number of seconds. */
const LAST_INSTANT = 1e11

function decodeObject(part: string): Record<string, unknown> | undefined {
  let value: unknown
  try {
    // Byte for character: names and numbers are ASCII, and nothing else is read.
    value = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return undefined
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}
