/** Reads requests and sends answers of `node:http`, for the servers that are built on it. */
import { readableAcrossOrigins } from './cors.js'
import { bodyOfMessage } from './node-body.js'
import { isUpgrade } from './upgraded.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import type { ReadHeader } from '../gate/request/read-header.js'
import type { GateRequest } from '../gate/request/gate-request.js'

/** `url` as the client wrote it, `routedUrl` as the server reads it, `mounted` as in `GateRequest`. */
export function incomingRequest(message: IncomingMessage, url: string, routedUrl: string, mounted: boolean): GateRequest {
  const { method = '' } = message
  const header = headersOf(message)
  const [path, routedPath] = [pathOf(url), pathOf(routedUrl)]
  return {
    method,
    path,
    routedPath,
    query: queryOf(url, routedUrl),
    header,
    host: hostIn(header),
    body: bodyOfMessage(message),
    source: message,
    mounted,
    isUpgrade: isUpgrade(message),
  }
}

/** Sends an answer, unless somebody has begun to answer already. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent) return
  response.statusCode = status
  const all = readableAcrossOrigins(headers, (name) => response.getHeader(name))
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value)
  response.end(body)
}

// `headers` keeps the first of several; all of them are needed to see that there are several.
function headersOf({ rawHeaders = [], headers }: IncomingMessage): ReadHeader {
  return (name) => {
    const values = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
    // A message that was made by hand may have no others.
    return values.length > 0 ? values : [headers[name] ?? []].flat()
  }
}

/** HTTP/2 has one name in the place of the other. Who says two things is of neither: the server behind may read the other one. */
function hostIn(header: ReadHeader): string | undefined {
  const [host, ...others] = new Set([...header(':authority'), ...header('host')])
  return others.length === 0 ? host : undefined
}

/** Of both, where something in front of the gate has changed one: the server behind reads either. */
function queryOf(url: string, routedUrl: string): string {
  return [...new Set([url, routedUrl].map((one) => /\?([^#]*)/.exec(one)?.[1] ?? ''))].join('&')
}

function pathOf(url: string): string {
  // RFC 9112 section 3.2.2: the request line may hold a whole URL. `new URL` would resolve its dots, which routers do not.
  const path = url.replace(/^https?:\/\/[a-z0-9._-]+(:\d+)?(?=\/)/i, '')
  // Routers and `new URL` cut anything else in ways of their own: it stays whole, and is read with suspicion.
  return path.startsWith('/') ? path.replace(/[?#].*$/s, '') : path
}
