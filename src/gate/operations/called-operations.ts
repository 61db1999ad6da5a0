/** Which operations a request calls: the JSON-RPC messages of its body, and nothing that a header says of them. */
import { errorAnswer, jsonAnswer } from '../../answer.js'
import { ownProperty } from '../../lib/own-property.js'
import { andThen } from '../../lib/awaitable.js'
import { isWithin } from '../../lib/json-size.js'
import { operationOf } from './operations.js'
import type { Answer } from '../../answer.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { JsonSize } from '../../lib/json-size.js'
import type { Operation } from './operations.js'
import type { GateRequest } from '../request/gate-request.js'
import type { RequestBody } from '../request/request-body.js'

/** In bytes. Servers of MCP take about as much. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The operations, or the answer for a body that cannot be read as the server behind will read it. Headers that name an
 * operation are for those on the way: they must say what the body says (MCP 2026-07-28, Streamable HTTP). `rest`: of a body
 * that is too large, for a request that passes all the same.
 */
export function calledOperations(request: GateRequest, rest?: 'kept'): Awaitable<readonly Operation[] | Answer> {
  const { method, body } = request
  if (body === undefined && BODYLESS.has(method)) return []
  if (body === undefined) throw new TypeError('"operations" needs the body of the request: give the gate a "body"')
  return andThen(body(MAX_BYTES, rest), (found) => operationsIn(found, request))
}

function operationsIn(found: RequestBody, { method, header }: GateRequest): readonly Operation[] | Answer {
  if ('problem' in found) return found.problem === 'too large' ? TOO_LARGE : UNREADABLE
  if (!('text' in found)) return operationsOf(found.parsed, header)
  if (found.text === '' && BODYLESS.has(method)) return []
  if (!isPlainJson(header)) return UNREADABLE
  return isWithin(found.text, MODEST) ? operationsOf(parsed(found.text), header) : TOO_MUCH
}

function operationsOf(message: unknown, header: GateRequest['header']): readonly Operation[] | Answer {
  if (message === undefined) return UNREADABLE
  const messages: readonly unknown[] = Array.isArray(message) ? message : [message]
  if (messages.length > MAX_MESSAGES) return TOO_MUCH
  if (messages.some(hasPrototype)) return UNREADABLE
  const operations: Operation[] = []
  for (const one of messages) {
    const operation = operationOf(one)
    if (operation !== undefined) operations.push(operation)
  }
  if (!operations.every(isCheap)) return TOO_MUCH
  return agrees(operations, header) ? operations : mismatch(message)
}

/** One that comes all the same is read all the same: the server behind may not look at the method. */
const BODYLESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/** Messages of a batch (MCP 2025-03-26). */
const MAX_MESSAGES = 100

/** Of a body: 4 MiB of brackets would take a second to parse. */
const MODEST: JsonSize = { depth: 64, members: 100_000 }

/** Characters. */
const MAX_NAME = 1_024
const MAX_URI = 4_096
/** Of DNS, in ASCII. A parser of URLs takes time by the square of a longer one. */
const MAX_HOST = 255

/** Whether what is named may be looked at: nothing has read it yet. */
function isCheap({ names, uris }: Operation): boolean {
  return names.every((name) => name.length <= MAX_NAME) && uris.every((uri) => uri.length <= MAX_URI && hostIn(uri).length <= MAX_HOST)
}

/** What a parser of URLs takes for user and host, of the schemes whose hosts it normalizes. It leaves tabs and line ends out. */
function hostIn(uri: string): string {
  return /^[\0- ]*(?:https?|wss?|ftp|file):[\\/]*([^\\/?#]*)/i.exec(uri.replace(/[\t\n\r]/g, ''))?.[1] ?? ''
}

/** False where a parser behind could decompress or decode it into something else. */
function isPlainJson(header: GateRequest['header']): boolean {
  const [type = '', ...others] = header('content-type')
  const encoding = header('content-encoding').join()
  return others.length === 0 && (type === 'application/json' || JSON_TYPE.test(type)) && (encoding === '' || encoding.toLowerCase() === 'identity')
}

/** All of it, and nothing beside: parsers differ about quotes and about two charsets, and Express takes UTF-7. */
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i

/** True where a server behind may find a name that is not there: zod before 4.4 makes a prototype of such a member. */
function hasPrototype(message: unknown): boolean {
  const params = ownProperty(message, 'params')
  const isIn = (place: unknown): boolean => ownProperty(place, '__proto__') !== undefined
  return isIn(message) || isIn(params) || isIn(ownProperty(params, 'ref'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function agrees(operations: readonly Operation[], header: GateRequest['header']): boolean {
  const methods = header('mcp-method')
  const names = header('mcp-name')
  if (methods.length === 0 && names.length === 0) return true // as clients before MCP 2026-07-28
  if (methods.length > 1 || names.length > 1) return false
  const [method] = methods
  const [name] = names.map(named)
  return operations.every((operation) => {
    if (method !== undefined && operation.method !== method) return false
    return name === undefined || operation.names.length + operation.uris.length === 0 || isNamed(operation, name)
  })
}

/** True where the body says this, or what a server may read it as. */
function isNamed({ names, uris }: Operation, name: string): boolean {
  return names.includes(name) || uris.includes(name)
}

/** SEP-2243: what is no plain ASCII is written in Base64. */
function named(value: string): string {
  const encoded = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?)\?=$/.exec(value)?.[1]
  return encoded === undefined ? value : new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)))
}

const refusal = (status: number, description: string): Answer => errorAnswer(status, 'invalid_request', description, {})
const TOO_LARGE = refusal(413, 'The body is too large')
const TOO_MUCH = refusal(400, 'The body is deeper, or holds more, or names something longer, than any call has need of')
const UNREADABLE = refusal(400, 'The body must be application/json in UTF-8, not compressed')

/** In JSON-RPC, as from the server behind: clients of MCP know what is wrong by the code, and their request by its id. */
function mismatch(message: unknown): Answer {
  const id = ownProperty(message, 'id')
  const known = typeof id === 'string' || typeof id === 'number'
  return jsonAnswer(400, { jsonrpc: '2.0', ...(known && { id }), error: { code: HEADER_MISMATCH, message: DISAGREES } })
}

// MCP 2026-07-28, error codes.
const HEADER_MISMATCH = -32_020
const DISAGREES = 'The headers Mcp-Method and Mcp-Name must say what the body says'
