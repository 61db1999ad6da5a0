/** Reads a compact JWT strictly: what is not exactly one JWT in canonical form is none at all. Verifies nothing. */
import { frozenInPlace } from '../../lib/frozen-copy.js'
import { hasLoneSurrogate } from '../../lib/lone-surrogate.js'
import { parseJson } from '../../lib/parse-json.js'
import { decodeCanonical } from './base64url.js'

/** What a JWT says. It is deeply frozen, and unverified. */
export interface JwtContents {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** A text and its signature, in canonical form (RFC 7515 section 5.2, the JWS Signing Input and the JWS Signature). */
export interface Signed {
  /** Header and payload as the token has them, with the dot between. ASCII. */
  readonly signed: string
  /** The signature in base64url, found canonical. */
  readonly signature: string
}

export interface DecodedJwt extends JwtContents, Signed {}

/** Reads header, claims and signature of a compact JWS (RFC 7515 section 7.1); null for anything else. Verifies nothing. */
export function decodeJwt(token: string): DecodedJwt | null {
  const dots = dotsOf(token)
  if (dots === null) return null
  const [first, second] = dots
  const header = decodeHeader(token.slice(0, first))
  const claims = header && decodeObject(token.slice(first + 1, second))
  if (header === null || claims === null) return null
  const signature = token.slice(second + 1)
  return decodeCanonical(signature) === null ? null : { header, claims, signed: token.slice(0, second), signature }
}

/** Reads the unverified `iss`, to find out whose token it is; undefined when there is none. Reads the payload only. */
export function unverifiedIssuer(token: string): string | undefined {
  if (lastIssuer === undefined) return readIssuer(token)
  if (lastIssuer.token !== token) lastIssuer = { token, issuer: readIssuer(token) }
  return lastIssuer.issuer
}

let lastIssuer: { readonly token: string; readonly issuer: string | undefined } | undefined

/** Runs code in which many ask for the issuer of one token: it is read once. Nothing of the token is kept afterwards. */
export function readingIssuerOnce<T>(run: () => T): T {
  lastIssuer ??= { token: '', issuer: undefined }
  try {
    return run()
  } finally {
    lastIssuer = undefined
  }
}

function readIssuer(token: string): string | undefined {
  const dots = dotsOf(token)
  const issuer = dots && decodeObject(token.slice(dots[0] + 1, dots[1]))?.iss
  return typeof issuer === 'string' ? issuer : undefined
}

/** Longest token in characters. The largest seen, with hundreds of groups in them, have about 12 000. */
export const MAX_LENGTH = 32_768

/** Finds the two dots between the three parts, none of which may be empty. */
function dotsOf(token: string): readonly [number, number] | null {
  if (token.length > MAX_LENGTH) return null
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const hasThreeParts = first > 0 && second > first + 1 && second < token.length - 1 && !token.includes('.', second + 1)
  return hasThreeParts ? [first, second] : null
}

let lastHeader: { readonly part: string; readonly header: Readonly<Record<string, unknown>> } | undefined

// Tokens of one key have the same header, to the letter.
function decodeHeader(part: string): Readonly<Record<string, unknown>> | null {
  if (lastHeader?.part === part) return lastHeader.header
  const header = decodeObject(part)
  // The header is copied: as a slice of the token it would keep all of it in memory. (D7)
  if (header !== null) lastHeader = { part: utf8.decode(new TextEncoder().encode(part)), header }
  return header
}

// ignoreBOM keeps a byte order mark in the text, where it is refused.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeObject(part: string): Readonly<Record<string, unknown>> | null {
  const bytes = decodeCanonical(part)
  if (bytes === null || !hasBraces(bytes)) return null
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return null
  }
  const value = parseJson(text)
  if (!isObject(value) || !frozenInPlace(value, MAX_DEPTH)) return null
  // UTF-8 has none: only an escape can write one.
  return text.includes('\\u') && hasLoneSurrogate(value) ? null : value
}

const BLANKS: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

// This keeps most garbage from the parser, whose exceptions cost more than the rest together.
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
