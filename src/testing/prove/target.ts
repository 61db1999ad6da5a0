/** Recognizes what is to be proved by its shape: a URL, a `fetch`, or an app of any framework. */
import { clientOf } from '../http/client.js'
import { joined, NO_ANSWER, textOf, UNSENDABLE } from '../http/exchange.js'
import { serveApp } from '../http/server.js'
import type { RequestListener, Server } from 'node:http'
import type { Asking, Came } from '../http/exchange.js'

/** A handler of the web's own kind, as Hono, Workers, Deno, Bun and Next.js have them. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/**
 * A URL; a server or a listener of `node:http`; a `fetch` handler, or what has one (Hono, h3); Express; a Koa app or its
 * `callback()`; Fastify; a Nest app.
 */
export type ProveTarget = string | URL | object

export interface Target {
  readonly ask: Asking
  /** Where it is; for a `fetch` a name that is nowhere. */
  readonly origin: URL
  /** The path of a URL that was given, unless it is the root. */
  readonly path: string | undefined
  readonly by: 'http' | 'fetch'
  close(): Promise<void>
}

interface Shapes {
  readonly fetch?: unknown
  readonly callback?: unknown
  readonly ready?: unknown
  readonly server?: unknown
  readonly init?: unknown
  readonly getHttpServer?: unknown
  readonly getHttpAdapter?: unknown
  readonly address?: unknown
  readonly emit?: unknown
  readonly listen?: unknown
  readonly handle?: unknown
}

/** Apps listen on the loopback address while they are asked. @throws TypeError for what is none of these. */
export async function targetOf(target: ProveTarget, timeout: number): Promise<Target> {
  if (typeof target === 'string' || target instanceof URL) return atUrl(target, timeout)
  const shapes = target as Shapes // whatever it is: it is looked at below
  if (isNodeServer(target)) return ofServer(target, timeout)
  if (isFunction(shapes.ready) && typeof shapes.server === 'object' && shapes.server !== null && isNodeServer(shapes.server)) {
    await shapes.ready.call(target)
    return ofServer(shapes.server, timeout)
  }
  if (isFunction(shapes.getHttpServer) && isFunction(shapes.init)) {
    await shapes.init.call(target)
    const adapter = isFunction(shapes.getHttpAdapter) ? (shapes.getHttpAdapter.call(target) as { getInstance(): Shapes }) : undefined // Nest's
    const instance = adapter?.getInstance()
    return targetOf(isFunction(instance?.ready) ? instance : (shapes.getHttpServer.call(target) as object), timeout) // Fastify's, or a server
  }
  // Before functions: apps of Hono and h3 are objects with a fetch, and Express's have a handle.
  if (typeof target === 'object' && isFunction(shapes.fetch)) return ofFetch((request) => (shapes.fetch as FetchHandler).call(target, request), timeout)
  if (typeof target === 'object' && isFunction(shapes.callback)) return listening(shapes.callback.call(target) as RequestListener, timeout)
  if (typeof target === 'function') return target.length < 2 ? ofFetch(target as FetchHandler, timeout) : listening(target as RequestListener, timeout)
  throw new TypeError(NO_TARGET)
}

const NO_TARGET =
  'proveGuarded takes a URL, a server or a listener of node:http, a fetch handler, or an app: of Express, Hono, Fastify (the instance), Koa or Nest'

function atUrl(target: string | URL, timeout: number): Target {
  if (!URL.canParse(String(target)) || !/^https?:$/.test(new URL(target).protocol)) throw new TypeError(NO_TARGET)
  const url = new URL(target)
  const path = url.pathname === '/' ? undefined : url.pathname
  const { ask, close } = clientOf(url, timeout)
  return { ask, origin: new URL(url.origin), path, by: 'http', close: async () => close() }
}

async function listening(app: RequestListener | Server, timeout: number): Promise<Target> {
  const server = await serveApp(app)
  const client = atUrl(server.origin, timeout)
  return {
    ...client,
    async close() {
      await client.close()
      await server.close()
    },
  }
}

async function ofServer(server: Server, timeout: number): Promise<Target> {
  const address = server.address()
  if (typeof address !== 'object' || address === null) return listening(server, timeout)
  const isIpv6 = address.family === 'IPv6' && !['::', '::1'].includes(address.address)
  return atUrl(`http://${isIpv6 ? `[${address.address}]` : address.address === '::1' ? '[::1]' : '127.0.0.1'}:${address.port}`, timeout)
}

function ofFetch(handler: FetchHandler, timeout: number): Target {
  const origin = new URL('http://localhost')
  const ask: Asking = async ({ method, target, headers, body }) => {
    const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? origin.host
    let request: Request
    try {
      const url = target.startsWith('/') ? `http://${host}${target}` : target
      request = new Request(url, { method, headers: headers.map(([name, value]): [string, string] => [name, value]), ...(body !== undefined && { body }) })
    } catch {
      return UNSENDABLE
    }
    const timedOut = new Promise<Came>((resolve) => {
      AbortSignal.timeout(timeout * 1000).addEventListener('abort', () => resolve(NO_ANSWER), { once: true })
    })
    return Promise.race([answered(handler, request), timedOut])
  }
  return { ask, origin, path: undefined, by: 'fetch', close: async () => undefined }
}

async function answered(handler: FetchHandler, request: Request): Promise<Came> {
  let response: Response
  try {
    response = await handler(request)
  } catch {
    return { status: 500, headers: {}, text: '' } // as every runtime answers what a handler throws
  }
  const { status, body } = response
  const text = body === null || request.method === 'HEAD' ? '' : await textOf(body, response.headers.get('content-type') ?? '', request.method).catch(() => '')
  if (body !== null && !body.locked) await body.cancel().catch(() => undefined)
  return { status, headers: joined(response.headers), text }
}

type Callable = (...args: readonly unknown[]) => unknown

function isFunction(value: unknown): value is Callable {
  return typeof value === 'function'
}

function isNodeServer(value: object): value is Server {
  const { address, emit, listen, handle } = value as Shapes // whatever it is
  return isFunction(address) && isFunction(emit) && isFunction(listen) && !isFunction(handle)
}
