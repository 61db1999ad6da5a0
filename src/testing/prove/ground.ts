/** What every check stands on: the target, its routes, the tokens, and the judgement of an answer. */
import type { Came, Sent } from '../http/exchange.js'
import type { ProveOptions } from './prove-options.js'
import type { NotTried, TokenSet } from './token-set.js'
import type { Trial } from './results.js'
import type { Target } from './target.js'

/** A request that needs a token, and how it is answered with and without one. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly headers: Sent['headers']
  readonly body: string | undefined
  /** True for the endpoint of an MCP server. */
  readonly isMcp: boolean
  readonly stranger: Came
  readonly good: Came
}

/** The request of a route, as it is sent. */
type Plain = Pick<Route, 'method' | 'path' | 'headers' | 'body'>

/** What is sent differently from the route's own request. */
export interface Change {
  readonly method?: string
  readonly target?: string
  readonly headers?: Sent['headers']
  readonly body?: string
  /** Presented as its holder would. */
  readonly token?: string
  /** The token that is in `headers` already. */
  readonly shown?: string
}

/** Several, each with what is different. */
export type Changes = readonly (readonly [label: string, change: Change])[]

/** A request that was sent, for what is looked for in all answers. */
export interface Logged {
  readonly label: string
  readonly token: string | undefined
  readonly came: Came
}

export interface Ground {
  readonly options: ProveOptions
  readonly target: Target
  readonly tokens: TokenSet
  readonly routes: readonly Route[]
  /** Texts that everybody may read, by which a page for all is told from a route. */
  readonly publicTexts: ReadonlySet<string>
  readonly log: Logged[]
}

type Outcome = readonly Trial[] | NotTried
export type Check = (ground: Ground) => Promise<Outcome>

/** Sends the route's request with these changes. `label` says what is different, and never a token. */
export async function send(ground: Pick<Ground, 'target' | 'log' | 'tokens'>, route: Plain, change: Change, label: string): Promise<Came> {
  const { target, log, tokens } = ground
  const { method = route.method, target: path = route.path, token, shown = token, headers = [] } = change
  const body = change.body ?? (method === 'GET' || method === 'HEAD' ? undefined : route.body)
  const { presenter } = tokens
  const asked = async (): Promise<Came> => {
    const credentials = token === undefined ? [] : await presenter.headers(token, { method, target: path })
    return target.ask({ method, target: path, headers: [...route.headers, ...credentials, ...headers], body })
  }
  const first = await asked()
  const came = presenter.heard(first) && token !== undefined ? await asked() : first
  // Not the target: a token may be in its query.
  log.push({ label: `${method} ${route.path}, ${label}`, token: shown, came })
  return came
}

/** True where a handler has answered. */
export function isIn(came: Came, good: Came): boolean {
  const alike = came.status === good.status && good.status < 400
  return came.status === 101 || ((isSuccess(came) || alike) && !isRpcError(came))
}

export function isSuccess({ status }: Came): boolean {
  return status >= 200 && status < 300
}

export function isTrusted({ good }: Route): boolean {
  return good.status > 0 && good.status < 400
}

/** A refusal that JSON-RPC puts into a body. */
export function isRpcError({ text }: Came): boolean {
  return /"jsonrpc"/.test(text) && /"error"\s*:/.test(text) && !/"result"\s*:/.test(text)
}

export interface Due {
  /** Statuses that refuse as they should; `'any refusal'`: all from 300 on, but for 5xx. */
  readonly due: readonly number[] | 'any refusal'
  /** True where a refusal says something only if a good token is let in. */
  readonly needsGood?: boolean
}

/** Judges the answer to a request that must not get in. */
export function judged(route: Route, sent: string, came: Came, { due, needsGood = false }: Due): Trial {
  const told = (verdict: Trial['verdict'], why = '', letIn = false): Trial => ({ sent: `${route.method} ${route.path}, ${sent}`, came: described(came), verdict, letIn, why })
  if (came.status === 0) return told('cannot tell', 'no answer came')
  if (isIn(came, route.good)) return told('open', 'it was let in', true)
  if (isSuccess(came)) return told('open', 'the refusal is inside of an answer that says yes')
  const isNamed = due !== 'any refusal' && due.includes(came.status)
  if (came.status === 429 && !isNamed) return told('cannot tell', 'the server asks for patience')
  if (needsGood && !isTrusted(route)) return told('cannot tell', 'a good token is refused too')
  if (isNamed || (due === 'any refusal' && (came.status < 500 || came.status === 501 || came.status === 505))) return told('holds')
  return told('open', due === 'any refusal' ? 'a refusal is no error of the server' : `${due.join(' or ')} is due`)
}

/** What came, without a body: status, and the word for the error. */
export function described({ status, headers }: Came): string {
  const error = /error="([a-z_]{1,40})"/.exec(headers['www-authenticate'] ?? '')?.[1]
  if (status === 0) return 'no answer'
  return `${status}${error === undefined ? '' : ` ${error}`}`
}

/** Sends every change to every route and judges the answers. What a platform of `fetch` cannot be sent is left out. */
export async function refused(ground: Ground, changes: Changes, due: Due, routes = ground.routes): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  for (const route of routes) {
    for (const [label, change] of changes) {
      const came = await send(ground, route, change, label)
      if (came.unsendable !== true) trials.push(judged(route, label, came, due))
    }
  }
  return trials
}

/** Judges the answer to a request without a token, by this method. What everybody gets for anything is no answer of a route. */
export function forStrangers({ publicTexts }: Ground, route: Route, label: string, came: Came, method = route.method): Trial {
  const trial = judged(route, label, came, { due: 'any refusal' })
  const isOther = isSuccess(came) && came.text !== route.good.text
  const isPublic = isOther && came.text !== '' && publicTexts.has(came.text)
  // RFC 9110 section 9.3.7: OPTIONS may say yes, but not what a handler says.
  const isOptions = method === 'OPTIONS' && isSuccess(came) && (isOther || came.text === '')
  return isPublic || isOptions ? { ...trial, verdict: 'holds', letIn: false, why: '' } : trial
}
