/** This file plugs the gate into the `authenticate` hook of `fastmcp`. Imports nothing of it. */
import { authInfoOf } from '../http/auth-info.js'
import { NONE_SET, readableAcrossOrigins } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { incomingRequest } from '../http/node-message.js'
import { reportOnly } from '../lib/report-only.js'
import type { IncomingMessage } from 'node:http'
import type { AuthInfo } from '../http/auth-info.js'
import type { Decision } from '../gate/decision.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'

/** The caller, as a tool finds it in `context.session`. A type and no interface: fastmcp wants an index signature. */
export type FastMcpSession = { [Member in keyof AuthInfo]: AuthInfo[Member] }

/**
 * `new FastMCP({ authenticate: authenticateWith(provider, { resource }) })`. The hook is asked for the MCP endpoint only,
 * all of which is guarded. Denials are sent as they are: a thrown `Response` is. A tool finds the caller in
 * `context.session`.
 *
 * This does NOT serve the metadata: fastmcp does, by its option `oauth`. It does NOT put the caller into the context, since
 * the hook does not wrap the tool: `requireAuth()` knows nobody there. And a session of fastmcp's stays that of the caller
 * who opened it, whoever asks later: start the server with `stateless: true`.
 *
 * @throws TypeError for an option that is wrong, and for those that the hook cannot fulfil.
 */
export function authenticateWith(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const gate = gateOf(provider, options)
  if (options?.[reportOnly] === true) throw new TypeError(NOBODY_GETS_IN)
  for (const name of UNFIT) {
    if (options?.[name] === undefined) continue
    throw new TypeError(`fastmcp's hook cannot fulfil "${name}"; put bearerAuth in front of a server of your own instead`)
  }
  return async function authenticate(request: IncomingMessage | undefined): Promise<FastMcpSession | undefined> {
    // Over stdio there is no request, and the caller is whoever started the process.
    if (request === undefined) return undefined
    // fastmcp answers any error with 401 and its message: a bug must be neither.
    const decision = await gate(incomingRequest(request)).catch(() => BUG)
    if (decision.pass) return authInfoOf(decision.context)
    const { status, body } = decision.answer
    throw new Response(body === '' ? null : body, { status, headers: readableAcrossOrigins(decision.answer, NONE_SET) })
  }
}

const NOBODY_GETS_IN = 'fastmcp lets nobody in without a session, whatever the gate reports; put bearerAuth with [reportOnly] in front of a server of your own instead'

// The gate has told of it by a process warning.
const BUG: Decision = { pass: false, answer: { status: 500, headers: {}, body: '' } }

/** fastmcp has read the body before it asks, makes the ids of sessions itself, and lets nobody in without a session. */
const UNFIT = ['operations', 'sessions', 'optional'] as const satisfies readonly (keyof GateOptions)[]
