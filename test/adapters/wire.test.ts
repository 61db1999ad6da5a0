/** The rules of the `Authorization` header byte by byte: what each server makes of it, and what the gate answers behind it. */
import { createAdaptorServer } from '@hono/node-server'
import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearerAuth as fetchAuth } from '../../src/adapters/fetch.js'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { callers, GOOD, smallApp, whoCalls } from './callers.js'
import { listen, MAX_HEADER } from './http-kit.js'
import { SERVERS as ADAPTERS } from './servers.js'
import { onTheWire, outcomeOf } from './wire.js'
import type { Server } from 'node:http'
import type { Running } from './http-kit.js'
import type { AppUnderTest } from './servers.js'
import type { WireAnswer } from './wire.js'

const SERVERS = { ...ADAPTERS, fetch: serveFetchOverHttp }
type Name = keyof typeof SERVERS

/** What all servers make of it, or of those that differ, why. */
type Outcome = string | { readonly all: string; readonly but: Partial<Record<Name, string>>; readonly because: string }

const onRequests = (outcome: string): Partial<Record<Name, string>> => ({ fetch: outcome, hono: outcome })

const OK = '200 ada'
/** Nothing was presented: a challenge without an error. */
const NOTHING = '401 Bearer'
const MALFORMED = '400 Bearer invalid_request'
/** Refused by Node's own parser: the gate never saw it. */
const NODE_REFUSES = '400'

const ADA = GOOD.ada
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

