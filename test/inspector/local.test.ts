/** `bearer inspect` on the wire: the loopback address alone, by its own names alone, and for whoever holds the link alone. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ChainProvider, StaticProvider } from '../../src/index.js'
import { runInspector } from '../../src/inspector/local.js'
import { tryMapping } from '../../src/inspector/mapping.js'
import { closing } from '../closing.js'
import { cookieOf, FILES } from './inspector-kit.js'
import type { TokenReport } from '../../src/inspect/token-report.js'

const KEY = 'the-key-of-a-machine'

async function running() {
  const provider = new ChainProvider([new StaticProvider({ [KEY]: { claims: { sub: 'ci' }, scopes: ['notes:read'] } })])
  const local = closing(await runInspector(provider, { gate: { requiredScopes: ['notes:read'] }, port: 0, files: FILES }))
  const { origin, hash, port, pathname } = new URL(local.link)
  const ours = { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' }
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${origin}${pathname}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { ...ours, ...headers } })
  const signIn = async (): Promise<string> => cookieOf(await post('session', { key: hash.slice(1) }))
  /** By whatever host. Several are sent as they are. */
  const byHost = (hosts: readonly string[], path: string, cookie = ''): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const headers = [...hosts.flatMap((host) => ['Host', host.replace('PORT', port)]), 'Cookie', cookie]
      const asked = request({ host: '127.0.0.1', port, path, headers, setHost: false })
      asked.on('error', reject).on('response', (answer) => void text(answer).then((body) => resolve({ status: answer.statusCode, body })))
      asked.end()
    })
  return { local, origin, pathname, port: Number(port), post, signIn, byHost }
}

