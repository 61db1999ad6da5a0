/** Puts a stand-in of GitHub on a free port of this machine, as if it were a GitHub Enterprise Server. */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitHubServer {
  /** For the option of the same name. */
  readonly apiBaseUrl: string
  /** Stops at once, open connections too. */
  close(): Promise<void>
}

type Answer = (request: Request) => Promise<Response | 'silence' | 'cut'>

export async function listen(answer: Answer): Promise<GitHubServer> {
  const server = createServer((request, response) => void serve(request, response, answer))
  server.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    apiBaseUrl: `http://127.0.0.1:${port}/api/v3`,
    async close() {
      if (!server.listening) return
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): Promise<void> {
  const { method = 'GET', headers, url = '/' } = incoming
  const body = await buffer(incoming)
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
  const request = new Request(`http://${headers.host ?? '127.0.0.1'}${url}`, { method, headers: given, ...(body.length > 0 && { body }) })
  const response = await answer(request)
  if (response === 'silence') return
  if (response === 'cut') return void incoming.socket.destroy()
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}
