/** `bearer doctor`: finds what is wrong with an authorization server and with a server, and shows secrets to nobody. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createServer } from 'node:http'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { keycloak } from '../../providers/presets/index.js'
import { bearerAuth } from '../../src/adapters/node.js'
import { vendorOf } from '../../src/cli/source/vendor.js'
import { JwksProvider } from '../../src/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { closing } from '../closing.js'
import { CLIENT_SECRET, oidcKit } from '../introspection/oidc-kit.js'
import { AUDIENCE as OIDC_AUDIENCE } from '../oauth-kit.js'
import { bearer } from './bearer-kit.js'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Finding } from '../../src/cli/doctor/finding.js'
import type { TestIssuer, TestIssuerOptions } from '../../src/testing/index.js'

const AUDIENCE = 'https://api.test'

beforeEach(() => vi.unstubAllEnvs())

async function issuerOn(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  return closing(await createTestIssuer({ audience: AUDIENCE, ...options }).listen(0))
}

/** A server on this machine, as long as the test runs. Gives its origin. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closing({ close: () => void (server.closeAllConnections(), server.close()) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // of TCP
}

/** An authorization server that says these things and no others. */
async function saying(documents: (origin: string) => Readonly<Record<string, unknown>>, headers: Record<string, string> = {}): Promise<string> {
  let said: Readonly<Record<string, unknown>> = {}
  const origin = await serving((req, res) => {
    const found = said[req.url ?? '']
    if (found === undefined) return void res.writeHead(404).end()
    res.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(found))
  })
  said = documents(origin)
  return origin
}

const OIDC = '/.well-known/openid-configuration'
const KEYS = '/jwks'
const document = (origin: string, more: object = {}) => ({ [OIDC]: { issuer: origin, jwks_uri: `${origin}${KEYS}`, ...more } })
const goodKey = async (more: object = {}) => {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256', use: 'sig', ...more }
}

interface Seen {
  readonly exitCode: number
  readonly stderr: string
  readonly findings: readonly Finding[]
  readonly of: (check: string) => Finding | undefined
}

async function doctor(args: readonly string[], input: readonly string[] = []): Promise<Seen> {
  const { exitCode, stdout, stderr } = await bearer(['doctor', ...args, '--json'], input)
  const findings = stdout === '' ? [] : (JSON.parse(stdout) as Finding[]) // what it prints
  return { exitCode, stderr, findings, of: (name) => findings.find(({ check }) => check === name) }
}

const verdicts = (findings: readonly Finding[], verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).map(({ check }) => check)

