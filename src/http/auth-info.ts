/** This file shows the caller in the shape of the MCP SDKs, so that a tool finds it as `extra.authInfo` (1.x) or `ctx.http.authInfo` (2.x). */
import { heldScopes } from '../access-token.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'

/** The MCP SDKs' `AuthInfo`, structurally. */
export interface AuthInfo {
  token: string
  /** The token's client, else empty: the SDKs demand a text, and no real client is called so. */
  clientId: string
  /** Implied ones included: the SDKs compare names. */
  scopes: string[]
  /** Seconds since the epoch. */
  expiresAt?: number
  /** The resource (RFC 8707) that the token was issued for. */
  resource?: URL
  /** SDK 2.x: where its own challenges point. */
  resourceMetadataUrl?: string
  extra: { claims: AccessToken['claims']; provider: string; subject?: string; issuer?: string }
}

export interface AuthInfoOptions {
  /** This server's URL, when the provider's audience check stands for it. Default: a single `aud` that is a URL. */
  readonly resource?: string | undefined
  readonly metadataUrl?: string | undefined
}

/** Does NOT invent an end for a token that has none: `tokenVerifier` does, because the SDKs' own gates demand it. */
export function toAuthInfo(accessToken: AccessToken, { resource, metadataUrl }: AuthInfoOptions = {}): AuthInfo {
  const { token, claims, expiresAt, subject, issuer, provider, clientId = '' } = accessToken
  const extra: AuthInfo['extra'] = { claims, provider }
  if (subject !== undefined) extra.subject = subject
  if (issuer !== undefined) extra.issuer = issuer
  const info: AuthInfo = { token, clientId, scopes: [...heldScopes(accessToken)], extra }
  const issuedFor = resource ?? soleAudience(claims.aud)
  if (expiresAt !== undefined) info.expiresAt = expiresAt
  if (issuedFor !== undefined) addResource(info, issuedFor)
  if (metadataUrl !== undefined) info.resourceMetadataUrl = metadataUrl
  return info
}

/**
 * The URL is parsed for whoever reads it, which is hardly anybody, and is not held for as long as a stream is open. One getter
 * for all: with one of its own, each would be an object that no other is like (D110).
 */
function addResource(info: AuthInfo, issuedFor: string): void {
  Object.defineProperty(info, ISSUED_FOR, { value: issuedFor })
  Object.defineProperty(info, 'resource', RESOURCE)
}

const ISSUED_FOR = Symbol('issued for')

// Of its own and enumerable, so that it goes along into a copy.
const RESOURCE: PropertyDescriptor & ThisType<AuthInfo & { readonly [ISSUED_FOR]: string }> = {
  enumerable: true,
  configurable: true,
  get(): URL {
    const url = new URL(this[ISSUED_FOR])
    this.resource = url
    return url
  },
  set(value: URL) {
    Reflect.defineProperty(this, 'resource', { value, writable: true, enumerable: true, configurable: true })
  },
}

/** The caller of a request, or undefined for nobody. */
export function authInfoOf(context: AuthContext | undefined): AuthInfo | undefined {
  return context?.token ? toAuthInfo(context.token, context.resource) : undefined
}

/** Leaves the caller where MCP transports of `node:http` look for it. Set and not declared: other packages declare it. */
export function leaveAuthInfo(request: object, context: AuthContext): void {
  const auth = authInfoOf(context)
  if (auth !== undefined) (request as { auth?: AuthInfo }).auth = auth
}

function soleAudience(audience: AccessToken['claims']['aud']): string | undefined {
  const [only, ...others] = [audience ?? []].flat()
  return typeof only === 'string' && others.length === 0 && URL.canParse(only) ? only : undefined
}
