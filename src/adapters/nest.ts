/** This file is the gate for NestJS, on Express and on Fastify: a middleware, a filter, a guard, and a mark for open routes. */
import { checkedRequirements, requireAuth, runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { readableWhenThrown } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { markedRoutes, markPublic } from '../http/nest-routes.js'
import { incomingRequest, leaveHeaders, sendAnswer } from '../http/node-message.js'
import { endWithToken } from '../http/node-stream.js'
import { proceed } from '../http/proceed.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { andThen } from '../lib/awaitable.js'
import { withoutHiddenClass } from '../lib/own-shape.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthRequirements } from '../context.js'
import type { Gate } from '../gate/gate.js'
import type { ExcludedRoute, GateOptions } from '../gate/gate-options.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'

/** What both platforms hand to a middleware, so that nothing of them is imported. `route` is Express's. */
interface NestRequest extends IncomingMessage {
  readonly route?: unknown
}
/** What Express's response and Fastify's reply have in common. */
interface NestResponse {
  readonly raw?: ServerResponse
  status(status: number): NestResponse
  header(name: string, value: string): unknown
  send(body: string): unknown
}
interface ArgumentsHost {
  getType(): string
  switchToHttp(): { getResponse<T>(): T }
  switchToWs(): { getClient<T>(): T }
}

/**
 * `app.use(bearerAuth(provider, { resource }))` in `main.ts` guards every route, but for those that `exclude` names:
 * `exclude: publicRoutes(app)` are those with `@Public()`. A middleware and no guard, because a guard cannot run the handler within the caller's context, and is
 * not asked for paths without a route, such as the metadata. Guards, interceptors, pipes and handlers find the caller
 * through `getAccessToken()` and `requireAuth()`; MCP transports find `req.auth`, on Fastify `request.raw.auth`.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  /** What is left to do once all that can fail is done. */
  function decided(req: NestRequest, res: ServerResponse, next: () => void): Awaitable<() => void> {
    if (req.headers === undefined) throw wrongServer('nest')
    tellOfUnguardedUpgrades(req)
    withoutHiddenClass(req, res)
    return andThen(decide(incomingRequest(req, { mounted: req.route !== undefined })), (decision) => {
      if (!decision.pass) return () => sendAnswer(res, decision.answer)
      leaveAuthInfo(req, decision.context)
      leaveHeaders(res, decision.headers)
      endWithToken(res, decision.context)
      const context = readableWhenThrown(decision.context, res)
      return () => runWithAuth(context, next)
    })
  }
  return function bearerAuth(req: NestRequest, res: ServerResponse, next: (error?: unknown) => void): void {
    if (typeof next !== 'function') throw wrongServer('nest')
    proceed(() => decided(req, res, next), next)
  }
}

/**
 * `@Public()` on a handler or a controller says that it needs no token. The gate knows it by `exclude: publicRoutes(app)`.
 */
export function Public() {
  return (target: object, _name?: string | symbol, descriptor?: { readonly value?: unknown }): void => markPublic(target, descriptor)
}

/**
 * The routes with `@Public()`, for `exclude`: `app.use(bearerAuth(provider, { resource, exclude: publicRoutes(app) }))`. Call
 * it once the global prefix is set.
 *
 * @throws TypeError for a path that is a pattern, where versions, hosts or exceptions from the prefix make paths uncertain, and
 * for one that another handler has too, without `@Public()`.
 */
export function publicRoutes(app: object): ExcludedRoute[] {
  return markedRoutes(app) // structural, and looked at there
}

/**
 * `app.useGlobalFilters(authErrors(Catch))`, with `Catch` from `@nestjs/common`: answers what `requireAuth()` and
 * `authGuard()` throw with its status and challenge. Nest answers errors that it does not know with 500. A gateway's client
 * gets the event `exception` with the message; the caller of a microservice, Nest's own answer to an error.
 */
export function authErrors(Catch: (...types: (typeof OurError)[]) => (filter: typeof AuthErrorFilter) => unknown): AuthErrorFilter {
  if (typeof Catch !== 'function') throw new TypeError("authErrors takes Nest's decorator: authErrors(Catch), with Catch from @nestjs/common")
  Catch(OurError)(AuthErrorFilter)
  return new AuthErrorFilter()
}

/** `@UseGuards(authGuard('notes:write'))` does what `requireAuth('notes:write')` does in a handler, `{ acr, maxAuthAge }` included; without a scope, any caller will do. */
export function authGuard(...required: string[] | [AuthRequirements]): { canActivate(): boolean } {
  checkedRequirements(required)
  return { canActivate: () => requireAuth(...required) !== null }
}

/** What the filter is for, by its code: two copies of this package have two copies of each class. */
class OurError extends Error {
  static override [Symbol.hasInstance](thrown: unknown): boolean {
    return thrownAnswer(thrown) !== undefined
  }
}

class AuthErrorFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const answer = thrownAnswer(error)
    if (answer === undefined) throw error
    const type = host.getType()
    if (type === 'ws') return tellClient(host.switchToWs().getClient<WsClient>(), error)
    // Nest's own handler for messages answers where a filter gives nothing; one that throws there leaves the caller waiting.
    if (type === 'rpc') return
    if (type !== 'http') throw error
    const response = host.switchToHttp().getResponse<NestResponse & ServerResponse>()
    const raw = response.raw ?? response
    // An answer that had begun would otherwise stay open for ever.
    if (raw.headersSent) return void (raw.writableEnded || raw.destroy())
    for (const [name, value] of Object.entries(answer.headers)) response.header(name, value)
    response.status(answer.status).send(answer.body)
  }
}

/** A client of Socket.IO, or of `ws`, whose `emit` tells nobody but this process. */
interface WsClient {
  readonly readyState?: unknown
  send(text: string): unknown
  emit(event: string, data: object): unknown
}

/** As Nest answers what a gateway throws, with the message of the error: a constant text of ours. */
function tellClient(client: WsClient, error: unknown): void {
  const data = { status: 'error', message: error instanceof Error ? error.message : 'Authentication required' }
  if (typeof client.readyState === 'number') client.send(JSON.stringify({ event: 'exception', data }))
  else client.emit('exception', data)
}
