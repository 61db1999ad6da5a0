/** Is a guarded MCP server that is written out, so that a test can break any one part of it. It is no part of the library. */
import { text } from 'node:stream/consumers'
import { proofs } from './reference-proofs.js'
import { Unavailable, verifier } from './reference-verifier.js'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { TestIssuer } from '../../../../src/testing/index.js'
import type { Proves } from './reference-proofs.js'
import type { Claims, Verify } from './reference-verifier.js'

export interface Asked {
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly header: (name: string) => readonly string[]
  readonly body: string
}

interface Answered {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** `scheme`: default is Bearer. */
export type Shown = { readonly token: string; readonly scheme?: string } | 'none' | 'malformed'

/** The parts of the server. Each can be broken alone. */
export interface Parts {
  readonly verify: Verify
  /** True where whoever sent the token may present it: it is bound to nothing, or came with its proof. */
  readonly proves: Proves
  /** True for a request that needs a token. */
  readonly guards: (asked: Asked) => boolean
  /** What the router makes of a path. */
  readonly routed: (path: string) => string
  /** The method that the router goes by. */
  readonly method: (asked: Asked) => string
  readonly shown: (asked: Asked) => Shown
  /** The caller behind a request without a token; null: it is refused. */
  readonly nobody: (asked: Asked) => Claims | null
  /** The scope that every request needs. */
  readonly hasScope: (claims: Claims, scope: string) => boolean
  /** The messages of JSON-RPC that scopes are looked at for. */
  readonly messages: (body: string) => readonly Message[]
  /** True where a session is of this caller. */
  readonly owns: (owner: string | undefined, caller: string) => boolean
  readonly refusals: Readonly<Record<'none' | 'malformed' | 'invalid' | 'scope' | 'away', Answered>>
  /** What a refusal says of a bad token. */
  readonly saidOf: (token: string) => unknown
  /** What is done about an exception that nobody thought of. */
  readonly thrown: () => Answered | 'go on'
  readonly cors: (asked: Asked) => Readonly<Record<string, string>>
  readonly options: (asked: Asked) => Answered | 'go on'
  readonly metadata: (asked: Asked) => object
  /** The URL of the metadata, for challenges. */
  readonly metadataUrl: (asked: Asked) => string
  /** Routes that nobody thought of. */
  readonly more: Readonly<Record<string, unknown>>
}

export interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: { readonly name?: unknown }
}

const METADATA = '/.well-known/oauth-protected-resource'
const challenge = (error: string, scope = ''): Record<string, string> => ({
  'WWW-Authenticate': `Bearer ${error === '' ? '' : `error="${error}", `}${scope === '' ? '' : `scope="${scope}", `}resource_metadata="@"`,
})

export function whole(issuer: TestIssuer): Parts {
  return {
    verify: verifier(issuer),
    proves: proofs(issuer),
    guards: () => true,
    routed: (path) => path,
    method: ({ method }) => method,
    shown: inAuthorization,
    nobody: () => null,
    hasScope: ({ scope }, wanted) => typeof scope === 'string' && scope.split(' ').includes(wanted),
    messages: (body) => [JSON.parse(body) as Message | Message[]].flat(), // what the handler reads too
    owns: (owner, caller) => owner === caller,
    refusals: {
      none: { status: 401, headers: challenge('') },
      malformed: { status: 400, headers: challenge('invalid_request') },
      invalid: { status: 401, headers: challenge('invalid_token') },
      scope: { status: 403, headers: challenge('insufficient_scope', 'notes:read') },
      away: { status: 503, headers: { 'Retry-After': '1' } },
    },
    saidOf: () => undefined,
    thrown: () => ({ status: 500 }),
    cors: () => ({ 'Access-Control-Allow-Origin': '*' }),
    options: () => ({ status: 204, headers: { Allow: 'GET, POST' } }),
    metadata: () => ({ resource: issuer.audience, authorization_servers: [issuer.issuer], bearer_methods_supported: ['header'] }),
    metadataUrl: () => new URL(`${METADATA}${new URL(issuer.audience).pathname.replace(/^\/$/, '')}`, issuer.audience).href,
    more: {},
  }
}

/** The whole server, but for these parts. */
export function referenceServer(issuer: TestIssuer, broken: Partial<Parts> = {}): RequestListener {
  const parts = { ...whole(issuer), ...broken }
  const sessions = new Map<string, string>()
  return (req, res) => void serve(parts, sessions, req, res).catch(() => res.destroy())
}

