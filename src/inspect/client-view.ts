/** This file shows a token to a real gate in a plain request, to see what a client would be answered. */
import { gate } from '../gate/gate.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { GateRequest } from '../gate/request/gate-request.js'
import type { BearerAuthProvider } from '../provider.js'
import type { ClientView } from './token-report.js'

interface Shown {
  readonly provider: BearerAuthProvider
  readonly token: string
  readonly gate?: GateOptions | undefined
  readonly request?: { readonly method?: string; readonly path?: string } | undefined
}

/** `header`: the one that the token's provider takes it from; undefined for `Authorization`. @throws TypeError for an option of the gate that is wrong */
export async function clientView(header: string | undefined, { provider, token, gate: options = NO_OPTIONS, request = {} }: Shown): Promise<ClientView> {
  const decide = gateFor(provider, options) // looks at the options first
  const { resource, protect, tokenFrom } = options
  const { method = 'GET', path = protect?.[0] ?? (resource === undefined ? '/' : new URL(resource).pathname) } = request
  const byGate = tokenFrom !== undefined && 'header' in tokenFrom ? tokenFrom.header : undefined
  const own = (header ?? byGate)?.toLowerCase()
  const credential: Readonly<Record<string, string>> = own === undefined ? { authorization: `Bearer ${token}` } : { [own]: token }
  const host = resource === undefined ? undefined : new URL(resource).host
  const asked: GateRequest = { method, path, ...(host !== undefined && { host }), header: (name) => [credential[name] ?? []].flat() }
  const decision = await decide(asked)
  const about = { request: `${method} ${path}`, passed: decision.pass }
  if (decision.pass) return { ...about, status: 200, headers: { ...decision.headers }, body: '' }
  const { status, headers, body } = decision.answer
  return { ...about, status, headers, body }
}

const NO_OPTIONS: GateOptions = {}

/** One for each provider and its options: gates of one process know each other. */
function gateFor(provider: BearerAuthProvider, options: GateOptions): Gate {
  const known = GATES.get(options)
  if (known?.provider === provider) return known.gate
  // A shadow tells of what comes from clients, and of nothing else.
  const { shadow: _, ...own } = options
  const made = gate(provider, { ...own, observe: unheard })
  GATES.set(options, { provider, gate: made })
  return made
}

const GATES = new WeakMap<GateOptions, { readonly provider: BearerAuthProvider; readonly gate: Gate }>()

/** One for all, since a provider without an observer keeps it: nobody is to be warned of a token that somebody only looks at. */
function unheard(): void {}
