/** Bound tokens where a connection is not a request: HTTP/2 over TLS, resumed sessions, and event streams that outlive their proof. */
import { once } from 'node:events'
import { connect, createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { StandardProvider, tlsCertificate } from '../../src/index.js'
import { accept } from '../../src/verdict.js'
import { closing } from '../closing.js'
import { authority } from '../introspection/client-auth/certificates.js'
import { athOf, holder } from '../gate/dpop/proof-kit.js'
import { recorder } from '../recorder.js'
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ProofOptions } from '../../src/index.js'
import type { Certificate } from '../introspection/client-auth/certificates.js'

const ca = authority()
const [client, thief] = [ca.issue('agent'), ca.issue('mallory')]
const TLS = { ...ca.issue('server'), ca: ca.ca, requestCert: true, rejectUnauthorized: false }
const ORIGIN = 'https://mcp.example.com'

function thumbprint({ cert }: Certificate): string {
  return Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

/** A token is what it is bound to, as JSON. */
class Bound extends StandardProvider {
  protected check(token: string) {
    return accept({ sub: 'ada', cnf: JSON.parse(Buffer.from(token, 'base64url').toString()), exp: Math.floor(Date.now() / 1000) + 600 })
  }
}

const boundTo = (cnf: object): string => Buffer.from(JSON.stringify(cnf)).toString('base64url')

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing({ close: () => server.close() })
  return (server.address() as AddressInfo).port // listening on TCP
}

/** A server that speaks nothing but HTTP/2, and one stream of events at `/events`. */
async function http2Server(proof: ProofOptions, provider = new Bound()) {
  const { events, observe } = recorder()
  const guard = bearerAuth(provider, { resource: `${ORIGIN}/mcp`, proof: { ...proof, observe } })
  const server = createSecureServer(TLS, guard((req, res) => {
    if (req.url !== '/events') return void res.end('in')
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n')
  }) as never) // typed for HTTP/1.1, and runs for both
  const port = await listening(server)
  const connected = (shown?: Certificate): ClientHttp2Session => {
    const session = connect(`https://127.0.0.1:${port}`, { ca: ca.ca, ...shown })
    session.on('error', () => undefined)
    return closing(session)
  }
  return { connected, events, checks: () => events.map((event) => (event.type === 'proof_refused' ? event.check : event.type)) }
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<number> {
  const stream = session.request({ ':path': '/mcp', ':method': 'POST', ...headers })
  stream.resume().end()
  const [answer] = (await once(stream, 'response')) as [{ readonly ':status'?: number }]
  await once(stream, 'close')
  return answer[':status'] ?? 0
}

describe('HTTP/2 over TLS', () => {
  test('knows the client of a connection by its certificate, on each of its streams', async () => {
    const { connected, checks } = await http2Server({ certificate: tlsCertificate() })
    const authorization = `Bearer ${boundTo({ 'x5t#S256': thumbprint(client) })}`
    const [own, others, none] = [connected(client), connected(thief), connected()]
    expect(await Promise.all([own, own, others, none].map((session) => ask(session, { authorization })))).toEqual([200, 200, 401, 401])
    expect(checks().toSorted()).toEqual(['certificate', 'certificate', 'proof_accepted', 'proof_accepted'])
  })

  test('takes proofs for the URL of the resource, once each and one at a time, whatever :authority says', async () => {
    const ada = await holder()
    const { connected, checks } = await http2Server({ dpop: 'required', now: () => 1_800_000_000 })
    const token = boundTo({ jkt: ada.jkt })
    const session = connected()
    const prove = (claims: object = {}) => ada.prove({ iat: 1_800_000_000, ath: athOf(token), ...claims })
    const send = async (dpop: string | string[], more: OutgoingHttpHeaders = {}) => ask(session, { authorization: `DPoP ${token}`, dpop, ...more })
    const one = await prove()
    expect([await send(one, { ':authority': 'evil.example' }), await send(one), await send([await prove(), await prove()])]).toEqual([200, 401, 401])
    expect([await send(await prove({ htu: 'https://evil.example/mcp' }), { ':authority': 'evil.example' }), await send(await prove({ htm: 'GET' }))]).toEqual([401, 401])
    expect(checks()).toEqual(['proof_accepted', 'replay', 'one_header', 'htu', 'htm'])
  })

  test('takes a token that is bound to both with both', async () => {
    const ada = await holder()
    const { connected, checks } = await http2Server({ dpop: 'required', certificate: { required: tlsCertificate() }, now: () => 1_800_000_000 })
    const token = boundTo({ jkt: ada.jkt, 'x5t#S256': thumbprint(client) })
    const send = async (session: ClientHttp2Session) => ask(session, { authorization: `DPoP ${token}`, dpop: await ada.prove({ iat: 1_800_000_000, ath: athOf(token) }) })
    expect([await send(connected(client)), await send(connected(thief))]).toEqual([200, 401])
    expect(checks()).toEqual(['proof_accepted', 'certificate'])
  })
})

describe('a TLS session that is resumed', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is still of whoever began it (%s)', async (version) => {
    const guard = bearerAuth(new Bound(), { proof: { certificate: tlsCertificate() } })
    const server = createTlsServer({ ...TLS, minVersion: version, maxVersion: version, sessionIdContext: 'tests' }, guard((_req, res) => void res.end('in')))
    const port = await listening(server)
    const talk = (session: Buffer | undefined, token: string): Promise<{ text: string; reused: boolean; session: Buffer | undefined }> =>
      new Promise((resolve, reject) => {
        const kept: { session?: Buffer; reused: boolean } = { reused: false }
        let text = ''
        const socket: TLSSocket = connectTls({ host: '127.0.0.1', port, ca: ca.ca, session, ...(session === undefined && client) })
        socket.on('session', (made) => void (kept.session = made)).on('error', reject)
        socket.on('data', (chunk) => void (text += String(chunk)))
        socket.on('close', () => resolve({ text, session: kept.session, reused: kept.reused }))
        socket.on('secureConnect', () => void (kept.reused = socket.isSessionReused()))
        socket.on('secureConnect', () => socket.write(`GET /mcp HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`))
      })
    const [own, other] = [boundTo({ 'x5t#S256': thumbprint(client) }), boundTo({ 'x5t#S256': thumbprint(thief) })]
    const first = await talk(undefined, own)
    expect(first.text).toMatch(/^HTTP\/1.1 200/)
    const again = await talk(first.session, own)
    expect(again).toMatchObject({ reused: true, text: expect.stringMatching(/^HTTP\/1.1 200/) })
    expect((await talk(first.session, other)).text, 'and of nobody else').toMatch(/^HTTP\/1.1 401/)
  })
})

describe('an event stream that was opened with a proof', () => {
  async function opened() {
    const ada = await holder()
    const provider = new Bound()
    const { connected, events } = await http2Server({ dpop: 'required' }, provider)
    const token = boundTo({ jkt: ada.jkt })
    const dpop = await ada.prove({ htm: 'GET', htu: `${ORIGIN}/events`, iat: Math.floor(Date.now() / 1000), ath: athOf(token) })
    const stream = connected().request({ ':path': '/events', authorization: `DPoP ${token}`, dpop })
    stream.end()
    await once(stream, 'data')
    return { stream: stream.resume(), provider, events }
  }

  test('ends when its token is revoked, and asks for no second proof until then', async () => {
    const { stream, provider, events } = await opened()
    const ended = once(stream, 'close')
    await provider.revoke({ sub: 'ada' })
    await ended
    expect(events.map(({ type }) => type)).toEqual(['proof_accepted'])
  })
})
