/** Tells clients which authorization server to ask for a token: Protected Resource Metadata, RFC 9728. */
import { webUrl } from '../lib/web-url.js'
import type { Answer } from '../answer.js'
import type { GateRequest } from './request.js'

/** This server as clients know it, and where its metadata is. */
export interface ProtectedResource {
  /** As configured: RFC 8707 resource indicator, compared by clients to the letter. */
  readonly resource: string
  readonly path: string
  readonly metadataPath: string
  readonly metadataUrl: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** The path that a request for metadata is about; any other path is about itself. */
export function aboutPath(path: string): string {
  return path === WELL_KNOWN || path.startsWith(`${WELL_KNOWN}/`) ? path.slice(WELL_KNOWN.length) || '/' : path
}

/** @throws TypeError for what is not an absolute https URL (http on loopback) without fragment. */
export function protectedResource(resource: unknown): ProtectedResource {
  const url = webUrl('resource', resource, { insecure: 'never' })
  // RFC 9728 section 3.1: inserted between host and path; a slash that stands alone is dropped.
  const metadataPath = `${WELL_KNOWN}${url.pathname === '/' ? '' : url.pathname}`
  return {
    resource: String(resource),
    path: url.pathname,
    metadataPath,
    // A backslash, which a query may have, would be an escape in the challenge's quoted string.
    metadataUrl: `${url.origin}${metadataPath}${url.search.replaceAll('\\', '%5C')}`,
  }
}

/** The answer to a request for the metadata, or undefined when this is no such request. */
export function metadataAnswer(
  request: GateRequest,
  { resource, metadataPath }: ProtectedResource,
  document: { issuers: readonly string[]; scopes: readonly string[] },
): Answer | undefined {
  if (request.path !== metadataPath) return undefined
  if (request.method === 'OPTIONS') return { status: 204, headers: PREFLIGHT, body: '' }
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { Allow: 'GET, HEAD, OPTIONS' }, body: '' }
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
    body: JSON.stringify({
      resource,
      ...(document.issuers.length > 0 && { authorization_servers: document.issuers }),
      ...(document.scopes.length > 0 && { scopes_supported: document.scopes }),
      bearer_methods_supported: ['header'],
    }),
  }
}

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '86400',
}
