/** Tokens that are bound to a client's certificate (RFC 8705 section 3): from the TLS connection, and from the headers of proxies. */
import { X509Certificate } from 'node:crypto'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer, request } from 'node:https'
import { createSecureServer } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bearerAuth } from '../../../src/adapters/node.js'
import { accessToken, ChainProvider, gate, proxyCertificate, StaticProvider, tlsCertificate } from '../../../src/index.js'
import { authority } from '../../introspection/client-auth/certificates.js'
import { freePort } from '../../free-port.js'
import { recorder } from '../../recorder.js'
import { until } from '../../until.js'
import { headers } from '../headers.js'
import type { AddressInfo, Server } from 'node:net'
import type { AuthEvent, GateRequest, ProofOptions, ProxyCertificateOptions } from '../../../src/index.js'

const ca = authority()
const client = ca.issue('agent')
const thief = ca.issue('mallory')
const selfSigned = authority('nobody').issue('agent')

function thumbprint({ cert }: { readonly cert: string }): string {
  return Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

function bound(to = thumbprint(client)) {
  return { verifyToken: async (token: string) => accessToken({ token, claims: { sub: 'ada', ...(token === 'bound' && { cnf: { 'x5t#S256': to } }) }, scopes: [] }) }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port // listening on TCP
}

type Shown = { readonly cert: string; readonly key: string } | undefined

function ask(port: number, shown: Shown, more: Readonly<Record<string, string>> = {}, token = 'bound'): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/mcp', ca: ca.ca, ...shown, agent: false as const }
    const asked = request({ ...options, headers: { Authorization: `Bearer ${token}`, ...more } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('a server that ends TLS itself', () => {
  const options = { ...ca.issue('server'), ca: ca.ca, requestCert: true, rejectUnauthorized: false }

  test.each(['HTTP/1.1', 'HTTP/2'])('takes a bound token from whoever shows its certificate, and from nobody else (%s)', async (version) => {
    const listener = bearerAuth(bound(), { proof: { certificate: tlsCertificate() } })((_req, res) => res.end())
    const port = await listening(version === 'HTTP/2' ? createSecureServer({ ...options, allowHTTP1: true }, listener as never) : createTlsServer(options, listener))
    expect([await ask(port, client), await ask(port, thief), await ask(port, undefined), await ask(port, selfSigned)]).toEqual([200, 401, 401, 401])
    expect(await ask(port, undefined, {}, 'unbound')).toBe(200)
    expect(await ask(port, thief, { 'Client-Cert': rfc9440(client.cert), 'X-Client-Cert': encodeURIComponent(client.cert) })).toBe(401)
  })

  test('takes one that nobody has signed, where the token names it', async () => {
    const guarded = bearerAuth(bound(thumbprint(selfSigned)), { proof: { certificate: tlsCertificate() } })
    const port = await listening(createTlsServer(options, guarded((_req, res) => res.end())))
    expect([await ask(port, selfSigned), await ask(port, client)]).toEqual([200, 401])
  })

  test('takes no other token where a certificate is required', async () => {
    const events: AuthEvent[] = []
    const observe = (event: AuthEvent): void => void events.push(event)
    const listener = bearerAuth(bound(), { proof: { certificate: { required: tlsCertificate() }, observe } })((_req, res) => res.end())
    const port = await listening(createTlsServer(options, listener))
    expect([await ask(port, client), await ask(port, thief), await ask(port, client, {}, 'unbound'), await ask(port, undefined, {}, 'unbound')]).toEqual([200, 401, 401, 401])
    expect(events.map((event) => (event.type === 'proof_refused' ? event.check : event.type))).toEqual(['proof_accepted', 'certificate', 'unbound', 'unbound'])
  })

  test('tells of tokens that are bound to nothing, until it is required', async () => {
    const types: string[] = []
    const listener = bearerAuth(bound(), { proof: { certificate: tlsCertificate(), observe: ({ type }) => types.push(type) } })((_req, res) => res.end())
    const port = await listening(createTlsServer(options, listener))
    expect([await ask(port, client), await ask(port, undefined, {}, 'unbound')]).toEqual([200, 200])
    expect(types).toEqual(['proof_accepted', 'proof_absent'])
  })

  test('without TLS there is no certificate', async () => {
    const port = await listening(createServer(bearerAuth(bound(), { proof: { certificate: tlsCertificate() } })((_req, res) => res.end())))
    expect((await fetch(`http://127.0.0.1:${port}/mcp`, { headers: { Authorization: 'Bearer bound' } })).status).toBe(401)
  })
})

describe('API keys where a certificate is required', () => {
  const print = thumbprint(client)
  const shown = (value: string | undefined, credential: Readonly<Record<string, string>>) =>
    headers({ ...Object.fromEntries(Object.entries(credential).map(([name, text]) => [name, [text]])), ...(value !== undefined && { 'x-print': [value] }) })
  const certificate = { required: ({ header }: GateRequest) => header('x-print')[0] }
  const [KEY, LOOSE, TOKEN] = ['key-of-a-lift-0123456789', 'key-of-nobody-0123456789', 'token-of-ada-0123456789']
  const cnf = { 'x5t#S256': print }
  const grants = { [KEY]: { claims: { sub: 'lift', cnf } }, [LOOSE]: { claims: { sub: 'lift' } } }

  test.each(['authorization', 'x-api-key'])('in %s pass with the certificate that their claims name, and are refused without', async (name) => {
    const keys = new StaticProvider(grants, name === 'x-api-key' ? { tokenHeader: name } : {})
    const people = new StaticProvider({ [TOKEN]: { claims: { sub: 'ada', cnf } } }, { name: 'people' })
    const { observe, told } = recorder()
    const decide = gate(new ChainProvider([keys, people]), { resource: 'https://mcp.example.com/mcp', proof: { certificate, observe } })
    const ask = async (key: string, value: string | undefined) => {
      const credential = { [name]: name === 'authorization' ? `Bearer ${key}` : key }
      return (await decide({ method: 'GET', path: '/mcp', header: shown(value, credential) })).pass
    }
    expect([await ask(KEY, print), await ask(KEY, thumbprint(thief)), await ask(KEY, undefined), await ask(LOOSE, print)]).toEqual([true, false, false, false])
    expect(told('proof_refused').map(({ check }) => check)).toEqual(['certificate', 'certificate', 'unbound'])
  })

  test('and tokens in a cookie are held to the same', async () => {
    const decide = gate(new StaticProvider(grants), { resource: 'https://mcp.example.com/mcp', tokenFrom: { cookie: '__Host-token' }, proof: { certificate } })
    const ask = async (key: string, value: string | undefined) => {
      const header = shown(value, { cookie: `__Host-token=${key}`, origin: 'https://mcp.example.com' })
      return (await decide({ method: 'GET', path: '/mcp', host: 'mcp.example.com', header })).pass
    }
    expect([await ask(KEY, print), await ask(KEY, undefined), await ask(LOOSE, print)]).toEqual([true, false, false])
  })
})

function rfc9440(cert: string): string {
  return `:${new X509Certificate(cert).raw.toString('base64')}:`
}

const hex = (cert: string): string => new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()
const escaped = encodeURIComponent(client.cert)

describe('a proxy that ends TLS', () => {
  type Told = Omit<ProxyCertificateOptions, 'proxies'> & Partial<ProxyCertificateOptions>
  async function passes(options: Told, name: string, values: readonly string[], remoteAddress: string | null = '127.0.0.1') {
    const guard = gate(bound(), { proof: { certificate: proxyCertificate({ proxies: ['127.0.0.1'], ...options }) } })
    const source = { socket: remoteAddress === null ? {} : { remoteAddress } }
    return (await guard({ method: 'GET', path: '/mcp', source, header: headers({ authorization: ['Bearer bound'], [name]: values }) })).pass
  }

  test.each<[string, Omit<ProxyCertificateOptions, 'proxies'>, string, string]>([
    ['RFC 9440', { format: 'rfc9440' }, 'client-cert', rfc9440(client.cert)],
    ['nginx', { format: 'nginx' }, 'x-client-cert', escaped],
    ['nginx, in a header of its own', { format: 'nginx', header: 'SSL-Client-Cert' }, 'ssl-client-cert', escaped],
    ['nginx with a chain', { format: 'nginx' }, 'x-client-cert', encodeURIComponent(client.cert + ca.ca)],
    ['AWS, which leaves +, = and / as they are', { format: 'aws' }, 'x-amzn-mtls-clientcert', client.cert.replaceAll('\n', '%0A').replaceAll(' ', '%20')],
    ['Envoy by Cert', { format: 'envoy' }, 'x-forwarded-client-cert', `By=spiffe://a/b;Hash=${hex(thief.cert)};Cert="${escaped}";Subject="CN=agent,O=\\"a;b\\"";URI=`],
    ['Envoy by Hash', { format: 'envoy' }, 'x-forwarded-client-cert', `By=spiffe://a/b;Hash=${hex(client.cert)};Subject=""`],
  ])('as %s has it', async (_, options, name, value) => {
    expect(await passes(options, name, [value])).toBe(true)
    expect(await passes(options, name, [value], '10.0.0.1'), 'from somewhere else').toBe(false)
    expect(await passes(options, name, [value], null), 'from nowhere').toBe(false)
    expect(await passes(options, name, [value, value]), 'twice').toBe(false)
    expect(await passes(options, name, []), 'not at all').toBe(false)
  })

  test.each<[string, Omit<ProxyCertificateOptions, 'proxies'>, string, string]>([
    ['no certificate', { format: 'nginx' }, 'x-client-cert', ''],
    ['nginx without one', { format: 'nginx' }, 'x-client-cert', '(null)'],
    ['half an escape', { format: 'nginx' }, 'x-client-cert', '%E0%A4'],
    ['another one', { format: 'nginx' }, 'x-client-cert', encodeURIComponent(thief.cert)],
    ['a thumbprint in the place of a header that has whole ones', { format: 'rfc9440' }, 'client-cert', thumbprint(client)],
    ['a thumbprint, which nginx does not write', { format: 'nginx' }, 'x-client-cert', thumbprint(client)],
    ['RFC 9440 without its colons', { format: 'rfc9440' }, 'client-cert', rfc9440(client.cert).slice(1, -1)],
    ['two headers joined to one, of which the first is the client\'s own', { format: 'nginx' }, 'x-client-cert', `${escaped}, ${encodeURIComponent(thief.cert)}`],
    ['the same from AWS', { format: 'aws' }, 'x-amzn-mtls-clientcert', `${escaped},${encodeURIComponent(thief.cert)}`],
    ['two elements, of which the last is the thief\'s', { format: 'envoy' }, 'x-forwarded-client-cert', `Hash=${hex(client.cert)},Hash=${hex(thief.cert)}`],
    ['two elements, of which the first is', { format: 'envoy' }, 'x-forwarded-client-cert', `Hash=${hex(thief.cert)},Hash=${hex(client.cert)}`],
    ['a quote left open before what Envoy adds', { format: 'envoy' }, 'x-forwarded-client-cert', `Hash=${hex(client.cert)};Subject=",By=x;Hash=${hex(thief.cert)};Subject="CN=mallory"`],
    ['two hashes', { format: 'envoy' }, 'x-forwarded-client-cert', `Hash=${hex(client.cert)};Hash=${hex(thief.cert)}`],
    ['a hash in quotes left open', { format: 'envoy' }, 'x-forwarded-client-cert', `Hash="${hex(client.cert)}`],
    ['a hash of nothing', { format: 'envoy' }, 'x-forwarded-client-cert', 'Hash='],
  ])('%s is none', async (_, options, name, value) => {
    expect(await passes(options, name, [value])).toBe(false)
  })

  test('is known by its address or its network, in either version of IP', async () => {
    const from = (proxies: readonly string[], address: string) => passes({ format: 'rfc9440', proxies }, 'client-cert', [rfc9440(client.cert)], address)
    expect(await from(['10.0.0.0/8'], '10.200.3.4')).toBe(true)
    expect(await from(['10.0.0.0/8'], '::ffff:10.200.3.4')).toBe(true)
    expect(await from(['10.0.0.0/8'], '11.0.0.1')).toBe(false)
    expect(await from(['10.1.2.0/23'], '10.1.3.255')).toBe(true)
    expect(await from(['10.1.2.0/23'], '10.1.4.0')).toBe(false)
    expect(await from(['::1', 'fd00::7'], 'FD00::7')).toBe(true)
    expect(await from(['127.0.0.1'], '127.0.0.10')).toBe(false)
    expect(await from(['0.0.0.1/8'], 'a.b.c.d')).toBe(false)
  })

  test.each<[string, object, RegExp]>([
    ['nobody named', { format: 'nginx' }, /"proxies" must name who may send/],
    ['an empty list', { format: 'nginx', proxies: [] }, /"proxies"/],
    ['everybody', { format: 'nginx', proxies: ['0.0.0.0/0'] }, /"proxies"/],
    ['a network that would be another', { format: 'nginx', proxies: ['10.256.0.0/16'] }, /"proxies"/],
    ['an address that is none', { format: 'nginx', proxies: ['127.0.0.999'] }, /"proxies"/],
    ['a name', { format: 'nginx', proxies: ['localhost'] }, /"proxies"/],
    ['an unknown format', { format: 'apache', proxies: ['127.0.0.1'] }, /"format" must be one of rfc9440, nginx, envoy, aws/],
    ['a header that is none', { format: 'nginx', proxies: ['127.0.0.1'], header: 'a b' }, /"header" must be the name of a header/],
  ])('with %s is a TypeError', (_, options, message) => {
    expect(() => proxyCertificate(options as ProxyCertificateOptions)).toThrow(message)
  })
})

const nginxIsThere = spawnSync('nginx', ['-v']).status === 0
if (!nginxIsThere) process.stderr.write('\n  !!! nginx is not installed: the test with a real one is SKIPPED (apt-get install nginx-light)\n\n')

describe.runIf(nginxIsThere)('nginx in front', () => {
  test('passes on the certificate that the client has proved to hold', async () => {
    const certificate = proxyCertificate({ format: 'nginx', proxies: ['127.0.0.1'] })
    const behind = await listening(createServer(bearerAuth(bound(), { proof: { certificate } })((_req, res) => res.end())))
    const port = await nginx(behind)
    expect([await ask(port, client), await ask(port, thief), await ask(port, undefined), await ask(port, thief, { 'X-Client-Cert': escaped })]).toEqual([200, 401, 401, 401])
  })
})

/** One that asks for certificates, and writes the header whatever the client wrote. */
async function nginx(behind: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  const { cert, key } = ca.issue('nginx')
  for (const [name, text] of Object.entries({ 'cert.pem': cert, 'key.pem': key, 'ca.pem': ca.ca })) writeFileSync(join(folder, name), text)
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
     events {}
     http {
       access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
       fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
       server {
         listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
         ssl_client_certificate ${folder}/ca.pem; ssl_verify_client optional;
         location / { proxy_pass http://127.0.0.1:${behind}; proxy_set_header X-Client-Cert $ssl_client_escaped_cert; }
       }
     }`,
  )
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' })
  onTestFinished(async () => {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
    rmSync(folder, { recursive: true })
  })
  await until(() => ask(port, undefined).then(() => true, () => false))
  return port
}

describe('a certificate and DPoP together', () => {
  const cnf = { 'x5t#S256': thumbprint(client), jkt: 'A'.repeat(43) }
  const asked = async (proof: ProofOptions, scheme: string, to: object = cnf) => {
    const provider = { verifyToken: async (token: string) => accessToken({ token, claims: { sub: 'ada', cnf: to }, scopes: [] }) }
    const checks: string[] = []
    const observe = (event: AuthEvent): void => void (event.type === 'proof_refused' && checks.push(event.check))
    const guard = gate(provider, { resource: 'https://mcp.example.com/mcp', proof: { ...proof, observe } })
    await guard({ method: 'GET', path: '/mcp', header: headers({ authorization: [`${scheme} a-token`] }) })
    return checks
  }

  test('a token that is bound to both needs both', async () => {
    const certificate = () => client.cert
    expect(await asked({ certificate }, 'Bearer')).toEqual(['binding'])
    expect(await asked({ certificate, dpop: 'accepted' }, 'Bearer')).toEqual(['scheme'])
    expect(await asked({ certificate, dpop: 'accepted' }, 'DPoP')).toEqual(['one_header'])
    expect(await asked({ certificate: () => thief.cert, dpop: 'accepted' }, 'DPoP')).toEqual(['certificate'])
    expect(await asked({ dpop: 'accepted' }, 'DPoP')).toEqual(['binding'])
    expect(await asked({ certificate: { required: () => thief.cert }, dpop: 'required' }, 'DPoP')).toEqual(['certificate'])
  })

  test.each<[string, object, ProofOptions]>([
    ['to a certificate alone', { 'x5t#S256': thumbprint(client) }, { certificate: { required: () => client.cert }, dpop: 'required' }],
    ['to a key alone', { jkt: 'A'.repeat(43) }, { certificate: { required: () => client.cert }, dpop: 'accepted' }],
  ])('a token that is bound %s is refused where both are required, or the other is', async (_, alone, proof) => {
    expect(await asked(proof, 'Bearer', alone)).toEqual(['unbound'])
  })
})
