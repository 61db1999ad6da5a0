/** This file tells clients which authorization server to ask for a token: Protected Resource Metadata, RFC 9728. */
import { checkOptions } from '../../lib/options.js'
import { webUrl } from '../../lib/net/web-url.js'
import { RESOURCE_METADATA } from './discovery.js'
import { documentAnswer } from './metadata-answer.js'
import type { Answer } from '../../answer.js'
import type { GateRequest } from '../request/gate-request.js'

/** Members of the metadata that nothing else says, by the names of RFC 9728 section 2. */
export interface ResourceDescription {
  /** For people, such as the title of a consent page. */
  readonly resource_name?: string
  readonly resource_documentation?: string
  readonly resource_policy_uri?: string
  readonly resource_tos_uri?: string
  readonly jwks_uri?: string
  readonly resource_signing_alg_values_supported?: readonly string[]
  readonly tls_client_certificate_bound_access_tokens?: boolean
  readonly authorization_details_types_supported?: readonly string[]
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly dpop_bound_access_tokens_required?: boolean
}

/** What the metadata say beside that; a list of nothing is left out. */
export interface Described {
  readonly issuers: readonly string[]
  readonly scopes: readonly string[]
  /** RFC 9728's names for how a client sends its token. Nothing where a proxy sends another. */
  readonly methods: readonly string[]
  /** What the gate does about bound tokens (RFC 9728 section 2). */
  readonly proof: ProofMetadata
}

export type ProofMetadata = Pick<
  ResourceDescription,
  'tls_client_certificate_bound_access_tokens' | 'dpop_signing_alg_values_supported' | 'dpop_bound_access_tokens_required'
>

/** This server as clients know it, and where its metadata is. */
export interface ProtectedResource {
  /** As configured: RFC 8707 resource indicator, compared by clients to the letter. */
  readonly resource: string
  readonly path: string
  /** Where the challenges point, and where clients look next: with the path of the resource, and without. */
  readonly metadataPaths: readonly string[]
  readonly metadataUrl: string
  readonly description: ResourceDescription
}

/** What the gate's options say of the resource beside its name. */
export interface ResourceOptions {
  readonly description: ResourceDescription
  /** Where the metadata is really served, as clients see it. Default: where RFC 9728 section 3.1 has it. */
  readonly metadataUrl: unknown
  /** Plain http to hosts other than this machine is allowed. */
  readonly insecure: boolean
}

/** @throws TypeError for what is not an absolute https URL (http on loopback) without fragment. */
export function protectedResource(resource: unknown, { description, metadataUrl, insecure }: ResourceOptions): ProtectedResource {
  const url = webUrl('resource', resource, { insecure })
  const elsewhere = metadataUrl === undefined ? undefined : metadataPlace(metadataUrl, insecure)
  // RFC 9728 section 3.1: inserted between host and path; a slash that stands alone is dropped.
  const metadataPath = `${RESOURCE_METADATA}${url.pathname === '/' ? '' : url.pathname}`
  return {
    resource: String(resource),
    path: url.pathname,
    metadataPaths: [...new Set([...(elsewhere === undefined ? [] : behindPrefix(elsewhere.pathname, url.pathname)), metadataPath, RESOURCE_METADATA])],
    // A backslash, which a query may have, would be an escape in the challenge's quoted string.
    metadataUrl: elsewhere?.href ?? `${url.origin}${metadataPath}${url.search.replaceAll('\\', '%5C')}`,
    description: checkedDescription(description, insecure),
  }
}

/** RFC 9728 section 5.1: a challenge may name any URL, on another host too. @throws TypeError */
function metadataPlace(metadataUrl: unknown, insecure: boolean): URL {
  const url = webUrl('metadataUrl', metadataUrl, { insecure })
  // The gate knows the document by its path.
  if (url.search !== '') throw new TypeError('"metadataUrl" must not have a query')
  if (url.pathname === '/') throw new TypeError('"metadataUrl" must have a path of its own, such as "https://example.com/team/.well-known/oauth-protected-resource"')
  return url
}

/** The path as clients write it, and without each prefix that the resource has too: a proxy may take that away. */
function behindPrefix(path: string, resourcePath: string): readonly string[] {
  const [segments, own] = [path, resourcePath].map((one) => one.split('/').slice(1)) as [string[], string[]] // one for each
  const different = segments.findIndex((segment, index) => segment !== own[index] || index === segments.length - 1)
  return segments.slice(0, different + 1).map((_, index) => `/${segments.slice(index).join('/')}`)
}

/** The answer to a request for the metadata, or undefined when this is no such request. */
export function metadataAnswer(
  request: GateRequest,
  { resource, metadataPaths, description }: ProtectedResource,
  describe: () => Described,
): Answer | undefined {
  if (!metadataPaths.includes(request.path)) return undefined
  const { issuers, scopes, methods, proof } = describe()
  return documentAnswer(request.method, {
    resource,
    ...(issuers.length > 0 && { authorization_servers: issuers }),
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    ...(methods.length > 0 && { bearer_methods_supported: methods }),
    ...proof,
    ...description,
  })
}

function checkedDescription(description: ResourceDescription, insecure: boolean): ResourceDescription {
  checkOptions('metadata', description, Object.keys(KINDS))
  for (const [name, value] of Object.entries(description)) {
    const kind = KINDS[name as keyof ResourceDescription] // one of ours: looked at above
    const fits = kind === 'texts' ? Array.isArray(value) && value.every((one) => typeof one === 'string') : typeof value === kind
    if (!fits) throw new TypeError(`"metadata.${name}" must be ${kind === 'texts' ? 'an array of strings' : `a ${kind}`} (RFC 9728 section 2)`)
    if (name.endsWith('_uri') || name === 'resource_documentation') webUrl(`metadata.${name}`, value, { insecure })
  }
  return { ...description }
}

const KINDS = {
  resource_name: 'string',
  resource_documentation: 'string',
  resource_policy_uri: 'string',
  resource_tos_uri: 'string',
  jwks_uri: 'string',
  resource_signing_alg_values_supported: 'texts',
  tls_client_certificate_bound_access_tokens: 'boolean',
  authorization_details_types_supported: 'texts',
  dpop_signing_alg_values_supported: 'texts',
  dpop_bound_access_tokens_required: 'boolean',
} as const satisfies Record<keyof ResourceDescription, 'string' | 'texts' | 'boolean'>
