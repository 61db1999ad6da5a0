import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { getAccessToken, requireAuth } from '../../src/index.js'
import { closing } from '../closing.js'
import { callers, GOOD } from './callers.js'
import { keepsTheGateContract } from './gate-contract.js'
import { listen } from './http-kit.js'
import { SERVERS } from './servers.js'
import type { RequestListener } from 'node:http'
import type { Running } from './http-kit.js'

describe('the gate for node:http', () => {
  keepsTheGateContract(SERVERS.node, {
    reads: ['//x/mcp', '/x/../mcp', '/x/%2e%2e/mcp', 'http://localhost/mcp', 'http://localhost/x/../mcp'],
    setsHeadersFirst: true,
    wordsOfThrown: 'ours',
  })

  async function serving(listener: RequestListener): Promise<Running['ask']> {
    const server = closing(await listen(createServer(listener)))
    return server.ask
  }
  const asAda = { headers: { Authorization: `Bearer ${GOOD.ada}` } }

  test('guards a listener that looks at the beginning of the path only', async () => {
    const gate = bearerAuth(callers())
    const ask = await serving(gate((req, res) => void res.end(req.url?.startsWith('/mcp') ? 'reached' : 'not found')))
    for (const target of ['/mcp/..', '/mcp/../open', '/mcp/%2e%2e/open', '/mcp/../health', '/mcp;x']) {
      expect({ target, status: (await ask({ target })).status }).toEqual({ target, status: 401 })
      expect((await ask({ target, ...asAda })).text).toBe('reached')
    }
  })

  test('a denial in the middle of an answer ends the answer', async () => {
    const gate = bearerAuth(callers())
    const ask = await serving(
      gate((_req, res) => {
        res.write('the beginning')
        requireAuth('notes:write')
      }),
    )
    await expect(ask(asAda)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await ask()).status).toBe(401)
  })

  test('a denial after a whole answer changes nothing', async () => {
    const gate = bearerAuth(callers())
    const everything = 'x'.repeat(5_000_000)
    const ask = await serving(
      gate((_req, res) => {
        res.end(everything)
        requireAuth('notes:write')
      }),
    )
    expect(await ask(asAda)).toMatchObject({ status: 200, text: everything })
  })

  test("leaves the listener's own errors as they are", async () => {
    const own = new Error('mine')
    const seen: unknown[] = []
    const guarded = bearerAuth(callers())(() => Promise.reject(own))
    const ask = await serving((req, res) => {
      guarded(req, res).catch((error: unknown) => {
        seen.push(error)
        res.writeHead(418).end()
      })
    })
    expect((await ask(asAda)).status).toBe(418)
    expect(seen).toEqual([own])
  })

  test('says a bug of the provider aloud, without the token', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const broken = { verifyToken: () => Promise.reject(new TypeError('undefined is not a function')) }
    const ask = await serving(bearerAuth(broken)((_req, res) => void res.end()))
    expect(await ask(asAda)).toMatchObject({ status: 500, text: '' })
    const { message, stack } = await warned
    expect(message).toBe('undefined is not a function')
    expect(stack).not.toContain(GOOD.ada)
  })

  test('the context reaches whatever the listener awaits', async () => {
    const ask = await serving(
      bearerAuth(callers())(async (req, res) => {
        for await (const chunk of req) void chunk
        res.end(getAccessToken()?.subject ?? 'nobody')
      }),
    )
    expect((await ask({ ...asAda, body: JSON.stringify('x'.repeat(200_000)) })).text).toBe('ada')
  })
})
