/** Tests that the first program of the README explains its refusals itself, in development and once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChainProvider, gate, StaticProvider } from '../../src/index.js'
import { forgetTold } from '../../src/lib/default-voice.js'

const KEY = 'a-long-enough-key'
let warned: string[]

beforeEach(() => {
  warned = []
  forgetTold()
  vi.stubEnv('NODE_ENV', 'development')
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warned.push(String(text)))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const made = (options = {}) => new StaticProvider({ [KEY]: { claims: { sub: 'ada' }, scopes: [] } }, { prefix: 'acme', ...options })
const ask = (guard: ReturnType<typeof gate>, token?: string) =>
  guard({ method: 'GET', path: '/', header: (name) => (name === 'authorization' && token !== undefined ? [`Bearer ${token}`] : []) })

test('the first refusal of each reason is told once, with its hint and what to do', async () => {
  const chain = new ChainProvider([made()])
  for (let n = 0; n < 3; n += 1) await chain.verifyToken('an-opaque-token')
  await chain.verifyToken('acme_mistyped')
  expect(warned).toEqual([
    expect.stringMatching(/"chain" refused a token: no_owner.*give observe:/),
    expect.stringMatching(/"static" refused a token: malformed \(checksum\).*mistyped/),
  ])
  expect(warned.join()).not.toMatch(/an-opaque-token|acme_/)
})

test('a request without a token is none, and a scope that is missing is one', async () => {
  const guard = gate(made(), { requiredScopes: ['notes:write'] })
  await ask(guard)
  expect(warned).toEqual([])
  await ask(guard, KEY)
  expect(warned).toEqual([expect.stringMatching(/"gate" refused a token: insufficient_scope/)])
})

test.each(['production', 'test'])('nothing is told in %s', async (environment) => {
  vi.stubEnv('NODE_ENV', environment)
  await made().verifyToken('acme_mistyped')
  expect(warned).toEqual([])
})

test('nothing is told where somebody observes: the provider, its chain, or the gate', async () => {
  await made({ observe: () => undefined }).verifyToken('acme_mistyped')
  await new ChainProvider([made()], { observe: () => undefined }).verifyToken('an-opaque-token')
  await ask(gate(made(), { observe: () => undefined }), 'acme_mistyped')
  expect(warned).toEqual([])
})

test('what another member of a chain took is no refusal', async () => {
  const other = { verifyToken: async (token: string) => made().verifyToken(token === 'a-token' ? KEY : token) }
  const no = { verifyToken: async () => null }
  expect(await new ChainProvider([no as never, other as never]).verifyToken('a-token')).not.toBeNull()
  expect(warned).toEqual([])
})

test('where the environment may not be read, as on Deno, a refusal stays a refusal and nothing is told', async () => {
  const env = vi.spyOn(process, 'env', 'get').mockImplementation(() => {
    throw new Error('NotCapable: Requires env access')
  })
  const answer = await made().verifyToken('acme_wrong-0123456789')
  env.mockRestore()
  expect([answer, warned]).toEqual([null, []])
})
