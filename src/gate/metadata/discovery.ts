/** This file knows where clients look for the documents of OAuth: RFC 9728, RFC 8414 and OpenID Connect Discovery. */
import { errorAnswer } from '../../answer.js'
import { documentAnswer } from './metadata-answer.js'
import type { Answer } from '../../answer.js'

/** The path of Protected Resource Metadata (RFC 9728 section 3). */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'

const OPENID = '/.well-known/openid-configuration'
const DOCUMENTS = [RESOURCE_METADATA, '/.well-known/oauth-authorization-server', OPENID]

/** True for a path where a client may look around. OpenID Connect puts its own behind the path of the issuer as well. */
export function isDiscovery(path: string): boolean {
  return documentAt(path) !== undefined || path.endsWith(OPENID)
}

/** The path that a request for one of these documents is about; any other path is about itself. */
export function aboutPath(path: string): string {
  const document = documentAt(path)
  if (document !== undefined) return path.slice(document.length) || '/'
  return path.endsWith(OPENID) ? path.slice(0, -OPENID.length) : path
}

function documentAt(path: string): string | undefined {
  return DOCUMENTS.find((document) => path === document || path.startsWith(`${document}/`))
}

/** The answer where there is no such document: clients go on looking elsewhere. Undefined for what does not read. */
export function noDocument(method: string, isPreflight: boolean): Answer | undefined {
  if (isPreflight) return documentAnswer('OPTIONS', {})
  return method === 'GET' || method === 'HEAD' ? NO_DOCUMENT : undefined
}

export const NO_DOCUMENT: Answer = errorAnswer(404, 'not_found', 'There is no such metadata here', {})
