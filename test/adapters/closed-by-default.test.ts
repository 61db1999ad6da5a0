/** Whatever is asked without a token, on every server: a 401, or the exception that was named with its answer, and never a word of the handler. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { callers } from './callers.js'
import { SERVERS } from './servers.js'
import type { GateOptions } from '../../src/index.js'
import type { Asked, Running } from './http-kit.js'

const PATHS = ['/', '/x', '/mcpx', '/en/mcp', '//mcp', '/health', '/docs/x', '/messages', '/mcp', '/orders/7', '/.well-known/oauth-protected-resource', '/.well-known/openid-configuration/x']
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'preflight', 'preflight with a body', 'preflight that was a POST']
const CORS = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }

const OPTIONS: Readonly<Record<string, GateOptions>> = {
  nothing: {},
  'a resource elsewhere': { resource: 'https://mcp.example.com/functions/v1/notes' },
  'a resource at the root': { resource: 'https://mcp.example.com' },
  'scopes': { requiredScopes: ['notes:read'] },
  'everything by name': { protect: ['/'] },
  'a path that is open': { exclude: ['/health', { path: '/orders', methods: ['GET'] }, '/'] },
}

/** What is open, by name. */
function isOpen(options: GateOptions, method: string, path: string): boolean {
  if (options.exclude === undefined) return false
  return path === '/health' || path === '/' || (path.startsWith('/orders') && (method === 'GET' || method === 'HEAD'))
}

/** What is asked under the name of a method. */
function asked(method: string, target: string): Asked {
  if (!method.startsWith('preflight')) return { method, target }
  const headers = { ...CORS, ...(method.endsWith('POST') && { 'X-HTTP-Method-Override': 'OPTIONS' }) }
  return { method: 'OPTIONS', target, headers, ...(method.endsWith('body') && { body: '{}' }) }
}

/** The answers that a stranger may get: nothing that any handler wrote is among them. */
function allowed(method: string, path: string, { protect, resource }: GateOptions): number {
  const isAhead = method === 'preflight'
  const isDocument = path.startsWith('/.well-known/')
  if (isDocument && resource !== undefined && path === '/.well-known/oauth-protected-resource') {
    if (isAhead || method.startsWith('preflight') || method === 'OPTIONS') return 204
    return method === 'GET' || method === 'HEAD' ? 200 : 405
  }
  if (isDocument && (method === 'GET' || method === 'HEAD')) return 404
  void protect
  return isAhead ? 204 : 401
}

describe.each(Object.entries(SERVERS))('%s', (_, serve) => {
  describe.each(Object.entries(OPTIONS))('with %s', (_, gate) => {
    const ran: string[] = []
    let server: Running
    beforeAll(async () => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
      const handlers = Object.fromEntries(PATHS.map((path) => [path, () => (ran.push(path), 'the word of the handler')]))
      server = await serve({ provider: callers(), handlers, gate })
    })
    afterAll(async () => {
      vi.restoreAllMocks()
      await server.close()
    })

    test.each(METHODS)('%s reaches no handler without a token', async (method) => {
      for (const path of PATHS) {
        ran.length = 0
        const { status, text } = await server.ask(asked(method, path))
        if (isOpen(gate, asked(method, path).method ?? '', path)) continue
        expect({ path, status, ran, said: text.includes('the word') }).toEqual({ path, status: allowed(method, path, gate), ran: [], said: false })
      }
    })
  })
})
