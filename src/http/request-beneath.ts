/** This file reads a `Request` together with the message of `node:http` that a server of Node made it of. */
import { headersIn } from '../gate/request/gate-request.js'
import { bodyOf } from '../gate/request/request-body.js'
import { bodyOfMessage } from './node-body.js'
import { incomingRequest } from './node-message.js'
import { hostAmong } from './target.js'
import { messageBeneath, partsOf, webRequest } from './web-request.js'
import type { IncomingMessage } from 'node:http'
import type { GateRequest } from '../gate/request/gate-request.js'
import type { ReadBody } from '../gate/request/request-body.js'
import type { KnownBeside } from './web-request.js'

export { endBeneath } from './node-stream.js'

/**
 * `environment`: what the runtime gave beside the request. `@hono/node-server` puts the message there, so that a `Request`
 * whose mount was cut off still has its whole path.
 */
export function requestOf(request: Request, environment: unknown, known: KnownBeside = {}): GateRequest {
  const message = messageBeneath(request, environment)
  return message === undefined ? webRequest(request, known) : requestBeneath(request, message, known)
}

function requestBeneath(request: Request, message: IncomingMessage, { routedPaths = [], mounted = false }: KnownBeside): GateRequest {
  const { path, host, query } = partsOf(request.url)
  const beneath = incomingRequest(message)
  const untouched = isUntouched(request, message)
  const header = untouched ? beneath.header : headersIn(request.headers)
  return {
    method: request.method,
    sentMethod: beneath.sentMethod,
    path: beneath.path,
    routedPaths: [path, ...(beneath.routedPaths ?? []), ...routedPaths],
    query: [...new Set([query, beneath.query ?? ''])].join('&'),
    header,
    host: hostAmong([host, ...header('host')]),
    body: untouched ? bodyBeneath(request, message) : bodyOf(request),
    hasBody: beneath.hasBody,
    source: message,
    isUpgrade: beneath.isUpgrade,
    mounted: mounted || beneath.mounted === true || isCut(path, beneath.path),
  }
}

/**
 * True for the `Request` of `@hono/node-server` that nothing has been made of yet: no `Headers`, which somebody may have changed,
 * and no real `Request`, whose body others may be reading. It holds the message under a symbol of its own, and nothing under a name,
 * which would stand before what it takes from the message.
 */
function isUntouched(request: Request, message: IncomingMessage): boolean {
  if (Object.getOwnPropertyNames(request).length > 0) return false
  let holdsMessage = false
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    const value: unknown = (request as unknown as Record<symbol, unknown>)[symbol]
    if (value instanceof Headers || value instanceof Request || value instanceof ReadableStream) return false
    holdsMessage ||= value === message
  }
  return holdsMessage
}

/**
 * The body by the message, where copying the `Request` would make a real one and split its stream. Whoever is behind the
 * gate has it by `rawBody`, where hosts leave a body that they have read, or else by the stream.
 */
function bodyBeneath(request: Request, message: IncomingMessage): ReadBody {
  const host = message as object as { rawBody?: unknown }
  const copied = bodyOf(request)
  const leave = (body: Buffer): void => {
    if (body.length > 0) host.rawBody = body
  }
  const beneath = bodyOfMessage(message, { took: leave })
  return (maxBytes, rest) => {
    // What was put there is what the server behind will read; and by now somebody else may have read. Of what is too large, a
    // part is read, and the adapter gives nobody the rest of that.
    const isOpen = host.rawBody === undefined && !request.bodyUsed && !message.readableDidRead && rest === undefined
    return isOpen ? beneath(maxBytes) : copied(maxBytes, rest)
  }
}

/** True where this is the end of that, and not all of it: a mount was taken away. */
function isCut(path: string, whole: string): boolean {
  return path !== whole && (path === '/' || whole.endsWith(path))
}