async function serve(parts: Parts, sessions: Map<string, string>, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const asked = await read(req)
  const { status, headers = {}, body } = await answer(parts, sessions, asked)
  for (const [name, value] of Object.entries({ ...parts.cors(asked), ...headers })) res.setHeader(name, value.replace('@', parts.metadataUrl(asked)))
  if (body !== undefined) res.setHeader('Content-Type', 'application/json')
  res.writeHead(status).end(body === undefined ? '' : JSON.stringify(body))
}

async function answer(parts: Parts, sessions: Map<string, string>, asked: Asked): Promise<Answered> {
  if (asked.path === METADATA || asked.path.startsWith(`${METADATA}/`)) return { status: 200, body: parts.metadata(asked) }
  if (parts.method(asked) === 'OPTIONS') {
    const options = parts.options(asked)
    if (options !== 'go on') return options
    return route(parts, sessions, asked, { sub: 'nobody' })
  }
  if (!parts.guards(asked)) return route(parts, sessions, asked, { sub: 'nobody' })
  let caller: Claims | Answered
  try {
    caller = await callerOf(parts, asked)
  } catch (error) {
    if (error instanceof Unavailable) return parts.refusals.away
    const thrown = parts.thrown()
    if (thrown !== 'go on') return thrown
    caller = { sub: 'nobody', scope: 'notes:read' }
  }
  if (isAnswer(caller)) return caller
  if (!parts.hasScope(caller, 'notes:read')) return parts.refusals.scope
  return route(parts, sessions, asked, caller)
}

async function callerOf(parts: Parts, asked: Asked): Promise<Claims | Answered> {
  const shown = parts.shown(asked)
  if (shown === 'none') return parts.nobody(asked) ?? parts.refusals.none
  if (shown === 'malformed') return parts.refusals.malformed
  const claims = await parts.verify(shown.token)
  return claims !== null && (await parts.proves(asked, claims, shown)) ? claims : { ...parts.refusals.invalid, body: parts.saidOf(shown.token) }
}

function route(parts: Parts, sessions: Map<string, string>, asked: Asked, caller: Claims): Answered {
  const path = parts.routed(asked.path)
  const method = parts.method(asked)
  if (path in parts.more) return { status: 200, body: parts.more[path] }
  if (path === '/notes' && ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'].includes(method)) return { status: 200, body: ['a note'] }
  if (path === '/mcp' && method === 'POST') return converse(parts, sessions, asked, caller)
  return { status: path === '/mcp' || path === '/notes' ? 405 : 404 }
}

function converse(parts: Parts, sessions: Map<string, string>, asked: Asked, caller: Claims): Answered {
  const [session] = asked.header('mcp-session-id')
  if (session !== undefined && !parts.owns(sessions.get(session), String(caller['sub']))) return { status: 404 }
  let messages: readonly Message[]
  let looked: readonly Message[]
  try {
    messages = [JSON.parse(asked.body) as Message | Message[]].flat()
    looked = parts.messages(asked.body)
  } catch {
    return { status: 400 }
  }
  const purges = ({ method, params }: Message): boolean => method === 'tools/call' && params?.name === 'purge-notes'
  if (looked.some(purges) && !parts.hasScope(caller, 'notes:write')) return parts.refusals.scope
  const answers = messages.map(({ id, method }) => ({ jsonrpc: '2.0', id, result: { did: method } }))
  const fresh = messages.some(({ method }) => method === 'initialize') ? crypto.randomUUID() : undefined
  if (fresh !== undefined) sessions.set(fresh, String(caller['sub']))
  return { status: 200, ...(fresh !== undefined && { headers: { 'Mcp-Session-Id': fresh } }), body: answers.length === 1 ? answers[0] : answers }
}

/** RFC 6750 section 2.1 and RFC 9449 section 7.1, and nowhere else. */
export function inAuthorization({ header }: Asked): Shown {
  const [value, ...others] = header('authorization')
  if (value === undefined) return 'none'
  if (others.length > 0) return 'malformed'
  const [, scheme = ''] = /^(bearer|dpop)(?:\s|$)/i.exec(value) ?? []
  if (scheme === '') return 'none'
  const token = value.slice(scheme.length + 1)
  return /^[\w.~+/-]+=*$/.test(token) ? { token, scheme: scheme.toLowerCase() } : 'malformed'
}

async function read(req: IncomingMessage): Promise<Asked> {
  const { method = '', url = '', rawHeaders } = req
  const [path = '', query = ''] = url.split('?')
  const header = (name: string): string[] =>
    rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
  return { method, target: url, path, query: new URLSearchParams(query), header, body: await text(req) }
}

function isAnswer(value: Claims | Answered): value is Answered {
  return 'status' in value
}
