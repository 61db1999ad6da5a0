/** On Node, what a handler's `Response` becomes is ended where it goes: nothing stands between the handler's stream and the client. */
import { createAdaptorServer } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { gate } from '../../src/gate/gate.js'
import { authSignal, StaticProvider } from '../../src/index.js'
import { after } from '../../src/lib/timer.js'
import { closing } from '../closing.js'
import { until } from '../until.js'
import { listen } from './http-kit.js'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Gate } from '../../src/gate/gate.js'

const KEY = 'key-of-ada-0123456789'
const SSE = { 'Content-Type': 'text/event-stream' }

type Handler = (request: Request, environment: { outgoing: ServerResponse }) => Response | Promise<Response>

/** Servers as @hono/node-server has them; what they answer is what the handler gave. */
const SERVERS: Record<string, (guard: Gate, handler: Handler) => (request: Request, environment: never) => Response | Promise<Response>> = {
  fetch: (guard, handler) => fetchAuth(guard)(handler),
  hono: (guard, handler) => {
    const app = new Hono<{ Bindings: { outgoing: ServerResponse } }>()
    return app.use(honoAuth(guard)).all('*', (c) => handler(c.req.raw, c.env)).fetch
  },
}

function setUp() {
  const auth = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })
  const followed = { now: 0 }
  const counted = {
    verifyToken: auth.verifyToken.bind(auth),
    watch: (...all: Parameters<typeof auth.watch>) => {
      const stop = auth.watch(...all)
      followed.now += 1
      return () => ((followed.now -= 1), stop())
    },
  }
  return { auth, followed, guard: gate(counted, undefined, { after: (seconds, work) => after(seconds === 1 ? 0 : seconds, work) }) }
}

async function asking(server: Server) {
  const { origin } = closing(await listen(server))
  const asked = request(`${origin}/mcp`, { headers: { Authorization: `Bearer ${KEY}` } })
  asked.on('error', () => undefined).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { asked, response }
}

describe.each(Object.entries(SERVERS))('a Response on Node (%s)', (_, serve) => {
  const server = (answer: ReturnType<typeof serve>): Server => createAdaptorServer({ fetch: answer as never }) as Server // of node:http

  test('is sent as the handler gave it, and its stream is cancelled when the token is revoked', async () => {
    const { auth, followed, guard } = setUp()
    let cancelled = false
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('data: first\n\n')), cancel: () => void (cancelled = true) })
    const answers: unknown[] = []
    const given = new Response(body, { headers: SSE })
    const guarded = serve(guard, () => given)
    const { response } = await asking(server(async (...all) => {
      const answer = await guarded(...all)
      answers.push(answer)
      return answer
    }))
    await once(response, 'data')
    expect(answers[0] === given, 'and not another one around it').toBe(true)
    await until(() => followed.now === 1)
    await auth.revoke({ sub: 'ada' })
    await once(response, 'end')
    await until(() => cancelled)
    expect(followed.now).toBe(0)
  })

  test('that the handler writes past the Response ends too', async () => {
    const { auth, followed, guard } = setUp()
    const written: Handler = (__, { outgoing }) => {
      outgoing.writeHead(200, SSE).write('data: first\n\n')
      return RESPONSE_ALREADY_SENT
    }
    const { response } = await asking(server(serve(guard, written)))
    response.resume()
    await until(() => followed.now === 1)
    await auth.revoke({ sub: 'ada' })
    await once(response, 'end')
  })

  test('is followed no longer when its client has left', async () => {
    const { followed, guard } = setUp()
    const { asked, response } = await asking(server(serve(guard, () => new Response(new ReadableStream({ pull: () => undefined }), { headers: SSE }))))
    await until(() => followed.now === 1)
    asked.destroy()
    response.on('error', () => undefined)
    await until(() => followed.now === 0)
  })

  test('that is no event stream ends with the signal of its handler, and no longer', async () => {
    const { followed, guard } = setUp()
    const { response } = await asking(server(serve(guard, () => (authSignal(), Response.json({})))))
    response.resume()
    await once(response, 'end')
    await until(() => followed.now === 0)
  })

  test('of another request than the response beneath is for is ended by itself', async () => {
    const { auth, guard } = setUp()
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('data: first\n\n')) })
    const handler = serve(guard, () => new Response(body, { headers: SSE }))
    const others = { incoming: {}, outgoing: { req: {}, writeHead: () => expect.unreachable(), end: () => expect.unreachable() } }
    const answer = await handler(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }), others as never)
    const whole = answer.text()
    await new Promise((resolve) => void setTimeout(resolve, 0))
    await auth.revoke({ sub: 'ada' })
    expect(await whole).toBe('data: first\n\n')
  })
})