describe('the server on one\u2019s own machine', () => {
  test.each([['evil.example,127.0.0.1:PORT'], ['127.0.0.1:PORT,evil.example'], ['evil.example'], ['evil.example:PORT'], ['127.0.0.1'], ['127.0.0.1:1'], ['localhost.evil.example:PORT'], ['127.0.0.1.evil.example:PORT'], ['[::1]:PORT'], ['0.0.0.0:PORT'], ['']])('answers nothing where the host is %s', async (host) => {
    const { byHost, signIn, pathname } = await running()
    const cookie = await signIn()
    for (const path of [pathname, `${pathname}page/enter.js`, `${pathname}api/live`, pathname.slice(0, -1)]) {
      const { status, body } = await byHost(host.split(','), path, cookie)
      expect([400, 421]).toContain(status)
      expect(body).not.toMatch(/<title>|health/)
    }
  })

  test('answers where the host is localhost', async () => {
    const { byHost, pathname } = await running()
    for (const host of ['localhost:PORT', 'LOCALHOST:PORT', '127.0.0.1:PORT']) expect((await byHost([host], pathname)).status).toBe(401)
  })

  test('stands at a path that nobody guesses, so that its cookie goes to no other server of this machine', async () => {
    const [one, other] = [await running(), await running()]
    expect(one.pathname).toMatch(/^\/[\w-]{16}\/$/)
    expect(one.pathname).not.toBe(other.pathname)
    expect((await one.byHost(['127.0.0.1:PORT'], '/inspector/')).status).toBe(404)
  })

  test('is not reached by another address of this machine', async () => {
    const { port } = await running()
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of others) {
      const reached = await new Promise((resolve) => void connect(port, address).once('connect', () => resolve('reached')).once('error', () => resolve('refused')))
      expect(reached).toBe('refused')
    }
  })

  test('looks at no token of somebody without the link, whatever page makes a browser ask', async () => {
    const { post, signIn } = await running()
    expect((await post('api/report', { token: KEY })).status).toBe(401)
    const cookie = await signIn()
    expect((await post('api/report', { token: KEY }, { cookie })).status).toBe(200)
    for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'content-type': 'text/plain' }]) {
      const { status } = await post('api/report', { token: KEY }, { cookie, ...headers } as Record<string, string>)
      expect([403, 415]).toContain(status)
    }
  })

  test('reports what is known of a token, and never the token', async () => {
    const { post, signIn } = await running()
    const cookie = await signIn()
    const response = await post('api/report', { token: `Bearer ${KEY}\n` }, { cookie })
    const said = await response.text()
    const report = JSON.parse(said) as TokenReport
    expect(report).toMatchObject({ verdict: 'accepted', kind: 'opaque', client: { status: 200, passed: true }, scopes: [{ scope: 'notes:read' }] })
    expect(said).not.toContain(KEY)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test.each([
    ['nothing', undefined],
    ['no object', []],
    ['no token', {}],
    ['a number', { token: 7 }],
    ['blanks', { token: ' \n' }],
    ['more than fits', { token: 'x'.repeat(300_000) }],
  ])('asks for a token where it gets %s', async (_, body) => {
    const { post, signIn } = await running()
    const response = await post('api/report', body, { cookie: await signIn() })
    expect([response.status, await response.json()]).toEqual([400, { problem: 'Paste a token first' }])
  })

  test('whose port is taken says so', async () => {
    const { port } = await running()
    const provider = new StaticProvider({ [KEY]: { claims: { sub: 'ci' } } })
    await expect(runInspector(provider, { port, files: FILES })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('a mapping in JSON', () => {
  const claims = { scope: 'a', roles: ['admin', 'intern'], groups: 'x,y', email_verified: true }

  test.each([
    ['nothing', {}, ['a']],
    ['no standard scopes', { standardScopes: false }, []],
    ['a table', { fromClaim: [{ claim: 'roles', table: { admin: ['b', 'c'] } }] }, ['a', 'b', 'c']],
    ['a claim as it is', { fromClaim: [{ claim: 'roles' }] }, ['a', 'admin', 'intern']],
    ['a separator', { standardScopes: false, fromClaim: [{ claim: 'groups', separator: ',' }] }, ['x', 'y']],
    ['a name in pieces', { standardScopes: false, fromClaim: [{ claim: ['roles'], table: { ADMIN: 'b' }, ignoreCase: true }] }, ['b']],
    ['a condition that holds', { fromClaim: [{ claim: 'roles', table: { admin: 'b' }, when: { email_verified: true, roles: 'intern' } }] }, ['a', 'b']],
    ['a condition that does not', { fromClaim: [{ claim: 'roles', table: { admin: 'b' }, when: { email_verified: 'true' } }] }, ['a']],
    ['what everybody has', { always: ['mcp', 'notes:read'] }, ['a', 'mcp', 'notes:read']],
    ['what is implied', { implies: { a: ['b'] } }, ['a', 'b']],
  ])('with %s maps as the library does', (_, mapping, scopes) => {
    expect(tryMapping(mapping, claims).granted.map(({ scope }) => scope)).toEqual(scopes)
  })

  test.each([
    ['is a list', [], claims, 'a mapping is an object'],
    ['is nothing', null, claims, 'a mapping is an object'],
    ['has a typo', { fromclaim: [] }, claims, 'there is no "fromclaim" here'],
    ['has rows that are none', { fromClaim: {} }, claims, '"fromClaim" must be a list'],
    ['has too many rows', { fromClaim: Array(51).fill({ claim: 'a' }) }, claims, 'at most 50'],
    ['has a row without a claim', { fromClaim: [{}] }, claims, 'a claim is selected by its name'],
    ['has a row that is a text', { fromClaim: ['roles'] }, claims, 'a row of "fromClaim" is an object'],
    ['has an option that is none', { fromClaim: [{ claim: 'roles', tabel: {} }] }, claims, '"tabel"'],
    ['has a condition that says nothing', { fromClaim: [{ claim: 'roles', when: {} }] }, claims, 'when takes a function, or claims and their values'],
    ['has a condition that is none', { fromClaim: [{ claim: 'roles', when: null }] }, claims, 'when takes a function, or claims and their values'],
    ['always gives what is no list', { always: 'mcp' }, claims, '"always" must be a list of scopes'],
    ['always gives what is no scope', { always: [7] }, claims, 'always takes one scope per argument'],
    ['implies nonsense', { implies: 7 }, claims, 'implies'],
    ['is for claims that are none', {}, 'ada', 'claims are an object'],
  ])('that %s is told what to write instead', (_, mapping, about, message) => {
    expect(() => tryMapping(mapping, about)).toThrow(TypeError)
    expect(() => tryMapping(mapping, about)).toThrow(message)
  })

  test('takes no name of the language for a claim', () => {
    const hostile = JSON.parse('{ "__proto__": { "roles": ["admin"] }, "scope": "a" }') as object
    expect(tryMapping({ fromClaim: [{ claim: 'constructor.name' }, { claim: 'roles', table: { admin: 'b' } }] }, hostile).granted.map(({ scope }) => scope)).toEqual(['a'])
  })
})
