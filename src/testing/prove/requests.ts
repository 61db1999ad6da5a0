/** Tries to get in without a token, by other spellings, methods, hosts and headers than the guard may know. */
import { forStrangers, isSuccess, send } from './ground.js'
import { isBelow } from './surface.js'
import type { CheckName } from './check-names.js'
import type { Changes, Check, Ground, Route } from './ground.js'
import type { Trial } from './results.js'

const HEALTH = '/health'
const METADATA = '/.well-known/oauth-protected-resource'
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY']
const OVERRIDES = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']
const REWRITES = ['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Forwarded-Path', 'X-Forwarded-Uri', 'X-Forwarded-Prefix']
const UPGRADE = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const

/** Paths that servers have and nobody thinks of. */
const UNNAMED = [
  ...['/', '/health', '/healthz', '/ready', '/status', '/docs', '/inspector', '/openmcp.json', '/openapi.json', '/swagger.json', '/metrics', '/admin', '/debug', '/config'],
  ...['/api', '/graphql', '/.env', '/mcp', '/sse', '/messages', '/ws', '/tools', '/nobody-named-this'],
]

/** Sends changes of each route without a token. */
async function strangers(ground: Ground, changesOf: (route: Route) => Changes): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  for (const route of ground.routes) {
    for (const [label, change] of changesOf(route)) {
      const came = await send(ground, route, change, label)
      if (came.unsendable !== true) trials.push(forStrangers(ground, route, label, came, change.method))
    }
  }
  return trials
}

/** Spellings of a path that some router, proxy or guard reads as the same. */
function spellingsOf(path: string, origin: string): readonly string[] {
  const [first = '', ...rest] = path.slice(1)
  const encoded = `/%${first.charCodeAt(0).toString(16)}${rest.join('')}`
  const open = [HEALTH, '/docs', '/inspector', '/public', '/static', '/.well-known', METADATA]
  return [
    ...[`${path}/`, `/${path}`, `${path}//`, path.toUpperCase(), `/.${path}`, `/x/..${path}`, `${path}/.`, `${path};a=b`, `${path}/;`, `/;${path}`, `${path}%2f`, `${path}%20`, `${path}%00`],
    ...(first === '' ? [] : [encoded, `/${encoded}`, `/%2e${path}`, `/x/%2e%2e${path}`, `/\\${path.slice(1)}`, `${path}.json`]),
    ...open.flatMap((one) => [`${one}/..${path}`, `${one}/../..${path}`, `${one}/%2e%2e${path}`, `${one}/..%2f${path.slice(1)}`, `${one};/..${path}`]),
    ...open.flatMap((one) => [`${path}?${one}`, `${path}?x=${one}/`, `${path}${one}`, `${path};${one}`]),
    `${origin}${path}`,
  ]
}

export const REQUESTS = {
  'odd-paths': (ground) => strangers(ground, ({ path }) => spellingsOf(path, ground.target.origin.origin).map((target) => [`as ${target}`, { target }])),

  'odd-methods': (ground) => strangers(ground, ({ method: own }) => METHODS.filter((method) => method !== own).map((method) => [`by ${method}`, { method }])),

  'method-override': (ground) =>
    strangers(ground, ({ method: own }) =>
      OVERRIDES.flatMap((name) => [
        ...['OPTIONS', 'HEAD', 'TRACE'].map((method) => [`${name}: ${method}`, { headers: [[name, method] as const] }] as const),
        ...['OPTIONS', 'POST', 'TRACE'].map((method) => [`by ${method} with ${name}: ${own}`, { method, headers: [[name, own] as const] }] as const),
      ]),
    ),

  async options(ground) {
    const preflight = [['Origin', 'https://somebody-else.test'], ['Access-Control-Request-Method', 'POST'], ['Access-Control-Request-Headers', 'authorization']] as const
    const trials: Trial[] = []
    for (const route of ground.routes) {
      for (const [label, headers] of [['OPTIONS', []], ['a preflight', preflight]] as const) {
        const came = await send(ground, route, { method: 'OPTIONS', headers }, label)
        const trial = forStrangers(ground, route, label, came, 'OPTIONS')
        const isUnknown = isSuccess(came) && trial.verdict === 'holds' && !/^[A-Z, -]*$/.test(came.text)
        trials.push(isUnknown ? { ...trial, verdict: 'cannot tell', why: 'a text came, which may be of a handler' } : trial)
      }
    }
    return trials
  },

  async cors(ground) {
    const origin = 'https://somebody-else.test'
    const trials: Trial[] = []
    for (const route of ground.routes) {
      for (const method of ['OPTIONS', route.method]) {
        const came = await send(ground, route, { method, headers: [['Origin', origin], ['Access-Control-Request-Method', route.method]] }, `${method} from a page of somebody else`)
        const open = came.headers['access-control-allow-origin'] === origin && came.headers['access-control-allow-credentials'] === 'true'
        const why = open ? 'any page may read it, with cookies' : ''
        trials.push({ sent: `${method} ${route.path}, Origin: ${origin}`, came: String(came.status), verdict: open ? 'open' : 'holds', letIn: false, why })
      }
    }
    return trials
  },

  async upgrade(ground) {
    if (ground.target.by === 'fetch') return { wants: 'a server of node:http: a fetch handler sees no upgrades' }
    const targets = (path: string): readonly string[] => [...new Set([path, '/', '/ws', '/socket.io/?EIO=4&transport=websocket'])]
    return strangers(ground, ({ path }) => targets(path).map((target) => [`an upgrade at ${target}`, { method: 'GET', target, headers: UPGRADE }]))
  },

  'other-host': (ground) => strangers(ground, () => ['somebody-else.test', 'localhost', 'admin.internal'].map((host) => [`Host: ${host}`, { headers: [['Host', host]] }])),

  async 'rewrite-headers'(ground) {
    const named = await strangers(ground, () => REWRITES.flatMap((name) => [HEALTH, METADATA, '/docs'].map((other) => [`${name}: ${other}`, { headers: [[name, other]] }])))
    const trials = [...named]
    for (const route of ground.routes) {
      for (const target of ['/', HEALTH]) {
        const plain = await send(ground, route, { target }, `no token, at ${target}`)
        for (const name of REWRITES) {
          const label = `${target} with ${name}: ${route.path}`
          const came = await send(ground, route, { target, headers: [[name, route.path]] }, label)
          const trial = forStrangers(ground, route, label, came)
          const isSame = came.status === plain.status && came.text === plain.text
          trials.push(isSame ? { ...trial, verdict: 'holds', letIn: false, why: '' } : trial)
        }
      }
    }
    return trials
  },

  async 'unnamed-paths'(ground) {
    const { options, routes } = ground
    const trials: Trial[] = []
    for (const path of UNNAMED.filter((one) => !isBelow(one, options.open ?? []) && !routes.some((route) => route.path === one))) {
      const came = await send(ground, { method: 'GET', path, headers: [], body: undefined }, {}, 'no token')
      const open = isSuccess(came)
      trials.push({ sent: `GET ${path}, no token`, came: String(came.status), verdict: open ? 'open' : 'holds', letIn: open, why: open ? 'it answers everybody; if it is meant to, name it in "open"' : '' })
    }
    return trials
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>
