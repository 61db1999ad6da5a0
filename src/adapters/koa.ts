/** This file is the gate for Koa. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { readableAcrossOrigins } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { incomingRequest, leaveHeaders } from '../http/node-message.js'
import { endWithToken } from '../http/node-stream.js'
import { pathOf } from '../http/target.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { asPromise, isPending } from '../lib/awaitable.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { GateRequest } from '../gate/request/gate-request.js'
import type { BearerAuthProvider } from '../provider.js'

/** What we need of Koa's context, so that nothing of it is imported. `status` and `body` are set and not declared: their types differ. */
interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly originalUrl: string
  readonly state: object
  readonly headerSent: boolean
  readonly response: { get(name: string): unknown }
  set(headers: Record<string, string>): void
  /** Left by koa-mount, also for what comes after it. */
  readonly mountPath?: unknown
  /** Left by `@koa/router`. */
  readonly _matchedRoute?: unknown
}

/**
 * `app.use(bearerAuth(provider, { resource }))` guards whatever comes after it; in a router or below koa-mount, whatever
 * comes there. Handlers find the caller through `getAccessToken()` and `requireAuth()`, and what that throws is answered
 * here; MCP transports find `ctx.req.auth`, and `ctx.state.auth` is the same.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  // Generic, so that Koa's types learn nothing new about the contexts of later middleware.
  return async function bearerAuth<C extends KoaContext>(ctx: C, next: () => Promise<unknown>): Promise<void> {
    if (ctx.req?.headers === undefined) throw wrongServer('koa')
    tellOfUnguardedUpgrades(ctx.req)
    const decided = decide(requestOf(ctx))
    const decision = isPending(decided) ? await asPromise(decided) : decided
    if (!decision.pass) return send(ctx, decision.answer)
    const { context } = decision
    leaveAuthInfo(ctx.req, context)
    leaveAuthInfo(ctx.state, context)
    leaveHeaders(ctx.res, decision.headers)
    endWithToken(ctx.res, context)
    try {
      await runWithAuth(context, next)
    } catch (error) {
      // Koa's own answer would drop every header of the app, those for other origins included.
      const thrown = thrownAnswer(error)
      if (thrown === undefined || ctx.headerSent) throw error
      send(ctx, thrown)
    }
  }
}

/**
 * Nobody can tell what koa-mount cut off from what somebody rewrote, since its mount is left behind: the path that the
 * client wrote, the present one, and the present one behind the mount all count.
 */
function requestOf({ req, originalUrl, mountPath, _matchedRoute }: KoaContext): GateRequest {
  const { url: present = '/' } = req
  const below = typeof mountPath === 'string' && present !== originalUrl
  return incomingRequest(req, { originalUrl, routedPaths: below ? [`${mountPath}${pathOf(present)}`] : [], mounted: below || _matchedRoute !== undefined })
}

/** By Koa's own means, so that middleware in front can still add to it. */
function send(ctx: KoaContext, answer: Answer): void {
  const { status, body } = answer
  ctx.set({ ...readableAcrossOrigins(answer, { getHeader: (name) => ctx.response.get(name) }) })
  // The status last: a body of null sets one of its own.
  Object.assign(ctx, { body: body === '' ? null : body, status })
}
