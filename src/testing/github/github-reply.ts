/** Answers of the stand-in, before and after they are put on the wire. */
import { sha256 } from '../../lib/digest.js'

/** An answer before it is sent. */
export interface Reply {
  readonly status: number
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** GitHub's "Basic Error". */
export function basicError(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, json: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, headers }
}

export const NOT_FOUND = basicError(404, 'Not Found')
export const BAD_CREDENTIALS = basicError(401, 'Bad credentials')

/** The same with further headers. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

/** A 304 where the one who asks knows the answer already. What is the same for two tokens has not the same tag. */
export function conditional(reply: Reply, request: Request): Reply {
  if (reply.status !== 200 || request.method !== 'GET') return reply
  const etag = `W/"${sha256(JSON.stringify([request.headers.get('authorization'), reply.json]))}"`
  const isKnown = request.headers.get('if-none-match') === etag
  return withHeaders(isKnown ? { ...(reply.headers && { headers: reply.headers }), status: 304 } : reply, { ETag: etag })
}

export function responseOf({ status, json, headers = {} }: Reply): Response {
  if (json === undefined) return new Response(null, { status, headers })
  return new Response(JSON.stringify(json), { status, headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers } })
}
