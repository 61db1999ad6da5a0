/** This file reads a `Request`, and finds what of `node:http` lies beneath it. */
import { headersIn } from '../gate/request/gate-request.js'
import { bodyOf } from '../gate/request/request-body.js'
import { authorityOf, hostAmong } from './target.js'
import type { IncomingMessage } from 'node:http'
import type { GateRequest } from '../gate/request/gate-request.js'

/** What the server knows beyond the `Request`, as in `GateRequest`. */
export type KnownBeside = Partial<Pick<GateRequest, 'routedPaths' | 'mounted'>>

/** A `Request` by itself. */
export function webRequest(request: Request, { routedPaths = [], mounted = false }: KnownBeside = {}): GateRequest {
  const { path, host, query } = partsOf(request.url)
  const header = headersIn(request.headers)
  return {
    ...{ method: request.method, path, query, header, mounted },
    routedPaths: [path, ...routedPaths],
    host: hostAmong([host, ...header('host')]),
    body: bodyOf(request),
    source: request,
  }
}

/** Never what a router might take for an open path, where this is no URL: the host that cannot be is for the gate to refuse. */
export function partsOf(url: string): { readonly path: string; readonly host: string; readonly query: string } {
  if (!URL.canParse(url)) return { path: '/%', host: authorityOf(url) ?? '/', query: '' }
  const { pathname: path, host, search } = new URL(url)
  return { path, host, query: search.slice(1) }
}

/** The message of `node:http`, where `@hono/node-server` or srvx (h3 2) made the request of one. */
export function messageBeneath(request: Request, environment: unknown): IncomingMessage | undefined {
  const { runtime } = request as { readonly runtime?: { readonly node?: { readonly req?: unknown } } }
  const candidates = [(environment as { readonly incoming?: unknown } | null | undefined)?.incoming, runtime?.node?.req]
  return candidates.find((one): one is IncomingMessage => typeof one === 'object' && one !== null && 'url' in one && 'rawHeaders' in one)
}