describe('bearer doctor', () => {
  test('finds a sound authorization server sound, in a table for people', async () => {
    const issuer = await issuerOn()
    const { exitCode, stdout, stderr } = await bearer(['doctor', issuer.issuer])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/│ ok +│ discovery/)
    expect(stdout).toMatch(/│ ok +│ keys +│ .*ES256/)
    expect(stdout).toMatch(/│ ok +│ PKCE +│ S256/)
    expect(stdout).toMatch(/│ ok +│ clocks +│ agree/)
    expect(stdout).toMatch(/│ ok +│ introspection is guarded +│ 401 without credentials/)
  })

  test('tells a person on a terminal whom it asks, and wipes that away', async () => {
    const { stderr } = await bearer(['doctor', (await issuerOn()).issuer], [], true)
    expect(stderr).toMatch(/^\r\u001b\[Kasking 127\.0\.0\.1:\d+ \(1\)/)
    expect(stderr).toMatch(/\r\u001b\[K$/)
  })

  test.each([
    ['', 'xterm', true],
    ['1', 'xterm', false],
    ['', 'dumb', false],
  ])('writes colours on a terminal, unless NO_COLOR is set or it knows none: %j, %s', async (none, terminal, colours) => {
    vi.stubEnv('NO_COLOR', none)
    vi.stubEnv('TERM', terminal)
    const { stdout } = await bearer(['doctor', (await issuerOn()).issuer], [], true)
    expect(stdout.includes('\u001b[32mok')).toBe(colours)
  })

  test('asks as the client, and says whether it is taken', async () => {
    const issuer = await issuerOn()
    const { clientId, clientSecret = '' } = issuer.client
    vi.stubEnv('SECRET', clientSecret)
    const args = [issuer.issuer, '--audience', AUDIENCE, '--client-id', clientId, '--client-secret-env', 'SECRET']
    expect((await doctor(args)).of('client authentication')).toMatchObject({ verdict: 'ok' })
    vi.stubEnv('SECRET', 'wrong-secret-0123456789')
    const { exitCode, of, findings } = await doctor(args)
    expect({ exitCode, verdict: of('client authentication')?.verdict }).toEqual({ exitCode: 1, verdict: 'wrong' })
    expect(JSON.stringify(findings)).not.toContain('wrong-secret')
  })

  test('knows the vendor by the issuer, and gives its advice', async () => {
    const realm = await issuerOn({ like: keycloak({ url: 'https://id.example.com', realm: 'acme', audience: AUDIENCE }) })
    const { of } = await doctor([realm.issuer])
    expect(of('vendor')?.found).toBe('looks like the preset keycloak')
    expect(of('resource indicators')).toMatchObject({ verdict: 'cannot tell', found: 'Keycloak leaves "resource" out of account', advice: expect.stringMatching(/Audience mapper/) })
  })

  test.each([
    ['https://id.example.com/realms/acme', 'keycloak', { url: 'https://id.example.com', realm: 'acme' }],
    ['https://acme.eu.auth0.com/', 'auth0', { domain: 'acme.eu.auth0.com' }],
    ['https://acme.okta.com/oauth2/default', 'okta', { domain: 'acme.okta.com', server: 'default' }],
    ['https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', 'entra', { tenant: '9188040d-6c67-4c5b-b112-36a304b66dad' }],
    ['https://id.example.com/application/o/notes/', 'authentik', { url: 'https://id.example.com', application: 'notes' }],
    ['https://acme.zitadel.cloud', 'zitadel', { domain: 'acme.zitadel.cloud' }],
  ] as const)('%s is the issuer of the preset %s', async (issuer, preset, options) => {
    expect(vendorOf(issuer)).toEqual({ preset, options, hints: expect.any(Object) })
    const presets = await import('../../providers/presets/index.js')
    const make = presets[preset] as (options: object) => ConstructorParameters<typeof JwksProvider>[0]
    expect(new JwksProvider(make({ ...options, audience: 'notes' })).issuers).toContain(issuer)
  })

  test.each(['https://id.example.com/?of=/realms/acme', 'https://id.example.com?of/application/o/notes/', 'https://id.example.com/#/realms/acme'])('%s is of no vendor', (issuer) => {
    expect(vendorOf(issuer)).toBeUndefined()
  })
})

test('a real oidc-provider is sound, and takes its client or says that it does not', async () => {
  const idp = closing(await oidcKit())
  vi.stubEnv('SECRET', CLIENT_SECRET)
  const args = [idp.issuer, '--audience', OIDC_AUDIENCE, '--client-id', 'basic', '--client-secret-env', 'SECRET']
  const { findings, of } = await doctor(args)
  expect(verdicts(findings, 'wrong')).toEqual([])
  for (const name of ['discovery', 'keys', 'clocks', 'introspection', 'introspection is guarded', 'client authentication']) expect(of(name), name).toMatchObject({ verdict: 'ok' })
  vi.stubEnv('SECRET', 'another secret')
  expect((await doctor(args)).of('client authentication')).toMatchObject({ verdict: 'wrong' })
})

describe('what is wrong with an authorization server', () => {
  test('another issuer in its document, with the near miss', async () => {
    const issuer = await issuerOn()
    const { exitCode, findings, stderr } = await doctor([`${issuer.issuer}/`])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/checks found something wrong/)
    expect(findings.find(({ verdict }) => verdict === 'wrong')).toMatchObject({ check: expect.stringMatching(/^issuer/), found: issuer.issuer, advice: 'a slash at the end makes the difference' })
  })

  test('two documents that differ', async () => {
    const key = await goodKey()
    const origin = await saying((here) => ({
      ...document(here),
      '/.well-known/oauth-authorization-server': { issuer: here, jwks_uri: `${here}/other` },
      [KEYS]: { keys: [key] },
      '/other': { keys: [key] },
    }))
    expect((await doctor([origin])).of('the documents agree')).toMatchObject({ verdict: 'warning', found: 'not in jwks_uri' })
  })

  test('no document, and nobody there', async () => {
    const empty = await saying(() => ({}))
    const nothing = { check: 'discovery', verdict: 'wrong', found: expect.stringMatching(/OpenID Connect: 404; RFC 8414: 404/) }
    expect(await doctor([empty])).toMatchObject({ exitCode: 1, findings: [nothing] })
    expect(await doctor(['http://127.0.0.1:1'])).toMatchObject({ exitCode: 2, stderr: 'bearer: somebody gave no answer: nobody can tell\n' })
  })

  test.each([
    ['a private key that is published', { d: 'AAAA' }, 'wrong', /private half/],
    ['a key that is too weak', { kty: 'RSA', n: 'u'.repeat(171), e: 'AQAB', crv: undefined, alg: 'RS256' }, 'wrong', /too weak/],
    ['a key of an odd curve', { crv: 'secp256k1', alg: 'ES256K' }, 'warning', /another kind of algorithm/],
  ])('%s', async (_, more, verdict, fault) => {
    const [good, bad] = [await goodKey(), await goodKey({ kid: 'bad', ...more })]
    const origin = await saying((here) => ({ ...document(here), [KEYS]: { keys: [good, bad] } }))
    const { of } = await doctor([origin])
    expect(of('keys')).toMatchObject({ verdict: 'ok', found: '1 (ES256, P-256)' })
    expect(of('key bad')).toMatchObject({ verdict, found: expect.stringMatching(fault) })
  })

  test('no key at all, keys without names, and an age of a week', async () => {
    const none = await saying((here) => ({ ...document(here), [KEYS]: { keys: [] } }))
    expect((await doctor([none])).of('keys')).toMatchObject({ verdict: 'wrong', found: 'no JWK Set with keys in it' })
    const keys = [await goodKey({ kid: undefined }), await goodKey({ kid: undefined })]
    const unnamed = await saying((here) => ({ ...document(here), [KEYS]: { keys } }), { 'Cache-Control': 'public, max-age=604800' })
    const { of } = await doctor([unnamed])
    expect(of('names of keys')).toMatchObject({ verdict: 'warning' })
    expect(of('age of keys')).toMatchObject({ verdict: 'warning', found: 'Cache-Control says 604800 s: kept for a day' })
  })

  test('a clock that is behind', async () => {
    const key = await goodKey()
    const at = (seconds: number) =>
      saying((here) => ({ ...document(here), [KEYS]: { keys: [key] } }), { Date: new Date(Date.now() + seconds * 1000).toUTCString() })
    expect((await doctor([await at(-3_600)])).of('clocks')).toMatchObject({ verdict: 'wrong', found: expect.stringMatching(/^theirs is 3[56]\d\d s behind$/) })
    expect((await doctor([await at(+40)])).of('clocks')).toMatchObject({ verdict: 'warning', found: expect.stringMatching(/ahead$/) })
  })

  test('introspection that answers anybody, no PKCE, no registration', async () => {
    const key = await goodKey()
    const origin = await saying((here) => ({
      ...document(here, { introspection_endpoint: `${here}/introspect`, authorization_endpoint: `${here}/authorize` }),
      [KEYS]: { keys: [key] },
      '/introspect': { active: false },
    }))
    const { exitCode, findings, of } = await doctor([origin])
    expect(exitCode).toBe(1)
    expect(verdicts(findings, 'warning')).toEqual(['introspection is guarded', 'registration'])
    expect(of('PKCE')).toMatchObject({ verdict: 'wrong', found: 'the document does not say' })
  })

  test('silence is given up, and garbage is no document', async () => {
    const issuer = await issuerOn()
    issuer.outage({ as: 'silence', at: 'jwks' })
    const { exitCode, of } = await doctor([issuer.issuer, '--timeout', '1'])
    expect({ exitCode, found: of('keys')?.found }).toEqual({ exitCode: 2, found: expect.stringMatching(/no answer from .* in 1 seconds/) })
    const broken = await issuerOn()
    broken.garbage({ at: 'discovery' })
    expect(await doctor([broken.issuer])).toMatchObject({ exitCode: 1, findings: [{ check: 'discovery', found: expect.stringMatching(/no JSON/) }] })
  })

  test('redirects are not followed, large bodies not read, and keys of inside not asked for', async () => {
    const asked: string[] = []
    const stranger = await serving((req, res) => void (asked.push(req.url ?? ''), res.end('{}')))
    const origin = await serving((req, res) => void res.writeHead(302, { Location: `${stranger}${req.url}` }).end())
    expect((await doctor([origin])).of('discovery')).toMatchObject({ verdict: 'wrong', found: expect.stringMatching(/302, a redirect, which is not followed/) })
    expect(asked).toEqual([])
    const huge = await serving((_, res) => void res.end(`{"issuer":"${'x'.repeat(600_000)}"}`))
    expect((await doctor([huge])).of('discovery')).toMatchObject({ found: expect.stringMatching(/larger than 524288 bytes/) })
    const { fetch } = globalThis
    const inside = { issuer: 'https://id.example.com', jwks_uri: 'http://169.254.169.254/latest' }
    vi.stubGlobal('fetch', async (url: string, init: object) => (new URL(url).host === 'id.example.com' ? Response.json(inside) : fetch(url, init)))
    expect((await doctor(['https://id.example.com'])).of('keys')).toMatchObject({ verdict: 'wrong', found: expect.stringMatching(/within this network.*not asked/) })
    vi.unstubAllGlobals()
  })

  test.each([
    ['keys, for a token', { jwks_uri: 'https://169.254.169.254/keys' }, ['--token']],
    ['introspection, for a client', { jwks_uri: 'https://id.example.com/keys', introspection_endpoint: 'https://10.0.0.1/introspect' }, ['--client-id', 'a', '--client-secret-env', 'SECRET']],
  ])('nobody of inside is asked about %s', async (_, places, options) => {
    vi.stubEnv('SECRET', 'secret-0123456789')
    const hosts: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      hosts.push(new URL(url).hostname)
      return url.includes('/.well-known/') ? Response.json({ issuer: 'https://id.example.com', ...places }) : Response.json({ keys: [await goodKey()] })
    })
    const { privateKey } = await generateKeyPair('ES256')
    const claims = { iss: 'https://id.example.com', aud: AUDIENCE, sub: 'ada', client_id: 'a', jti: '1' }
    const unsigned = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: '2' }).setIssuedAt().setExpirationTime('5m')
    const token = await unsigned.sign(privateKey)
    await doctor(['https://id.example.com', '--audience', AUDIENCE, ...options], [token])
    vi.unstubAllGlobals()
    expect(new Set(hosts)).toEqual(new Set(['id.example.com']))
  })

  test('what it says is shown and not obeyed', async () => {
    const origin = await saying((here) => document(here, { issuer: '\u001b]0;owned\u0007\u009b2J' }))
    const { stdout } = await bearer(['doctor', origin])
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(stdout).toContain('\\u{1b}')
    expect((await bearer(['doctor', origin, '--json'])).stdout.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })
})