/** Lines of the header, as they stand. More of such cases are in `gate-contract.ts`: what an HTTP client can send. */
const HEADERS: readonly (readonly [name: string, lines: string, outcome: Outcome])[] = [
  ['a name in small letters', `authorization: Bearer ${ADA}`, OK],
  ['a name in capitals, and a scheme in any', `AUTHORIZATION: bEaReR ${ADA}`, OK],
  ['no blank behind the colon', `Authorization:Bearer ${ADA}`, OK],
  ['blanks and tabs around the value', `Authorization: \t  Bearer ${ADA} \t `, OK],
  ['an empty value', 'Authorization:', NOTHING],
  ['blanks and tabs alone', 'Authorization:  \t ', NOTHING],

  ['a blank and a tab between', `Authorization: Bearer \t${ADA}`, MALFORMED],
  ['a tab and a blank between', `Authorization: Bearer\t ${ADA}`, MALFORMED],
  ['the scheme and blanks', 'Authorization: Bearer    ', NOTHING],
  ['padding alone', 'Authorization: Bearer ===', MALFORMED],
  ['two tokens with a scheme each', `Authorization: Bearer ${ADA}, Bearer ${GOOD.bob}`, MALFORMED],
  ['two schemes in one header', `Authorization: Basic eA==, Bearer ${ADA}`, MALFORMED],
  ['a list that begins with nothing', `Authorization: , Bearer ${ADA}`, MALFORMED],

  ['two headers that differ in their names', `Authorization: Bearer ${ADA}\r\nauthorization: Bearer ${ADA}`, MALFORMED],
  ['two headers, the first of which is empty', `Authorization:\r\nAuthorization: Bearer ${ADA}`, MALFORMED],
  ['two headers, the last of which is empty', `Authorization: Bearer ${ADA}\r\nAuthorization:`, MALFORMED],
  ['another scheme, then ours', `Authorization: Basic eA==\r\nAuthorization: Bearer ${ADA}`, MALFORMED],
  ['ours, then another scheme', `Authorization: Bearer ${ADA}\r\nAuthorization: Basic eA==`, MALFORMED],
  [
    'another scheme twice',
    'Authorization: Basic eA==\r\nAuthorization: Basic eA==',
    { all: MALFORMED, but: { ...onRequests(NOTHING), hono: MALFORMED }, because: 'a Request joins them, and a list of another scheme may be one header of it' },
  ],
  ['another scheme with a list of its own', 'Authorization: Digest username="ada", realm="x"', NOTHING],

  ['UTF-8 in the token', `Authorization: Bearer ${utf8('schlüssel-🔑')}`, MALFORMED],
  ['a letter that looks like one of ours', `Authorization: Bearer ${utf8('ｇ')}${ADA.slice(1)}`, MALFORMED],
  ['a byte over 127 behind the token', `Authorization: Bearer ${ADA}\xff`, MALFORMED],
  ['a byte order mark before the scheme', `Authorization: ${utf8('\ufeff')}Bearer ${ADA}`, NOTHING],
  ['a letter of no width behind the scheme', `Authorization: Bearer${utf8('\u200b')} ${ADA}`, NOTHING],
  ['a blank that does not break', `Authorization: Bearer\xa0${ADA}`, NOTHING],

  ...([0, 1, 8, 11, 12, 27, 127] as const).map((code) => [`the control byte ${code}`, `Authorization: Bearer ${ADA}${String.fromCharCode(code)}`, NODE_REFUSES] as const),
  ['a NUL before the token', `Authorization: Bearer \0${ADA}`, NODE_REFUSES],
  ['a vertical tab between', `Authorization: Bearer\v${ADA}`, NODE_REFUSES],
  ['a blank before the colon', `Authorization : Bearer ${ADA}`, NODE_REFUSES],
  ['a line that is folded behind the scheme', `Authorization: Bearer\r\n ${ADA}`, NODE_REFUSES],
  ['a line that is folded before the scheme', `Authorization:\r\n\tBearer ${ADA}`, NODE_REFUSES],
  ['a line that is folded within the token', `Authorization: Bearer ${ADA.slice(0, 9)}\r\n ${ADA.slice(9)}`, NODE_REFUSES],
  ['a line that belongs to the one above', `X-Other: x\r\n Authorization: Bearer ${ADA}`, NODE_REFUSES],
  ['a line that ends with LF', `Authorization: Bearer ${ADA}\nX-Other: x`, NODE_REFUSES],
  ['a CR within the line', `Authorization: Bearer ${ADA}\rX-Other: x`, NODE_REFUSES],
  ['the name of a pseudo-header', `Authorization: Bearer ${ADA}\r\n:authority: evil.example`, NODE_REFUSES],

  ['a header for proxies', `Proxy-Authorization: Bearer ${ADA}`, NOTHING],
  ['a name that begins alike', `Authorization_: Bearer ${ADA}`, NOTHING],
  ['a cookie', `Cookie: access_token=${ADA}; Authorization=Bearer ${ADA}`, NOTHING],

  ['64 KB of commas', `Authorization: ${', '.repeat(32_768)}x`, NOTHING],
  ['64 KB of another scheme', `Authorization: Basic ${'a'.repeat(65_536)}`, NOTHING],
  ['more than Node was told to take', `Authorization: Bearer ${'a'.repeat(MAX_HEADER)}`, '431'],
  ['one that Node drops, behind 2 000 others', `${'X: x\r\n'.repeat(2_000)}Authorization: Bearer ${ADA}`, NOTHING],
]

/** Whole requests. */
const REQUESTS: readonly (readonly [name: string, bytes: string, outcome: Outcome])[] = [
  ['a token in the query', request(`GET /mcp?access_token=${ADA} HTTP/1.1`), NOTHING],
  ['a token in a form', request('POST /mcp HTTP/1.1', ['Content-Type: application/x-www-form-urlencoded'], `access_token=${ADA}`), NOTHING],
  ['a token in a trailer', chunked(['Trailer: Authorization'], [`Authorization: Bearer ${ADA}`]), NOTHING],
  ['a token in a trailer, behind a bad one', chunked(['Authorization: Bearer never-issued'], [`Authorization: Bearer ${ADA}`]), '401 Bearer invalid_token'],
  ['a second token in a trailer', chunked([`Authorization: Bearer ${ADA}`], [`Authorization: Bearer ${GOOD.bob}`]), OK],
  ['a whole URL', request('GET http://mcp.example.com/mcp HTTP/1.1', [`Authorization: Bearer ${ADA}`]), OK],
  ['a whole URL without a token', request('GET http://mcp.example.com/mcp HTTP/1.1'), NOTHING],
  ['a whole URL with a token for a password', request(`GET http://bearer:${ADA}@mcp.example.com/mcp HTTP/1.1`), NOTHING],
  ['HTTP/1.0', request('GET /mcp HTTP/1.0', [`Authorization: Bearer ${ADA}`]), OK],
  ['HTTP/1.0 without a token', request('GET /mcp HTTP/1.0'), NOTHING],
  [
    'HTTP/1.0 without a host',
    'GET /mcp HTTP/1.0\r\n\r\n',
    { all: NOTHING, but: onRequests('400'), because: 'a Request has a whole URL, and @hono/node-server makes none without a host' },
  ],
  ['HTTP/1.1 without a host', `GET /mcp HTTP/1.1\r\nConnection: close\r\n\r\n`, NODE_REFUSES],
  ['a length and chunks', request('POST /mcp HTTP/1.1', [`Authorization: Bearer ${ADA}`, 'Transfer-Encoding: chunked'], '0\r\n\r\n'), NODE_REFUSES],
  ['two lengths', request('POST /mcp HTTP/1.1', [`Authorization: Bearer ${ADA}`, 'Content-Length: 0'], 'abc'), NODE_REFUSES],
  ['an encoding that is not chunked', request('POST /mcp HTTP/1.1', [`Authorization: Bearer ${ADA}`, 'Transfer-Encoding: x']), NODE_REFUSES],
  ['a wish for another protocol', request('GET /mcp HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']), NOTHING],
]

