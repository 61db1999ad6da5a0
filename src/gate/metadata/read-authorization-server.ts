/** This file reads the metadata of an authorization server (RFC 8414, OIDC Discovery), for a gate that shows it as well. */
import { discoveryUrls } from '../../jwt/keys/discovery.js'
import { fetchJson } from '../../lib/net/fetch-json.js'
import { firstFound, NotHereError } from '../../lib/net/not-here.js'
import { ownProperty } from '../../lib/own-property.js'
import type { Fetch } from '../../lib/net/bounded-fetch.js'

/** The document. @throws AuthUnavailableError where there is none to be had. */
export async function readMetadataOf(issuer: string, fetch: Fetch): Promise<object> {
  const read = async (url: string): Promise<object | undefined> => {
    const { kind, json } = await fetchJson(url, { fetch, timeout: 2, maxBytes: MAX_BYTES })
    if (kind !== 'found') return undefined
    // RFC 8414 section 3.3: nobody else's metadata in its place.
    if (ownProperty(json, 'issuer') !== issuer) throw new NotHereError('the metadata of the authorization server names another issuer')
    return json as object // it has a member
  }
  return firstFound(discoveryUrls(issuer), read, () => 'the authorization server has no metadata')
}

const MAX_BYTES = 64 * 1024
