/** Sends requests that no `fetch` would write: odd targets, two headers of one name, upgrades. */
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { joined, NO_ANSWER, textOf, UNSENDABLE } from './exchange.js'
import type { ClientRequest } from 'node:http'
import type { Asking, Came, Sent } from './exchange.js'

/** `timeout` in seconds, for each answer. */
export function askingAt(origin: URL, timeout: number): Asking {
  return (sent) =>
    new Promise((resolve) => {
      const outgoing = begun(origin, sent, timeout)
      if (outgoing === undefined) return resolve(UNSENDABLE)
      outgoing.on('error', () => resolve(NO_ANSWER))
      outgoing.on('upgrade', ({ rawHeaders }, socket) => {
        socket.destroy()
        resolve({ status: 101, headers: joined(pairs(rawHeaders)), text: '' })
      })
      outgoing.on('response', (incoming) => {
        const { statusCode: status = 0, rawHeaders } = incoming
        const headers = joined(pairs(rawHeaders))
        const came = (text: string): Came => ({ status, headers, text })
        textOf(incoming, headers['content-type'] ?? '', sent.method).then(
          (text) => (outgoing.destroy(), resolve(came(text))),
          () => resolve(came('')),
        )
      })
      outgoing.end(sent.body)
    })
}

function begun(origin: URL, { method, target, headers, body }: Sent, timeout: number): ClientRequest | undefined {
  const begin = origin.protocol === 'https:' ? overHttps : overHttp
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  const length = method === 'GET' || method === 'HEAD' ? [] : ['Content-Length', String(Buffer.byteLength(body ?? ''))]
  const lines = [...(names.has('host') ? [] : ['Host', origin.host]), ...headers.flat(), ...length, ...(names.has('connection') ? [] : ['Connection', 'close'])]
  const { hostname, port } = origin
  const host = hostname.replace(/^\[|\]$/g, '')
  try {
    return begin({ host, port, method, path: target, headers: lines, agent: false, signal: AbortSignal.timeout(timeout * 1000) })
  } catch {
    return undefined // a character that Node does not write
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []))
}
