/** The adapter of one server in another: whoever picked the wrong import is told so, and not by a crash of the process. */
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { bearerAuth as nestAuth } from '../../src/adapters/nest.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { StaticProvider } from '../../src/index.js'
import { listen } from './http-kit.js'

const auth = new StaticProvider({ 'key-of-ada-0123456789': { claims: { sub: 'ada' } } })

/** As JavaScript has it: the compiler would not let them pass. */
const GATES: Readonly<Record<string, any>> = {
  express: expressAuth(auth),
  fastify: fastifyAuth(auth),
  fetch: fetchAuth(auth)(() => new Response()),
  hono: honoAuth(auth),
  koa: koaAuth(auth),
  nest: nestAuth(auth),
  node: nodeAuth(auth)(() => undefined),
}

/** What each server makes of an error, when it is asked with this gate in front. */
const SERVERS: Readonly<Record<string, (gate: any) => Promise<string>>> = {
  async express(gate) {
    const app = express().use(gate)
    return new Promise((resolve) => {
      app.use((error: Error, _req: unknown, res: { end(): void }, _next: unknown) => (res.end(), resolve(error.message)))
      void listen(createServer(app)).then(({ ask, close }) => ask().then(close))
    })
  },
  async hono(gate) {
    const app = new Hono().use(gate)
    app.onError((error, c) => c.text(error.message))
    return (await app.request('/mcp')).text()
  },
  async koa(gate) {
    const app = new Koa().use(gate)
    return new Promise((resolve) => {
      app.on('error', (error: Error) => resolve(error.message))
      void listen(createServer(app.callback())).then(({ ask, close }) => ask().then(close))
    })
  },
  async fastify(gate) {
    try {
      await Fastify().register(gate).ready()
    } catch (error) {
      return String(error)
    }
    return 'no error'
  },
}

const PAIRS = Object.keys(SERVERS).flatMap((server) => Object.keys(GATES).map((adapter) => [adapter, server] as const))
// What Nest and `node:http` call is what Express calls.
const FITTING = ['express express', 'nest express', 'node express', 'fastify fastify', 'hono hono', 'koa koa']
const WRONG = PAIRS.filter((pair) => !FITTING.includes(pair.join(' ')))

test.each(WRONG)('the gate for %s in %s says what to import', async (adapter, server) => {
  expect(await SERVERS[server]?.(GATES[adapter])).toContain(`bearer-auth-providers/${adapter} was not called by`)
})
