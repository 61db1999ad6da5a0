/** Everything at once against real servers on the loopback: JWTs, opaque tokens, keys of a list, junk; streams that end in every way. */
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import {
  allowInsecureHttp,
  authSignal,
  ChainProvider,
  clientSecretBasic,
  generateToken,
  IntrospectionProvider,
  JwksProvider,
  Revocations,
  StaticProvider,
} from '../../src/index.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, ISSUER } from '../oauth-kit.js'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from './random.js'

const SSE = { 'Content-Type': 'text/event-stream' }
const WORKERS = 12

/** What one request does, by its path; the handlers know them too. */
const KINDS = ['/json', '/throws', '/stream'] as const

export class MixedLoad {
  /** Requests by what became of them. */
  readonly outcomes = new Map<string, number>()
  /** Watches of tokens that were begun, less those that ended. */
  watching = 0
  readonly #chance: Random
  readonly #key = handSigner('ES256')
  readonly #revocations = new Revocations({ maxEntries: 5_000 })
  readonly #staticKey = generateToken()
  #issuer: Server | undefined
  #isAway = false
  #servers: Server[] = []
  #chain: ChainProvider | undefined
  #next = 0

  constructor(chance: Random) {
    this.#chance = chance
  }

  async start(): Promise<void> {
    this.#issuer = await listening(createServer((req, res) => this.#introspect(req, res)))
    const common = { revocations: this.#revocations, cache: { maxEntries: 300, maxRejectedEntries: 100 } }
    const asking = { endpoint: `http://127.0.0.1:${portOf(this.#issuer)}/introspect`, clientAuth: clientSecretBasic('notes', 'a-secret') }
    this.#chain = new ChainProvider([
      new StaticProvider({ [this.#staticKey]: { claims: { sub: 'ci' } } }, { revocations: this.#revocations }),
      new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [this.#key.publicJwk] }, ...common }),
      new IntrospectionProvider({ ...asking, audience: AUDIENCE, ...common, [allowInsecureHttp]: true }),
    ])
    const { verifyToken, watch } = this.#chain
    const counted = {
      verifyToken: verifyToken.bind(this.#chain),
      watch: (...all: Parameters<typeof watch>) => {
        const end = watch.apply(this.#chain as ChainProvider, all)
        let isOver = false
        this.watching += 1
        return () => {
          if (!isOver) this.watching -= 1
          isOver = true
          end()
        }
      },
    }
    const options = { checkStreamsEvery: 2, protect: ['/'] }
    const app = express().use(expressAuth(counted, options)).use((req, res) => answer(req, res))
    app.use((_error: unknown, _req: unknown, res: ServerResponse, _next: unknown) => void Object.assign(res, { statusCode: 500 }).end())
    const guarded = nodeAuth(counted, options)((req, res) => answer(req, res))
    this.#servers = await Promise.all([
      listening(createServer((req, res) => void guarded(req, res).catch(() => Object.assign(res, { statusCode: 500 }).end()))),
      listening(createServer(app)),
      listening(createAdaptorServer({ fetch: fetchAuth(counted, options)(respond) }) as Server), // of node:http
    ])
  }

  /** For so many seconds, and until all that was begun is over. */
  async run(seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000
    const flapping = setInterval(() => (this.#isAway = this.#chance.between(0, 4) < 1), 1_000)
    await Promise.all(Array.from({ length: WORKERS }, async () => {
      while (Date.now() < end) await this.#one()
    }))
    clearInterval(flapping)
    this.#isAway = false
    for (const server of this.#servers) server.closeAllConnections()
    this.#issuer?.closeAllConnections()
  }

  async close(): Promise<void> {
    await this.#chain?.close()
    await this.#revocations.close()
    await Promise.all([...this.#servers, this.#issuer].map((server) => new Promise((resolve) => void server?.close(resolve))))
  }

  async #one(): Promise<void> {
    const { token, id } = this.#token()
    const path = this.#chance.pick(KINDS)
    const method = this.#chance.pick(['GET', 'GET', 'GET', 'HEAD'])
    const asked = request({ port: portOf(this.#chance.pick(this.#servers)), path, method, agent: false, headers: { Authorization: `Bearer ${token}` } })
    const closed = new Promise((resolve) => void asked.once('close', resolve))
    asked.on('error', () => undefined).end()
    const [response] = (await Promise.race([once(asked, 'response'), closed.then(() => [])])) as [IncomingMessage?]
    const isOpen = response?.statusCode === 200 && path === '/stream' && method === 'GET'
    this.#note(`${path} ${response?.statusCode ?? 'broken off'}`)
    response?.resume().on('error', () => undefined)
    if (isOpen) await this.#endStream(id, () => asked.destroy())
    await closed
  }

  /** A client leaves, or its token is revoked, and the server ends the stream. */
  async #endStream(id: string | undefined, leave: () => void): Promise<void> {
    await new Promise((resolve) => void setTimeout(resolve, this.#chance.between(0, 30)))
    if (id === undefined || this.#chance.between(0, 3) < 2) return leave()
    this.#note('revoked')
    await this.#revocations.revoke({ sub: id, expiresAt: Date.now() / 1000 + 1 }).catch(leave)
  }

  #token(): { readonly token: string; readonly id?: string } {
    this.#next += 1
    const id = `person-${this.#next % 400}`
    const now = Math.floor(Date.now() / 1000)
    switch (this.#chance.pick(['jwt', 'jwt', 'opaque', 'opaque', 'static', 'expired', 'junk'] as const)) {
      case 'jwt':
        return { token: this.#key.token({ sub: id, iat: now, exp: now + 600 }), id }
      case 'expired':
        return { token: this.#key.token({ sub: id, iat: now - 900, exp: now - 600 }) }
      case 'opaque':
        return { token: `opaque-${id}-${this.#next}`, id }
      case 'static':
        return { token: this.#staticKey }
      case 'junk':
      default:
        return { token: `junk-${this.#chance.between(0, 1e9).toFixed(0)}` }
    }
  }

  #introspect(req: IncomingMessage, res: ServerResponse): void {
    let body = ''
    req.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
      const [, id] = /token=opaque-(person-\d+)/.exec(body) ?? []
      const now = Math.floor(Date.now() / 1000)
      const good = { active: true, sub: id, aud: AUDIENCE, iat: now, exp: now + 600 }
      if (this.#isAway) res.statusCode = 503
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify(id === undefined ? { active: false } : good))
    })
  }

  #note(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
  }
}

/** Asks for the signal each time, whatever comes of it. */
function answer({ url = '', method }: IncomingMessage, res: ServerResponse): void {
  authSignal()
  if (url === '/throws') throw new Error('a bug of the app')
  if (url === '/json') return void res.setHeader('Content-Type', 'application/json').end('{}')
  if (method === 'HEAD') return void res.writeHead(200, SSE).end()
  const writing = setInterval(() => res.write('data: on\n\n'), 5)
  res.on('close', () => clearInterval(writing)).writeHead(200, SSE).write('data: first\n\n')
}

function respond({ url }: Request): Response {
  authSignal()
  const { pathname } = new URL(url)
  if (pathname === '/throws') throw new Error('a bug of the app')
  if (pathname === '/json') return Response.json({})
  let writing: NodeJS.Timeout | undefined
  const part = new TextEncoder().encode('data: on\n\n')
  return new Response(
    new ReadableStream({ start: (controller) => void (writing = setInterval(() => controller.enqueue(part), 5)), cancel: () => clearInterval(writing) }),
    { headers: SSE },
  )
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port // a TCP server that listens has one
}
