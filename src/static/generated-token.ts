/** Tokens that secret scanners find and that show a slip of the pen: `acme_`, 256 random bits, a checksum. */
import { crc32 } from '../lib/checksum.js'
import { checkOptions } from '../lib/options.js'
import type { OptionNames } from '../lib/options.js'

export interface GenerateTokenOptions {
  /** Says whose token it is, and for what: letters, digits and underscores, such as `acme` or `acme_live`. Default `'bearer'`. */
  prefix?: string | undefined
}

/**
 * Makes a token: the prefix, `_`, 43 random digits and letters (256 bits), and 6 for the CRC-32 of all before them.
 * Scanners find those of `acme` by `\bacme_[0-9A-Za-z]{49}\b`.
 *
 * @throws TypeError for a prefix that does not stand out or that a token cannot have.
 */
export function generateToken(options: GenerateTokenOptions = {}): string {
  checkOptions('generateToken', options, OPTIONS)
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const body = `${checkedPrefix(options.prefix ?? 'bearer')}_${base62(number, RANDOM_LENGTH)}`
  return body + checksumOf(body)
}

/**
 * True for what has the shape of a generated token and a checksum that does not fit. With a prefix, for whatever begins
 * with it and is not as `generateToken` makes it, and for nothing else.
 */
export function isMistyped(token: string, prefix?: string): boolean {
  if (prefix !== undefined && !token.startsWith(`${prefix}_`)) return false
  if (!SHAPE.test(token)) return prefix !== undefined
  return checksumOf(token.slice(0, -CHECKSUM_LENGTH)) !== token.slice(-CHECKSUM_LENGTH)
}

/** @throws TypeError for what is no prefix. Returns it. */
export function checkedPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string') throw new TypeError('"prefix" must be a word such as "acme"')
  if (prefix.endsWith('_')) throw new TypeError('"prefix" must be given without the underscore at its end: "acme" for tokens that begin with acme_')
  if (PREFIX.test(prefix)) return prefix
  throw new TypeError('"prefix" must be 2 to 32 letters, digits and underscores, a letter first: "acme", "acme_live"')
}

const OPTIONS = { prefix: true } as const satisfies OptionNames<GenerateTokenOptions>

const PREFIX = /^[A-Za-z][0-9A-Za-z_]{0,30}[0-9A-Za-z]$/
const SHAPE = /^[A-Za-z][0-9A-Za-z_]{0,30}[0-9A-Za-z]_[0-9A-Za-z]{49}$/

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The fewest that hold 256 bits, and 32 bits. */
const RANDOM_LENGTH = 43
const CHECKSUM_LENGTH = 6

// Of the prefix too: one letter wrong there is a slip like any other.
function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH)
}

function base62(number: bigint, length: number): string {
  let rest = number
  let digits = ''
  for (; digits.length < length; rest /= 62n) digits = DIGITS.charAt(Number(rest % 62n)) + digits
  return digits
}
