/** Decodes base64url that was found canonical before. */
import { base64url } from 'jose'

/** `Buffer` decodes ten times faster than the portable way; runtimes without one take that. */
export const decodeBase64url: (text: string) => Uint8Array =
  typeof globalThis.Buffer === 'function' ? (text) => Buffer.from(text, 'base64url') : (text) => base64url.decode(text)
