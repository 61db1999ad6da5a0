/** Decodes base64url (RFC 4648 section 5), and only the one canonical spelling of it. */
import { decodeBase64url as decodeAnywhere, encodeBase64url } from '../../lib/base64url.js'

/** True where there is a `Buffer`, which works ten times faster than the portable way. */
const hasBuffer = typeof globalThis.Buffer === 'function'

/** Size of the reused buffer, in bytes. The reader takes no token that would need more. */
const DESK = 32_768

/** Decodes text that was found canonical before. */
export const decodeBase64url: (text: string) => Uint8Array<ArrayBuffer> = hasBuffer
  ? (text) => Buffer.from(text, 'base64url')
  : decodeAnywhere

/**
 * Decodes the bytes; null for what is not the one spelling of them: padding, blanks, other alphabets, and bits at the end
 * that do not count would give a token a second spelling (RFC 4648 sections 3.3 and 3.5). They may stand in one place
 * that is used again: read or copy them before the next call.
 */
export const decodeCanonical: (text: string) => Uint8Array | null = hasBuffer ? decodeOnDesk() : decodePortably

function decodeOnDesk(): (text: string) => Uint8Array | null {
  const desk = Buffer.allocUnsafeSlow(DESK) // a new place for each part is what half of the time would go into
  return (text) => {
    const length = desk.write(text, 'base64url') // lenient, and cut off where there is no room, so it is encoded again (D31)
    return desk.toString('base64url', 0, length) === text ? new Uint8Array(desk.buffer, 0, length) : null
  }
}

function decodePortably(text: string): Uint8Array | null {
  let bytes: Uint8Array
  try {
    bytes = decodeAnywhere(text)
  } catch {
    return null
  }
  return encodeBase64url(bytes) === text ? bytes : null
}
