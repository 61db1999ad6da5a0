import { createServer } from 'node:http'
import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../../src/adapters/fetch.js'
import { bearerAuth as nodeAuth } from '../../../src/adapters/node.js'
import { gate, StaticProvider } from '../../../src/index.js'
import { ToldRequest } from '../../../src/gate/report/told-request.js'
import { listen } from '../../adapters/http-kit.js'
import { closing } from '../../closing.js'
import type { GateObserve, GateRequest } from '../../../src/index.js'

const KEY = 'ci-key-0123456789abcdef'
const headers = { Authorization: `Bearer ${KEY}`, Cookie: 'session=the-cookie', 'X-Real-Ip': '192.0.2.7' }

function logging() {
  const lines: string[] = []
  const beside: (GateRequest | undefined)[] = []
  const observe: GateObserve = (event, request) => {
    beside.push(request)
    // As console.log does it, as loggers for JSON do it, and as deep as anybody looks.
    lines.push(format(event, request), JSON.stringify([event, request]))
    for (const one of [request, { ...request }]) lines.push(inspect(one, { depth: 20, showHidden: true }))
  }
  const auth = gate(new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } }), { resource: 'https://mcp.example.com/mcp', requiredScopes: ['deploy'], observe })
  return { lines, beside, auth }
}

describe('a log of what a gate tells has nothing in it that the client presented', () => {
  test('on node:http', async () => {
    const { lines, beside, auth } = logging()
    const server = closing(await listen(createServer(nodeAuth(auth)((_req, res) => void res.end()))))
    expect((await server.ask({ target: '/mcp?access_token=the-query', headers })).status).toBe(403)
    expect(lines.join('\n')).toContain("path: '/mcp'")
    expect(lines.join('\n')).not.toMatch(new RegExp(`${KEY}|the-cookie|the-query`))
    expect(beside.at(-1)?.header('x-real-ip')).toEqual(['192.0.2.7'])
    expect(beside.at(-1)?.source).toHaveProperty('socket')
  })

  test('by fetch', async () => {
    const { lines, beside, auth } = logging()
    const answer = await fetchAuth(auth)(() => new Response())(new Request('https://mcp.example.com/mcp?access_token=the-query', { headers }))
    expect(answer.status).toBe(403)
    expect(lines.join('\n')).not.toMatch(new RegExp(`${KEY}|the-cookie|the-query`))
    expect(beside.at(-1)?.header('x-real-ip')).toEqual(['192.0.2.7'])
  })
})

test('all of a request can be read, whatever it is an object of', async () => {
  class Own implements GateRequest {
    readonly #values = { host: 'mcp.example.com' }
    readonly method = 'POST'
    readonly sentMethod = 'PUT'
    readonly path = '/mcp'
    readonly routedPaths = ['/']
    readonly query = 'a=b'
    readonly hasBody = true
    readonly mounted = true
    readonly isPublic = false
    readonly isUpgrade = false
    readonly source = this
    readonly host = this.#values.host

    header(name: string): readonly string[] {
      return name === 'host' ? [this.#values.host] : []
    }

    async body(maxBytes: number): Promise<{ text: string }> {
      return { text: `${this.#values.host} ${maxBytes}` }
    }
  }
  const own: GateRequest = new Own()
  const told: GateRequest = new ToldRequest(own)
  for (const name of ['method', 'sentMethod', 'path', 'routedPaths', 'query', 'hasBody', 'mounted', 'isPublic', 'isUpgrade', 'source', 'host'] as const) {
    expect({ [name]: told[name] }).toEqual({ [name]: own[name] })
  }
  expect([told.header('host'), await told.body?.(7)]).toEqual([['mcp.example.com'], { text: 'mcp.example.com 7' }])
  expect(new ToldRequest({ method: 'GET', path: '/', header: () => [] }).body).toBeUndefined()
})
