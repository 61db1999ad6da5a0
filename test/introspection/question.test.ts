/** What a question to an authorization server is made of, and how often that is made. */
import { createHook } from 'node:async_hooks'
import { afterEach, expect, test, vi } from 'vitest'
import { anyAudience, clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { faultEndpoint } from './fault-endpoint.js'
import type { FetchInit } from '../../src/lib/net/bounded-fetch.js'

afterEach(() => void vi.restoreAllMocks())

const ENDPOINT = 'https://id.example.com/introspect'

function asking(more: object = {}) {
  const asked: FetchInit[] = []
  const answer = { active: true, sub: 'ada', exp: Date.now() / 1000 + 60 }
  const fetch = async (_url: string, init: FetchInit): Promise<Response> => {
    asked.push(init)
    return Response.json(answer)
  }
  const provider = new IntrospectionProvider({ endpoint: ENDPOINT, audience: anyAudience, clientAuth: clientSecretBasic('a b', 'c/d-e'), cache: false, fetch, ...more })
  return { provider, asked }
}

test.each(['plain-token_1.2', 'a+b/c~d==', 'eyJ.a-b.c_d', 'a'])('has the token %s as a form has it, behind what is sent along', async (token) => {
  const { provider, asked } = asking({ tokenTypeHint: 'access_token', parameters: { resource: ['https://a.example/?b=c&d', 'x'] } })
  await provider.verifyToken(token)
  const form = new URLSearchParams([['resource', 'https://a.example/?b=c&d'], ['resource', 'x'], ['token_type_hint', 'access_token'], ['token', token]])
  expect(asked.map(({ body }) => body)).toEqual([form.toString()])
})

test('has our headers, and those that the user wants sent along', async () => {
  const { provider, asked } = asking({ headers: { 'X-Tenant': 'acme' } })
  await provider.verifyToken('a-token')
  expect(asked.map(({ headers }) => headers)).toEqual([
    {
      'Accept-Encoding': 'identity',
      'x-tenant': 'acme',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      authorization: `Basic ${btoa('a+b:c%2Fd-e')}`,
    },
  ])
})

test('has nothing in it that is made anew but the token: no proof is encoded, and no form is written', async () => {
  const { provider, asked } = asking()
  await provider.verifyToken('the-first')
  const encode = vi.spyOn(globalThis, 'btoa')
  const set = vi.spyOn(Headers.prototype, 'set')
  const append = vi.spyOn(URLSearchParams.prototype, 'append')
  const written = vi.spyOn(URLSearchParams.prototype, 'toString')
  for (let n = 0; n < 50; n += 1) await provider.verifyToken(`token-${n}`)
  expect([asked.length, ...[encode, set, append, written].map((spy) => spy.mock.calls.length)]).toEqual([51, 0, 0, 0, 0])
})

test('goes by a fetch of the runtime without redirects, of which Node would keep a second copy of the body; the second attempt says what there was', async () => {
  const asked: unknown[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_url, init) => {
    asked.push({ redirect: init?.redirect, window: init?.window })
    if (asked.length === 1) throw new TypeError('fetch failed')
    return new Response(null, { status: 307, headers: { location: `${ENDPOINT}/` } })
  })
  const { provider } = asking({ fetch: undefined })
  await expect(provider.verifyToken('a-token')).rejects.toMatchObject({ fault: 'redirect', message: expect.stringContaining('answered 307, to the same URL with a slash') })
  expect(asked).toEqual([{ redirect: 'error', window: null }, { redirect: 'manual', window: undefined }])
})

test('goes by a fetch of yours in the way that every runtime and agent knows', async () => {
  const asked: FetchInit[] = []
  const { provider } = asking({ fetch: async (_url: string, init: FetchInit) => (asked.push(init), Promise.reject(new Error('no connection'))) })
  await expect(provider.verifyToken('a-token')).rejects.toMatchObject({ fault: 'connection' })
  expect(asked.map(({ redirect, window }) => ({ redirect, window }))).toEqual([{ redirect: 'manual', window: undefined }, { redirect: 'manual', window: undefined }])
})

test('is not kept twice by Node, for a redirect that is not followed', async () => {
  const server = closing(await faultEndpoint())
  server.answer({ active: true, sub: 'ada', exp: Date.now() / 1000 + 60 })
  const { provider } = asking({ endpoint: server.endpoint, fetch: undefined })
  await provider.verifyToken('the-first')
  const tee = vi.spyOn(ReadableStream.prototype, 'tee')
  await provider.verifyToken('a-token')
  expect(tee).not.toHaveBeenCalled()
  await fetch(server.endpoint, { method: 'POST', body: 'token=a', redirect: 'manual' })
  expect(tee).toHaveBeenCalled()
  expect(server.questions).toHaveLength(3)
})

test('makes few promises beside those of the fetch', async () => {
  const text = new TextEncoder().encode(JSON.stringify({ active: true, sub: 'ada', exp: Date.now() / 1000 + 60 }))
  const headers = { get: (name: string) => (name === 'content-type' ? 'application/json' : null) }
  const parts = (): { read(): Promise<{ done: false; value: Uint8Array } | { done: true }>; releaseLock(): void } => {
    const left = [text]
    const end = { done: true } as const
    return { read: () => Promise.resolve(left.length === 0 ? end : { done: false, value: left.pop() ?? text }), releaseLock: () => undefined }
  }
  const body = { getReader: parts, cancel: () => Promise.resolve() }
  const { provider } = asking({ fetch: () => Promise.resolve({ status: 200, redirected: false, headers, body }) })
  for (let n = 0; n < 20; n += 1) await provider.verifyToken(`warm-${n}`)
  let promises = 0
  const hook = createHook({ init: (_id, type) => void (type === 'PROMISE' && (promises += 1)) }).enable()
  for (let n = 0; n < 20; n += 1) await provider.verifyToken(`token-${n}`)
  hook.disable()
  expect(promises / 20).toBeLessThanOrEqual(40) // four are of the fetch here, and of whoever asks
})

test('is answered with claims that are frozen in place, and weigh in the memory what they say', async () => {
  const groups = Array.from({ length: 200 }, (_, n) => ({ name: `group-${n}` }))
  const { provider } = asking({ cache: {}, fetch: async () => Response.json({ active: true, sub: 'ada', exp: Date.now() / 1000 + 60, groups, none: null }) })
  const claims = (await provider.verifyToken('a'))?.claims ?? expect.unreachable()
  expect([claims, claims.groups, (claims.groups as object[])[7]].map(Object.isFrozen)).toEqual([true, true, true])
  expect(Object.keys(claims)).toEqual(['sub', 'exp', 'groups'])
  expect(provider.stats().accepted.bytes).toBeGreaterThan(JSON.stringify(claims).length)
})