describe('a server', () => {
  type InFront = (...[req, res]: Parameters<RequestListener>) => boolean

  /** A server with our gate in front, at the path /mcp of its origin. */
  async function guarded(issuer: TestIssuer, make: (resource: string) => { resource?: string; audience?: string }, inFront?: InFront): Promise<string> {
    let listener: RequestListener = () => undefined
    const origin = await serving((req, res) => void (inFront?.(req, res) === true || listener(req, res)))
    const { audience = `${origin}/mcp`, ...gate } = make(`${origin}/mcp`)
    listener = bearerAuth(new JwksProvider({ issuer: issuer.issuer, audience }), gate)((_, res) => res.end('in'))
    return `${origin}/mcp`
  }

  test('with everything in order is in order, for a real token too, which is shown nowhere', async () => {
    const issuer = await issuerOn()
    const server = await guarded(issuer, (resource) => ({ resource }))
    const token = await issuer.mint({ audience: server })
    const { exitCode, findings, of } = await doctor([issuer.issuer, '--audience', server, '--server', server, '--token'], [`Bearer ${token}\n`])
    expect({ exitCode, bad: [...verdicts(findings, 'wrong'), ...verdicts(findings, 'warning')] }).toEqual({ exitCode: 0, bad: [] })
    for (const name of ['challenge', 'metadata', 'resource', 'authorization servers', 'audience', 'token']) expect(of(name), name).toMatchObject({ verdict: 'ok' })
    expect(of('token at the server')).toMatchObject({ verdict: 'ok', found: '200: past the gate' })
    expect(JSON.stringify(findings)).not.toContain(token.split('.')[2])
  })

  test('is not shown a token that is for somebody else', async () => {
    const issuer = await issuerOn()
    const shown: (string | undefined)[] = []
    const origin = await serving((req, res) => void (shown.push(req.headers.authorization), res.writeHead(401).end()))
    const { of } = await doctor([issuer.issuer, '--audience', `${origin}/mcp`, '--server', `${origin}/mcp`, '--token'], [await issuer.mint({ audience: 'https://other.test' })])
    expect(of('token')).toMatchObject({ verdict: 'wrong', found: 'wrong_audience at aud: not shown to the server' })
    expect(shown.filter((one) => one !== undefined)).toEqual([])
  })

  test.each([
    [307, { verdict: 'warning', found: '307, a redirect, which is not followed' }],
    [500, { verdict: 'wrong', found: '500: the server fails' }],
  ])('that answers a good token with %i is not called past the gate, and the token goes nowhere else', async (status, expected) => {
    const issuer = await issuerOn()
    const shown: (string | undefined)[] = []
    const elsewhere = await serving((req, res) => void (shown.push(req.headers.authorization), res.end()))
    const answers: RequestListener = (req, res) => void res.writeHead(req.headers.authorization === undefined ? 401 : status, { Location: elsewhere }).end()
    const server = await serving(answers)
    const { of } = await doctor([issuer.issuer, '--audience', server, '--server', server, '--token'], [await issuer.mint({ audience: server })])
    expect({ of: of('token at the server'), shown }).toMatchObject({ of: expected, shown: [] })
  })

  test('that disagrees is told in what', async () => {
    const issuer = await issuerOn()
    const other = await issuerOn()
    const server = await guarded(other, (resource) => ({ resource: `${resource}/` }))
    const { exitCode, of } = await doctor([issuer.issuer, '--audience', AUDIENCE, '--server', server])
    expect(exitCode).toBe(1)
    expect(of('resource')).toMatchObject({ verdict: 'wrong', advice: 'a slash at the end makes the difference' })
    expect(of('authorization servers')).toMatchObject({ verdict: 'wrong', found: other.issuer })
    expect(of('audience')).toMatchObject({ verdict: 'warning' })
  })

  test('that takes no token, or tells nobody where to sign in', async () => {
    const issuer = await issuerOn()
    const open = await serving((_, res) => void res.end('in'))
    expect((await doctor([issuer.issuer, '--server', open])).of('challenge')).toMatchObject({ verdict: 'wrong', found: '200: let in without a token' })
    const mute = await serving((_, res) => void res.writeHead(401).end())
    expect((await doctor([issuer.issuer, '--server', mute])).of('challenge')).toMatchObject({ verdict: 'wrong', found: '401 without a challenge' })
    const plain = await serving((req, res) => void res.writeHead(req.url === '/mcp' ? 401 : 404, { 'WWW-Authenticate': 'Bearer' }).end())
    const { of } = await doctor([issuer.issuer, '--server', `${plain}/mcp`])
    expect(of('challenge')).toMatchObject({ verdict: 'warning', found: '401, and no resource_metadata' })
    expect(of('metadata')).toMatchObject({ verdict: 'wrong' })
    expect(of('pages of other origins')).toMatchObject({ verdict: 'ok', found: 'may not call; programs may' })
  })

  test('that lets pages call must let them read where to sign in', async () => {
    const issuer = await issuerOn()
    const answering = (exposed: object): RequestListener => (req, res) => {
      const isAhead = req.method === 'OPTIONS'
      const headers = { 'Access-Control-Allow-Origin': '*', 'WWW-Authenticate': `Bearer resource_metadata="http://${req.headers.host}/m"`, ...exposed }
      res.writeHead(isAhead ? 204 : req.url === '/mcp' ? 401 : 404, headers).end()
    }
    const mute = await serving(answering({}))
    const found = 'may call, and cannot read the challenge (Access-Control-Expose-Headers: WWW-Authenticate)'
    expect((await doctor([issuer.issuer, '--server', `${mute}/mcp`])).of('pages of other origins')).toMatchObject({ verdict: 'warning', found })
    const open = await serving(answering({ 'Access-Control-Expose-Headers': 'WWW-Authenticate' }))
    expect((await doctor([issuer.issuer, '--server', `${open}/mcp`])).of('pages of other origins')).toMatchObject({ verdict: 'ok', found: 'may call, and learn where to sign in' })
  })

  test('that refuses odd origins is in order for programs', async () => {
    const issuer = await issuerOn()
    const server = await guarded(issuer, (resource) => ({ resource }), (req, res) => req.headers.origin !== undefined && Boolean(res.writeHead(403).end()))
    expect(await doctor([issuer.issuer, '--server', server])).toMatchObject({ exitCode: 0 })
  })

  test('whose metadata is on another host is not followed there', async () => {
    const issuer = await issuerOn()
    const asked: string[] = []
    const stranger = await serving((req, res) => void (asked.push(req.url ?? ''), res.end('{}')))
    const server = await serving((_, res) => void res.writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${stranger}/x"` }).end())
    expect((await doctor([issuer.issuer, '--server', server])).of('metadata')).toMatchObject({ verdict: 'warning', found: expect.stringMatching(/on another host.*not asked/) })
    expect(asked).toEqual([])
  })

  test('that is away leaves what was found about the issuer', async () => {
    const { exitCode, findings, of } = await doctor([(await issuerOn()).issuer, '--server', 'http://127.0.0.1:1/mcp'])
    expect({ exitCode, verdict: of('server')?.verdict }).toEqual({ exitCode: 2, verdict: 'cannot tell' })
    expect(findings.length).toBeGreaterThan(5)
  })
})

test.each([
  ['no issuer', [], /missing required argument/],
  ['no URL', ['id.example.com'], /the issuer must be an https URL/],
  ['plain http elsewhere', ['http://id.example.com'], /--allow-insecure-http/],
  ['a password', ['https://a:b@id.example.com'], /no user name, password/],
  ['a server that is no URL', ['https://id.example.com', '--server', 'mcp'], /--server must be an https URL/],
  ['a token without an audience', ['https://id.example.com', '--token'], /a token needs --audience/],
  ['an empty token', ['https://id.example.com', '--audience', 'a', '--token'], /the token is empty/],
  ['an empty audience', ['https://id.example.com', '--audience', ''], /"audience" must name this server/],
  ['a client without an audience', ['https://id.example.com', '--client-id', 'a', '--client-secret-env', 'PATH'], /--client-id needs --audience/],
  ['no number', ['https://id.example.com', '--timeout', 'x'], /--timeout must be a whole number/],
])('doctor called with %s is called wrongly, and asks nobody', async (_, args, message) => {
  expect(await bearer(['doctor', ...args])).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
})

