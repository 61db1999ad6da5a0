/** How a token is written down without giving it away: `sha256:` and its SHA-256. */
import { isBearerToken } from '../lib/bearer-token.js'
import { sha256 } from '../lib/digest.js'

/**
 * What stands in a list in place of the token: `sha256:` and 43 characters of base64url. It opens no door, so the list
 * may lie where a token may not. Hash only what was made at random: a password is found by trying.
 *
 * @throws TypeError for what is no bearer token.
 */
export function hashToken(token: string): string {
  if (!isBearerToken(token)) throw new TypeError('hashToken takes a bearer token: letters, digits and - . _ ~ + / (RFC 6750 section 2.1)')
  return MARK + sha256(token)
}

/** True for what says that it is a digest, however it is written. No bearer token has a colon in it. */
export function isDigest(entry: string): boolean {
  return /^sha-?256[:=-]/i.test(entry)
}

/**
 * The digest in the one spelling that is looked up, from base64url, base64 or hex.
 *
 * @throws TypeError for what cannot be the digest of a token; says what to write instead.
 */
export function readDigest(entry: string): string {
  if (!entry.startsWith(MARK)) throw new TypeError('a digest begins with "sha256:", in small letters and with a colon')
  const text = entry.slice(MARK.length)
  const digest = inBase64url(text)
  if (digest === undefined) {
    const fault = LENGTHS.has(text.length) ? 'this one has a character that cannot stand there' : `this one has ${text.length}`
    throw new TypeError(`a digest is "sha256:" and 43 characters of base64url or 64 of hex, and ${fault}; make one with: npx bearer-auth-providers hash`)
  }
  const nothing = OF_NOTHING.get(digest)
  if (nothing !== undefined) throw new TypeError(`this is the digest of ${nothing} and of no token; was the variable set that was hashed?`)
  return digest
}

const MARK = 'sha256:'

/** Of base64url, of base64, of hex. */
const LENGTHS: ReadonlySet<number> = new Set([43, 44, 64])

const HEX = /^[0-9a-f]{64}$/i

// The last character holds four bits: any other would be a second spelling, and one that nothing ever matches.
const BASE64URL = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** What comes out when the token did not get there. */
const OF_NOTHING: ReadonlyMap<string, string> = new Map([
  ['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU', 'an empty text'],
  ['AbpHGcgLb-kRsJGnwFEktk7uzpZOCcBY74-YBdrKVGs', 'an empty line'],
])

function inBase64url(text: string): string | undefined {
  const base64 = HEX.test(text) ? base64Of(text) : text
  const digest = base64.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_')
  return BASE64URL.test(digest) ? digest : undefined
}

function base64Of(hex: string): string {
  const bytes = hex.match(/../g) ?? []
  return btoa(bytes.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(''))
}
