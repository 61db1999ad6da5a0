/** Writes and reads base64url (RFC 4648 section 5) of short texts and keys, on every runtime. */

/** Encodes bytes, or a text in UTF-8. */
export function encodeBase64url(what: string | Uint8Array): string {
  const bytes = typeof what === 'string' ? new TextEncoder().encode(what) : what
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Decodes the bytes. Takes what `atob` takes, standard base64 and padding too: whoever needs the one spelling encodes again. @throws for anything else. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
