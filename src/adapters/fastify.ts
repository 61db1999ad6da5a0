/** This file is the gate for Fastify, as a plugin. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { besideOthers, readableAcrossOrigins, readableWhenThrown } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { endWithToken } from '../http/node-stream.js'
import { incomingRequest } from '../http/node-message.js'
import { proceed } from '../http/proceed.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { isUpgrade, keepCallers } from '../http/upgraded.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { andThen } from '../lib/awaitable.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'
import type { WebSocketServerLike } from '../http/upgraded.js'

/** What we need of Fastify, so that nothing of it is imported. */
interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly routeOptions: { readonly config?: unknown }
  /** The scope of the route. */
  readonly server: object
}
interface FastifyReply {
  readonly raw: ServerResponse
  code(status: number): FastifyReply
  header(name: string, value: string): FastifyReply
  getHeader(name: string): unknown
  send(body: string): FastifyReply
}
type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void
type ErrorHook = (request: unknown, reply: FastifyReply, error: Error, done: () => void) => void
type SendHook = (request: unknown, reply: FastifyReply, payload: unknown, done: (error: null, payload: unknown) => void) => void
interface FastifyInstance {
  readonly prefix: string
  addHook(name: 'onRequest', hook: Hook): unknown
}
/** Apart: as overloads of the same method they fit none of Fastify's own. */
interface LateHooks {
  addHook(name: 'onError', hook: ErrorHook): unknown
  addHook(name: 'onSend', hook: SendHook): unknown
}

/**
 * `await app.register(bearerAuth(provider, { resource }))` guards all routes of the scope it is registered in, but for
 * those that say `{ config: { public: true } }`. Handlers find the caller through `getAccessToken()` and `requireAuth()`;
 * MCP transports find `request.raw.auth`.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))

  function plugin(app: FastifyInstance, { prefix }: { prefix?: string }, ready: (error?: Error) => void): void {
    if (typeof app.addHook !== 'function') throw wrongServer('fastify')
    // Fastify ignores a prefix for a plugin that keeps its parent's scope, and nothing below it would be guarded.
    if (prefix !== undefined) return ready(new TypeError(NO_PREFIX))
    const mounted = app.prefix !== ''
    app.addHook('onRequest', (request, reply, done) => {
      proceed(() => decided(request, reply, mounted, done), (error) => done(error as Error))
    })
    // An error handler of the app's own that answers otherwise is not overruled: Fastify asks these of errors that it sends itself.
    const thrown = new WeakMap<FastifyReply, Answer>()
    const late = app as unknown as LateHooks // the same method, by the names of other hooks
    late.addHook('onError', (_request, reply, error, done) => {
      const answer = thrownAnswer(error)
      if (answer !== undefined) thrown.set(reply, answer)
      done()
    })
    late.addHook('onSend', (_request, reply, payload, done) => {
      const answer = thrown.get(reply)
      if (answer === undefined) return done(null, payload)
      reply.header('Content-Type', answer.headers['Content-Type'] ?? 'application/json')
      done(null, answer.body)
    })
    ready()
  }

  /** What is left to do once all that can fail is done. */
  function decided(request: FastifyRequest, reply: FastifyReply, mounted: boolean, done: () => void): Awaitable<() => void> {
    const { raw, server } = request
    tellOfUnguardedUpgrades(raw, webSocketsOf(server) === undefined ? 0 : 1)
    return andThen(decide(incomingRequest(raw, { mounted, isPublic: isPublic(request) })), (decision) => {
      if (!decision.pass) {
        const { status, body } = decision.answer
        for (const [name, value] of Object.entries(readableAcrossOrigins(decision.answer, reply))) reply.header(name, value)
        return () => reply.code(status).send(body)
      }
      leaveAuthInfo(raw, decision.context)
      const beside = decision.headers === undefined ? {} : besideOthers(decision.headers, reply)
      for (const [name, value] of Object.entries(beside)) reply.header(name, value)
      endWithToken(reply.raw, decision.context)
      const webSockets = isUpgrade(raw) ? webSocketsOf(server) : undefined
      if (webSockets !== undefined) keepCallers(webSockets)
      const context = readableWhenThrown(decision.context, reply)
      return () => runWithAuth(context, done)
    })
  }
  // Without this the hooks would end at the plugin's own scope.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/** Only the value true: what anything else means, nobody can know. */
function isPublic({ routeOptions: { config } }: FastifyRequest): boolean {
  return typeof config === 'object' && config !== null && 'public' in config && config.public === true
}

const NO_PREFIX = 'bearerAuth takes no "prefix"; register it in a scope that has one, or name paths with "protect"'

/** `@fastify/websocket` leaves its own server in the scope, and its upgrades pass the hooks of routes. */
function webSocketsOf(scope: object): WebSocketServerLike | undefined {
  return (scope as { readonly websocketServer?: WebSocketServerLike }).websocketServer
}
