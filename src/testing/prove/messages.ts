/** Tries to get in by messages of JSON-RPC: batches, calls of tools without their scope, and sessions of others. */
import { isIn, isRpcError, isTrusted, judged, refused, send } from './ground.js'
import { INITIALIZE } from './surface.js'
import type { CheckName } from './check-names.js'
import type { Check, Ground, Route } from './ground.js'
import type { Trial } from './results.js'

const message = (method: string, id = 1): string => JSON.stringify({ jsonrpc: '2.0', id, method })
const PING = message('ping')

const BODIES = [
  ...['ping', 'tools/list', 'resources/list', 'prompts/list', 'notifications/initialized'].map((method) => [method, message(method)] as const),
  ['a batch', `[${INITIALIZE},${message('tools/list', 2)}]`],
  ['a batch that begins with ping', `[${PING},${message('tools/list', 2)}]`],
  ['an empty batch', '[]'],
  ['a batch within a batch', `[[${INITIALIZE}]]`],
] as const

const NO_MCP = { wants: 'an MCP endpoint' }

/** Ways to write a call so that some reader sees another. */
function callsOf(method: string, name: string): readonly (readonly [label: string, body: string])[] {
  const call = `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":{"name":${JSON.stringify(name)},"arguments":{}}}`
  const escaped = `\\u${(name.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}${name.slice(1)}`
  return [
    ['alone', call],
    ['behind a ping', `[${PING},${call}]`],
    ['before a ping', `[${call},${PING}]`],
    ['with another name before its own', call.replace('"params":{', '"params":{"name":"another",')],
    ['with another method before its own', call.replace('"method":', '"method":"ping","method":')],
    ['with its name escaped', call.replace(JSON.stringify(name), `"${escaped}"`)],
    ['with blanks', call.replaceAll(':', ' :\n')],
  ]
}

/** The headers of a session that begins with this token; none where the server has no sessions. */
async function sessionOf(ground: Ground, route: Route, token: string): Promise<readonly (readonly [string, string])[]> {
  const { headers } = await send(ground, route, { token }, 'initialize with a good token')
  const id = headers['mcp-session-id']
  return id === undefined ? [] : [['Mcp-Session-Id', id]]
}

export const MESSAGES = {
  async batch(ground) {
    const routes = ground.routes.filter(({ isMcp, body }) => isMcp || body === INITIALIZE)
    if (routes.length === 0) return NO_MCP
    return refused(ground, BODIES.map(([label, body]) => [label, { body }] as const), { due: 'any refusal' }, routes)
  },

  async operations(ground) {
    const { operations, requiredScopes = [] } = ground.options
    const { mint } = ground.tokens
    const route = ground.routes.find(({ isMcp }) => isMcp)
    if (operations === undefined || mint === undefined) return { wants: 'operations' }
    if (route === undefined) return NO_MCP
    const trials: Trial[] = []
    for (const [method, names] of Object.entries(operations)) {
      for (const [name, needed] of Object.entries(names)) {
        const without = await mint({ scopes: requiredScopes.filter((scope) => ![needed].flat().includes(scope)) })
        const within = await mint({ scopes: [...requiredScopes, ...[needed].flat()] })
        trials.push(...(await callsWithout(ground, route, { method, name, without, within })))
      }
    }
    return trials
  },

  async 'other-session'(ground) {
    const { tokens } = ground
    const route = ground.routes.find((one) => one.isMcp && isTrusted(one))
    if (route === undefined) return NO_MCP
    if (tokens.another === undefined) return { wants: 'tokens.another' }
    const session = await sessionOf(ground, route, tokens.good)
    if (session.length === 0) return { wants: 'a server with sessions' }
    const body = message('tools/list')
    const own = await send(ground, route, { token: tokens.good, headers: session, body }, 'a session of their own')
    const came = await send(ground, route, { token: await tokens.another(), headers: session, body }, "somebody else's session")
    const trial = judged(route, "somebody else's session id, with a good token", came, { due: 'any refusal' })
    return [isIn(own, route.good) ? trial : { ...trial, verdict: trial.letIn ? 'open' : 'cannot tell', why: 'its owner is refused too' }]
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>

interface Call {
  readonly method: string
  readonly name: string
  readonly without: string
  readonly within: string
}

async function callsWithout(ground: Ground, route: Route, { method, name, without, within }: Call): Promise<readonly Trial[]> {
  const ways = callsOf(method, name)
  const theirs = await sessionOf(ground, route, within)
  const allowed = await send(ground, route, { token: within, headers: theirs, body: ways[0]?.[1] ?? '' }, 'a call with its scope')
  const headers = await sessionOf(ground, route, without)
  const trials: Trial[] = []
  for (const [label, body] of ways) {
    const sent = `${method} ${name} without its scope, ${label}`
    const came = await send(ground, route, { token: without, headers, body }, sent)
    const trial = judged(route, sent, came, { due: label === 'alone' ? [403] : 'any refusal', needsGood: true })
    const known = isIn(allowed, route.good) && !isRpcError(allowed)
    trials.push(known || trial.letIn ? trial : { ...trial, verdict: 'cannot tell', why: 'the call is refused with its scope too' })
  }
  return trials
}
