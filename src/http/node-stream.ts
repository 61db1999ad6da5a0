/** This file ends an event stream of `node:http` together with the token that opened it. */
import { isEventStream } from './event-stream.js'
import type { ServerResponse } from 'node:http'
import type { AuthContext } from '../context.js'

/** Watches for the head of the response: what is no event stream is left alone, and costs nothing. */
export function endWithToken(response: ServerResponse, { life }: AuthContext): void {
  if (life === undefined) return
  const { writeHead } = response
  response.writeHead = (...head: unknown[]): ServerResponse => {
    response.writeHead = writeHead
    const written = (writeHead as (...all: unknown[]) => ServerResponse).apply(response, head) // one of its three forms, handed on
    if (!isGone(response) && isEventStream(typeInHead(head) ?? String(response.getHeader('content-type') ?? ''))) follow(response, life)
    return written
  }
}

/** A client may leave before there is a head, and nothing would say so any more. A response of `node:http2` stands on a stream. */
function isGone(response: ServerResponse & { readonly stream?: { readonly destroyed: boolean } }): boolean {
  return response.stream?.destroyed ?? response.destroyed
}

function follow(response: ServerResponse, life: NonNullable<AuthContext['life']>): void {
  const { signal } = life
  const end = (): void => {
    response.on('error', () => undefined) // whoever writes on would otherwise end the process
    response.end()
  }
  signal.addEventListener('abort', end, { once: true })
  response.once('close', () => life.close())
  if (signal.aborted) end()
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
