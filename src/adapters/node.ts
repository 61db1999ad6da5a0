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
import { isPending, whenThere } from '../lib/awaitable.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Decision } from '../gate/decision.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { Awaitable } from '../lib/awaitable.js'
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
      let decided: Awaitable<Decision>
      try {
        decided = decide(incomingRequest(req))
      } catch (error) {
        return failed(res, error)
      }
      return isPending(decided) ? servedLater(decided, listener, req, res) : served(decided, listener, req, res)
    }
  }
}

/** Within the call that brings the decision, where one does. */
function servedLater(decided: Promise<Decision>, listener: Listener, req: IncomingMessage, res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    whenThere(decided, (decision) => resolve(served(decision, listener, req, res)), (error) => resolve(failed(res, error)))
  })
}

function served(decision: Decision, listener: Listener, req: IncomingMessage, res: ServerResponse): Awaitable<void> {
  if (!decision.pass) return sendAnswer(res, decision.answer)
  try {
    leaveAuthInfo(req, decision.context)
    leaveHeaders(res, decision.headers)
    endWithToken(res, decision.context)
  } catch (error) {
    return failed(res, error)
  }
  try {
    const serving = runWithAuth(decision.context, () => listener(req, res))
    return isPending(serving) ? serving.then(nothing, (error: unknown) => answered(res, error)) : undefined
  } catch (error) {
    return answered(res, error)
  }
}

const nothing = (): void => undefined

/** What the listener has thrown, where it is ours. */
function answered(res: ServerResponse, error: unknown): Awaitable<void> {
  const answer = thrownAnswer(error)
  if (answer === undefined) return Promise.reject(error)
  sendAnswer(res, answer)
  // An answer that had begun would otherwise stay open for ever.
  if (!res.writableEnded) res.destroy()
}

function failed(res: ServerResponse, error: unknown): void {
  // The gate has told of a provider's bug already, and keeps it as the cause.
  if (error instanceof Error && error.cause === undefined) process.emitWarning(error)
  sendAnswer(res, { status: 500, headers: {}, body: '' })
}

const NO_LISTENER =
  'bearerAuth of bearer-auth-providers/node wraps a listener: createServer(bearerAuth(auth)(listener)); ' +
  'for Express import bearer-auth-providers/express'
