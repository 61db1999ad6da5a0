/** What thousands of streams and of handlers that ask for the signal leave behind, and what a logout costs among them: counted on real servers. */
import { getRequestListener } from '@hono/node-server'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { logoutHandler } from '../../src/adapters/logout.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { gate } from '../../src/gate/gate.js'
import { accept, accessToken, authSignal, ChainProvider, JwksProvider, Revocations, StandardProvider } from '../../src/index.js'
import { after } from '../../src/lib/timer.js'
import { closing } from '../closing.js'
import { collect } from '../collect.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, ISSUER } from '../oauth-kit.js'
import { until } from '../until.js'
import { listen } from './http-kit.js'
import type { Running } from './http-kit.js'
import type { Gate } from '../../src/gate/gate.js'
import type { BearerAuthProvider, Claims, Revocation } from '../../src/index.js'
import type { After } from '../../src/lib/timer.js'

const portOf = ({ origin }: Running): number => Number(new URL(origin).port)
const SSE = { 'Content-Type': 'text/event-stream' }
const inAnHour = Math.floor(Date.now() / 1000) + 3600

/** The gate of a provider, which counts its timers and whom it follows; a stream is followed at once, and not a second later. */
function counting(provider: BearerAuthProvider) {
  const counts = { asked: 0, followed: 0, timers: 0 }
  const counted: BearerAuthProvider = {
    verifyToken: (...all) => ((counts.asked += 1), provider.verifyToken(...all)),
    recognizes: (token) => provider.recognizes?.(token) ?? 'maybe',
    watch(token, ended) {
      const stop = provider.watch?.(token, ended)
      counts.followed += 1
      return () => ((counts.followed -= 1), stop?.())
    },
  }
  const timers: After = (seconds, work) => {
    let isOver = false
    const over = (): void => {
      if (!isOver) counts.timers -= 1
      isOver = true
    }
    counts.timers += 1
    const callOff = after(seconds === 1 ? 0 : seconds, () => (over(), work()))
    return () => (over(), callOff())
  }
  return { counts, guard: gate(counted, undefined, { after: timers }) }
}

/** Opens streams, some at once, by bare sockets; says which of them the server has ended. */
async function open(port: number, tokens: readonly string[]): Promise<Set<string>> {
  const ended = new Set<string>()
  const waiting = [...tokens]
  const one = async (token: string): Promise<void> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    closing({ close: () => socket.destroy() })
    socket.write(`GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(String(head)).toContain('200 OK')
    socket.on('end', () => void ended.add(token)).resume()
  }
  await Promise.all(Array.from({ length: 50 }, async () => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) await one(token)
  }))
  return ended
}

test('a back-channel logout among two thousand open streams asks nobody, and looks at none but those that it ends', async () => {
  const [many, ours] = [2_000, 5]
  const key = handSigner('ES256')
  const revocations = closing(new Revocations())
  let upstream = 0
  const fetching = async (): Promise<Response> => ((upstream += 1), Response.json({ keys: [key.publicJwk] }))
  const jwks = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch: fetching, revocations })
  class Introspected extends StandardProvider {
    protected check(token: string) {
      upstream += 1
      return accept({ iss: ISSUER, sub: `person of ${token}`, sid: token.replace('opaque-', 'session-'), iat: inAnHour - 3700, exp: inAnHour })
    }
  }
  const opaque = new Introspected({ revocations })
  const { counts, guard } = counting(new ChainProvider([jwks, opaque]))
  const logout = getRequestListener(logoutHandler(jwks, { audience: 'notes-app' }))
  const streams = nodeAuth(guard)((_req, res) => void res.writeHead(200, SSE).write(': open\n\n'))
  const server = closing(await listen(createServer((req, res) => void (req.url === '/logout' ? logout(req, res) : streams(req, res)))))
  const claims = { iss: ISSUER, aud: AUDIENCE, iat: inAnHour - 3700, exp: inAnHour }
  const tokens = Array.from({ length: many }, (_, n) =>
    n % 2 === 0 ? `opaque-${n < 2 * ours ? 'of-ada' : n}-${n}` : key.token({ ...claims, sub: `person-${n}`, sid: n < 2 * ours ? 'session-of-ada' : `session-${n}`, jti: `t-${n}` }),
  )
  const ended = await open(portOf(server), tokens)
  await until(() => counts.followed === many)
  const before = { ...counts, upstream }
  expect(before.timers, 'the looks are on a grid').toBeLessThan(many)

  const now = Math.floor(Date.now() / 1000)
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const logoutToken = (sid: string): string => key.token({ iss: ISSUER, aud: 'notes-app', iat: now, exp: now + 120, jti: sid, sid, events, sub: undefined }, { typ: 'logout+jwt' })
  const tell = (sid: string): Promise<Response> =>
    fetch(`${server.origin}/logout`, { method: 'POST', body: new URLSearchParams({ logout_token: logoutToken(sid) }) })
  expect((await tell('session-of-ada')).status).toBe(200)
  await until(() => ended.size === ours)
  for (let n = 0; n < 50; n += 1) expect((await tell(`session-of-a-stranger-${n}`)).status).toBe(200)

  expect([...ended].toSorted()).toEqual(tokens.filter((token, n) => n < 2 * ours && !token.startsWith('opaque-')).toSorted())
  expect({ asked: counts.asked, upstream }, 'nobody was asked').toEqual({ asked: before.asked, upstream: before.upstream })
  expect(counts.followed).toBe(many - ours)
})

/** Asks so many times, one after the other, by a handler that asks for the signal. */
const HANDLERS: Record<string, (guard: Gate) => Promise<(count: number) => Promise<void>>> = {
  async node(guard) {
    const server = closing(await listen(createServer(nodeAuth(guard)((_req, res) => (authSignal(), res.end('{}'))))))
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    closing({ close: () => agent.destroy() })
    const one = (n: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const asked = request(`${server.origin}/mcp`, { agent, headers: { Authorization: `Bearer a-token-${n % 10}` } }, (response) => response.resume().on('end', resolve))
        asked.on('error', reject).end()
      })
    return async (count) => {
      for (let n = 0; n < count; n += 4) await Promise.all([n, n + 1, n + 2, n + 3].map(one))
    }
  },
  async fetch(guard) {
    const handler = fetchAuth(guard)(() => (authSignal(), Response.json({})))
    return async (count) => {
      for (let n = 0; n < count; n += 1) await (await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer a-token-${n % 10}` } }))).text()
    }
  },
}

