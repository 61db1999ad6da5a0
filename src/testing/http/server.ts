/** Puts a server for tests on a free port of this machine. */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answering } from './answering.js'

export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** Stops at once, open connections too. Does nothing the second time. */
  close(): Promise<void>
}

/** Listens on the loopback address only. `port`: 0 for any that is free. */
export async function serve(answering: Answering, port = 0): Promise<TestServer> {
  return listening(createServer((request, response) => void answer(request, response, answering).catch(() => fail(response))), port)
}

/** Puts an app of `node:http` on a free port; a server that does not listen itself is handed the requests, and stays as it is. */
export async function serveApp(app: RequestListener | Server): Promise<TestServer> {
  if (typeof app === 'function') return listening(createServer(app), 0)
  const server = createServer((request, response) => void app.emit('request', request, response))
  // Node treats a request for an upgrade as any other where nobody listens for it.
  if (app.listenerCount('upgrade') > 0) server.on('upgrade', (request, socket, head) => void app.emit('upgrade', request, socket, head))
  return listening(server, 0)
}

async function listening(server: Server, port: number): Promise<TestServer> {
  server.listen(port, '127.0.0.1')
  await new Promise((ready, failed) => server.once('listening', ready).once('error', failed))
  const address = server.address() as AddressInfo // a TCP server that listens has one
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      if (!server.listening) return
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, answering: Answering): Promise<void> {
  const { method = 'GET', headers, url = '/' } = incoming
  const sent = await buffer(incoming)
  const body = method === 'GET' || method === 'HEAD' ? '' : sent // a Request refuses it there
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
  const request = new Request(`http://${headers.host ?? '127.0.0.1'}${url}`, { method, headers: given, ...(body.length > 0 && { body }) })
  const response = await answering(request)
  if (response === 'silence') return
  if (response === 'cut') return void incoming.socket.destroy()
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

// Requests that no Request can be made of, such as TRACE: the tests go on.
function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(500).end()
}
