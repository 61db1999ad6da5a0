/** A gate that only reports changes nothing that a client can see, on every server that there is an adapter for. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { authenticateWith } from '../../src/adapters/fastmcp.js'
import { bearerAuth, guardUpgrade } from '../../src/adapters/node.js'
import { authSignal, getAccessToken, JwksProvider, reportOnly, requireAuth, StaticProvider } from '../../src/index.js'
import { createTestIssuer, NotGuardedError, proveGuarded } from '../../src/testing/index.js'
import { closing } from '../closing.js'
import { recorder } from '../recorder.js'
import { until } from '../until.js'
import { callers, GOOD, whoCalls } from './callers.js'
import { listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { AddressInfo } from 'node:net'
import type { GateOptions } from '../../src/index.js'

const RESOURCE = 'https://mcp.example.com/mcp'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined) // that it guards nothing
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(Object.entries(SERVERS))('%s', (_, serve) => {
  test('hands every request on, and opens no guard of a handler', async () => {
    const { told, observe } = recorder()
    const handlers = { '/mcp': whoCalls, '/own': () => requireAuth('notes:write').subject }
    const gate = { resource: RESOURCE, requiredScopes: ['notes:write'], operations: { 'tools/call': { purge: 'notes:purge' } }, observe, [reportOnly]: true } as const
    const { ask, close } = await serve({ provider: callers(), gate, handlers })
    closing({ close })
    const nobody = { sub: null, scopes: [] }
    const cases: readonly (readonly [string | undefined, unknown, string])[] = [
      [undefined, nobody, 'no_token'],
      ['Bearer never-issued', nobody, 'invalid_token'],
      ['Bearer a b', nobody, 'malformed'],
      ['Bearer bound-to-a-key', nobody, 'bound_to_key'],
      ['Bearer nobody-knows', nobody, 'unavailable'],
      ['Bearer throws-an-error', nobody, 'bug'],
      [`Bearer ${GOOD.ada}`, { sub: 'ada', scopes: ['notes:read'] }, 'insufficient_scope'],
    ]
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'purge' } })
    for (const [authorization, who, reason] of cases) {
      const { status, json, headers } = await ask({ headers: authorization === undefined ? {} : { Authorization: authorization }, body: call })
      expect({ reason, status, json, challenge: headers['www-authenticate'] }).toEqual({ reason, status: 200, json: who, challenge: undefined })
    }
    expect(told('would_deny').map(({ reason }) => reason)).toEqual(cases.map(([, , reason]) => reason))
    expect(told('denied')).toEqual([])
    expect((await ask({ target: '/own' })).status).toBe(401)
    expect((await ask({ target: '/own', headers: { Authorization: `Bearer ${GOOD.ada}` } })).status).toBe(403)
    expect((await ask({ target: '/own', headers: { Authorization: `Bearer ${GOOD.bob}` } })).text).toContain('bob')
  })
})

describe.each(Object.entries(SERVERS))('%s with a shadow', (_, serve) => {
  test('answers as the provider says, and tells where the shadow differs', async () => {
    const { told, observe } = recorder()
    const shadow = new StaticProvider({ [GOOD.ada]: { claims: { sub: 'eve' } }, 'never-issued': { claims: { sub: 'eve' } } }, { name: 'tomorrow' })
    const { ask, close } = await serve({ provider: callers(), gate: { observe, shadow }, handlers: { '/mcp': whoCalls } })
    closing({ close })
    expect((await ask({ headers: { Authorization: `Bearer ${GOOD.ada}` } })).json).toEqual({ sub: 'ada', scopes: ['notes:read'] })
    expect((await ask({ headers: { Authorization: 'Bearer never-issued' } })).status).toBe(401)
    expect((await ask({ headers: { Authorization: `Bearer ${GOOD.bob}` } })).json).toMatchObject({ sub: 'bob' })
    await until(() => told('shadow_differs').length > 1)
    expect(told('shadow_differs').map(({ differs }) => differs)).toEqual([['issuer', 'subject', 'client', 'fewer_scopes'], ['takes']])
  })
})

/** A provider whose tokens end when the test says so. */
function ending() {
  const keys = new StaticProvider({ [GOOD.ada]: { claims: { sub: 'ada' } } })
  return { keys, end: () => keys.revoke({ sub: 'ada' }) }
}

