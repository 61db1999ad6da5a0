/** SHA-256, synchronous: WebCrypto's is asynchronous and forty times slower for a text of this size. */
import * as crypto from 'node:crypto'

/** The SHA-256 of a text as base64url. */
export function sha256(text: string): string {
  // crypto.hash is the one-shot form; runtimes that imitate node:crypto may lack it.
  if (typeof crypto.hash === 'function') return crypto.hash('sha256', text, 'base64url')
  return crypto.createHash('sha256').update(text).digest('base64url')
}
