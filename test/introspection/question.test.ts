/** What a question to an authorization server is made of, and how often that is made. */
import { afterEach, expect, test, vi } from 'vitest'
import { anyAudience, clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
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
