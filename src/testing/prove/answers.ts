/** Looks at what a server answers: its metadata, what its refusals say, and what it does while the issuer is away. */
import { described, isIn, isSuccess, isTrusted, judged, send } from './ground.js'
import type { CheckName } from './check-names.js'
import type { Check, Ground, Logged } from './ground.js'
import type { Trial } from './results.js'

const ELSE = 'somebody-else.test'
const FORGED = [
  [['Host', ELSE]],
  [['X-Forwarded-Host', ELSE]],
  [['Forwarded', `host=${ELSE}`]],
] as const

/** What Node prints of where an exception was thrown. */
const STACK = /\n?\s+at (?:async )?(?:[\w.<>$]+ \()?(?:file:|node:|\/|[A-Z]:\\)[^\n]*:\d+:\d+\)?/

export const ANSWERS = {
  async metadata(ground) {
    const urls = new Set(ground.routes.flatMap(({ stranger }) => metadataUrlIn(stranger.headers['www-authenticate']) ?? []))
    if (urls.size === 0) return { wants: 'a challenge that names metadata (RFC 9728 section 5.1)' }
    const trials: Trial[] = []
    for (const url of urls) trials.push(await metadataAt(ground, url))
    return trials
  },

  async 'forged-host'(ground) {
    const trials: Trial[] = []
    for (const route of ground.routes) {
      for (const headers of FORGED) {
        const label = headers.map(([name, value]) => `${name}: ${value}`).join()
        const came = await send(ground, route, { headers }, label)
        const follows = metadataUrlIn(came.headers['www-authenticate'])?.hostname === ELSE
        const why = follows ? 'whoever writes this header says where clients find the metadata' : ''
        trials.push({ sent: `${route.method} ${route.path}, ${label}`, came: described(came), verdict: follows ? 'open' : 'holds', letIn: false, why })
      }
    }
    return trials
  },

  leak: async ({ log }) => log.filter(({ came }) => came.status >= 400).map(leakIn),

  async 'server-error'({ log }) {
    return log
      .filter(({ came, token }) => token === undefined && came.status > 0)
      .map(({ label, came }) => {
        const open = came.status >= 500 && came.status !== 501 && came.status !== 505
        return { sent: label, came: described(came), verdict: open ? 'open' : 'holds', letIn: false, why: open ? 'a stranger makes the server fail' : '' }
      })
  },

  /** Comes last: the server learns of a key that it cannot fetch. */
  async 'issuer-away'(ground) {
    const { issuer } = ground.options
    const { mint } = ground.tokens
    const route = ground.routes.find(isTrusted)
    if (issuer === undefined || mint === undefined) return { wants: 'issuer' }
    if (route === undefined) return { wants: 'a route that lets a good token in' }
    await issuer.rotate()
    const token = await mint({})
    const end = issuer.outage()
    try {
      const label = 'a new good token while the issuer is away'
      const before = issuer.calls.length
      const came = await send(ground, route, { token }, label)
      const trial = judged(route, label, came, { due: [502, 503, 504] })
      if (isIn(came, route.good)) return [{ ...trial, why: 'it was let in, and nobody could know' }]
      const asked = issuer.calls.length > before
      return [asked || trial.verdict === 'holds' ? trial : { ...trial, verdict: 'cannot tell', why: 'the server did not ask its issuer: it has keys of its own, or waits before it asks again' }]
    } finally {
      end()
    }
  },
} as const satisfies Partial<Readonly<Record<CheckName, Check>>>

function metadataUrlIn(challenge = ''): URL | undefined {
  const url = /resource_metadata="?([^", ]+)/i.exec(challenge)?.[1]
  return url !== undefined && URL.canParse(url) ? new URL(url) : undefined
}

async function metadataAt(ground: Ground, url: URL): Promise<Trial> {
  const target = `${url.pathname}${url.search}`
  const came = await send(ground, { method: 'GET', path: target, headers: [], body: undefined }, {}, 'no token')
  const resource = resourceIn(came.text)
  const trial = { sent: `GET ${target}, no token`, came: described(came), letIn: false }
  if (!isSuccess(came) || resource === undefined) return { ...trial, verdict: 'open', why: 'the challenge points here, and no metadata can be read' }
  // RFC 9728 section 3.1: the well-known part stands between the host and the path of the resource.
  const [, rest] = url.pathname.split('/.well-known/oauth-protected-resource')
  if (rest === undefined) return { ...trial, verdict: 'holds', why: '' }
  const { origin, pathname } = new URL(resource)
  const isIts = origin === url.origin && pathname.replace(/\/$/, '') === rest.replace(/\/$/, '')
  return { ...trial, verdict: isIts ? 'holds' : 'open', why: isIts ? '' : 'its resource is another one: clients do not use it' }
}

function resourceIn(text: string): string | undefined {
  let metadata: unknown
  try {
    metadata = JSON.parse(text)
  } catch {
    return undefined
  }
  const { resource } = (metadata ?? {}) as { resource?: unknown } // whatever the server says
  return typeof resource === 'string' && URL.canParse(resource) ? resource : undefined
}

function leakIn({ label, token, came }: Logged): Trial {
  const said = [came.text, ...Object.values(came.headers)].join('\n')
  const parts = token === undefined || token.length < 20 ? [] : [token, ...token.split('.').filter((part) => part.length > 40)]
  const leaks = parts.some((part) => said.includes(part))
  const why = leaks ? 'the answer repeats the token' : STACK.test(came.text) ? 'the answer shows a stack' : ''
  return { sent: label, came: described(came), verdict: why === '' ? 'holds' : 'open', letIn: false, why }
}
