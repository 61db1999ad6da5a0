/** Reads a compact JWT strictly: what is not exactly one JWT in canonical form is none at all. Verifies nothing. */
import { base64url } from 'jose'
import { isBearerToken } from '../lib/bearer-token.js'

export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Header and claims of a compact JWS (RFC 7515 section 7.1), or null for anything else. Unverified. */
export function decodeJwt(token: string): DecodedJwt | null {
  if (!isBearerToken(token)) return null
  const [header, payload, signature, more] = token.split('.', 4)
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined) return null
  if (!isCanonical(signature)) return null
  const decodedHeader = decodeObject(header)
  const claims = decodedHeader && decodeObject(payload)
  return claims && { header: decodedHeader, claims }
}

/** The unverified `iss`, to find out whose token it is; undefined when there is none to read. */
export function unverifiedIssuer(token: string): string | undefined {
  const issuer = decodeJwt(token)?.claims.iss
  return typeof issuer === 'string' ? issuer : undefined
}

const ALPHABET = /^[A-Za-z0-9_-]+$/

// RFC 4648 section 3.5: the bits that do not count must be zero, or one signature has several spellings.
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

function isCanonical(part: string): boolean {
  if (!ALPHABET.test(part)) return false
  const rest = part.length % 4
  if (rest === 0) return true
  if (rest === 1) return false
  return (rest === 2 ? LAST_OF_TWO : LAST_OF_THREE).includes(part.charAt(part.length - 1))
}

function decodeObject(part: string): Record<string, unknown> | null {
  if (!isCanonical(part)) return null
  let text: string
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(base64url.decode(part))
  } catch {
    return null
  }
  let value: unknown
  try {
    value = JSON.parse(text) // of duplicate names the last one wins, for every reader behind this one
  } catch {
    return null
  }
  return isObject(value) && isShallow(value, 0) ? value : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MAX_DEPTH = 16

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < MAX_DEPTH && Object.values(value).every((member) => isShallow(member, depth + 1))
}
