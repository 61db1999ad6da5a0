/** Asks a server under test as a client would, odd targets and doubled headers included. Loopback only. */
import { Agent, request } from 'node:http'
import { parseChallenge } from './challenge-parser.js'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Challenge } from './challenge-parser.js'

export interface Asked {
  /** Default: POST. */
  readonly method?: string
  /** As it stands in the request line. Default: `/mcp`. */
  readonly target?: string
  /** An array is sent as several headers of the same name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

export interface Answered {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body, where it is JSON. */
  readonly json: any // whatever the test says that it is
  /** The challenge, where there is one; one that does not parse is thrown. */
  readonly challenge: Challenge | undefined
}

export type Ask = (asked?: Asked) => Promise<Answered>

export interface Running {
  readonly ask: Ask
  /** Where it is, for clients of their own. */
  readonly origin: string
  close(): Promise<void>
}

/** Headers up to this many bytes get through to the servers under test. */
export const MAX_HEADER = 256 * 1024

/** Starts a server on a free port of this machine. */
export async function listen(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const asking = askingAt(port)
  return {
    ...asking,
    close: async () => {
      await asking.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asks a server that others have started. */
export function askingAt(port: number): Running {
  const agent = new Agent({ keepAlive: true })
  const ask: Ask = ({ method = 'POST', target = '/mcp', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]))
      if (body !== undefined && !lines.some((line, index) => index % 2 === 0 && line.toLowerCase() === 'content-type')) lines.push('Content-Type', 'application/json')
      if (method !== 'GET' && method !== 'HEAD') lines.push('Content-Length', String(Buffer.byteLength(body ?? '')))
      const outgoing = request({ host: '127.0.0.1', port, agent, method, path: target, headers: ['Host', `127.0.0.1:${port}`, ...lines] })
      outgoing.on('error', (error) => {
        // The server may close a connection just when it is used again, as Node's documentation of reusedSocket has it.
        if (outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(ask({ method, target, headers, ...(body !== undefined && { body }) }))
        else reject(error)
      })
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('error', reject)
        incoming.on('data', (chunk: Buffer) => void chunks.push(chunk))
        incoming.on('end', () => resolve(answered(incoming.statusCode ?? 0, pairs(incoming.rawHeaders), Buffer.concat(chunks).toString())))
      })
      outgoing.end(body)
    })
  return {
    ask,
    origin: `http://127.0.0.1:${port}`,
    close: async () => agent.destroy(),
  }
}

/** Asks a fetch handler without a socket. What runtimes do is done here: 500 for what it throws, and no body for HEAD. */
export function askingDirectly(handler: (request: Request) => Response | Promise<Response>): Ask {
  return async ({ method = 'POST', target = '/mcp', headers = {}, body } = {}) => {
    const list = new Headers()
    for (const [name, values] of Object.entries(headers)) for (const value of [values].flat()) list.append(name, value)
    // As every server says of a body that came.
    if (body !== undefined) for (const [name, value] of Object.entries({ 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) })) list.set(name, value)
    const url = new URL(target.startsWith('/') ? `http://localhost${target}` : target)
    url.username = '' // no Request has one
    const request = new Request(url, { method, headers: list, ...(body !== undefined && { body }) })
    let response: Response
    try {
      response = await handler(request)
    } catch {
      return answered(500, [], '')
    }
    return answered(response.status, [...response.headers], method === 'HEAD' ? '' : await response.text())
  }
}

function answered(status: number, headers: readonly (readonly [string, string])[], text: string): Answered {
  const byName: Record<string, string> = {}
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    byName[lower] = lower in byName ? `${byName[lower]}, ${value}` : value
  }
  const challenge = byName['www-authenticate']
  return {
    status,
    headers: byName,
    text,
    json: byName['content-type']?.startsWith('application/json') && text !== '' ? JSON.parse(text) : undefined,
    challenge: challenge === undefined ? undefined : parseChallenge(challenge),
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []))
}
