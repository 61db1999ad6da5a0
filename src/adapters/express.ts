/** This file is the gate for Express 4 and 5. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { readableWhenThrown } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { endWithToken } from '../http/node-stream.js'
import { incomingRequest, leaveHeaders, sendAnswer } from '../http/node-message.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { wrongServer } from '../http/wrong-server.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'

/** What we need of Express, so that nothing of it is imported. `auth` is set and not declared: other packages declare it. */
interface ExpressRequest extends IncomingMessage {
  readonly route?: unknown
}

/**
 * `app.use(bearerAuth(provider, { resource }))` guards whatever comes after it; on a route or below a mount, whatever comes
 * there. Handlers find the caller through `getAccessToken()` and `requireAuth()`; MCP transports find
 * `req.auth`. Mount it at the root for the metadata to be served.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const gate = gateOf(provider, options)
  /** What is left to do once all that can fail is done. */
  async function decided(req: ExpressRequest, res: ServerResponse, next: () => void): Promise<() => void> {
    if (req.headers === undefined) throw wrongServer('express')
    tellOfUnguardedUpgrades(req)
    const decision = await gate(incomingRequest(req, { mounted: req.route !== undefined }))
    if (!decision.pass) return () => sendAnswer(res, decision.answer)
    leaveAuthInfo(req, decision.context)
    leaveHeaders(res, decision.headers)
    endWithToken(res, decision.context)
    const context = readableWhenThrown(decision.context, (name) => res.getHeader(name))
    return () => runWithAuth(context, next)
  }
  return function bearerAuth(req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void): void {
    if (typeof next !== 'function') throw wrongServer('express')
    decided(req, res, next).then((proceed) => proceed(), next)
  }
}
