/** This file reads a `Request`, and what of `node:http` lies beneath it where a server of Node made it. */
import { headersIn } from '../gate/request/gate-request.js'
import { bodyOf } from '../gate/request/request-body.js'
import { incomingRequest } from './node-message.js'
import { authorityOf, hostAmong } from './target.js'
import type { IncomingMessage } from 'node:http'
import type { GateRequest } from '../gate/request/gate-request.js'

/**
 * `environment`: what the runtime gave beside the request. `@hono/node-server` puts the message there, so that a `Request`
 * whose mount was cut off still has its whole path. `routedPaths`, `mounted`: as in `GateRequest`, where the server knows more.
 */
export function webRequest(request: Request, environment: unknown, { routedPaths = [], mounted = false }: Pick<GateRequest, 'routedPaths' | 'mounted'> = {}): GateRequest {
  const { path, host, query } = partsOf(request.url)
  const header = headersIn(request.headers)
  const message = messageBeneath(request, environment)
  const beneath = message && incomingRequest(message)
  return {
    method: request.method,
    sentMethod: beneath?.sentMethod,
    path: beneath?.path ?? path,
    routedPaths: [path, ...(beneath?.routedPaths ?? []), ...routedPaths],
    query: [...new Set([query, beneath?.query ?? ''])].join('&'),
    header,
    host: hostAmong([host, ...header('host')]),
    body: bodyOf(request),
    hasBody: beneath?.hasBody,
    source: message ?? request,
    isUpgrade: beneath?.isUpgrade,
    mounted: mounted || (beneath !== undefined && (beneath.mounted === true || isCut(path, beneath.path))),
  }
}

/** Never what a router might take for an open path, where this is no URL: the host that cannot be is for the gate to refuse. */
function partsOf(url: string): { readonly path: string; readonly host: string; readonly query: string } {
  if (!URL.canParse(url)) return { path: '/%', host: authorityOf(url) ?? '/', query: '' }
  const { pathname: path, host, search } = new URL(url)
  return { path, host, query: search.slice(1) }
}

/** True where this is the end of that, and not all of it: a mount was taken away. */
function isCut(path: string, whole: string): boolean {
  return path !== whole && (path === '/' || whole.endsWith(path))
}

/** The message of `node:http`, where `@hono/node-server` or srvx (h3 2) made the request of one. */
function messageBeneath(request: Request, environment: unknown): IncomingMessage | undefined {
  const { runtime } = request as { readonly runtime?: { readonly node?: { readonly req?: unknown } } }
  const candidates = [(environment as { readonly incoming?: unknown } | null | undefined)?.incoming, runtime?.node?.req]
  return candidates.find((one): one is IncomingMessage => typeof one === 'object' && one !== null && 'url' in one && 'rawHeaders' in one)
}