describe('on the wire', () => {
  const app = smallApp()
  let servers: readonly (readonly [Name, Running])[]
  beforeAll(async () => {
    const under: AppUnderTest = { provider: callers(), handlers: app.handlers, gate: { protect: ['/mcp'] } }
    servers = await Promise.all(Object.entries(SERVERS).map(async ([name, serve]) => [name as Name, await serve(under)] as const)) // its own keys
  })
  beforeEach(() => void (app.ran.length = 0))
  afterAll(() => Promise.all(servers.map(([, server]) => server.close())))

  async function everywhere(bytes: string): Promise<Readonly<Record<string, readonly string[]>>> {
    return Object.fromEntries(await Promise.all(servers.map(async ([name, { origin }]) => [name, (await onTheWire(origin, bytes)).map(outcomeOf)] as const)))
  }
  const expected = (outcome: (name: Name) => readonly string[]): object => Object.fromEntries(servers.map(([name]) => [name, outcome(name)]))

  test.each([
    ...HEADERS.map(([name, lines, outcome]) => [name, request('POST /mcp HTTP/1.1', [lines]), outcome] as const),
    ...REQUESTS,
  ])('%s', async (_, bytes, outcome) => {
    const { all, but = {} } = typeof outcome === 'string' ? { all: outcome } : outcome
    const came = await everywhere(bytes)
    expect(came).toEqual(expected((name) => [but[name] ?? all]))
    expect(app.ran).toHaveLength(Object.values(came).filter(([first]) => first === OK).length)
  })

  test('requests in one packet have a caller each', async () => {
    const asked = [
      ['/mcp', `Authorization: Bearer ${ADA}`, '200 ada'],
      ['/open', 'X: x', '200 nobody'],
      ['/mcp', 'X: x', '401 Bearer'],
      ['/mcp', `Authorization: Bearer ${GOOD.bob}`, '200 bob'],
      ['/mcp', 'Authorization: Bearer never-issued', '401 Bearer invalid_token'],
      ['/open', `Authorization: Bearer ${ADA}`, '200 ada'],
      ['/open', 'Connection: close', '200 nobody'],
    ] as const
    const bytes = asked.map(([target, line]) => `GET ${target} HTTP/1.1\r\nHost: mcp.example.com\r\n${line}\r\n\r\n`).join('')
    expect(await everywhere(bytes)).toEqual(expected(() => asked.map(([, , outcome]) => outcome)))
  })

  test('the body of a request that is refused is no request', async () => {
    const hidden = request('POST /mcp HTTP/1.1', [`Authorization: Bearer ${ADA}`])
    expect(await everywhere(request('POST /mcp HTTP/1.1', [], hidden))).toEqual(expected(() => [NOTHING]))
    expect(app.ran).toEqual([])
  })
})

