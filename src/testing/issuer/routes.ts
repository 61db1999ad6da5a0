/** Finds the endpoint of a test issuer that a request is for. */
import { endpointUrls, metadataUrls } from './metadata.js'
import type { Facts } from './facts.js'
import type { IssuerEndpoint } from './faults.js'

export interface Route {
  readonly endpoint: IssuerEndpoint
  /** What follows the endpoint's own path, without the slash. */
  readonly rest: readonly string[]
}

/** By its URL. `anyOrigin`: by the path alone, where the issuer listens and may be called by several names. */
export function routeOf(url: URL, facts: Facts, anyOrigin: boolean): Route | undefined {
  const places: readonly (readonly [IssuerEndpoint, string])[] = [
    ...metadataUrls(facts).map((place) => ['discovery', place] as const),
    ...(Object.entries(endpointUrls(facts)) as readonly (readonly [IssuerEndpoint, string])[]), // its keys are the endpoints
  ]
  for (const [endpoint, place] of places) {
    const { origin, pathname } = new URL(place)
    const path = pathname.replace(/\/$/, '')
    const isBelow = GOES_ON.has(endpoint) && url.pathname.startsWith(`${path}/`)
    if ((anyOrigin || origin === url.origin) && (url.pathname === pathname || isBelow))
      return { endpoint, rest: url.pathname.slice(path.length).split('/').slice(1) }
  }
  return undefined
}

/** The origins that the issuer answers at. */
export function originsOf({ base, jwksUri }: Facts): readonly string[] {
  return [...new Set([base, jwksUri].map((url) => new URL(url).origin))]
}

/** Those with something behind their path: `/authorize/ID/yes`, and `/KID` of load balancers. */
const GOES_ON: ReadonlySet<IssuerEndpoint> = new Set(['authorization', 'jwks'])
