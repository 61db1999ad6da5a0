/** Regressions, named after what went wrong: each was an attack that got through once. */
import { describe, expect, test } from 'vitest'
import { incomingRequest } from '../../src/http/node-message.js'
import { toAuthInfo } from '../../src/http/auth-info.js'
import { decide } from '../../src/gate/decide.js'
import { gatePolicy } from '../../src/gate/policy.js'
import { accessToken, accept, reject, StandardProvider } from '../../src/index.js'
import { nearMiss } from '../../src/jwt/rules/near-miss.js'
import { says } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { IncomingMessage } from 'node:http'
import type { Verdict } from '../../src/index.js'

/** What the gate answers to a request line without a token. */
async function statusOf(url: string): Promise<number> {
  const message = { method: 'GET', url, headers: {}, headersDistinct: {} } as unknown as IncomingMessage
  const decision = await decide(incomingRequest(message), says('no'), gatePolicy({ protect: ['/mcp'] }))
  return decision.pass ? 200 : decision.answer.status
}

describe('request lines that hold a whole URL', () => {
  test.each([
    'http://localhost/mcp',
    'http:///x/mcp',
    'https:///x/mcp',
    'http://x?/mcp',
    'http://x#/mcp',
    'http://[::1]/mcp',
    'HTTP://localhost:80/mcp?x',
    'ws://x/mcp',
  ])('%s may be /mcp', async (url) => expect(await statusOf(url)).toBe(401))

  test.each(['http://x\\/mcp', 'http://a@b/mcp', 'http://1.2.3.999/mcp', 'http://xn--a/mcp', 'http://[::1/mcp'])('%s names a host that cannot be', async (url) => expect(await statusOf(url)).toBe(400))

  test.each(['http://localhost/open', 'http://localhost', '/open?next=/mcp'])('%s is not', async (url) => expect(await statusOf(url)).toBe(200))
})

test('a refused token leaves nothing of its own in memory', async () => {
  const { events, observe } = recorder()
  class Checks extends StandardProvider {
    protected override async check(): Promise<Verdict> {
      return reject('wrong_issuer', { claim: 'iss', expected: 'x', actual: 'whatever the sender wrote', hint: 'a hint' })
    }
  }
  const provider = new Checks({ observe })
  const remembered: unknown[] = []
  const original = Map.prototype.set
  Map.prototype.set = function set(key: unknown, value: unknown) {
    remembered.push(value)
    return original.call(this, key, value) as never
  }
  try {
    await provider.verifyToken('a-token')
  } finally {
    Map.prototype.set = original
  }
  expect(JSON.stringify(await Promise.all(remembered))).not.toContain('whatever the sender wrote')
  expect(events).toEqual([{ type: 'rejected', provider: 'custom', reason: 'wrong_issuer', claim: 'iss', hint: 'a hint', remembered: false }])
})

test('an audience that is no text does not bring the server down after a yes', () => {
  const token = accessToken({ token: 'a-token', claims: { sub: 'ada', aud: [{ toString: null }] as never }, scopes: [] })
  expect(toAuthInfo(token)).not.toHaveProperty('resource')
})

test('an end in the year 9999 is an end', async () => {
  class Checks extends StandardProvider {
    protected override async check(): Promise<Verdict> {
      return accept({ sub: 'ada', exp: 253_402_300_799 })
    }
  }
  expect(await new Checks().verifyToken('a-token')).toMatchObject({ expiresAt: 253_402_300_799 })
})

test('near misses look at a few short values and at no more', () => {
  const issuers = Array.from({ length: 100 }, (_, n) => `https://id-${n}.example.com/`)
  const looked = { count: 0 }
  const counting = (text: string): string => new Proxy(Object(text), { get: (target, name) => ((looked.count += 1), Reflect.get(target, name)) }) as string
  nearMiss(issuers, Array.from({ length: 8000 }, () => counting('x')))
  nearMiss(issuers, 'x'.repeat(30_000))
  expect(looked.count).toBe(0)
  expect(nearMiss(['https://id.example.com'], ['https://id.example.com/'])).toMatch(/slash/)
})
