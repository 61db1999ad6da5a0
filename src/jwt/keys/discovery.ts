/** Finds an issuer's keys from its name: OIDC Discovery 1.0 section 4, RFC 8414 section 3. */
import { ownProperty } from '../../lib/own-property.js'
import { isLocalAddress } from '../../lib/net/local-address.js'
import { firstFound, meaningOf, NotHereError } from '../../lib/net/not-here.js'
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
 * 3.3), so that no other issuer's keys can take its place; one that does not is passed over, and the next place is asked.
 *
 * @throws AuthUnavailableError when no document is found that fits: about the token, nobody knows.
 */
export async function discoverJwksUri(issuer: string, { places, insecure, ofTenant, read }: DiscoverOptions): Promise<{ uri: string; place: string }> {
  const statuses = new Set<number>()
  const look = async (place: string): Promise<{ uri: string; place: string } | undefined> => {
    const { kind, status, json } = await read(place)
    statuses.add(status)
    return kind === 'found' ? { uri: jwksUriIn(json, issuer, { insecure, ofTenant }), place } : undefined
  }
  return firstFound(places, look, () => `${issuer} has no discovery document (${answered(statuses)}); set "jwksUri" to the URL of its keys`)
}

/** What the places said, each once. */
export function answered(statuses: ReadonlySet<number>): string {
  const [first = 404] = [...statuses].filter((status) => status === 401 || status === 403)
  return `it answered ${[...statuses].join(', ') || first}: ${meaningOf(first)}`
}

/** @throws NotHereError for a document that names another issuer. */
export function checkNamesIssuer(stated: unknown, issuer: string): void {
  if (stated === issuer) return
  // Microsoft's, for all of its tenants at once.
  const isForMany = typeof stated === 'string' && /\{\w+\}/.test(stated)
  throw new NotHereError(
    isForMany
      ? `the discovery document of ${issuer} is for many tenants; list them in { template, allow }, or use a preset such as entra({ tenant })`
      : `the discovery document of ${issuer} names another issuer; write "issuer" exactly as it does`,
  )
}

function jwksUriIn(document: unknown, issuer: string, { insecure, ofTenant }: Pick<DiscoverOptions, 'insecure' | 'ofTenant'>): string {
  checkNamesIssuer(ownProperty(document, 'issuer'), issuer)
  let url: URL
  try {
    url = webUrl('jwks_uri', ownProperty(document, 'jwks_uri'), { insecure })
  } catch {
    throw new NotHereError(`the discovery document of ${issuer} has no usable jwks_uri`)
  }
  if (url.protocol === 'http:' && issuer.startsWith('https:')) {
    throw new NotHereError(`the discovery document of ${issuer} names keys on plain http`)
  }
  if (ofTenant && leadsInside(issuer, url)) throw new NotHereError(`the discovery document of ${issuer} names keys within this network`)
  return url.href
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
