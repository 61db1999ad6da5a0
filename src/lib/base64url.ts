/** Writes base64url (RFC 4648 section 5) of short texts and keys. */

/** Encodes bytes, or a text in UTF-8. */
export function encodeBase64url(what: string | Uint8Array): string {
  const bytes = typeof what === 'string' ? new TextEncoder().encode(what) : what
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
