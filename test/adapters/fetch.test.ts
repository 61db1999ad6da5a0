import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/fetch.js'
import { getAccessToken } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { SERVERS } from './servers.js'

describe('the gate for fetch handlers', () => {
  keepsTheGateContract(SERVERS.fetch, {
    reads: ['/x/../mcp', '/health/%2e%2e/mcp', 'http://localhost/mcp'],
    setsHeadersFirst: false,
    wordsOfThrown: 'ours',
  })

  const asAda = { Authorization: `Bearer ${GOOD.ada}` }

  test('hands on whatever the runtime gives beside the request', async () => {
    const handler = bearerAuth(callers())((request: Request, env: { readonly name: string }, context: { readonly id: number }) =>
      Response.json([request.url, env.name, context.id, getAccessToken()?.subject]),
    )
    const response = await handler(new Request('https://x/mcp', { headers: asAda }), { name: 'production' }, { id: 7 })
    expect(await response.json()).toEqual(['https://x/mcp', 'production', 7, 'ada'])
  })

  test('hands on the very request, its body unread', async () => {
    const request = new Request('https://x/mcp', { method: 'POST', body: 'hello', headers: asAda })
    const handler = bearerAuth(callers())(async (given) => Response.json([given === request, given.bodyUsed, await given.text()]))
    expect(await (await handler(request)).json()).toEqual([true, false, 'hello'])
  })

  test.each(['GET', 'HEAD', 'DELETE'])('lets a %s without a body pass where operations are named', async (method) => {
    const handler = bearerAuth(callers(), { operations: { 'tools/call': 'notes:write' } })(() => new Response('passed'))
    expect((await handler(new Request('https://x/mcp', { method, headers: asAda }))).status).toBe(200)
  })

  test('looks into a DELETE that has a body, though no header of a Request made by hand says so', async () => {
    const handler = bearerAuth(callers(), { operations: { 'tools/call': 'notes:write' } })(() => new Response('passed'))
    const headers = { ...asAda, 'Content-Type': 'application/json' }
    expect((await handler(new Request('https://x/mcp', { method: 'DELETE', headers, body: '{"method":"tools/call"}' }))).status).toBe(403)
  })

  test("leaves the handler's own errors to the runtime", async () => {
    const own = new Error('mine')
    for (const handler of [() => Promise.reject(own), () => { throw own }]) {
      await expect(bearerAuth(callers(), { protect: ['/mcp'] })(handler)(new Request('https://x/open'))).rejects.toBe(own)
    }
  })

  test('leaves a bug of the provider to the runtime', async () => {
    const handler = bearerAuth(callers())(() => new Response('reached'))
    await expect(handler(new Request('https://x/mcp', { headers: { Authorization: 'Bearer throws-an-error' } }))).rejects.toThrow('the provider failed')
  })
})
