/** What a request presents: one token, in the one place where this gate looks for it. */
import { isAssertion, isBearerToken } from '../../lib/bearer-token.js'
import { isOfAllowedPage, valuesOfCookie } from './token-cookie.js'
import type { ReadHeader } from './read-header.js'
import type { ReadBody } from './request-body.js'
import type { TokenCookie } from './token-cookie.js'

/** One request as the gate sees it. */
export interface GateRequest {
  readonly method: string
  /** The path as the client wrote it: no query, nothing decoded, nothing stripped. */
  readonly path: string
  /** The path that the server routes by, where something in front of the gate has changed it. */
  readonly routedPath?: string | undefined
  /** What stands behind the `?`, for the ids of sessions. */
  readonly query?: string | undefined
  readonly header: ReadHeader
  /** As the client wrote it: `mcp.example.com`, with a port that is not the scheme's own. */
  readonly host?: string | undefined
  /** For `operations`. Read once a token was found good, and left to be read by the server behind. */
  readonly body?: ReadBody | undefined
  /** The server's own object for this request, by which a gate behind another knows that it is the same. */
  readonly source?: object | undefined
  /** True where the server itself chose this path for the gate: a route, a mount, a prefix. */
  readonly mounted?: boolean
  /** True where the connection goes over to another protocol, such as WebSocket: whatever its method is, it is no preflight. */
  readonly isUpgrade?: boolean | undefined
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bearer'; readonly token: string }

/** Where the token is looked for. */
export interface TokenPlaces {
  /** A header that holds the token and nothing else; then nothing else is looked at. Default: `Authorization`, with its scheme. */
  readonly header: string | undefined
  /** Looked at where `Authorization` presents nothing. */
  readonly cookie: TokenCookie | undefined
}

/** Tokens in the query or the body are never looked at. */
export function readCredentials(request: Pick<GateRequest, 'header'>, { header, cookie }: TokenPlaces): Credentials {
  if (header !== undefined) return oneToken(request.header(header), isAssertion)
  const credentials = inAuthorization(request.header('authorization'))
  if (credentials.kind !== 'none' || cookie === undefined || !isOfAllowedPage(request.header, cookie)) return credentials
  return oneToken(valuesOfCookie(request.header, cookie))
}

/**
 * RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). Another scheme is none of ours and counts as
 * nothing presented.
 */
function inAuthorization([header, ...others]: readonly string[]): Credentials {
  if (header === undefined) return { kind: 'none' }
  // RFC 9110 section 5.3: this header is no list. Two of them mean that somebody on the way added one.
  if (others.length > 0) return { kind: 'malformed' }
  const blank = header.search(/[ \t,]/)
  const scheme = blank === -1 ? header : header.slice(0, blank)
  if (scheme.toLowerCase() !== 'bearer') return { kind: JOINED.test(header) ? 'malformed' : 'none' }
  return oneToken([blank !== -1 && header[blank] === ' ' ? header.slice(blank + 1) : ''])
}

/** Ours behind another: a `Request` joins the values of several headers with commas. */
const JOINED = /,[ \t]*bearer(?:[ \t,]|$)/i

function oneToken([token, ...others]: readonly string[], isToken = isBearerToken): Credentials {
  if (token === undefined) return { kind: 'none' }
  return others.length === 0 && isToken(token) ? { kind: 'bearer', token } : { kind: 'malformed' }
}
