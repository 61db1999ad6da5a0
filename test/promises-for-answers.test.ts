/** Where an answer is asked for at once, a promise is none; and one that fails, which nobody waits for, must not end the process. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { byRequest, ChainProvider, gate, JwksProvider, StaticProvider, when } from '../src/index.js'
import { createTestIssuer } from '../src/testing/index.js'
import { headers } from './gate/headers.js'
import type { Gate, GateOptions } from '../src/index.js'

const KEY = 'ci-key-0123456789abcdef'
const AUDIENCE = 'https://mcp.example.com/mcp'
const fails = async (): Promise<never> => {
  throw new Error('nobody waits for this')
}
const issuer = createTestIssuer({ audience: AUDIENCE })

const jwt = async (options: object): Promise<string> => {
  const token = await new JwksProvider({ ...issuer.options, observe: () => undefined, ...options }).verifyToken(await issuer.mint({ scopes: ['notes:read'] }))
  return token === null ? 'refused' : token.scopes.join(' ')
}
const asked = async (guard: Gate, key?: string): Promise<string> => {
  const decision = await guard({ method: 'POST', path: '/mcp', header: headers(key === undefined ? {} : { authorization: [`Bearer ${key}`] }) })
  return decision.pass ? 'passed' : String(decision.answer.status)
}
const keys = (claims: object): StaticProvider => new StaticProvider({ [KEY]: { claims: { sub: 'ci', ...claims } } })
const guarded = (options: object, claims: object = {}): Gate => gate(keys(claims), { resource: AUDIENCE, observe: () => undefined, ...options } as GateOptions)

const BOUND = { cnf: { 'x5t#S256': 'A'.repeat(43) } }
const names = (requestAs: unknown): string => {
  try {
    return String(guarded({ requiredScopes: ['a'], requestAs }))
  } catch (error) {
    return String(error)
  }
}
const chain = new ChainProvider([{ recognizes: fails as never, verifyToken: async () => null }])

const unheard: unknown[] = []
const hear = (error: unknown): void => void unheard.push(error)
beforeAll(() => void process.on('unhandledRejection', hear))
afterAll(() => void process.off('unhandledRejection', hear))

test.each<[string, () => Promise<string>, string]>([
  ['a rule', () => jwt({ rules: [{ claim: 'sub', accepts: fails }] }), 'refused'],
  ['a scope mapper', () => jwt({ scopes: fails }).catch(String), 'TypeError: a scope mapper must give an array of scopes'],
  ['a condition of scopes', () => jwt({ scopes: [when(fails as never, () => ['notes:write'])] }), ''],
  ['an observer', () => jwt({ observe: fails }), 'notes:read'],
  ['the body of a denial', () => asked(guarded({ body: fails })), '401'],
  ['an observer of the gate', () => asked(guarded({ observe: fails })), '401'],
  ['a certificate', () => asked(guarded({ proof: { certificate: fails } }, BOUND), KEY).catch(String), 'TypeError: "proof.certificate" must give the certificate at once, and not as a promise'],
  ['whose a token is', () => asked(gate(chain), KEY).catch(({ cause }) => String(cause)), 'TypeError: recognizes must answer "mine", "maybe" or "foreign", and not a promise'],
  ['a choice of gates', () => asked(byRequest(fails as never)).catch(String), 'TypeError: byRequest must be given a gate: gate(provider, { resource })'],
  ['a name for scopes', async () => names(fails), 'TypeError: "requestAs" must give one scope for "a", such as "api://notes/a", or undefined'],
])('%s that is a promise, and fails', async (_, work, outcome) => {
  unheard.length = 0
  expect(await work()).toBe(outcome)
  await new Promise((resolve) => void setImmediate(resolve)) // what nobody has heard by now is told
  expect(unheard).toEqual([])
})
