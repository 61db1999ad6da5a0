/** This file is the gate for a server of plain `node:http`. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { gateOf } from '../gate/gate.js'
import { endWithToken } from '../http/node-stream.js'
import { incomingRequest, leaveHeaders, sendAnswer } from '../http/node-message.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { isPending } from '../lib/awaitable.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Decision } from '../gate/decision.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'

export { guardUpgrade } from '../http/guard-upgrade.js'
export type { UpgradeListener } from '../http/guard-upgrade.js'
export type { WebSocketLike, WebSocketServerLike } from '../http/upgraded.js'

export type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/**
 * `createServer(bearerAuth(provider, { resource })(listener))`. Guards whatever comes to the listener. What `requireAuth()` throws in the listener is answered with 401 or 403; a bug of the provider
 * with 500 and a process warning; other errors of the listener are left as they are.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  return (listener: Listener) => {
    if (typeof listener !== 'function') throw new TypeError(NO_LISTENER)
    return async function guarded(req: IncomingMessage, res: ServerResponse): Promise<void> {
      if (typeof res?.setHeader !== 'function') throw wrongServer('node')
      tellOfUnguardedUpgrades(req)
      let decision: Decision
      try {
        const decided = decide(incomingRequest(req))
        decision = isPending(decided) ? await decided : decided
        if (decision.pass) leaveAuthInfo(req, decision.context)
        if (decision.pass) leaveHeaders(res, decision.headers)
        if (decision.pass) endWithToken(res, decision.context)
      } catch (error) {
        // The gate has told of a provider's bug already, and keeps it as the cause.
        if (error instanceof Error && error.cause === undefined) process.emitWarning(error)
        return sendAnswer(res, { status: 500, headers: {}, body: '' })
      }
      if (!decision.pass) return sendAnswer(res, decision.answer)
      try {
        const served = runWithAuth(decision.context, () => listener(req, res))
        if (isPending(served)) await served
      } catch (error) {
        const answer = thrownAnswer(error)
        if (answer === undefined) throw error
        sendAnswer(res, answer)
        // An answer that had begun would otherwise stay open for ever.
        if (!res.writableEnded) res.destroy()
      }
    }
  }
}

const NO_LISTENER =
  'bearerAuth of bearer-auth-providers/node wraps a listener: createServer(bearerAuth(auth)(listener)); ' +
  'for Express import bearer-auth-providers/express'
