/** This file ends an event stream of `node:http` and `node:http2` together with the token that opened it. */
import { privateNotes } from '../lib/private-notes.js'
import { isEventStream } from './event-stream.js'
import { endSocketWithToken, endUpgradeWithToken, isUpgrade } from './upgraded.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthContext, Endable, EndOfAnswer } from '../context.js'

type Life = NonNullable<AuthContext['life']>

/** A response of `node:http2` stands on a stream, which can be answered by itself. */
interface Part {
  readonly destroyed: boolean
  respond?: (...all: unknown[]) => unknown
  on(event: 'error', listener: () => void): unknown
  [WATCHED]?: WatchedAnswer
}
type Answer = ServerResponse & { readonly stream?: Part; [WATCHED]?: WatchedAnswer }

const WATCHED: unique symbol = Symbol('watched')

/** Of the answer that a request waits for: a member of the response itself is dear on Express. (D122) */
const AWAITED = privateNotes<WatchedAnswer>()

/**
 * Watches for the head of the response: what is no event stream is left alone, and costs nothing. An upgrade is followed at
 * once. Each response is given the same functions: fresh ones would keep all of a request from the collector of young
 * garbage (D110).
 */
export function endWithToken(response: Answer, context: AuthContext): void {
  const { req: request } = response
  if (isUpgrade(request)) return endSocketWithToken(request, request.socket, context)
  const { life } = context
  if (life === undefined) return
  // There already, where one gate stands behind another.
  const known = watchedAnswer(response)
  const watched = known?.isOf(response) === true ? known : watch(response)
  watched.add(life)
}

function watchedAnswer(response: Answer): WatchedAnswer | undefined {
  const awaited = AWAITED.read(response.req)
  return awaited?.response === response ? awaited : (response[WATCHED] ?? awaited)
}

function watch(response: Answer): WatchedAnswer {
  const watched = new WatchedAnswer(response)
  const { req: request } = response
  if (AWAITED.read(request) === undefined) AWAITED.write(request, watched)
  // Not where the request has another response already, or may not be written on.
  if (AWAITED.read(request) !== watched) response[WATCHED] = watched
  response.writeHead = writeWatchedHead
  const { stream } = response
  if (stream?.respond === undefined) return watched
  stream.respond = respondWatched
  stream[WATCHED] = watched
  return watched
}

/**
 * Does that for what lies beneath a `Response`, a response of Node's or an upgrade; false where neither does. No other stream
 * has to stand around the handler's then. `environment`: what the runtime gave beside the request, where `@hono/node-server`
 * puts both.
 */
export function endBeneath(environment: unknown, context: AuthContext): boolean {
  if (endUpgradeWithToken(environment, context)) return true
  const { incoming, outgoing } = (environment ?? {}) as { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse }
  // One that answers another request, or has begun to, is not where this answer goes.
  if (typeof outgoing?.writeHead !== 'function' || incoming === undefined || outgoing.req !== incoming || outgoing.headersSent) return false
  endWithToken(outgoing, context)
  return true
}

/**
 * One answer, and the lives of the tokens that it must not outlive, until its head is written. It is kept for as long as the
 * stream is open: functions, and what they close over, would take four times as much room.
 */
class WatchedAnswer implements Endable, EndOfAnswer {
  readonly response: Answer
  #lives: readonly Life[] = NONE
  readonly writeHead: (...head: unknown[]) => ServerResponse
  readonly respond: ((...head: unknown[]) => unknown) | undefined

  constructor(response: Answer) {
    this.response = response
    this.writeHead = response.writeHead as WatchedAnswer['writeHead'] // one of its three forms, handed on
    this.respond = response.stream?.respond
  }

  /** True for what stands in front of the response, too: a `Proxy` has the same function. */
  isOf(response: Answer): boolean {
    return response === this.response || response.writeHead === this.response.writeHead
  }

  add(life: Life): void {
    life.endsWith = this
    if (!this.#lives.includes(life)) this.#lives = this.#lives.concat(life)
  }

  /** Ends the answer with its tokens where this is the type of an event stream. */
  follow(type: string): void {
    if (this.#isGone || !isEventStream(type)) return
    const lives = this.#lives
    this.#lives = NONE // on HTTP/2, the head of the stream comes behind that of the response
    for (const life of lives) life.follow(this)
  }

  end(): void {
    // Whoever writes on would otherwise end the process.
    for (const one of [this.response, this.response.stream]) one?.on('error', () => undefined)
    this.response.end()
  }

  whenOver(close: () => void): void {
    if (this.#isGone) close()
    else this.response.on('close', close) // which comes once, and `once` would keep two functions more
  }

  /** A client may leave before there is a head, and nothing would say so any more. */
  get #isGone(): boolean {
    return this.response.stream?.destroyed ?? this.response.destroyed
  }
}

const NONE: readonly Life[] = []

function writeWatchedHead(this: Answer, ...head: unknown[]): ServerResponse {
  const watched = watchedAnswer(this)
  if (watched === undefined) throw new TypeError('writeHead is called on another object than the response')
  // A head that cannot be written throws: there may be another.
  const written = watched.writeHead.apply(this, head)
  watched.follow(typeInHead(head) ?? String(this.getHeader('content-type') ?? ''))
  return written
}

function respondWatched(this: Part, ...head: unknown[]): unknown {
  const watched = this[WATCHED]
  const answered = watched?.respond?.apply(this, head)
  watched?.follow(typeInHead(head) ?? '')
  return answered
}

/** The headers may be given as an object, as pairs, or as names and values in turn. */
function typeInHead(head: readonly unknown[]): string | undefined {
  const headers = head.find((part) => typeof part === 'object' && part !== null)
  if (headers === undefined) return undefined
  if (Array.isArray(headers)) return inPairs(headers.flat()).filter(([name]) => isType(String(name))).map(([, value]) => String(value))[0]
  const name = Object.keys(headers).find(isType)
  return name === undefined ? undefined : String((headers as Readonly<Record<string, unknown>>)[name])
}

function isType(name: string): boolean {
  return name.length === 12 && name.toLowerCase() === 'content-type'
}

function inPairs(list: readonly unknown[]): (readonly [unknown, unknown])[] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]] as const] : []))
}
