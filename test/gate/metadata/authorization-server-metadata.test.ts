import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { gate } from '../../../src/index.js'
import { says } from '../../oauth-kit.js'
import { headers } from '../headers.js'
import type { Decision, GateOptions } from '../../../src/index.js'

const ISSUER = 'https://id.example.com/realms/acme'
const METADATA = { issuer: ISSUER, token_endpoint: `${ISSUER}/token` }

/** A gate with a mirror, and an authorization server that does as it is told. */
function mirrored(state: { answers: () => Response | Promise<Response> } = { answers: () => Response.json(METADATA) }, options: GateOptions = {}) {
  const asked: string[] = []
  const fetch = async (url: unknown): Promise<Response> => (asked.push(String(url)), state.answers())
  const guard = gate(says('no'), { protect: ['/'], mirror: { issuer: ISSUER, fetch }, ...options })
  const ask = (path = '/.well-known/oauth-authorization-server', method = 'GET'): Promise<Decision> => guard({ method, path, header: headers({}) })
  return { state, asked, ask }
}

const status = (decision: Decision): number => (decision.pass ? 0 : decision.answer.status)

describe('the mirror of an authorization server\'s metadata', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  test('serves it where older clients look, without a token', async () => {
    const { ask, asked } = mirrored()
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      expect(await ask(path)).toMatchObject({ pass: false, answer: { status: 200, body: JSON.stringify(METADATA), headers: { 'Content-Type': 'application/json' } } })
    }
    expect(asked).toHaveLength(1)
  })

  test('is nowhere else, and is only read', async () => {
    const { ask, asked } = mirrored()
    expect(status(await ask('/.well-known/oauth-authorization-server/mcp'))).toBe(404)
    expect(status(await ask(undefined, 'POST'))).toBe(405)
    expect(status(await ask(undefined, 'OPTIONS'))).toBe(204)
    expect(asked).toEqual([])
  })

  test('is kept for ten minutes, and longer while the authorization server is away', async () => {
    const { state, ask, asked } = mirrored()
    await ask()
    vi.setSystemTime(Date.now() + 599_000)
    await ask()
    expect(asked).toHaveLength(1)
    state.answers = () => new Response('', { status: 503 })
    vi.setSystemTime(Date.now() + 1_000)
    expect(status(await ask())).toBe(200)
    expect(asked).toHaveLength(2)
  })

  test('that cannot be read is a 503, and is not tried again by everybody who asks', async () => {
    const { state, ask, asked } = mirrored({ answers: () => Promise.reject(new Error('ECONNREFUSED')) })
    expect(await ask()).toMatchObject({ answer: { status: 503 } })
    const before = asked.length
    expect(await ask()).toMatchObject({ answer: { status: 503, headers: { 'Retry-After': '30' } } })
    expect(asked).toHaveLength(before)
    state.answers = () => Response.json(METADATA)
    vi.setSystemTime(Date.now() + 30_000)
    expect(status(await ask())).toBe(200)
  })

  test('that cannot be read is a 503 in every wording: nobody showed a token', async () => {
    const { ask } = mirrored({ answers: () => new Response('', { status: 500 }) }, { profile: 'mcp-use' })
    const decision = await ask()
    expect(decision).toMatchObject({ answer: { status: 503, body: expect.stringContaining('authorization server') } })
    expect(decision).not.toHaveProperty(['answer', 'headers', 'WWW-Authenticate'])
  })

  test.each<[string, () => Response]>([
    ['a page', () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } })],
    ['a redirect to the sign-in', () => Response.redirect('https://id.example.com/login')],
    ['the document of a parent', () => Response.json({ ...METADATA, issuer: 'https://id.example.com' })],
  ])('is found at the next place where the first has %s', async (_, first) => {
    let places = 0
    const { ask } = mirrored({ answers: () => ((places += 1), places === 1 ? first() : Response.json(METADATA)) })
    expect(await ask()).toMatchObject({ answer: { status: 200, body: JSON.stringify(METADATA) } })
    expect(places).toBe(2)
  })

  test('many who ask at once cause one question', async () => {
    const { ask, asked } = mirrored()
    expect(new Set((await Promise.all(Array.from({ length: 20 }, () => ask()))).map(status))).toEqual(new Set([200]))
    expect(asked).toHaveLength(1)
  })

  test.each<[string, () => Response]>([
    ['another issuer\'s', () => Response.json({ ...METADATA, issuer: `${ISSUER}/` })],
    ['no object', () => Response.json([])],
    ['none', () => new Response('', { status: 404 })],
    ['one without an end', () => new Response(`{"issuer":"${ISSUER}","x":"${'x'.repeat(70_000)}"}`, { headers: { 'Content-Type': 'application/json' } })],
    ['one that lies elsewhere', () => Response.redirect('https://evil.example/metadata')],
  ])('%s is not served', async (_, answers) => {
    expect(status(await mirrored({ answers }).ask())).toBe(503)
  })
})
