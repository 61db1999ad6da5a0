/** What a request presents: the credentials of its `Authorization` header, and nothing else. */
import { isBearerToken } from '../lib/bearer-token.js'

/** One request as the gate sees it. */
export interface GateRequest {
  readonly method: string
  /** The path as the client wrote it: no query, nothing decoded, nothing stripped. */
  readonly path: string
  /** The path that the server routes by, where something in front of the gate has changed it. */
  readonly routedPath?: string | undefined
  /** Every `Authorization` header that came, as it came. */
  readonly authorization: readonly string[]
  /** True where the server itself chose this path for the gate: a route, a mount, a prefix. */
  readonly mounted?: boolean
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bearer'; readonly token: string }

/**
 * RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). Another scheme is none of ours and counts as
 * nothing presented. Tokens in the query or the body are never looked at.
 */
export function readCredentials(authorization: readonly string[]): Credentials {
  const [header, ...others] = authorization
  if (header === undefined) return { kind: 'none' }
  // RFC 9110 section 5.3: this header is no list. Two of them mean that somebody on the way added one.
  if (others.length > 0) return { kind: 'malformed' }
  const blank = header.search(/[ \t,]/)
  const scheme = blank === -1 ? header : header.slice(0, blank)
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'none' }
  const token = blank !== -1 && header[blank] === ' ' ? header.slice(blank + 1) : undefined
  return isBearerToken(token) ? { kind: 'bearer', token } : { kind: 'malformed' }
}
