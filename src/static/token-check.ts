/** What is wrong with a token before it is put into a list. */
import { isBearerToken } from '../lib/bearer-token.js'
import { isMistyped } from './generated-token.js'
import { isDigest } from './token-digest.js'

/** The end of a sentence that begins with which token it is and never shows it; undefined where nothing is wrong. */
export function faultOf(token: string, prefix?: string): string | undefined {
  if (NOT_MEANT.has(token)) return 'is the word for a value that is missing; is the environment variable set?'
  if (isDigest(token)) return 'is a digest already'
  if (/^bearer /i.test(token)) return 'begins with "Bearer "; leave that out'
  if (token.length < 8) return `is shorter than 8 characters; ${MAKE_ONE}`
  if (!isBearerToken(token)) return 'has a character that no bearer token may have (RFC 6750 section 2.1)'
  if (prefix !== undefined && isMistyped(token, prefix)) return `begins with "${prefix}_", but its checksum does not fit: it was cut off or mistyped`
  return undefined
}

/** What is unwise about a token without a fault; the end of a sentence too. */
export function weaknessOf(token: string): string | undefined {
  return token.length < 16 ? `is shorter than 16 characters and can be guessed; ${MAKE_ONE}` : undefined
}

/** What a missing or wrong value becomes when it is made the name of a property. */
const NOT_MEANT = new Set(['undefined', 'null', 'NaN', 'true', 'false', '[object Object]'])

const MAKE_ONE = 'make one with: npx bearer-auth-providers generate'