test.each(Object.entries(HANDLERS))('thousands of requests that ask for the signal and end leave no watch, no timer and no larger heap (%s)', async (_, start) => {
  const [few, many] = [500, 2_500]
  const { counts, guard } = counting({ verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada' }, scopes: [] }), watch: () => () => undefined })
  const ask = await start(guard)
  const bytes = async (): Promise<number> => {
    await until(() => counts.followed === 0 && counts.timers === 0)
    for (let n = 0; n < 5; n += 1) {
      collect()
      await new Promise((resolve) => void setImmediate(resolve)) // finalizers
    }
    return process.memoryUsage().heapUsed
  }
  await ask(few) // what the first ones leave behind stays: code, connections
  const before = await bytes()
  await ask(many)
  const grown = (await bytes()) - before
  expect(counts.asked).toBe(few + many)
  expect(grown / many, 'bytes for each request; they were 4 600 once').toBeLessThan(1_000)
})

describe.each<[string, (provider: BearerAuthProvider) => BearerAuthProvider]>([
  ['by itself', (provider) => provider],
  ['in a chain with its like', (provider) => new ChainProvider([provider, new Kept({}, 'nobody')])],
])('a token of which no claims are kept, %s,', (_, around) => {
  const claims: Claims = { sub: 'ada', jti: 'token-of-ada', sid: 'session-of-ada', client_id: 'notes-app', username: 'ada.lovelace', iat: inAnHour - 3700, exp: inAnHour }

  test.each<[string, Revocation]>([
    ['its subject', { sub: 'ada' }],
    ['its subject as the provider has it', { sub: 'ada.lovelace' }],
    ['its session', { sid: 'session-of-ada' }],
    ['its id', { jti: 'token-of-ada' }],
    ['its client', { clientId: 'notes-app' }],
    ['itself', { token: 'a-token-of-ada' }],
  ])('has its open stream ended by a revocation of %s', async (__, revocation) => {
    const provider = new Kept(claims, 'a-token-of-ada')
    const { counts, guard } = counting(around(provider))
    const server = closing(await listen(createServer(nodeAuth(guard)((_req, res) => void res.writeHead(200, SSE).write(': open\n\n')))))
    const ended = await open(portOf(server), ['a-token-of-ada'])
    await until(() => counts.followed === 1)
    await provider.revoke({ sub: 'grace' })
    expect([ended.size, counts.followed]).toEqual([0, 1])
    await provider.revoke(revocation)
    await until(() => ended.size === 1)
    expect([counts.asked, counts.followed]).toEqual([1, 0])
  })
})

/** Keeps nothing of the claims but what everybody needs, and calls people by another name than `sub`. */
class Kept extends StandardProvider {
  readonly #claims: Claims
  readonly #token: string

  constructor(claims: Claims, token: string) {
    super({ subjectClaim: 'username', cache: { claims: { keep: [] } } })
    this.#claims = claims
    this.#token = token
  }

  override recognizes(token: string) {
    return token === this.#token ? ('mine' as const) : ('foreign' as const)
  }

  protected check() {
    return accept(this.#claims)
  }
}
