/** This file is the gate for the event `upgrade` of `node:http`, which does not come to the listener of requests. */
import { ServerResponse } from 'node:http'
import { runWithAuth } from '../context.js'
import { gateOf } from '../gate/gate.js'
import { leaveAuthInfo } from './auth-info.js'
import { incomingRequest, sendAnswer } from './node-message.js'
import { thrownAnswer } from './thrown-answer.js'
import { asGuarded } from './unguarded-upgrades.js'
import { asCaller, endSocketWithToken } from './upgraded.js'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Answer } from '../answer.js'
import type { AuthContext } from '../context.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'
import type { WebSocketServerLike } from './upgraded.js'

/**
 * A listener of the event `upgrade`. It may give the `WebSocketServer` that is to take the socket, where there are several:
 * `({ url }) => (url === '/a' ? webSocketsA : webSocketsB)`.
 */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown

/**
 * `server.on('upgrade', guardUpgrade(provider, { resource })(webSockets))`, where `webSockets` is a
 * `new WebSocketServer({ noServer: true })` of `ws`, or a listener of your own. Guards as `bearerAuth` does, which sees no
 * upgrades; a refusal is sent as an HTTP response, and the socket is closed. `getAccessToken()` knows the caller in the
 * listener, in listeners of `connection`, and in those of each WebSocket. The connection ends when its token is no longer
 * valid: a WebSocket is closed with 3000, any other socket is destroyed. Do NOT call `handleUpgrade` in a listener yourself:
 * the messages then come in whatever context `ws` was in, with compression also in that of another caller.
 *
 * `operations` are NOT looked at: they are in messages that no gate reads. HTTP/2 has no upgrades, and its extended
 * CONNECT (RFC 8441) is not served.
 *
 * @throws TypeError for an option that is wrong; says what to write instead.
 */
export function guardUpgrade(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  if (options?.operations !== undefined) throw new TypeError(NO_OPERATIONS)
  const gate = gateOf(provider, options)
  return (handler: UpgradeListener | WebSocketServerLike): UpgradeListener => {
    const listener = listenerOf(handler)
    return asGuarded(async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
      // Node has taken its own listener away, and a client that breaks off would end the process.
      socket.on('error', () => socket.destroy())
      const context = await admitted(gate, request, socket)
      if (context !== undefined && !socket.destroyed) await handOver(listener, context, request, socket, head)
    })
  }
}

/** The context to run the listener in, or undefined where the request was answered. */
async function admitted(gate: Gate, request: IncomingMessage, socket: Duplex): Promise<AuthContext | undefined> {
  try {
    const decision = await gate(incomingRequest(request))
    if (!decision.pass) return refuse(request, socket, decision.answer)
    leaveAuthInfo(request, decision.context)
    endSocketWithToken(request, socket, decision.context)
    return decision.context
  } catch (error) {
    // The gate has told of a provider's bug already, and keeps it as the cause.
    if (error instanceof Error && error.cause === undefined) process.emitWarning(error)
    return refuse(request, socket, { status: 500, headers: {}, body: '' })
  }
}

async function handOver(listener: UpgradeListener, context: AuthContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const written = bytesWritten(socket)
  try {
    await runWithAuth(context, () => listener(request, socket, head))
  } catch (error) {
    const answer = thrownAnswer(error)
    if (answer !== undefined && bytesWritten(socket) === written) return refuse(request, socket, answer)
    socket.destroy()
    if (answer === undefined) throw error
  }
}

/** Sends the answer as a response, and closes the socket: for the server it is no connection for requests any more. */
function refuse(request: IncomingMessage, socket: Duplex, answer: Answer): undefined {
  // An answer to an earlier request is still on its way, and ours would land in it.
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name for it, and the only place that tells
  const isBusy = '_httpMessage' in socket && Boolean(socket._httpMessage)
  if (isBusy || !socket.writable) return void socket.destroy()
  const response = new ServerResponse(request)
  response.setHeader('Connection', 'close')
  response.once('finish', () => socket.end(() => socket.destroy()))
  response.assignSocket(socket as Socket) // all that it needs is a stream
  sendAnswer(response, answer)
}

function bytesWritten(socket: Duplex): unknown {
  return 'bytesWritten' in socket ? socket.bytesWritten : undefined
}

function listenerOf(handler: UpgradeListener | WebSocketServerLike): UpgradeListener {
  if (isWebSocketServer(handler)) {
    const webSockets = withoutServer(handler)
    return (...upgrade) => open(webSockets, ...upgrade)
  }
  if (typeof handler !== 'function') throw new TypeError(NO_HANDLER)
  return async (...upgrade) => {
    const chosen = await handler(...upgrade)
    if (isWebSocketServer(chosen)) open(withoutServer(chosen), ...upgrade)
  }
}

function open(webSockets: WebSocketServerLike, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    asCaller(webSocket, request)(() => webSockets.emit('connection', webSocket, request))
  })
}

function isWebSocketServer(value: unknown): value is WebSocketServerLike {
  return typeof value === 'object' && value !== null && 'handleUpgrade' in value
}

function withoutServer(webSockets: WebSocketServerLike): WebSocketServerLike {
  if (webSockets.options?.noServer === true) return webSockets
  throw new TypeError(OWN_SERVER)
}

const NO_HANDLER =
  'guardUpgrade wraps a listener of "upgrade" or a WebSocketServer of ws: ' +
  "server.on('upgrade', guardUpgrade(auth)(new WebSocketServer({ noServer: true })))"
const OWN_SERVER = 'the WebSocketServer would answer upgrades by itself, past the gate: make it with { noServer: true } and no server or port'
const NO_OPERATIONS =
  'guardUpgrade cannot look at "operations", which are in messages behind the upgrade; leave it out, and ask in the handler: requireAuth(\'notes:write\')'
