/** Finds the protected surface of a server: the routes that were named, an MCP endpoint, and where the metadata points. */
import { isRpcError, isSuccess, send } from './ground.js'
import type { Came } from '../http/exchange.js'
import type { Ground, Route } from './ground.js'
import type { ProveRoute } from './prove-options.js'

type Asked = Pick<Route, 'method' | 'path' | 'headers' | 'body'>
type Asking = Pick<Ground, 'target' | 'log' | 'tokens' | 'options'>

export interface Surface {
  readonly routes: readonly Route[]
  readonly publicTexts: ReadonlySet<string>
}

const JSON_HEADERS = [['Content-Type', 'application/json'], ['Accept', 'application/json, text/event-stream']] as const

/** What every MCP server answers. */
export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bearer-auth-providers', version: '1' } },
})

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Where servers of MCP usually are. */
const USUAL = ['/mcp', '/', '/api/mcp', '/sse', '/api']

export async function surfaceOf(asking: Asking): Promise<Surface> {
  const { routes: named = [], open = [], issuer } = asking.options
  const routes: Route[] = []
  for (const one of named) routes.push(await namedRoute(asking, one))
  const audience = URL.canParse(issuer?.audience ?? '') ? [new URL(issuer?.audience ?? '').pathname] : []
  const given = asking.target.path === undefined ? [] : [asking.target.path]
  const paths = new Set([...given, ...(await pathsOfMetadata(asking)), ...audience, ...USUAL])
  const doubtful: Route[] = []
  for (const path of paths) {
    for (const kind of kindsOf(path)) {
      if (routes.some((route) => route.path === path && (route.method === kind.method || !kind.body))) continue
      const route = await tried(asking, kind)
      const isKnown = routes.some(({ method, good }) => method === route.method && good.text === route.good.text)
      if (isKnown) continue
      if (isProtected(route) || (route.isMcp && !isBelow(path, open))) routes.push(route)
      else if (route.stranger.status === 401 && [401, 403].includes(route.good.status)) doubtful.push(route)
    }
  }
  const found = routes.length > 0 ? routes : doubtful.slice(0, 1)
  return { routes: found, publicTexts: await publicTextsOf(asking, open) }
}

/** A stranger is refused, and a good token is not. */
function isProtected({ stranger, good }: Route): boolean {
  return [401, 403].includes(stranger.status) && isSuccess(good)
}

async function namedRoute(asking: Asking, named: ProveRoute): Promise<Route> {
  if (typeof named !== 'string') {
    const { path, method = 'GET', body, headers = {} } = named
    return tried(asking, { method, path, body, headers: [...(body === undefined ? [] : JSON_HEADERS.slice(0, 1)), ...Object.entries(headers)] })
  }
  const [first = '', second] = named.split(' ')
  const path = second ?? first
  if (second !== undefined) return tried(asking, kindsOf(path).find(({ method }) => method === first) ?? { method: first, path, headers: [], body: undefined })
  const kinds: Route[] = []
  for (const kind of kindsOf(path)) kinds.push(await tried(asking, kind))
  return kinds.find(({ good }) => isSuccess(good)) ?? kinds.find(({ stranger }) => isSuccess(stranger)) ?? (kinds[0] as Route) // there are two
}

function kindsOf(path: string): readonly Asked[] {
  return [
    { method: 'GET', path, headers: [], body: undefined },
    { method: 'POST', path, headers: JSON_HEADERS, body: INITIALIZE },
  ]
}

async function tried(asking: Asking, asked: Asked): Promise<Route> {
  const stranger = await send(asking, asked, {}, 'no token')
  const good = await send(asking, asked, { token: asking.tokens.good }, 'a good token')
  const speaks = (came: Came): boolean => isSuccess(came) && came.text.includes('"jsonrpc"') && !isRpcError(came)
  return { ...asked, stranger, good, isMcp: asked.body === INITIALIZE && (speaks(good) || speaks(stranger)) }
}

/** RFC 9728 section 3.1: the path of the resource that the metadata is about. */
async function pathsOfMetadata(asking: Asking): Promise<readonly string[]> {
  const { text } = await send(asking, { method: 'GET', path: WELL_KNOWN, headers: [], body: undefined }, {}, 'the metadata')
  const resource = /"resource"\s*:\s*"([^"\\]+)"/.exec(text)?.[1] ?? ''
  return URL.canParse(resource) ? [new URL(resource).pathname] : []
}

async function publicTextsOf(asking: Asking, open: readonly string[]): Promise<ReadonlySet<string>> {
  const texts = new Set<string>()
  for (const path of [WELL_KNOWN, '/', ...open]) {
    const { text } = await send(asking, { method: 'GET', path, headers: [], body: undefined }, {}, 'no token')
    texts.add(text)
  }
  return texts
}

export function isBelow(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix.replace(/\/$/, '')}/`))
}
