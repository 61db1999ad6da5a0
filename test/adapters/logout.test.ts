/** The receiver of OIDC Back-Channel Logout 1.0, from the request to the token that is refused. */
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { logoutHandler } from '../../src/adapters/logout.js'
import { Revocations } from '../../src/revocations/revocations.js'
import { AuthUnavailableError, JwksProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { MemoryLog, sealing } from '../revocations/revocation-kit.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, clock, ISSUER, START } from '../oauth-kit.js'
import type { JWK } from 'jose'
import type { AddressInfo } from 'node:net'
import type { LoggedOut, LogoutOptions, LogoutReceiver } from '../../src/adapters/logout.js'
import type { Revocation } from '../../src/revocations/revocation.js'
import type { AccessToken, AuthEvent } from '../../src/index.js'

const CLIENT = 'notes-app'
const signer = handSigner('ES256')

/** What StandardProvider does with `revocations`, in short. */
class RevocableProvider implements LogoutReceiver {
  readonly jwks: JwksProvider
  readonly revocations: Revocations
  readonly events: AuthEvent[] = []

  constructor(now: () => number, { issuer = ISSUER, log, keys = [signer.publicJwk] }: { issuer?: string; log?: MemoryLog; keys?: readonly object[] } = {}) {
    this.jwks = new JwksProvider({
      issuer,
      audience: AUDIENCE,
      jwks: { keys: [...keys] as JWK[] },
      now,
      cache: false,
      observe: (event) => this.events.push(event),
    })
    this.revocations = new Revocations({ now, log }, { seal: sealing() })
  }

  verifyLogoutToken(token: string, audience: string) {
    return this.jwks.verifyLogoutToken(token, audience)
  }

  recognizes(token: string) {
    return this.jwks.recognizes(token)
  }

  revoke(what: Revocation): Promise<void> {
    return this.revocations.revoke(what)
  }

  async verifyToken(token: string): Promise<AccessToken | null> {
    const found = await this.jwks.verifyToken(token)
    return found !== null && this.revocations.covers(this.revocations.marksOf(token, found.claims)) ? null : found
  }
}

function setUp(options: Partial<LogoutOptions> = {}, log?: MemoryLog) {
  const time = clock()
  const provider = new RevocableProvider(time.now, log === undefined ? {} : { log })
  closing(provider.revocations)
  const handler = logoutHandler(provider, { audience: CLIENT, now: time.now, ...options })
  const send = (token: string, init: RequestInit = {}): Promise<Response> => handler(form(`logout_token=${token}`, init))
  const good = async (token: string): Promise<boolean> => (await provider.verifyToken(token)) !== null
  return { time, provider, handler, send, good }
}

function form(body: string | ReadableStream | Uint8Array<ArrayBuffer>, { headers, ...init }: RequestInit = {}): Request {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return new Request('https://mcp.example.com/logout', { method: 'POST', headers: { ...type, ...headers }, body, duplex: 'half', ...init } as RequestInit)
}

let count = 0
function logoutToken(claims: object = {}, iat = START): string {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const jti = `logout-${(count += 1)}`
  return signer.token({ aud: CLIENT, scope: undefined, iat, exp: iat + 120, jti, events, sub: undefined, ...claims }, { typ: 'logout+jwt' })
}

/** An access token of Ada's, of ten seconds ago. */
const access = (claims: object = {}): string => signer.token({ iat: START - 10, sid: 's-1', ...claims })

describe('logoutHandler', () => {
  test('ends the session that is named, and no other', async () => {
    const { send, good } = setUp()
    expect(await good(access())).toBe(true)
    const response = await send(logoutToken({ sub: 'ada', sid: 's-1' }))
    expect([response.status, response.headers.get('Cache-Control'), await response.text()]).toEqual([200, 'no-store', ''])
    expect(await good(access())).toBe(false)
    expect(await good(access({ sid: 's-2' }))).toBe(true)
  })

  test('ends every session of the subject when none is named, and lets in who logs in again', async () => {
    const { send, good } = setUp()
    expect((await send(logoutToken({ sub: 'ada' }))).status).toBe(200)
    expect(await good(access())).toBe(false)
    expect(await good(access({ sid: 's-2' }))).toBe(false)
    expect(await good(access({ sub: 'bob' }))).toBe(true)
    expect(await good(access({ iat: START, jti: 'same second' })), 'the second of the logout').toBe(false)
    expect(await good(access({ iat: START + 1, jti: 'next second' }))).toBe(true)
  })

  test('a logout that arrives late does not end the login after it', async () => {
    const { send, good, time } = setUp()
    const late = logoutToken({ sub: 'ada' })
    time.forward(60)
    expect((await send(late)).status).toBe(200)
    expect(await good(access())).toBe(false)
    expect(await good(access({ iat: START + 30 }))).toBe(true)
  })

  test('ends every session of the subject where it is told to', async () => {
    const { send, good } = setUp({ ends: 'subject' })
    await send(logoutToken({ sub: 'ada', sid: 's-1' }))
    expect(await good(access({ sid: undefined }))).toBe(false)
    await send(logoutToken({ sid: 's-9' }))
    expect(await good(access({ sub: 'bob', sid: 's-9' }))).toBe(false)
  })

  test('a logout of one issuer ends nothing of another', async () => {
    const time = clock()
    const other = 'https://other.example.com'
    const [one, two] = [new RevocableProvider(time.now), new RevocableProvider(time.now, { issuer: other })]
    const handler = logoutHandler([one, two], { audience: CLIENT, now: time.now })
    const response = await handler(form(`logout_token=${logoutToken({ iss: other, sid: 's-1' })}`))
    expect(response.status).toBe(200)
    expect(await one.verifyToken(access())).not.toBeNull()
    expect(await two.verifyToken(access({ iss: other }))).toBeNull()
    expect(one.events.map(({ type }) => type), 'nor is it told as a refusal').toEqual(['accepted'])
    expect((await handler(form(`logout_token=${logoutToken({ iss: 'https://third.example' })}`))).status).toBe(400)
    expect(one.events.at(-1)).toMatchObject({ type: 'logout_refused', reason: 'wrong_issuer' })
  })

  test('takes other members of the form, which mean nothing', async () => {
    const { handler } = setUp()
    expect((await handler(form(`a=b&logout_token=${logoutToken({ sub: 'ada' })}&state=x`))).status).toBe(200)
  })

  test('takes the content type with a parameter and in capitals', async () => {
    const { send } = setUp()
    const headers = { 'Content-Type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' }
    expect((await send(logoutToken({ sub: 'ada' }), { headers })).status).toBe(200)
  })

  test.each<[string, (good: string) => Request, number]>([
    ['GET', (good) => new Request(`https://x/logout?${good}`), 405],
    ['PUT', (good) => form(good, { method: 'PUT' }), 405],
    ['no body', () => new Request('https://x/', { method: 'POST' }), 415],
    ['JSON', (good) => form(JSON.stringify(Object.fromEntries(new URLSearchParams(good))), { headers: { 'Content-Type': 'application/json' } }), 415],
    ['a longer content type', (good) => form(good, { headers: { 'Content-Type': 'application/x-www-form-urlencoded-not' } }), 415],
    ['no token', (good) => form(good.replace('logout_token', 'token')), 400],
    ['an empty form', () => form(''), 400],
    ['two tokens', (good) => form(`${good}&logout_token=${logoutToken({ sub: 'bob' })}`), 400],
    ['one token twice', (good) => form(`${good}&${good}`), 400],
    ['what is no token', () => form('logout_token=x'), 400],
    ['what is no UTF-8', (good) => form(Uint8Array.from([...Buffer.from(`${good}&more=`), 0xff])), 400],
    ['a body that breaks off', () => form(breaksOff()), 400],
    ['a byte too much', (good) => form(`${good}&more=`.padEnd(65_537, 'x')), 413],
    ['a length that is too much', (good) => form(good, { headers: { 'Content-Length': '65537' } }), 413],
    ['a body without end', () => form(endless()), 413],
  ])('%s is answered in constant words', async (_, request, status) => {
    const { handler, send } = setUp()
    const good = `logout_token=${logoutToken({ sub: 'ada' })}`
    const response = await handler(request(good))
    expect((await send(logoutToken({ sub: 'ada' }))).status, 'a good one').toBe(200)
    expect(response.status).toBe(status)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await response.json()).toEqual({ error: 'invalid_request', error_description: expect.any(String) })
    expect(response.headers.get('Allow')).toBe(status === 405 ? 'POST' : null)
  })

  test('a body that was read before is refused', async () => {
    const { handler } = setUp()
    const request = form('logout_token=x')
    await request.text()
    expect((await handler(request)).status).toBe(400)
  })

  test('every refused token gets the same words, whatever is wrong', async () => {
    const { send } = setUp()
    const used = logoutToken({ sub: 'ada' })
    await send(used)
    const words = new Set<string>()
    for (const token of [used, 'x', access(), logoutToken({ sub: 'ada', nonce: 'n' }), logoutToken({ sub: 'ada', aud: AUDIENCE }), logoutToken()]) {
      const response = await send(token)
      expect(response.status).toBe(400)
      words.add(await response.text())
    }
    expect([...words]).toHaveLength(1)
  })

  test('a token is taken once; after its end it is refused for that', async () => {
    const { send, time } = setUp()
    const token = logoutToken({ sub: 'ada' })
    expect((await send(token)).status).toBe(200)
    for (const wait of [0, 60, 60, 4, 1, 300]) {
      time.forward(wait)
      expect((await send(token)).status).toBe(400)
    }
  })

  test('the same jti of two issuers is two tokens', async () => {
    const time = clock()
    const other = 'https://other.example.com'
    const handler = logoutHandler([new RevocableProvider(time.now), new RevocableProvider(time.now, { issuer: other })], { audience: CLIENT, now: time.now })
    for (const iss of [ISSUER, other]) expect((await handler(form(`logout_token=${logoutToken({ iss, sub: 'ada', jti: 'same' })}`))).status).toBe(200)
  })

  test('strangers cannot fill the memory of what was seen', async () => {
    const { send } = setUp()
    const token = logoutToken({ sub: 'ada' })
    await send(token)
    const stranger = handSigner('ES256')
    for (let n = 0; n < 300; n += 1) await send(stranger.seal(logoutToken({ sub: 'ada' }).replace(/\.[^.]*$/, '')))
    expect((await send(token)).status).toBe(400)
  })

  test('what could not be told to the others is 503, holds here, and is taken when it is sent again', async () => {
    const log = new MemoryLog()
    const { send, good } = setUp({}, log)
    const token = logoutToken({ sub: 'ada' })
    log.faults.append = 'fails'
    const response = await send(token)
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await response.text()).not.toContain('secret-host')
    expect(await good(access())).toBe(false)
    log.faults.append = 'works'
    expect((await send(token)).status).toBe(200)
    expect(log.entries).toHaveLength(1)
  })

  test('keys that cannot be had are 503', async () => {
    const silent: LogoutReceiver = {
      verifyLogoutToken: async () => Promise.reject(new AuthUnavailableError('no answer', { retryAfter: 7 })),
      revoke: async () => undefined,
    }
    const response = await logoutHandler(silent, { audience: CLIENT })(form('logout_token=x'))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '7'])
  })

  test('a bug is left to the runtime', async () => {
    const broken: LogoutReceiver = { verifyLogoutToken: async () => Promise.reject(new RangeError('bug')), revoke: async () => undefined }
    await expect(logoutHandler(broken, { audience: CLIENT })(form('logout_token=x'))).rejects.toThrow('bug')
  })

  test('what is wrong is found when the handler is made', () => {
    const provider = setUp().provider
    const make = (receivers: unknown, options: unknown) => () => logoutHandler(receivers as LogoutReceiver, options as LogoutOptions)
    for (const receivers of [undefined, null, [], {}, [provider, {}], { verifyToken: () => null }]) {
      expect(make(receivers, { audience: CLIENT })).toThrow('logoutHandler takes providers')
    }
    for (const audience of [undefined, '', ' ', 7, [CLIENT]]) expect(make(provider, { audience })).toThrow('"audience"')
    expect(make(provider, undefined)).toThrow('logoutHandler takes an object')
    expect(make(provider, { audience: CLIENT, ends: 'all' })).toThrow('"ends"')
    expect(make(provider, { audience: CLIENT, end: 'subject' })).toThrow('"end"')
  })

  test('what it revokes is what can be revoked', () => {
    const what = (logout: LoggedOut): Revocation => logout
    expect(what({ sid: 's-1', issuer: ISSUER })).toBeDefined()
  })
})

