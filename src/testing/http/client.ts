/** Sends requests that no `fetch` would write: odd targets, two headers of one name, upgrades. */
import { Agent, request as overHttp } from 'node:http'
import { Agent as TlsAgent, request as overHttps } from 'node:https'
import { joined, NO_ANSWER, textOf, UNSENDABLE } from './exchange.js'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Asking, Came, Sent } from './exchange.js'

export interface Client {
  readonly ask: Asking
  /** Lets go of connections. */
  close(): void
}

/** `timeout` in seconds, for each answer. */
export function clientOf(origin: URL, timeout: number): Client {
  const isTls = origin.protocol === 'https:'
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const request = isTls ? overHttps : overHttp
  const begin = (sent: Sent): ClientRequest => request({ ...optionsOf(origin, sent), agent, signal: AbortSignal.timeout(timeout * 1000) })
  const ask: Asking = (sent) =>
    new Promise((resolve) => {
      let outgoing: ClientRequest
      try {
        outgoing = begin(sent)
      } catch {
        return resolve(UNSENDABLE) // a character that Node does not write
      }
      outgoing.on('error', (error) => {
        // The server may close a connection just when it is used again, as Node's documentation of reusedSocket has it.
        const isStale = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        resolve(isStale ? ask(sent) : NO_ANSWER)
      })
      outgoing.on('upgrade', ({ rawHeaders }, socket) => {
        socket.destroy()
        resolve({ status: 101, headers: joined(pairs(rawHeaders)), text: '' })
      })
      outgoing.on('response', (incoming) => resolve(cameOf(incoming, sent.method)))
      outgoing.end(sent.body)
    })
  return { ask, close: () => agent.destroy() }
}

async function cameOf(incoming: IncomingMessage, method: string): Promise<Came> {
  const { statusCode: status = 0, rawHeaders } = incoming
  const headers = joined(pairs(rawHeaders))
  const text = await textOf(incoming, headers['content-type'] ?? '', method).catch(() => '')
  if (!incoming.complete) incoming.destroy() // an event stream goes on
  return { status, headers, text }
}

function optionsOf({ host, hostname, port }: URL, { method, target, headers, body }: Sent): RequestOptions {
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host')
  const length = method === 'GET' || method === 'HEAD' ? [] : ['Content-Length', String(Buffer.byteLength(body ?? ''))]
  const lines = [...(hasHost ? [] : ['Host', host]), ...headers.flat(), ...length]
  return { host: hostname.replace(/^\[|\]$/g, ''), port, method, path: target, headers: lines }
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []))
}
