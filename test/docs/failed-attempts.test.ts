/** The recipe for failed attempts in docs/gate.md, called over HTTP: N failures of an address are a 429, and good callers spend nothing. */
import { getRequestListener } from '@hono/node-server'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { programOf, run } from './document-program.js'
import type { FastifyInstance } from 'fastify'
import type { Hono } from 'hono'
import type { RateLimiterMemory } from 'rate-limiter-flexible'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { Asked, Answered, Running } from '../adapters/http-kit.js'

interface Program {
  readonly failures: RateLimiterMemory
  readonly expressApp: RequestListener
  readonly honoApp: Hono
  readonly fastifyApp: FastifyInstance
  readonly addressOf: (message: IncomingMessage) => string
}

const NOTE = 'test/docs/failed-attempts.test.ts'
const GOOD = 'ci-key-0123456789abcdef'

/** The program as it stands in the document, with counters of its own; or with what the document says for a server behind a proxy. */
async function program(where: 'direct' | 'behind a proxy' = 'direct'): Promise<Program> {
  const direct = programOf('docs/gate.md', NOTE)
  const [forwarded = ''] = /message\.headers\['x-forwarded-for'\][^`]+/.exec(readFileSync('docs/gate.md', 'utf8')) ?? []
  const code = where === 'direct' ? direct : direct.replace('message.socket.remoteAddress', `(${forwarded})`)
  return (await run(code, ['addressOf', 'expressApp', 'failures', 'fastifyApp', 'honoApp'])) as Program
}

const APPS: Readonly<Record<string, (program: Program) => Promise<Running>>> = {
  Express: async ({ expressApp }) => listen(createServer(expressApp)),
  Hono: async ({ honoApp }) => listen(createServer(getRequestListener((request, env) => honoApp.fetch(request, env)))),
  Fastify: async ({ fastifyApp }) => {
    await fastifyApp.ready()
    return listen(createServer((req, res) => fastifyApp.routing(req, res)))
  },
}

const bearer = (token: string): Asked => ({ headers: { Authorization: `Bearer ${token}` } })

describe.each(Object.entries(APPS))('failed attempts, in %s', (_, start) => {
  async function running() {
    const recipe = await program()
    const { ask } = closing(await start(recipe))
    const askedTimes = async (times: number, asked: Asked): Promise<number[]> => {
      const statuses: number[] = []
      for (let time = 0; time < times; time += 1) statuses.push((await ask(asked)).status)
      return statuses
    }
    return { ask, askedTimes, recipe }
  }

  test('are answered with 429 after the tenth, before the gate, with the time to wait and without a challenge', async () => {
    const { ask, askedTimes } = await running()
    expect(await askedTimes(10, bearer('a-guess-0123456789abc'))).toEqual(Array<number>(10).fill(401))
    const answer: Answered = await ask(bearer('another-guess-0123456789'))
    expect(answer).toMatchObject({ status: 429, json: { error: 'too_many_requests' }, challenge: undefined })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    // Who guesses does not learn that one of the guesses was right.
    expect((await ask(bearer(GOOD))).status).toBe(429)
  })

  test('are none where a good token comes, or nothing at all, however often', async () => {
    const { ask, askedTimes } = await running()
    expect(new Set(await askedTimes(40, bearer(GOOD)))).toEqual(new Set([200]))
    expect(new Set(await askedTimes(40, {}))).toEqual(new Set([401]))
    expect((await ask(bearer(GOOD))).status).toBe(200)
  })

  test('of one address are no reason to keep another out', async () => {
    const { ask, recipe } = await running()
    await recipe.failures.set('203.0.113.7', 50, 600)
    expect((await ask(bearer(GOOD))).status).toBe(200)
  })
})

test('of keys in a header of their own count as well', async () => {
  const inTheirHeader = programOf('docs/gate.md', NOTE).replace('observe: countFailures', "tokenFrom: { header: 'x-api-key' }, observe: countFailures")
  const { expressApp } = (await run(inTheirHeader, ['expressApp'])) as Program
  const { ask } = closing(await listen(createServer(expressApp)))
  const by = async (key: string): Promise<number> => (await ask({ headers: { 'x-api-key': key } })).status
  expect(await by(GOOD)).toBe(200)
  for (let time = 0; time < 10; time += 1) expect(await by(`guess-${time}-0123456789abc`)).toBe(401)
  expect(await by(GOOD)).toBe(429)
})

test('behind a proxy, the address that it adds counts, and not what a client wrote in front of it', async () => {
  const { ask } = closing(await listen(createServer((await program('behind a proxy')).expressApp)))
  const from = async (token: string, forwarded: string): Promise<number> =>
    (await ask({ headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-For': forwarded } })).status
  for (let time = 0; time < 10; time += 1) expect(await from('a-guess-0123456789abc', `198.51.100.${time}, 203.0.113.9`)).toBe(401)
  expect(await from('a-guess-0123456789abc', '198.51.100.77, 203.0.113.9')).toBe(429)
  expect(await from(GOOD, '203.0.113.9, 203.0.113.10')).toBe(200)
})

describe('the address that counts', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:db8::5:6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    [undefined, 'gone'],
  ])('of %s is %s: IPv6 by its network', async (remoteAddress, counted) => {
    const { addressOf } = await program()
    expect(addressOf({ socket: { remoteAddress } } as IncomingMessage)).toBe(counted)
  })
})
