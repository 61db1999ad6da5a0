import { describe, expect, test } from 'vitest'
import { bearerAuth as express } from '../../src/adapters/express.js'
import { byRequest, gate, StaticProvider } from '../../src/index.js'
import { says } from '../oauth-kit.js'
import { headers } from './headers.js'
import type { Decision, Gate } from '../../src/index.js'

const key = (name: string): string => `key-of-${name}-0123456789`
const gateOf = (name: string, path = '/mcp'): Gate =>
  gate(new StaticProvider({ [key(name)]: { claims: { sub: name } } }), { resource: `https://${name}.example.com${path}`, authorizationServers: [`https://id.${name}.example`] })
const ask = (
  guard: Gate,
  { path = '/mcp', host, token, method = 'POST' }: { path?: string; host?: string | undefined; token?: string; method?: string },
): Promise<Decision> => guard({ method, path, host, header: headers(token === undefined ? {} : { authorization: [`Bearer ${token}`] }) })
const challenge = (decision: Decision): string | undefined => (decision.pass ? 'passed' : decision.answer.headers['WWW-Authenticate'])

describe('a gate for each host', () => {
  const doors: Record<string, Gate> = { 'notes.example.com': gateOf('notes'), 'mail.example.com': gateOf('mail') }
  const guard = byRequest(({ host = '' }) => (Object.hasOwn(doors, host) ? doors[host] : undefined))

  test('takes the tokens of its own, and of no other', async () => {
    expect(await ask(guard, { host: 'notes.example.com', token: key('notes') })).toMatchObject({ pass: true, context: { token: { subject: 'notes' } } })
    expect(await ask(guard, { host: 'mail.example.com', token: key('notes') })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test('points at metadata of its own, and serves them', async () => {
    expect(challenge(await ask(guard, { host: 'mail.example.com' }))).toBe('Bearer resource_metadata="https://mail.example.com/.well-known/oauth-protected-resource/mcp"')
    const served = await ask(guard, { host: 'mail.example.com', method: 'GET', path: '/.well-known/oauth-protected-resource/mcp' })
    expect(served.pass ? undefined : JSON.parse(served.answer.body)).toMatchObject({ resource: 'https://mail.example.com/mcp', authorization_servers: ['https://id.mail.example'] })
  })

  test.each(['evil.example.com', undefined, 'constructor', 'NOTES.example.com'])('a host of nobody\'s (%s) is refused', async (host) => {
    const decision = await ask(guard, { host, token: key('notes') })
    expect(decision).toMatchObject({ pass: false, answer: { status: 401 } })
    expect(challenge(decision)).toBe('Bearer realm="protected"')
  })
})

test('a gate for each path is asked for its metadata by the path that they are about', async () => {
  const [notes, mail] = [gateOf('notes', '/notes/mcp'), gateOf('mail', '/mail/mcp')]
  const guard = byRequest(({ path }) => (path.startsWith('/mail') ? mail : notes))
  const served = await ask(guard, { method: 'GET', path: '/.well-known/oauth-protected-resource/mail/mcp' })
  expect(served).toMatchObject({ pass: false, answer: { status: 200 } })
  expect(await ask(guard, { path: '/mail/mcp', token: key('mail') })).toMatchObject({ pass: true })
  expect(await ask(guard, { path: '/notes/mcp', token: key('mail') })).toMatchObject({ pass: false })
})

test('behind a proxy, the host is read from the header that was named, and from no other', async () => {
  const doors: Record<string, Gate> = { 'notes.example.com': gateOf('notes') }
  const guard = byRequest(({ header }) => doors[header('x-forwarded-host').join()])
  const asked = (names: Record<string, string[]>): Promise<Decision> => guard({ method: 'POST', path: '/mcp', host: 'notes.example.com', header: headers(names) })
  expect(challenge(await asked({ 'x-forwarded-host': ['notes.example.com'] }))).toContain('https://notes.example.com/')
  for (const names of [{}, { forwarded: ['host=notes.example.com'] }, { 'x-forwarded-host': ['notes.example.com', 'notes.example.com'] }]) {
    expect(challenge(await asked(names))).toBe('Bearer realm="protected"')
  }
})

test('where none is chosen, discovery is not found, a preflight is granted nothing, and the path is read from all three documents', async () => {
  const none = byRequest(() => undefined)
  expect(await ask(none, { method: 'GET', path: '/.well-known/oauth-authorization-server/x' })).toMatchObject({ answer: { status: 404 } })
  expect(
    await none({ method: 'OPTIONS', path: '/x', header: headers({ origin: ['https://a.example'], 'access-control-request-method': ['POST'] }) }),
  ).toMatchObject({ answer: { status: 204, body: '', grantsNothing: true } })
  expect(await ask(none, { host: '1.2.3.999' })).toMatchObject({ answer: { status: 400 } })
  const asked: string[] = []
  const chosen = byRequest(({ path }) => void asked.push(path))
  const documents = ['/.well-known/oauth-protected-resource', '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  for (const path of [...documents.map((document) => `${document}/mail/mcp`), '/mail/mcp/.well-known/openid-configuration', '/mail/mcp']) await ask(chosen, { method: 'GET', path })
  expect(asked).toEqual(Array.from({ length: 5 }, () => '/mail/mcp'))
})

test('a gate within a gate is a gate', async () => {
  const inner = byRequest(() => gateOf('notes'))
  expect(await ask(byRequest(() => inner), { token: key('notes') })).toMatchObject({ pass: true })
})

test.each<[string, () => unknown, RegExp]>([
  ['options beside a gate', () => express(gateOf('notes'), {}), /takes no options beside a gate/],
  ['a provider for a function', () => byRequest(says('yes') as never), /byRequest takes a function/],
  ['a function that is no gate', () => express((() => undefined) as never), /did you forget "new"/],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(message)
})

test('a provider where a gate must be is a bug, and not a pass', async () => {
  await expect(ask(byRequest(() => says('yes') as never), {})).rejects.toThrow(/must be given a gate/)
})
