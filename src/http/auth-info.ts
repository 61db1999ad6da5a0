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
  const issuedFor = resource ?? soleAudience(claims.aud)
  return {
    token,
    clientId,
    scopes: [...heldScopes(accessToken)],
    ...(expiresAt !== undefined && { expiresAt }),
    ...(issuedFor !== undefined && { resource: new URL(issuedFor) }),
    ...(metadataUrl !== undefined && { resourceMetadataUrl: metadataUrl }),
    extra: { claims, provider, ...(subject !== undefined && { subject }), ...(issuer !== undefined && { issuer }) },
  }
}

/** The caller of a request, or undefined for nobody. */
export function authInfoOf(context: AuthContext | undefined): AuthInfo | undefined {
  return context?.token ? toAuthInfo(context.token, context.resource) : undefined
}

/** Leaves the caller where MCP transports of `node:http` look for it. Set and not declared: other packages declare it. */
export function leaveAuthInfo(request: object, context: AuthContext): void {
  const auth = authInfoOf(context)
  if (auth !== undefined) Object.assign(request, { auth })
}

function soleAudience(audience: AccessToken['claims']['aud']): string | undefined {
  const [only, ...others] = [audience ?? []].flat()
  return typeof only === 'string' && others.length === 0 && URL.canParse(only) ? only : undefined
}
