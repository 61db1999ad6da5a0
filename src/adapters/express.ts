/** This file is the gate for Express 4 and 5. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { readableWhenThrown } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { endWithToken } from '../http/node-stream.js'
import { incomingRequest, leaveHeaders, sendAnswer } from '../http/node-message.js'
import { proceed } from '../http/proceed.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { andThen } from '../lib/awaitable.js'
import { withoutHiddenClass } from '../lib/own-shape.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'

/** What we need of Express, so that nothing of it is imported. `auth` is set and not declared: other packages declare it. */
interface ExpressRequest extends IncomingMessage {
  readonly route?: unknown
  readonly app?: ExpressApp
}
interface ExpressApp {
  /** The app that this one is mounted in. */
  readonly parent?: ExpressApp
  use?(handler: (error: unknown, req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void): unknown
}

/**
 * `app.use(bearerAuth(provider, { resource }))` guards whatever comes after it; on a route or below a mount, whatever comes
 * there. Handlers find the caller through `getAccessToken()` and `requireAuth()`; MCP transports find
 * `req.auth`. Mount it at the root for the metadata to be served. What `requireAuth()` throws, and no error handler of yours
 * takes, is answered as a denial of the gate is.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  /** What is left to do once all that can fail is done. */
  function decided(req: ExpressRequest, res: ServerResponse, next: () => void): Awaitable<() => void> {
    if (req.headers === undefined) throw wrongServer('express')
    tellOfUnguardedUpgrades(req)
    withoutHiddenClass(req, res)
    return andThen(decide(incomingRequest(req, { mounted: req.route !== undefined })), (decision) => {
      if (!decision.pass) return () => sendAnswer(res, decision.answer)
      answerThrown(req.app)
      leaveAuthInfo(req, decision.context)
      leaveHeaders(res, decision.headers)
      endWithToken(res, decision.context)
      const context = readableWhenThrown(decision.context, res)
      return () => runWithAuth(context, next)
    })
  }
  return function bearerAuth(req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void): void {
    if (typeof next !== 'function') throw wrongServer('express')
    proceed(() => decided(req, res, next), next)
  }
}

const ANSWERING = new WeakSet<ExpressApp>()

/** Behind everything that the app has, so that its own error handlers come first. Express itself would answer with a page, and print a stack. */
function answerThrown(app: ExpressApp | undefined): void {
  if (app?.parent !== undefined) return answerThrown(app.parent)
  if (app?.use === undefined || ANSWERING.has(app)) return
  ANSWERING.add(app)
  // Express knows an error handler by its four parameters.
  app.use(function authErrors(error, _req, res, next) {
    const answer = thrownAnswer(error)
    if (answer === undefined || res.headersSent) return next(error)
    sendAnswer(res, answer)
  })
}
