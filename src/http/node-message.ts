/** This file reads requests and sends answers of `node:http`, for the servers that are built on it. */
import { besideOthers, readableAcrossOrigins } from './cors.js'
import { bodyOfMessage } from './node-body.js'
import { authorityOf, hostAmong, pathOf } from './target.js'
import { isUpgrade } from './upgraded.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import type { GateRequest, ReadHeader } from '../gate/request/gate-request.js'

/** A message as frameworks leave it: with what the client wrote, where they have changed that. */
type Message = IncomingMessage & {
  /** The URL that the client wrote: Express, connect, Fastify and middie leave it when they change `url`. */
  readonly originalUrl?: unknown
  /** The mount that Express is in; it is taken off `url` there. */
  readonly baseUrl?: unknown
  /** The method that the client sent, by `method-override`. */
  readonly originalMethod?: unknown
  readonly stream?: { readonly endAfterHeaders?: unknown }
}

/** What a framework knows of a request beyond its message. */
interface Known extends Pick<GateRequest, 'routedPaths' | 'mounted' | 'isPublic'> {
  /** The URL that the client wrote, as far as this framework knows. */
  readonly originalUrl?: string
}

/** The message as the gate sees it. `routedPaths` and `mounted` add to what the message itself shows. */
export function incomingRequest(message: IncomingMessage, { originalUrl, routedPaths = [], mounted = false, isPublic = false }: Known = {}): GateRequest {
  const { method = '' } = message
  const header = headersOf(message)
  const names = namesOf(message, originalUrl)
  return {
    method,
    sentMethod: sentMethodOf(message),
    path: names.path,
    routedPaths: routedPaths.length === 0 ? names.routedPaths : [...names.routedPaths, ...routedPaths],
    query: queryOf(names.target, message.url ?? ''),
    header,
    host: hostAmong([authorityOf(names.target), ...header(':authority'), ...header('host')]),
    body: bodyOfMessage(message),
    hasBody: (message as Message).stream?.endAfterHeaders === false,
    source: message,
    mounted: mounted || names.mounted,
    isPublic,
    isUpgrade: isUpgrade(message),
  }
}

/** The names that one request has: the path that the client wrote, and what servers in front have made of it. */
function namesOf({ url = '/', originalUrl, baseUrl }: Message, known = url): { target: string; path: string; routedPaths: readonly string[]; mounted: boolean } {
  const target = typeof originalUrl === 'string' ? originalUrl : known
  const path = pathOf(target)
  const present = target === url ? path : pathOf(url)
  // Express keeps its mount; of any other server nobody knows whether it took a mount away or wrote another path.
  const isExpress = typeof baseUrl === 'string'
  return { target, path, routedPaths: [isExpress ? `${baseUrl}${present}` : present], mounted: isExpress ? baseUrl !== '' : present !== path }
}

/** Sends an answer, unless somebody has begun to answer already. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.headersSent) return
  response.statusCode = answer.status
  const all = readableAcrossOrigins(answer, response)
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value)
  response.end(answer.body)
}

/** Sets headers of the gate's on an answer that somebody else will give. */
export function leaveHeaders(response: ServerResponse, headers: Readonly<Record<string, string>> | undefined): void {
  if (headers === undefined || response.headersSent) return
  for (const [name, value] of Object.entries(besideOthers(headers, response))) response.setHeader(name, value)
}

// `headers` keeps the first of several; all of them are needed to see that there are several.
function headersOf(message: IncomingMessage): ReadHeader {
  const { rawHeaders = [] } = message
  return (name) => {
    let values: string[] | undefined
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const at = rawHeaders[index]
      const value = rawHeaders[index + 1]
      // Most names differ in length: no copy in small letters is made of those.
      if (value !== undefined && at?.length === name.length && at.toLowerCase() === name) (values ??= []).push(value)
    }
    if (values !== undefined || name.startsWith(':')) return values ?? NONE
    // A message that was made by hand may have no others, and middleware adds to these. They are parsed when they are first read.
    const parsed = message.headers[name]
    return parsed === undefined ? NONE : [parsed].flat()
  }
}

const NONE: readonly string[] = []

/** Of both, where something in front of the gate has changed one: the server behind reads either. */
function queryOf(...urls: readonly string[]): string {
  if (urls.every((one) => !one.includes('?'))) return ''
  return [...new Set(urls.map((one) => /\?([^#]*)/.exec(one)?.[1] ?? ''))].join('&')
}

/** The method that was really sent, as far as the message still tells. */
function sentMethodOf({ method, originalMethod, rawHeaders = [] }: Message): string | undefined {
  const pseudo = rawHeaders.indexOf(':method') // HTTP/2 puts it among the headers
  if (pseudo !== -1 && pseudo % 2 === 0) return rawHeaders[pseudo + 1]
  return typeof originalMethod === 'string' ? originalMethod : method
}
