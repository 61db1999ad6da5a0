/** This file decodes base64 (RFC 4648 section 4), and only the one canonical spelling of it. */

/** Undefined for what is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
