/** What is no event stream is handed on as it came: a light `Response`, as Hono's adapter for Node makes them, stays light. */
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { StaticProvider } from '../../src/index.js'

const KEY = 'key-of-ada-0123456789'
const provider = new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } })

/** Writes down what is read of it beyond status and headers, which a light response has at hand. */
function watchedResponse(contentType: string): { readonly response: Response; readonly read: string[] } {
  const read: string[] = []
  class Watched extends Response {
    override get body(): Response['body'] {
      read.push('body')
      return super.body
    }
    override get statusText(): string {
      read.push('statusText')
      return super.statusText
    }
  }
  return { response: new Watched('data: hello\n\n', { headers: { 'Content-Type': contentType } }), read }
}

const GATES: Record<string, (response: Response) => (request: Request) => Response | Promise<Response>> = {
  fetch: (response) => fetchAuth(provider)(() => response),
  Hono: (response) => new Hono().use(honoAuth(provider)).get('/mcp', () => response).fetch,
}

describe.each(Object.entries(GATES))('the gate for %s', (_, guarded) => {
  const ask = (response: Response): Response | Promise<Response> =>
    guarded(response)(new Request('https://mcp.example.com/mcp', { headers: { Authorization: `Bearer ${KEY}` } }))

  test('looks at nothing but the headers of a response that is no event stream', async () => {
    const { response, read } = watchedResponse('application/json')
    expect(await ask(response)).toBe(response)
    expect(read).toEqual([])
  })

  test('takes the body of one that is, to end it with the token', async () => {
    const { response, read } = watchedResponse('text/event-stream')
    const ending = await ask(response)
    expect(ending).not.toBe(response)
    expect(read).toContain('body')
    await ending.body?.cancel()
  })
})
