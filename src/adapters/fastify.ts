/** This file is the gate for Fastify, as a plugin. */
import { runWithAuth } from '../context.js'
import { leaveAuthInfo } from '../http/auth-info.js'
import { besideOthers, readableAcrossOrigins, readableWhenThrown } from '../http/cors.js'
import { gateOf } from '../gate/gate.js'
import { endWithToken } from '../http/node-stream.js'
import { incomingRequest } from '../http/node-message.js'
import { tellOfUnguardedUpgrades } from '../http/unguarded-upgrades.js'
import { isUpgrade, keepCallers } from '../http/upgraded.js'
import { wrongServer } from '../http/wrong-server.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'
import type { WebSocketServerLike } from '../http/upgraded.js'

/** What we need of Fastify, so that nothing of it is imported. */
interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly routeOptions: { readonly config?: unknown }
  /** The scope of the route. `@fastify/websocket` leaves its own server there, and its upgrades pass the hooks of routes. */
  readonly server: { readonly websocketServer?: WebSocketServerLike }
}
interface FastifyReply {
  readonly raw: ServerResponse
  code(status: number): FastifyReply
  header(name: string, value: string): FastifyReply
  getHeader(name: string): unknown
  send(body: string): FastifyReply
}
type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void
interface FastifyInstance {
  readonly prefix: string
  addHook(name: 'onRequest', hook: Hook): unknown
}

/**
 * `await app.register(bearerAuth(provider, { resource }))` guards all routes of the scope it is registered in, but for
 * those that say `{ config: { public: true } }`. Handlers find the caller through `getAccessToken()` and `requireAuth()`;
 * MCP transports find `request.raw.auth`.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const gate = gateOf(provider, options)

  function plugin(app: FastifyInstance, { prefix }: { prefix?: string }, ready: (error?: Error) => void): void {
    if (typeof app.addHook !== 'function') throw wrongServer('fastify')
    // Fastify ignores a prefix for a plugin that keeps its parent's scope, and nothing below it would be guarded.
    if (prefix !== undefined) return ready(new TypeError(NO_PREFIX))
    const mounted = app.prefix !== ''
    app.addHook('onRequest', (request, reply, done) => {
      decided(request, reply, mounted, done).then((proceed) => proceed(), done)
    })
    ready()
  }

  /** What is left to do once all that can fail is done. */
  async function decided(request: FastifyRequest, reply: FastifyReply, mounted: boolean, done: () => void): Promise<() => void> {
    const { raw, server } = request
    tellOfUnguardedUpgrades(raw, server.websocketServer === undefined ? 0 : 1)
    const alreadySet = (name: string): unknown => reply.getHeader(name)
    const decision = await gate({ ...incomingRequest(raw, { mounted }), isPublic: isPublic(request) })
    if (!decision.pass) {
      const { status, body } = decision.answer
      for (const [name, value] of Object.entries(readableAcrossOrigins(decision.answer, alreadySet))) reply.header(name, value)
      return () => reply.code(status).send(body)
    }
    leaveAuthInfo(raw, decision.context)
    for (const [name, value] of Object.entries(besideOthers(decision.headers ?? {}, alreadySet))) reply.header(name, value)
    endWithToken(reply.raw, decision.context)
    if (isUpgrade(raw) && server.websocketServer !== undefined) keepCallers(server.websocketServer)
    const context = readableWhenThrown(decision.context, alreadySet)
    return () => runWithAuth(context, done)
  }
  // Without this the hooks would end at the plugin's own scope.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/** Only the value true: what anything else means, nobody can know. */
function isPublic({ routeOptions: { config } }: FastifyRequest): boolean {
  return typeof config === 'object' && config !== null && 'public' in config && config.public === true
}

const NO_PREFIX = 'bearerAuth takes no "prefix"; register it in a scope that has one, or name paths with "protect"'
