/** This file keeps the caller with a connection that has gone over to another protocol, and ends it when its token is no longer valid. */
import { runWithAuth } from '../context.js'
import { thrownAnswer } from './thrown-answer.js'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AuthContext } from '../context.js'

/** What we need of a `WebSocket` of `ws`, so that nothing of it is imported. */
export interface WebSocketLike {
  emit(event: string | symbol, ...values: unknown[]): boolean
  close(code: number, reason: string): void
}

/** What we need of a `WebSocketServer` of `ws`. */
export interface WebSocketServerLike {
  readonly options: { readonly noServer?: unknown }
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, opened: (webSocket: WebSocketLike) => void): void
  emit(event: string | symbol, ...values: unknown[]): boolean
  prependListener(event: 'connection', listener: (webSocket: WebSocketLike, request: IncomingMessage) => void): unknown
}

interface Connection {
  readonly context: AuthContext
  /** Called when the token is no longer valid. */
  end: () => void
}

const CONNECTIONS = new WeakMap<IncomingMessage, Connection>()

/** True where Node hands the socket to a listener of `upgrade` (or of `connect`) in the place of a response. */
export function isUpgrade(message: object | undefined): message is IncomingMessage {
  return typeof message === 'object' && message !== null && 'upgrade' in message && message.upgrade === true
}

/** Remembers who opened the connection, and destroys it when the token is no longer valid. */
export function endSocketWithToken(request: IncomingMessage, socket: Duplex, context: AuthContext): void {
  const connection: Connection = { context, end: () => socket.destroy() }
  CONNECTIONS.set(request, connection)
  const { life } = context
  if (life === undefined) return
  life.endsWith = { whenOver: (close) => (socket.destroyed ? close() : void socket.once('close', close)) }
  if (!life.endsAnswers) return
  const { signal } = life
  signal.addEventListener('abort', () => connection.end(), { once: true })
  if (signal.aborted) connection.end()
}

/**
 * Does that for the upgrade that a `Request` was made of; false where it was made of none. `environment`: what the runtime
 * gave beside the request. `@hono/node-server` and `@hono/node-ws` put the message there, and the first its server too.
 */
export function endUpgradeWithToken(environment: unknown, context: AuthContext): boolean {
  const { incoming, wss } = (environment ?? {}) as { readonly incoming?: object; readonly wss?: WebSocketServerLike }
  if (!isUpgrade(incoming)) return false
  endSocketWithToken(incoming, incoming.socket, context)
  if (wss !== undefined) keepCallers(wss)
  return true
}

/**
 * Runs all listeners of a WebSocket as the caller who opened it; gives the function that runs more in this way. By itself
 * `ws` runs them in the context of whoever's work came before: mostly nobody's, with compression also another caller's,
 * since all share one queue for it (D86). What `requireAuth()` throws there closes the WebSocket.
 */
export function asCaller(webSocket: WebSocketLike, request: IncomingMessage): (work: () => boolean) => boolean {
  const connection = CONNECTIONS.get(request)
  if (connection === undefined) return (work) => work()
  const { emit } = webSocket
  let isOver = false
  const close = (status: number, reason: string): void => {
    isOver = true
    webSocket.close(CLOSE_CODES.get(status) ?? POLICY_VIOLATION, reason)
  }
  const run = (work: () => boolean): boolean => {
    try {
      return runWithAuth(connection.context, work)
    } catch (error) {
      const answer = thrownAnswer(error)
      if (answer === undefined) throw error
      close(answer.status, 'not permitted')
      return true
    }
  }
  connection.end = () => close(401, 'the access token is no longer valid')
  // Whoever does not answer the close would be heard until `ws` gives up on it.
  webSocket.emit = (event, ...values) => (isOver && event === 'message' ? false : run(() => emit.call(webSocket, event, ...values)))
  return run
}

/** Does that for all WebSockets of a server which others hand over to it. */
export function keepCallers(webSockets: WebSocketServerLike): void {
  if (KEPT.has(webSockets)) return
  KEPT.add(webSockets)
  webSockets.prependListener('connection', (webSocket, request) => void asCaller(webSocket, request))
}

const KEPT = new WeakSet<WebSocketServerLike>()

/** IANA's registry of WebSocket close codes: Unauthorized, Forbidden, Try Again Later. */
const CLOSE_CODES: ReadonlyMap<number, number> = new Map([[401, 3000], [403, 3003], [429, 1013], [503, 1013]])
// RFC 6455 section 7.4.1
const POLICY_VIOLATION = 1008
