/** This file ends an event stream of `node:http` and `node:http2` together with the token that opened it. */
import { isEventStream } from './event-stream.js'
import { endSocketWithToken, isUpgrade } from './upgraded.js'
import type { ServerResponse } from 'node:http'
import type { AuthContext } from '../context.js'

type Life = NonNullable<AuthContext['life']>

/** A response of `node:http2` stands on a stream, which can be answered by itself. */
interface Http2Part {
  readonly stream?: { readonly destroyed: boolean; respond?: (...all: unknown[]) => unknown }
}

/** Watches for the head of the response: what is no event stream is left alone, and costs nothing. An upgrade is followed at once. */
export function endWithToken(response: ServerResponse & Http2Part, context: AuthContext): void {
  const { req: request } = response
  if (isUpgrade(request)) return endSocketWithToken(request, request.socket, context)
  const { life } = context
  if (life === undefined) return
  life.endsWith = (close) => (isGone(response) ? close() : void response.once('close', close))
  const { writeHead, stream } = response
  response.writeHead = (...head: unknown[]): ServerResponse => {
    response.writeHead = writeHead
    const written = (writeHead as (...all: unknown[]) => ServerResponse).apply(response, head) // one of its three forms, handed on
    const type = typeInHead(head) ?? String(response.getHeader('content-type') ?? '')
    if (!isGone(response) && isEventStream(type)) follow(life, response)
    return written
  }
  if (stream?.respond === undefined) return
  const { respond } = stream
  stream.respond = (...head: unknown[]) => {
    const answered = respond.apply(stream, head)
    if (!isGone(response) && isEventStream(typeInHead(head) ?? '')) follow(life, stream as unknown as ServerResponse)
    return answered
  }
}

/** A client may leave before there is a head, and nothing would say so any more. */
function isGone(response: ServerResponse & Http2Part): boolean {
  return response.stream?.destroyed ?? response.destroyed
}

function follow(life: Life, stream: Pick<ServerResponse, 'on' | 'end'>): void {
  life.follow(() => {
    stream.on('error', () => undefined) // whoever writes on would otherwise end the process
    stream.end()
  })
}

/** The headers may be given as an object, as pairs, or as names and values in turn. */
function typeInHead(head: readonly unknown[]): string | undefined {
  const headers = head.find((part) => typeof part === 'object' && part !== null)
  if (headers === undefined) return undefined
  const pairs = Array.isArray(headers) ? inPairs(headers.flat()) : Object.entries(headers)
  return pairs.filter(([name]) => String(name).toLowerCase() === 'content-type').map(([, value]) => String(value))[0]
}

function inPairs(list: readonly unknown[]): (readonly [unknown, unknown])[] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]] as const] : []))
}
