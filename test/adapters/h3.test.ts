/** The gate for `fetch` as a middleware of h3 2, around an app of it, and on the routes of h3 1, as in Nitro 2 and Nuxt. */
import { H3, readBody, serve, toResponse } from 'h3'
import { createApp, createRouter, fromWebHandler, toNodeListener } from 'h3-1'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import { askingAt, askingDirectly, listen } from './http-kit.js'
import type { GateOptions } from '../../src/index.js'
import type { Asked, Running } from './http-kit.js'

const options: GateOptions = { resource: 'https://mcp.example.com/mcp', operations: { 'tools/call': { purge: 'notes:write' } }, protect: ['/mcp', '/notes'] }

function notes(app = new H3()): H3 {
  app.all('/mcp', async (event) => ({ caller: requireAuth().subject, sent: await readBody(event) }))
  app.delete('/notes', () => requireAuth('notes:write').subject)
  app.get('/open', () => ({ caller: getAccessToken()?.subject ?? null }))
  return app
}

async function asMiddleware(): Promise<Running> {
  const protect = bearerAuth(callers(), options)
  const app = new H3().use((event, next) => protect(async () => toResponse(await next(), event))(event.req))
  const server = await serve(notes(app), { port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false }).ready()
  const asking = askingAt(Number(new URL(server.url ?? '').port))
  return { ...asking, close: async () => void (await asking.close(), await server.close(true)) }
}

const around = async (): Promise<Running> => ({ ask: askingDirectly(bearerAuth(callers(), options)(notes().fetch)), origin: 'http://localhost', close: async () => undefined })

/** Who has Nitro start the app cannot put anything around it. */
async function onRoutes(): Promise<Running> {
  const protect = bearerAuth(callers(), options)
  const web = (handler: (request: Request) => Promise<Response>) => fromWebHandler(protect(handler))
  const router = createRouter()
    .use('/mcp', web(async (request) => Response.json({ caller: requireAuth().subject, sent: await request.json() })))
    .use('/notes', web(async () => Response.json(requireAuth('notes:write').subject)))
    .use('/open', web(async () => Response.json({ caller: getAccessToken()?.subject ?? null })))
    .use('/.well-known/oauth-protected-resource/**', web(async () => new Response(null, { status: 404 })))
  return listen(createServer(toNodeListener(createApp().use(router))))
}

describe.each([['as a middleware of h3 2', asMiddleware], ['around an app of h3 2', around], ['on the routes of h3 1', onRoutes]] as const)('the gate for fetch %s', (_, start) => {
  let server: Running
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined) // h3 says aloud what handlers throw
    server = await start()
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await server.close()
  })

  const call = (name: string): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  const as = (token: string): Pick<Asked, 'headers'> => ({ headers: { Authorization: `Bearer ${token}` } })
  const resource_metadata = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'

  test('a handler knows its caller, and reads the body that the gate has read', async () => {
    expect(await server.ask({ ...as(GOOD.ada), body: call('list') })).toMatchObject({ status: 200, json: { caller: 'ada', sent: JSON.parse(call('list')) } })
  })

  test('denials are ours', async () => {
    expect(await server.ask()).toMatchObject({ status: 401, challenge: { parameters: { resource_metadata } }, json: { error: 'unauthorized' } })
    expect(await server.ask(as('never-issued'))).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
    expect(await server.ask(as('nobody-knows'))).toMatchObject({ status: 503, headers: { 'retry-after': '7' } })
    const short = await server.ask({ ...as(GOOD.ada), body: call('purge') })
    expect(short).toMatchObject({ status: 403, challenge: { parameters: { error: 'insufficient_scope', scope: 'notes:write', resource_metadata } } })
  })

  test('what requireAuth throws is a 403 with its challenge', async () => {
    const asked = { method: 'DELETE', target: '/notes' }
    expect(await server.ask({ ...asked, ...as(GOOD.ada) })).toMatchObject({ status: 403, challenge: { parameters: { scope: 'notes:write', resource_metadata } } })
    expect((await server.ask({ ...asked, ...as(GOOD.bob) })).text).toContain('bob')
  })

  test('elsewhere a good token is known, and none is needed', async () => {
    const asked = { method: 'GET', target: '/open' }
    expect([(await server.ask(asked)).json, (await server.ask({ ...asked, ...as(GOOD.ada) })).json]).toEqual([{ caller: null }, { caller: 'ada' }])
  })

  test('the metadata is served', async () => {
    const { pathname } = new URL(resource_metadata)
    expect(await server.ask({ method: 'GET', target: pathname })).toMatchObject({ status: 200, json: { resource: 'https://mcp.example.com/mcp' } })
  })
})
