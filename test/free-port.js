/**
 * Finds a port for a server that cannot find one itself: below those that systems hand out, so that nobody who asks for any
 * port, and no connection, is given it before the server has it.
 */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of the loopback address that nobody listens at. */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_768)
    const server = createServer().listen(port, '127.0.0.1')
    const listens = await once(server, 'listening').then(() => true, () => false)
    if (!listens) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
