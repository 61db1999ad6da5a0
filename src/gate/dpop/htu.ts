/** This file compares the `htu` of a DPoP proof with the request (RFC 9449 section 4.3, point 9). Nothing of `Host` is in it. */

/**
 * The URL that a proof must be for: of this server, whatever the request says of hosts. None for a target that is no path, or
 * has dots in it, which no client sends: many servers route by them as they are, and a proof for `/b` must not open `/a/../b`.
 * A proxy that takes `/mcp` away sends `/` for it, and for `/mcp/` too.
 */
export function requestHtus(origin: string, strippedPrefix: string, path: string): readonly string[] {
  if (!path.startsWith('/') || DOTS.test(path)) return []
  const paths = [`${strippedPrefix}${path}`, ...(path === '/' && strippedPrefix !== '' ? [strippedPrefix] : [])]
  return paths.map((one) => `${origin}${one}`)
}

/** Segments of a path that lead elsewhere, escaped or not (RFC 3986 section 3.3). */
const DOTS = /\/(?:\.|%2e){1,2}(?=[/?#]|$)/i

/** True where a proof is for one of these. Most clients write it as it is, and nothing has to be taken apart then. */
export function isForOneOf(htu: string, urls: readonly string[]): boolean {
  if (urls.includes(htu) && isTarget(htu)) return true
  const meant = normalizedHtu(htu)
  return meant !== undefined && urls.some((url) => normalizedHtu(url) === meant)
}

/**
 * The one spelling of a URL without query and fragment, by RFC 3986 sections 6.2.2 and 6.2.3: case of scheme and host, the
 * port that is the scheme's own, dots in the path, and escapes. Undefined for what is no http URL, or is one only to a
 * lenient reader: with blanks, backslashes, a user name, or escapes of nothing.
 */
export function normalizedHtu(htu: string): string | undefined {
  const [target] = htu.length <= LONGEST ? htu.split(/[?#]/, 1) : []
  if (target === undefined || !isTarget(target) || !URL.canParse(target)) return undefined
  const { origin, pathname, username, password } = new URL(target)
  return username === '' && password === '' ? `${origin}${pathname.replace(ESCAPE, plainest)}` : undefined
}

function isTarget(text: string): boolean {
  return VISIBLE.test(text) && !BROKEN_ESCAPE.test(text)
}

/** In characters. No server takes a longer path. */
const LONGEST = 4_096

/** All else would be repaired by `new URL`. */
const VISIBLE = /^https?:\/\/[!-[\]-~]+$/i

const BROKEN_ESCAPE = /%(?![\da-f]{2})/i

const ESCAPE = /%[\da-f]{2}/gi

/** RFC 3986 section 2.3: these are the same, escaped or not. */
const UNRESERVED = /^[\w.~-]$/

function plainest(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return UNRESERVED.test(character) ? character : escape.toUpperCase()
}
