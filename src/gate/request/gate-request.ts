/** This file says what the gate knows of a request, and reads the token that it presents. */
import { isAssertion, isBearerToken } from '../../lib/bearer-token.js'
import { isOfAllowedPage, valuesOfCookie } from './token-cookie.js'
import type { ReadBody } from './request-body.js'
import type { TokenCookie } from './token-cookie.js'

/** Reads every value of a request header, as they came, by its name in small letters; empty where it did not come. */
export type ReadHeader = (name: string) => readonly string[]

/** Reads the headers of a `Request`, which joins the values of one name with commas: no token has one in it. */
export function headersIn(headers: Headers): ReadHeader {
  return (name) => [headers.get(name) ?? []].flat()
}

/** One request as the gate sees it. */
export interface GateRequest {
  /** The method that the server behind goes by. */
  readonly method: string
  /** The method that the client sent, where something in front of the gate has changed it. Default: `method`. */
  readonly sentMethod?: string | undefined
  /** The path as the client wrote it: no query, nothing decoded, nothing stripped. */
  readonly path: string
  /**
   * The paths that servers may route by, where something in front of the gate has changed it: a mount, a rewrite. One
   * that is protected is enough to need a token; only if all of them are excluded, none is looked at.
   */
  readonly routedPaths?: readonly string[] | undefined
  /** What stands behind the `?`, for the ids of sessions. */
  readonly query?: string | undefined
  readonly header: ReadHeader
  /** The host that the client wrote: `mcp.example.com`, with its port where it wrote one. None where it wrote two. */
  readonly host?: string | undefined
  /** Reads the body, for `operations`: once a token was found good, and so that the server behind can read it too. */
  readonly body?: ReadBody | undefined
  /** True where a body comes that no header tells of, as on HTTP/2. */
  readonly hasBody?: boolean | undefined
  /** The server's own object for this request, by which a gate behind another knows that it is the same. */
  readonly source?: object | undefined
  /** True where the server itself chose this path for the gate: a route, a mount, a prefix. */
  readonly mounted?: boolean | undefined
  /** True where the route says of itself that it needs no token, by the server's own means. */
  readonly isPublic?: boolean | undefined
  /** True where the connection goes over to another protocol, such as WebSocket: whatever its method is, it is no preflight. */
  readonly isUpgrade?: boolean | undefined
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string }

/** How a token is presented: as it is (RFC 6750), or with a proof that its holder sent it (RFC 9449). */
export type Scheme = 'Bearer' | 'DPoP'

/** Where the token is looked for. */
export interface TokenPlaces {
  /** A header that holds the token and nothing else; then nothing else is looked at. Default: `Authorization`, with its scheme. */
  readonly header: string | undefined
  /** Looked at where `Authorization` presents nothing. */
  readonly cookie: TokenCookie | undefined
  /** In `Authorization`. Another is none of ours. */
  readonly schemes: readonly Scheme[]
}

/** Tokens in the query or the body are never looked at. */
export function readCredentials(request: Pick<GateRequest, 'header'>, { header, cookie, schemes }: TokenPlaces): Credentials {
  if (header !== undefined) return oneToken(request.header(header), 'Bearer', isAssertion)
  const credentials = inAuthorization(request.header('authorization'), schemes)
  if (credentials.kind !== 'none' || cookie === undefined || !isOfAllowedPage(request.header, cookie)) return credentials
  return oneToken(valuesOfCookie(request.header, cookie), 'Bearer')
}

/**
 * RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). Another scheme is none of ours and counts as
 * nothing presented.
 */
function inAuthorization(headers: readonly string[], schemes: readonly Scheme[]): Credentials {
  const header = headers[0]
  if (header === undefined) return { kind: 'none' }
  // RFC 9110 section 5.3: this header is no list. Two of them mean that somebody on the way added one.
  if (headers.length > 1) return { kind: 'malformed' }
  const blank = header.search(/[ \t,]/)
  const word = (blank === -1 ? header : header.slice(0, blank)).toLowerCase()
  const scheme = schemes.find((one) => one.toLowerCase() === word)
  if (scheme === undefined) return { kind: JOINED.test(header) ? 'malformed' : 'none' }
  // A client that holds an empty token has none yet, and signs in once it is told to.
  if (blank === -1 || /^[ \t]*$/.test(header.slice(blank))) return { kind: 'none' }
  return header[blank] === ' ' ? oneToken([header.slice(blank + 1)], scheme) : { kind: 'malformed' }
}

/** Ours behind another: a `Request` joins the values of several headers with commas. */
const JOINED = /,[ \t]*(?:bearer|dpop)(?:[ \t,]|$)/i

function oneToken(tokens: readonly string[], scheme: Scheme, isToken = isBearerToken): Credentials {
  const token = tokens[0]
  if (token === undefined || (token === '' && tokens.length === 1)) return { kind: 'none' }
  return tokens.length === 1 && isToken(token) ? { kind: 'token', scheme, token } : { kind: 'malformed' }
}
