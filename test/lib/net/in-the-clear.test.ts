/** What is asked of other servers: a body that nobody has to decompress. */
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchText } from '../../../src/lib/net/fetch-text.js'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

type Bytes = Uint8Array<ArrayBuffer>

let server: Server
const asked: (string | undefined)[] = []

beforeEach(async () => {
  asked.length = 0
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  server = createServer((request, response) => {
    asked.push(request.headers['accept-encoding'] as string | undefined) // one text, by Node
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
})
afterEach(() => new Promise((done) => (server.closeAllConnections(), server.close(done))))

test('asks for no compression, and cuts off what is compressed all the same', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  let bytes = 0
  const counting: typeof globalThis.fetch = async (...call) => {
    const { status, headers, body } = await globalThis.fetch(...call)
    const counter = new TransformStream<Bytes, Bytes>({
      transform(part, out) {
        bytes += part.byteLength
        out.enqueue(part)
      },
    })
    const counted = body?.pipeThrough(counter)
    return new Response(counted ?? null, { status, headers })
  }
  await expect(fetchText(url, { fetch: counting, timeout: 30, maxBytes: 65_536 })).rejects.toThrow(/larger than 65536 bytes/)
  expect(asked).toEqual(['identity'])
  expect(bytes).toBeLessThan(1024 * 1024)
})
