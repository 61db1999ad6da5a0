/** Puts HTTP servers on free ports of this machine. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string
  /** Stops at once, open connections too. Does nothing the second time. */
  close(): Promise<void>
}

/** The port comes first, because a server here has to know its own URL before it can be built. */
export async function listen(build: (origin: string) => RequestListener): Promise<Listening> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const origin = `http://127.0.0.1:${port}`
  server.on('request', build(origin))
  return {
    origin,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