test.each(Object.entries(SERVERS))('on %s, nothing that a client writes about the host gets into an answer', async (_, serve) => {
  const gate = { resource: 'https://mcp.example.com/mcp', requiredScopes: ['notes:read'] }
  const { origin, close } = await serve({ provider: callers(), handlers: smallApp().handlers, gate })
  const odd = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http', 'Forwarded: host=evil.example;proto=http', 'X-Original-Host: evil.example']
  const ask = async (target: string): Promise<WireAnswer | undefined> =>
    (await onTheWire(origin, [`GET ${target} HTTP/1.1`, 'Host: evil.example', 'Connection: close', ...odd, '', ''].join('\r\n')))[0]
  for (const target of ['/mcp', 'http://evil.example/mcp']) {
    const metadata = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
    expect((await ask(target))?.headers['www-authenticate']).toBe(`Bearer scope="notes:read", resource_metadata="${metadata}"`)
  }
  for (const target of ['/.well-known/oauth-protected-resource', 'http://evil.example/.well-known/oauth-protected-resource/mcp']) {
    const answer = await ask(target)
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ resource: gate.resource })
    expect(JSON.stringify(answer)).not.toContain('evil')
  }
  await close()
})

describe("behind Node's lenient parser", () => {
  let server: Running
  beforeAll(async () => {
    const listener = nodeAuth(callers())((_req, res) => void res.end(JSON.stringify(whoCalls())))
    server = await listen(createServer({ insecureHTTPParser: true }, listener))
  })
  afterAll(() => server.close())

  test.each([
    ['a NUL behind the token', `Authorization: Bearer ${ADA}\0`, MALFORMED],
    ['a control byte before the token', `Authorization: Bearer \x01${ADA}`, MALFORMED],
    ['a vertical tab between', `Authorization: Bearer\v${ADA}`, NOTHING],
    ['a line that is folded within the token', `Authorization: Bearer ${ADA.slice(0, 9)}\r\n ${ADA.slice(9)}`, MALFORMED],
    // RFC 9112 section 5.2: what is folded counts as blanks, and Node takes the line break away.
    ['a line that is folded behind the scheme', `Authorization: Bearer\r\n ${ADA}`, OK],
    ['a line that belongs to the one above', `X-Other: x\r\n Authorization: Bearer ${ADA}`, NOTHING],
    ['two headers, one of them folded', `Authorization: Bearer ${ADA}\r\nAuthorization:\r\n Bearer ${ADA}`, MALFORMED],
  ])('%s', async (_, lines, outcome) => {
    const answers = await onTheWire(server.origin, request('POST /mcp HTTP/1.1', [lines]))
    expect(answers.map(outcomeOf)).toEqual([outcome])
  })
})

test('Node itself takes 16 KB of headers, a token of 12 KB among them', async () => {
  const { origin, close } = await listen(createServer(nodeAuth(callers())(() => undefined)))
  const ask = async (length: number): Promise<unknown> => (await onTheWire(origin, request('POST /mcp HTTP/1.1', [`Authorization: Bearer ${'a'.repeat(length)}`]))).map(outcomeOf)
  expect([await ask(12_288), await ask(16_384), await ask(65_536)]).toEqual([['401 Bearer invalid_token'], ['431'], ['431']])
  await close()
})

/** A request after which the server hangs up. */
function request(line: string, headers: readonly string[] = [], body = ''): string {
  return [line, 'Host: mcp.example.com', 'Connection: close', ...headers, ...(line.startsWith('POST') ? [`Content-Length: ${body.length}`] : []), '', body].join('\r\n')
}

function chunked(headers: readonly string[], trailers: readonly string[]): string {
  const head = ['POST /mcp HTTP/1.1', 'Host: mcp.example.com', 'Connection: close', 'Content-Type: application/json', 'Transfer-Encoding: chunked', ...headers]
  return [...head, '', '2', '{}', '0', ...trailers, '', ''].join('\r\n')
}

function serveFetchOverHttp({ provider, handlers, gate }: AppUnderTest): Promise<Running> {
  const fetch = fetchAuth(provider, gate)(({ url }: Request) => Response.json(handlers[new URL(url).pathname]?.(undefined, undefined)))
  return listen(createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions: { maxHeaderSize: MAX_HEADER } }) as Server)
}