test('a stream goes on without its token, and its handler can know', async () => {
  const { keys, end } = ending()
  let signal: AbortSignal | null = null
  const guarded = bearerAuth(keys, { observe: () => undefined, [reportOnly]: true })((_req, res) => {
    signal = authSignal()
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n')
    setTimeout(() => res.end('data: last\n\n'), 50)
  })
  const { origin } = closing(await listen(createServer((req, res) => void guarded(req, res))))
  const response = await fetch(origin, { headers: { Authorization: `Bearer ${GOOD.ada}` } })
  await end()
  expect(await response.text()).toContain('data: last')
  expect(signal).toMatchObject({ aborted: true })
})

test('a WebSocket opens without a token, goes on without it, and its listeners know nobody', async () => {
  const { keys, end } = ending()
  const server = createServer()
  const webSockets = new WebSocketServer({ noServer: true })
  const who: unknown[] = []
  webSockets.on('connection', (socket) => {
    who.push(getAccessToken()?.subject)
    socket.on('message', () => socket.send('still here'))
  })
  server.on('upgrade', guardUpgrade(keys, { observe: () => undefined, [reportOnly]: true })(webSockets))
  const { origin } = closing(await listen(server))
  for (const headers of [{ Authorization: `Bearer ${GOOD.ada}` }, {}]) {
    const client = new WebSocket(origin.replace('http', 'ws'), { headers })
    closing({ close: () => client.terminate() })
    await once(client, 'open')
    await end()
    client.send('are you?')
    expect(String((await once(client, 'message'))[0])).toBe('still here')
  }
  expect(who).toEqual(['ada', undefined])
})

test.each(['the whole gate', 'a rule alone'])('a body that is too large to look at comes through whole, where %s is only reported', async (which) => {
  const { told, observe } = recorder()
  const provider = new StaticProvider({ [GOOD.ada]: { claims: { sub: 'ada' } } })
  const options =
    which === 'the whole gate'
      ? ({ operations: { 'tools/call': { purge: 'x' } }, observe, [reportOnly]: true } as const)
      : { operations: { 'tools/call': { purge: { scopes: 'x', [reportOnly]: true } } } as const, observe }
  const guarded = bearerAuth(provider, options)(async (req, res) => {
    let length = 0
    for await (const chunk of req) length += (chunk as Buffer).length
    res.end(String(length))
  })
  const server = createServer((req, res) => void guarded(req, res))
  closing(await listen(server))
  const { port } = server.address() as AddressInfo
  const outgoing = request({ port, method: 'POST', headers: { Authorization: `Bearer ${GOOD.ada}`, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' } })
  for (let piece = 0; piece < 6; piece += 1) outgoing.write(Buffer.alloc(1024 * 1024, 32))
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [AsyncIterable<Buffer> & { readonly statusCode: number }]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  expect([response.statusCode, text]).toEqual([200, String(6 * 1024 * 1024)])
  expect(told('would_deny')).toMatchObject([{ status: 413, reason: 'unreadable_body' }])
})

test('is called open by the prober', async () => {
  const proved = (options?: GateOptions) => {
    const issuer = createTestIssuer({ audience: RESOURCE })
    const guarded = bearerAuth(new JwksProvider({ issuer: issuer.issuer, audience: RESOURCE, fetch: issuer.fetch }), options)((_req, res) => void res.end('notes'))
    return proveGuarded(createServer((req, res) => void guarded(req, res)), { issuer, routes: ['/notes'] })
  }
  await expect(proved({ observe: () => undefined, [reportOnly]: true })).rejects.toThrow(NotGuardedError)
  expect((await proved()).open).toEqual([])
})

test('is refused for fastmcp, which lets nobody in without a session', () => {
  expect(() => authenticateWith(callers(), { observe: () => undefined, [reportOnly]: true })).toThrow(/fastmcp lets nobody in/)
})