test('stands in Express by the listener of @hono/node-server', async () => {
  const { handler, good } = setUp()
  const app = express().post('/logout', getRequestListener(handler))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const body = new URLSearchParams({ logout_token: logoutToken({ sub: 'ada' }) })
  const response = await fetch(`http://127.0.0.1:${port}/logout`, { method: 'POST', body })
  server.close()
  expect(response.status).toBe(200)
  expect(await good(access())).toBe(false)
})

/** What the tests need of oidc-provider, which brings no types of its own. */
interface RealProvider {
  callback(): (request: unknown, response: unknown) => void
  readonly Client: { find(id: string): Promise<{ backchannelLogout(subject: string, session: string): Promise<void> }> }
}

test.each([true, false])('a real authorization server logs out (the session named: %s)', async (named) => {
  const name = 'oidc-provider/lib/provider.js' // computed: it has no types
  const { Provider } = (await import(name)) as { Provider: new (issuer: string, configuration: object) => RealProvider }
  const signing = { ...signer.privateKey.export({ format: 'jwk' }), kid: signer.kid, alg: 'ES256', use: 'sig' }
  const now = (): number => Math.floor(Date.now() / 1000)
  const provider = new RevocableProvider(now)
  closing(provider.revocations)
  const handler = logoutHandler(provider, { audience: CLIENT })
  const real = new Provider(ISSUER, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: 'x'.repeat(43),
        redirect_uris: ['https://mcp.example.com/callback'],
        backchannel_logout_uri: 'https://mcp.example.com/logout',
        backchannel_logout_session_required: named,
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [signing] },
    cookies: { keys: ['x'.repeat(43)] },
    adapter: class {
      find = async () => undefined
    },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    fetch: (url: string, init: RequestInit) => handler(new Request(url, init)),
  })
  const issued = (claims: object): string => signer.token({ iat: now() - 10, exp: now() + 300, sid: 's-1', ...claims })
  expect(await provider.verifyToken(issued({}))).not.toBeNull()
  const client = await real.Client.find(CLIENT)
  await client.backchannelLogout('ada', 's-1') // rejects for any answer but 200 and 204
  expect(await provider.verifyToken(issued({}))).toBeNull()
  expect((await provider.verifyToken(issued({ sid: 's-2' }))) === null).toBe(!named)
  expect(await provider.verifyToken(issued({ sub: 'bob', sid: 's-3' }))).not.toBeNull()
})

function breaksOff(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
}

function endless(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024).fill(0x61)) })
}
