import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchJson } from '../../../src/lib/net/fetch-json.js'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A real server that misbehaves in one way. */
async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const bounds = { fetch: globalThis.fetch, timeout: 2, maxBytes: 1000 }
const brief = { ...bounds, timeout: 0.1 }

describe('fetchJson', () => {
  test('reads JSON', async () => {
    const url = await serving((_, res) => res.end('{"a":"ü"}'))
    expect(await fetchJson(url, bounds)).toMatchObject({ kind: 'found', json: { a: 'ü' } })
  })

  test('nothing there is an answer too', async () => {
    const url = await serving((_, res) => res.writeHead(404).end('no'))
    expect(await fetchJson(url, bounds)).toMatchObject({ kind: 'absent' })
  })

  const faults: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['a server that never answers', () => undefined, /in time|no answer/],
    ['headers and then nothing', (_, res) => void res.writeHead(200).write('{'), /in time|broke off/],
    ['a body that drips', (_, res) => void setInterval(() => res.write(' '), 5).unref(), /in time|broke off|larger/],
    ['a connection that is cut', (req) => req.socket.destroy(), /no answer/],
    ['a body that breaks off', (_, res) => void res.writeHead(200, { 'Content-Length': '99' }).write('{}', () => res.destroy()), /broke off/],
    ['a body too large', (_, res) => res.end(' '.repeat(1001)), /larger than 1000/],
    ['a gzip bomb', (_, res) => res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(' '.repeat(1e6))), /larger than 1000/],
    ['a redirect', (_, res) => res.writeHead(302, { Location: '/elsewhere' }).end(), /answered 302/],
    ['an empty body', (_, res) => res.end(), /not JSON/],
    ['HTML', (_, res) => res.end('<p>hello</p>'), /not JSON/],
    ['a server error', (_, res) => res.writeHead(502).end(), /answered 502/],
  ]
  test.each(faults)('%s is no answer', async (_, listener, message) => {
    const url = await serving(listener)
    // Only what would never end is given little time.
    const patience = /in time/.test(message.source) ? brief : bounds
    const error = await fetchJson(url, patience).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', message: expect.stringMatching(message) })
  })

  test('a fetch that ignores its signal does not hold anybody up', async () => {
    const deaf = (): Promise<Response> => new Promise(() => undefined)
    await expect(fetchJson('https://id.example.com/', { ...brief, fetch: deaf })).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('redirects are not followed', async () => {
    const asked: string[] = []
    const url = await serving((req, res) => {
      asked.push(req.url ?? '')
      res.writeHead(307, { Location: '/elsewhere' }).end()
    })
    await fetchJson(url, bounds).catch(() => undefined)
    expect(asked).toEqual(['/'])
  })

  test('a connection that fails at once is tried once more, a slow one is not', async () => {
    let attempts = 0
    const flaky = async (): Promise<Response> => {
      attempts += 1
      if (attempts === 1) throw new TypeError('fetch failed')
      return Response.json({ a: 1 })
    }
    expect(await fetchJson('https://id.example.com/', { ...bounds, fetch: flaky })).toMatchObject({ json: { a: 1 } })
    attempts = 0
    const url = await serving(() => void (attempts += 1))
    await fetchJson(url, brief).catch(() => undefined)
    expect(attempts).toBe(1)
  })

  test('no error quotes the body', async () => {
    const url = await serving((_, res) => res.end('secret-in-the-body'))
    const error = await fetchJson(url, bounds).catch((thrown: Error) => thrown)
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('secret')
  })

  test.each([
    ['12', 12],
    ['0', undefined],
    ['-1', undefined],
    ['7200', 3600],
    ['1.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    // By the clock of the server that says so: ours may be another.
    ['Wed, 21 Oct 2026 07:28:00 GMT', 30],
    ['Wed, 21 Oct 2026 09:28:00 GMT', 3600],
    ['Wed, 21 Oct 2026 07:27:00 GMT', undefined],
  ])('Retry-After %s', async (header, expected) => {
    const url = await serving((_, res) => res.writeHead(429, { Date: 'Wed, 21 Oct 2026 07:27:30 GMT', 'Retry-After': header }).end())
    const error = await fetchJson(url, bounds).catch((thrown: unknown) => thrown)
    expect(error).toHaveProperty('retryAfter', expected)
  })
})
