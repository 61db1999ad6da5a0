/** Computes digests synchronously: WebCrypto's are asynchronous and forty times slower for a text of this size. */
import * as crypto from 'node:crypto'

/** Computes the SHA-256 of a text or of bytes, as base64url. */
export function sha256(text: string | Uint8Array): string {
  // crypto.hash is the one-shot form; runtimes that imitate node:crypto may lack it.
  if (typeof crypto.hash === 'function') return crypto.hash('sha256', text, 'base64url')
  return crypto.createHash('sha256').update(text).digest('base64url')
}

/** Computes the HMAC-SHA-256 of a text, as base64url (RFC 2104). */
export function hmacSha256(key: string, text: string): string {
  return crypto.createHmac('sha256', key).update(text).digest('base64url')
}

/** Compares two texts in a time that does not tell how much of them is the same (constant-time comparison). */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && crypto.timingSafeEqual(left, right)
}
