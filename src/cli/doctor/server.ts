/** This file looks at a server from outside: its challenge, its metadata, CORS, and whether resource, audience and issuer agree. */
import { isUnavailable } from '../../errors.js'
import { nearMiss } from '../../jwt/rules/near-miss.js'
import { ownProperty } from '../../lib/own-property.js'
import { finding } from './finding.js'
import type { Ask, Asked } from './ask.js'
import type { Finding } from './finding.js'

export interface ServerQuestion {
  readonly server: string
  readonly issuer: string
  readonly audience: string | undefined
  readonly ask: Ask
}

export async function serverFindings(question: ServerQuestion): Promise<readonly Finding[]> {
  try {
    const challenged = await challengeOf(question)
    const metadataUrl = /resource_metadata="([^"]*)"/i.exec(challenged.headers.get('www-authenticate') ?? '')?.[1]
    return [challengeFinding(challenged, metadataUrl), ...(await metadataFindings(question, metadataUrl)), ...(await browserFindings(question, metadataUrl))]
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return [finding('cannot tell', 'server', error.message)]
  }
}

/** By GET, and by POST where that says nothing: some servers know one method only. */
async function challengeOf({ server, ask }: ServerQuestion): Promise<Asked> {
  const headers = { Accept: 'application/json, text/event-stream' }
  const got = await ask(server, { headers })
  if (got.status === 401) return got
  return ask(server, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
}

function challengeFinding({ status, headers }: Asked, metadataUrl: string | undefined): Finding {
  const [check, clause] = ['challenge', 'RFC 6750 section 3, RFC 9728 section 5.1']
  if (status >= 200 && status < 300) return finding('wrong', check, `${status}: let in without a token`, { clause, advice: 'put the gate in front; try "bearer probe"' })
  if (status !== 401) return finding('wrong', check, `${status}, where a request without a token wants 401`, { clause, advice: 'is this the path of the server?' })
  const challenge = headers.get('www-authenticate') ?? ''
  if (!/^\s*(?:bearer|dpop)\b/i.test(challenge)) return finding('wrong', check, '401 without a challenge', { clause, advice: 'clients do not learn where to sign in' })
  if (metadataUrl !== undefined) return finding('ok', check, `401, ${metadataUrl}`, { clause })
  return finding('warning', check, '401, and no resource_metadata', { clause, advice: 'give the gate "resource": clients find the authorization server by it' })
}

async function metadataFindings(question: ServerQuestion, named: string | undefined): Promise<readonly Finding[]> {
  const { server, ask } = question
  const clause = 'RFC 9728 section 3'
  const { origin, pathname } = new URL(server)
  const url = named ?? `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  if (!URL.canParse(url) || new URL(url).origin !== origin) {
    return [finding('warning', 'metadata', `${url} is on another host than the server: not asked`, { clause, advice: 'is "resource" of the gate the URL that clients use?' })]
  }
  const asked = await ask(url)
  const resource = ownProperty(asked.json, 'resource')
  if (asked.status !== 200 || typeof resource !== 'string') return [finding('wrong', 'metadata', `${url} answered ${asked.status}, no metadata`, { clause, advice: 'give the gate "resource", and let nothing in front answer /.well-known' })]
  const servers = ownProperty(asked.json, 'authorization_servers')
  return [
    finding('ok', 'metadata', url, { clause }),
    resource === server ?
      finding('ok', 'resource', resource, { clause: 'RFC 9728 section 3.3' })
    : finding('wrong', 'resource', resource, { clause: 'RFC 9728 section 3.3', advice: nearMiss([server], resource) ?? 'clients refuse metadata of another resource: set "resource" to the URL that they use' }),
    issuersFinding(question.issuer, Array.isArray(servers) ? servers : []),
    ...audienceFinding(question.audience, resource),
  ]
}

function issuersFinding(issuer: string, servers: readonly unknown[]): Finding {
  const [check, clause] = ['authorization servers', 'RFC 9728 section 2']
  const found = servers.filter((one) => typeof one === 'string').join(', ') || 'none'
  if (servers.includes(issuer)) return finding('ok', check, found, { clause })
  return finding('wrong', check, found, { clause, advice: nearMiss([issuer], servers) ?? 'the server sends clients to another authorization server than this one' })
}

function audienceFinding(audience: string | undefined, resource: string): readonly Finding[] {
  if (audience === undefined) return []
  const clause = 'RFC 8707 section 2, RFC 9068 section 3'
  if (audience === resource) return [finding('ok', 'audience', 'is the resource', { clause })]
  const advice = nearMiss([audience], resource) ?? 'clients ask for a token with resource=…: make sure that the authorization server writes the audience then'
  return [finding('warning', 'audience', 'is not the resource', { clause, advice })]
}

const PAGE = 'https://page.example.com'

/** Whether pages of other origins may call, and if they may, whether they learn where to sign in. */
async function browserFindings({ server, ask }: ServerQuestion, metadataUrl: string | undefined): Promise<readonly Finding[]> {
  const [check, clause] = ['pages of other origins', 'Fetch section 3.2']
  const preflight = { Origin: PAGE, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization, content-type' }
  const asked = await ask(server, { method: 'OPTIONS', headers: preflight })
  if (asked.status >= 300 || !letsRead(asked)) return [finding('ok', check, 'may not call; programs may', { clause })]
  const challenged = await ask(server, { headers: { Accept: 'application/json, text/event-stream', Origin: PAGE } })
  const exposed = (challenged.headers.get('access-control-expose-headers') ?? '').toLowerCase()
  const isNear = metadataUrl !== undefined && URL.canParse(metadataUrl) && new URL(metadataUrl).origin === new URL(server).origin
  const lacks = [
    ...(letsRead(challenged) && (exposed === '*' || exposed.includes('www-authenticate')) ? [] : ['the challenge (Access-Control-Expose-Headers: WWW-Authenticate)']),
    ...(isNear && !letsRead(await ask(metadataUrl, { headers: { Origin: PAGE } })) ? ['the metadata (Access-Control-Allow-Origin)'] : []),
  ]
  if (lacks.length === 0) return [finding('ok', check, 'may call, and learn where to sign in', { clause })]
  return [finding('warning', check, `may call, and cannot read ${lacks.join(' and ')}`, { clause, advice: 'clients in a browser do not learn where to sign in' })]
}

function letsRead({ headers }: Asked): boolean {
  return ['*', PAGE].includes(headers.get('access-control-allow-origin') ?? '')
}
