import server from 'express'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth as express } from '../../src/adapters/express.js'
import { byRequest, gate, StaticProvider } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
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

  test.each(['evil.example.com', undefined, 'constructor', 'notes.example.com.'])('a host of nobody\'s (%s) is refused', async (host) => {
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

describe('one of two gates that another spelling of the request would have chosen is none', () => {
  const [notes, mail] = [gateOf('notes'), gateOf('mail')]
  const byPath = byRequest(({ path }) => (path.startsWith('/mail') ? mail : notes))
  const byHost = byRequest(({ host }) => (host === 'mail.example.com' ? mail : notes))

  test.each([
    ...['/MAIL/inbox', '/%6dail/inbox', '/%6Dail', '//mail', '/\\mail', '/x/../mail', '/x/%2e%2e/mail', '//x/mail', '/mai%6c/%ff', '/;x/mail', '/.;/mail', '///..;%2fmail'],
    ...['*mail', 'mail', 'ftp://x/mail', 'http://x'],
  ])('the path %s', async (path) => {
    for (const name of ['notes', 'mail']) expect(await ask(byPath, { path, token: key(name) })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test.each(['mail.example.com:8080', 'mail.example.com.', 'MAIL.example.com.:80'])('the host %s', async (host) => {
    for (const name of ['notes', 'mail']) expect(await ask(byHost, { host, token: key(name) })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test.each(['MAIL.example.com', 'mail.example.com:443', 'mail.example.com:80', 'mail.example.com:'])('though %s names the host as well as any', async (host) => {
    expect(await ask(byHost, { host, token: key('mail') })).toMatchObject({ pass: true })
    expect(await ask(byHost, { host, token: key('notes') })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test.each(['/Notes/Über', '/notes/%C3%BCber', '/notes;v=1', '//notes', '/notes/%ff', '*'])('and what no other gate is chosen for is left to its own: %s', async (path) => {
    expect(await ask(byPath, { path, token: key('notes') })).toMatchObject({ pass: true })
    expect(await ask(byPath, { path, token: key('mail') })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test('a host by its port, where no gate is given for the host alone', async () => {
    const doors = new Map([['localhost:3001', notes], ['localhost:3002', mail]])
    const byPort = byRequest(({ host = '' }) => doors.get(host))
    expect(await ask(byPort, { host: 'localhost:3002', token: key('mail') })).toMatchObject({ pass: true })
  })

  test('in Express, whose routes know no case', async () => {
    const app = server().use(express(byPath))
    app.get('/mail/inbox', (_req, res) => void res.send('of mail'))
    const { ask: asking } = closing(await listen(createServer(app)))
    const status = async (target: string, name: string): Promise<number> => (await asking({ method: 'GET', target, headers: { Authorization: `Bearer ${key(name)}` } })).status
    expect([await status('/mail/inbox', 'mail'), await status('/mail/inbox', 'notes'), await status('/MAIL/inbox', 'notes')]).toEqual([200, 401, 401])
  })
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
