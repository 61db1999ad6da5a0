/** Finds an issuer's keys from its name: OIDC Discovery 1.0 section 4, RFC 8414 section 3. */
import { AuthUnavailableError } from '../../errors.js'
import { ownProperty } from '../../lib/own-property.js'
import { isLocalAddress } from '../../lib/net/local-address.js'
import { webUrl } from '../../lib/net/web-url.js'
import type { JsonAnswer } from '../../lib/net/fetch-json.js'

/**
 * Set by `IssuerRouter` where a tenant may have chosen the issuer: its discovery document then names no place within this
 * network, unless the issuer itself is one. Not public.
 */
export const chosenByTenant: unique symbol = Symbol('chosen by a tenant')

/** True for a place within this network in the document of an issuer outside of it. */
export function leadsInside(issuer: string, url: URL): boolean {
  return isLocalAddress(url) && !isLocalAddress(new URL(issuer))
}

export interface DiscoverOptions {
  /** URLs to look at, one after the other. */
  readonly places: readonly string[]
  /** Allow keys on plain http. */
  readonly insecure: boolean
  /** Whether a tenant may have chosen the issuer. */
  readonly ofTenant: boolean
  readonly read: (url: string) => Promise<JsonAnswer>
}

/**
 * Finds the issuer's `jwks_uri`, and the place that told it. The document must name exactly this issuer (RFC 8414 section
 * 3.3), so that no other issuer's keys can take its place.
 *
 * @throws AuthUnavailableError when no document is found or the one found is wrong: about the token, nobody knows.
 */
export async function discoverJwksUri(issuer: string, { places, insecure, ofTenant, read }: DiscoverOptions): Promise<{ uri: string; place: string }> {
  const { place, document } = await firstDocument(issuer, places, read)
  if (ownProperty(document, 'issuer') !== issuer) {
    throw new AuthUnavailableError(`the discovery document of ${issuer} names another issuer; write "issuer" exactly as it does`)
  }
  let url: URL
  try {
    url = webUrl('jwks_uri', ownProperty(document, 'jwks_uri'), { insecure })
  } catch (cause) {
    throw new AuthUnavailableError(`the discovery document of ${issuer} has no usable jwks_uri`, { cause })
  }
  if (url.protocol === 'http:' && issuer.startsWith('https:')) {
    throw new AuthUnavailableError(`the discovery document of ${issuer} names keys on plain http`)
  }
  if (ofTenant && leadsInside(issuer, url)) throw new AuthUnavailableError(`the discovery document of ${issuer} names keys within this network`)
  return { uri: url.href, place }
}

/** Lists where the document may be: OIDC appends to the issuer, RFC 8414 inserts before its path. */
export function discoveryUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    ...new Set([
      `${origin}${path}/.well-known/openid-configuration`,
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
    ]),
  ]
}

async function firstDocument(issuer: string, places: readonly string[], read: DiscoverOptions['read']): Promise<{ place: string; document: unknown }> {
  for (const place of places) {
    const { kind, json } = await read(place)
    if (kind === 'found') return { place, document: json }
  }
  throw new AuthUnavailableError(`${issuer} has no discovery document; set "jwksUri" to the URL of its keys`)
}
