/** Reads a compact JWT strictly: what is not exactly one JWT in canonical form is none at all. Verifies nothing. */
import { decodeBase64url } from './base64url.js'

export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** Header and claims of a compact JWS (RFC 7515 section 7.1), or null for anything else. Unverified. */
export function decodeJwt(token: string): DecodedJwt | null {
  const parts = jwtParts(token)
  if (parts === null) return null
  const header = decodeHeader(parts.header)
  const claims = header && decodeObject(parts.payload)
  return claims && { header, claims }
}

/** The unverified `iss`, to find out whose token it is; undefined when there is none to read. Reads the payload only. */
export function unverifiedIssuer(token: string): string | undefined {
  const parts = jwtParts(token)
  const issuer = parts && decodeObject(parts.payload)?.iss
  return typeof issuer === 'string' ? issuer : undefined
}

/** In characters. The largest tokens seen, with hundreds of groups in them, have about 12 000. */
const MAX_LENGTH = 32_768

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

function jwtParts(token: string): { header: string; payload: string } | null {
  if (token.length > MAX_LENGTH || !COMPACT.test(token)) return null
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const canonical = endsCanonically(token, 0, first) && endsCanonically(token, first + 1, second) && endsCanonically(token, second + 1, token.length)
  return canonical ? { header: token.slice(0, first), payload: token.slice(first + 1, second) } : null
}

// RFC 4648 section 3.5: the bits that do not count must be zero, or one signature has several spellings.
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

function endsCanonically(token: string, start: number, end: number): boolean {
  const rest = (end - start) % 4
  if (rest === 0) return true
  if (rest === 1) return false
  return (rest === 2 ? LAST_OF_TWO : LAST_OF_THREE).includes(token.charAt(end - 1))
}

let lastHeader: { readonly part: string; readonly header: Readonly<Record<string, unknown>> } | undefined

// Tokens of one key have the same header, to the letter. Frozen, because it is shared.
function decodeHeader(part: string): Readonly<Record<string, unknown>> | null {
  if (lastHeader?.part === part) return lastHeader.header
  const header = decodeObject(part)
  if (header !== null) lastHeader = { part, header: Object.freeze(header) }
  return header
}

// ignoreBOM keeps a byte order mark in the text, where it is refused.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeObject(part: string): Record<string, unknown> | null {
  const bytes = decodeBase64url(part)
  if (!hasBraces(bytes)) return null
  let text: string
  try {
    text = utf8.decode(bytes)
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

const BLANKS: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

// Spares most garbage the parser, whose exceptions cost more than the rest together.
function hasBraces(bytes: Uint8Array): boolean {
  let start = 0
  let end = bytes.length - 1
  if (bytes[start] === 0x7b && bytes[end] === 0x7d) return true
  while (BLANKS.has(bytes[start])) start += 1
  while (BLANKS.has(bytes[end])) end -= 1
  return bytes[start] === 0x7b && bytes[end] === 0x7d
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MAX_DEPTH = 16

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth >= MAX_DEPTH) return false
  for (const name in value) if (!isShallow((value as Record<string, unknown>)[name], depth + 1)) return false
  return true
}
