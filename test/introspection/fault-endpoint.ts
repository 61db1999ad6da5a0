/** A real authorization server on loopback that answers questions about tokens, or breaks in the way it is told to. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Question {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: URLSearchParams
}

export type Respond = (response: ServerResponse, question: Question) => void

export interface FaultEndpoint {
  readonly issuer: string
  readonly endpoint: string
  /** Everything that was asked of the endpoint. */
  readonly questions: Question[]
  /** Paths of all other requests. */
  readonly others: string[]
  /** Questions that are being answered, and the most there were at once. */
  readonly load: { now: number; most: number }
  /** How the endpoint answers from now on. */
  answer(respond: Respond | object): void
  /** How another path is answered. */
  at(path: string, respond: Respond | object): void
  close(): Promise<void>
}

export async function faultEndpoint(): Promise<FaultEndpoint> {
  const questions: Question[] = []
  const others: string[] = []
  const load = { now: 0, most: 0 }
  const places = new Map<string, Respond>()
  const server: Server = createServer((request, response) => void serve(request, response))
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? ''
    const isQuestion = path === '/introspect'
    if (isQuestion) load.most = Math.max(load.most, (load.now += 1))
    if (isQuestion) response.on('close', () => void (load.now -= 1))
    const question = { path, headers: request.headers, body: new URLSearchParams(await text(request).catch(() => '')) }
    if (isQuestion) questions.push(question)
    else others.push(path)
    const respond = places.get(path)
    if (respond === undefined) response.writeHead(404).end()
    else respond(response, question)
  }
  server.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
  const at = (path: string, respond: Respond | object): void => void places.set(path, typeof respond === 'function' ? (respond as Respond) : json(respond))
  at('/.well-known/openid-configuration', { issuer, introspection_endpoint: `${issuer}/introspect`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` })
  return {
    ...{ issuer, endpoint: `${issuer}/introspect`, questions, others, load, at },
    answer: (respond) => at('/introspect', respond),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** An answer as it should be. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Respond {
  return (response) => void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** An answer of any kind. */
export function raw(body: string | Buffer, type: string, status = 200, headers: Record<string, string> = {}): Respond {
  return (response) => void response.writeHead(status, { 'Content-Type': type, ...headers }).end(body)
}
