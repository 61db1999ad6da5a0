/** This file looks at what an authorization server offers besides keys: its clock, introspection, PKCE, registration, resources. */
import { isUnavailable } from '../../errors.js'
import { isLoopback } from '../../lib/net/web-url.js'
import { ownProperty } from '../../lib/own-property.js'
import { finding } from './finding.js'
import type { Vendor } from '../source/vendor.js'
import type { Ask, Asked } from './ask.js'
import type { Finding } from './finding.js'

/** By the header `Date` of an answer, which has whole seconds. */
export function clockFinding({ headers, between: [asked, answered] }: Asked): Finding {
  const theirs = Date.parse(headers.get('date') ?? '') / 1000
  const clause = 'RFC 7519 section 4.1.4'
  if (Number.isNaN(theirs) || headers.get('age') !== null) return finding('cannot tell', 'clocks', 'the answer has no Date of its own', { clause })
  const early = Math.max(0, asked - (theirs + 1))
  const late = Math.max(0, theirs - answered)
  const apart = Math.round(Math.max(early, late))
  const found = apart === 0 ? 'agree' : `theirs is ${apart} s ${late > 0 ? 'ahead' : 'behind'}`
  if (apart <= 5) return finding('ok', 'clocks', found, { clause })
  return finding(apart <= 60 ? 'warning' : 'wrong', 'clocks', found, { clause, advice: 'let both follow NTP; up to 60 s can be forgiven by "clockTolerance"' })
}

/** Asks without credentials, about a token that cannot be one: whoever answers that tells strangers about tokens. */
export async function introspectionFindings(issuer: string, metadata: object, ask: Ask): Promise<readonly Finding[]> {
  const endpoint = ownProperty(metadata, 'introspection_endpoint')
  if (typeof endpoint !== 'string') return [finding('ok', 'introspection', 'none: JWTs need none, and opaque tokens cannot be checked')]
  const methods = listIn(metadata, 'introspection_endpoint_auth_methods_supported') ?? listIn(metadata, 'token_endpoint_auth_methods_supported')
  const authenticates = finding('ok', 'introspection', `there; authenticates by ${methods?.join(', ') ?? 'client_secret_basic'}`, { clause: 'RFC 8414 section 2' })
  if (!isNear(endpoint, issuer)) return [authenticates, finding('cannot tell', 'introspection is guarded', 'it is on another host: not asked')]
  return [authenticates, await guardedFinding(endpoint, ask)]
}

async function guardedFinding(endpoint: string, ask: Ask): Promise<Finding> {
  const [check, clause] = ['introspection is guarded', 'RFC 7662 section 2.1']
  try {
    const { status } = await ask(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'token=none' })
    if (status === 200) return finding('warning', check, 'it answers without credentials', { clause, advice: 'whoever finds a token can ask whose it is' })
    return finding(status >= 500 ? 'cannot tell' : 'ok', check, `${status} without credentials`, { clause })
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return finding('cannot tell', check, error.message, { clause })
  }
}

/** For clients that sign in somebody: MCP's must not go on without S256. */
export function clientFindings(metadata: object, server: string | undefined, vendor: Vendor | undefined): readonly Finding[] {
  if (ownProperty(metadata, 'authorization_endpoint') === undefined) return [finding('ok', 'signing in', 'no authorization endpoint: for programs alone')]
  const methods = listIn(metadata, 'code_challenge_methods_supported')
  const pkce = methods?.includes('S256') === true
  const registers = ownProperty(metadata, 'registration_endpoint') !== undefined
  const documents = ownProperty(metadata, 'client_id_metadata_document_supported') === true
  const ways = [...(registers ? ['dynamic registration'] : []), ...(documents ? ['client id metadata documents'] : [])]
  return [
    finding(pkce ? 'ok' : 'wrong', 'PKCE', methods?.join(', ') ?? 'the document does not say', {
      clause: 'RFC 7636 section 4.3, MCP authorization',
      ...(!pkce && { advice: 'MCP clients refuse to sign in without S256 in code_challenge_methods_supported' }),
    }),
    finding(ways.length > 0 ? 'ok' : 'warning', 'registration', ways.join(', ') || 'neither way is offered', {
      clause: 'RFC 7591, MCP authorization',
      ...(ways.length === 0 && { advice: 'every client must be registered by hand: MCP clients that know only a URL cannot sign in' }),
    }),
    resourceFinding(metadata, server, vendor),
  ]
}

/** No document says that `resource` of RFC 8707 is heeded; one may list the servers that it is for. */
function resourceFinding(metadata: object, server: string | undefined, vendor: Vendor | undefined): Finding {
  const [check, clause] = ['resource indicators', 'RFC 8707 section 2, RFC 9728 section 4']
  const resources = listIn(metadata, 'protected_resources')
  if (server !== undefined && resources?.includes(server) === true) return finding('ok', check, 'the server is among its protected_resources', { clause })
  if (server !== undefined && resources !== undefined) {
    return finding('warning', check, 'protected_resources has other servers only', { clause, advice: 'clients may stop where the two do not name each other' })
  }
  const advice = vendor?.hints.wrong_audience ?? 'ask for a token with resource=… and look at its "aud" by "bearer explain"'
  return finding('cannot tell', check, vendor?.preset === 'keycloak' ? 'Keycloak leaves "resource" out of account' : 'no document says whether "resource" is heeded', { clause, advice })
}

function listIn(metadata: object, name: string): readonly string[] | undefined {
  const list = ownProperty(metadata, name)
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined
}

/** The same host, or both on this machine. */
function isNear(url: string, issuer: string): boolean {
  if (!URL.canParse(url)) return false
  const [one, other] = [new URL(url), new URL(issuer)]
  return one.host === other.host || (isLoopback(one.hostname) && isLoopback(other.hostname))
}
