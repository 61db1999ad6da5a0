/** `bearer explain`: finds the cause of a refusal, and never shows the token. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { keycloak } from '../../providers/presets/index.js'
import { PRESET_OPTIONS } from '../../src/cli/source/preset-options.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { closing } from '../closing.js'
import { bearer, configWith, fileWith } from './bearer-kit.js'
import type { TestIssuer, TestIssuerOptions } from '../../src/testing/index.js'
import type { TokenReport } from '../../src/inspect/token-report.js'

const RESOURCE = 'https://mcp.example.com/mcp'
const NOW = Math.floor(Date.now() / 1000)

/** An authorization server on this machine. */
async function listening(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  return closing(await createTestIssuer({ audience: RESOURCE, ...options }).listen(0))
}

const jsonOf = (stdout: string): TokenReport => JSON.parse(stdout) as TokenReport // what the command prints

beforeEach(() => vi.unstubAllEnvs())

describe('a new user whose Keycloak token is refused', () => {
  const made = () => keycloak({ url: 'https://id.example.com', realm: 'acme', audience: RESOURCE })

  // What they typed: the URL, the realm and the audience that their server has, and then the token.
  const typed = (url: string): string[] => ['explain', '--preset', 'keycloak', '--url', url, '--realm', 'acme', '--audience', RESOURCE]

  test('finds the missing Audience mapper by one command, with the mend in the words of Keycloak', async () => {
    vi.stubEnv('NO_COLOR', '1')
    const realm = await listening({ like: made() })
    const token = await realm.mint({ audience: 'account' })
    const { exitCode, stdout, stderr } = await bearer(typed(realm.issuer.replace('/realms/acme', '')), [...token, '\r'], true)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'Token (it is not shown): \nbearer: the token is refused\n' })
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      ...['rejected: the provider refuses this token', '', 'aud (wrong_audience, RFC 7519 section 4.1.3)'],
      ...['  found     ["account"]', '  expected  ["https://mcp.example.com/mcp"]'],
      '  advice    Keycloak: add an Audience mapper to a client scope of the client, with this audience; or name the clients in "clients"',
    ])
    expect(stdout).toMatch(/In order\n {2}alg, .*signature\n/)
    expect(stdout).not.toContain(token.split('.')[2])
  })

  test('finds another realm, and a name that is nearly right', async () => {
    const realm = await listening({ like: made() })
    const { stdout } = await bearer(typed(realm.issuer.replace('/realms/acme', '').replace('127.0.0.1', 'localhost')), [await realm.mint()])
    expect(stdout).toMatch(/iss \(wrong_issuer.*\n.*\n.*\n {2}advice +the issuer is reached by two host names/)
    const other = await bearer(['explain', '--preset', 'keycloak', '--url', realm.issuer.replace('/realms/acme', ''), '--realm', 'other', '--audience', RESOURCE], [await realm.mint()])
    expect(other.stdout).toMatch(/advice +Keycloak: another realm, or another host name/)
  })
})

describe('bearer explain', () => {
  test('says 0 for a token that is let in, with its scopes and what the client gets', async () => {
    const issuer = await listening()
    const args = ['explain', '--issuer', issuer.issuer, '--audience', RESOURCE, '--resource', RESOURCE, '--scope', 'notes:read']
    const { exitCode, stdout, stderr } = await bearer(args, [await issuer.mint({ scopes: ['notes:read'] })])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^accepted: /)
    expect(stdout).toMatch(/Scopes\n {2}notes:read: .*\n\nWhat a client gets for GET \/mcp\n {2}what your server answers/)
    const poor = await bearer(args, [await issuer.mint()])
    expect(poor).toMatchObject({ exitCode: 1, stderr: 'bearer: the token is good, and the client is refused all the same\n' })
    expect(poor.stdout).toMatch(/notes:read is required and missing/)
    expect(poor.stdout).toMatch(/\n {2}403\n/)
  })

  test('prints all of it as JSON', async () => {
    const issuer = await listening()
    const token = await issuer.mint()
    const { stdout } = await bearer(['explain', '--issuer', issuer.issuer, '--audience', 'other', '--json', '--path', '/x'], [token])
    expect(jsonOf(stdout)).toMatchObject({ verdict: 'rejected', kind: 'JWT', road: [{ provider: 'jwks', says: 'mine', asked: true }], client: { request: 'GET /x', status: 401 } })
    expect(stdout).not.toContain(token)
  })

  test('takes the token from a variable, and as it was pasted', async () => {
    const issuer = await listening()
    vi.stubEnv('MY_TOKEN', `Authorization: Bearer ${await issuer.mint()}`)
    expect(await bearer(['explain', '--issuer', issuer.issuer, '--audience', RESOURCE, '--token-env', 'MY_TOKEN'])).toMatchObject({ exitCode: 0 })
    expect(await bearer(['explain', '--token-env', 'NO_SUCH_TOKEN'])).toMatchObject({ exitCode: 64, stderr: 'bearer: the variable that --token-env names is not set\n' })
  })

  test('asks about an opaque token as a client', async () => {
    const issuer = await listening()
    const { clientId, clientSecret = '' } = issuer.client
    vi.stubEnv('CLIENT_SECRET', clientSecret)
    const args = ['explain', '--issuer', issuer.issuer, '--audience', RESOURCE, '--client-id', clientId, '--client-secret-env', 'CLIENT_SECRET', '--json']
    const token = await issuer.opaque()
    const { exitCode, stdout, stderr } = await bearer(args, [token])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(jsonOf(stdout)).toMatchObject({ kind: 'opaque', claims: { verified: true } })
    expect(stdout).not.toContain(token)
    expect(stdout).not.toContain(clientSecret)
  })

  test('looks at another time', async () => {
    const issuer = await listening()
    const token = await issuer.mint({ expiresIn: 60 })
    const args = ['explain', '--issuer', issuer.issuer, '--audience', RESOURCE, '--json']
    for (const later of [String(NOW + 7_200), new Date((NOW + 7_200) * 1000).toISOString()]) {
      const { exitCode, stdout } = await bearer([...args, '--at', later], [token])
      expect({ exitCode, failed: jsonOf(stdout).steps.filter(({ passed }) => !passed).map(({ check }) => check) }).toEqual({ exitCode: 1, failed: ['exp'] })
      expect(Math.abs(jsonOf(stdout).at - NOW - 7_200)).toBeLessThan(600)
    }
    expect(Math.abs(Date.now() / 1000 - NOW)).toBeLessThan(600)
    const expired = await issuer.mint({ expiresIn: -3_600 })
    expect(await bearer([...args, '--at', String(NOW - 3_700)], [expired])).toMatchObject({ exitCode: 0 })
  })

  test('asks nobody offline: with the keys of a file it knows, without them it cannot tell', async () => {
    const issuer = await listening()
    const keys = fileWith('jwks.json', await (await fetch(`${issuer.url}/jwks`)).text())
    const config = () => configWith(`export default new lib.JwksProvider({ issuer: '${issuer.issuer}', audience: '${RESOURCE}' })`)
    const token = await issuer.mint()
    const asked = issuer.calls.length
    for (const source of [() => ['--issuer', issuer.issuer, '--audience', RESOURCE], () => ['--config', config()]]) {
      expect(await bearer(['explain', ...source(), '--offline', '--jwks', keys], [token])).toMatchObject({ exitCode: 0 })
      const { exitCode, stdout, stderr } = await bearer(['explain', ...source(), '--offline'], [token])
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'bearer: nobody can tell about this token now\n' })
      expect(stdout).toMatch(/^unavailable: nobody can tell now\n\nsignature/)
    }
    expect(issuer.calls.length).toBe(asked)
  })

  test('shows the way through a chain of a config, and its near misses', async () => {
    const issuer = await listening()
    const config = configWith(`export default { gate: { resource: '${RESOURCE}' }, provider: new lib.ChainProvider([
      new lib.StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } }),
      new lib.JwksProvider({ name: 'people', issuer: '${issuer.issuer}/', audience: '${RESOURCE}' }),
    ]) }`)
    const { exitCode, stdout } = await bearer(['explain', '--config', config], [await issuer.mint()])
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/owner \(no_owner\)[^]*advice +a slash at the end makes the difference/)
    expect(stdout).toMatch(/Its way\n {2}static: foreign\n {2}people: foreign \(a slash at the end makes the difference\)\n/)
    expect(stdout).toMatch(/What a client gets for GET \/mcp\n {2}401\n/)
  })

  test('writes nothing to the terminal that it would obey', async () => {
    const issuer = await listening()
    const nasty = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202Egnp\u{e0001}'
    const token = await issuer.mint({ sub: nasty, claims: { [nasty]: nasty } })
    const { stdout } = await bearer(['explain', '--issuer', issuer.issuer, '--audience', RESOURCE], [token])
    expect(stdout).toMatch(/^accepted/)
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
    const data = await bearer(['explain', '--issuer', issuer.issuer, '--audience', RESOURCE, '--json'], [token])
    expect(data.stdout.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u{e0001}]/u)
    expect(JSON.parse(data.stdout)).toMatchObject({ claims: { values: { sub: nasty, [nasty]: nasty } } })
  })

  test('says neither the token nor what a provider says of it where that has a bug', async () => {
    const token = 'opaque-0123456789abcdef'
    const config = configWith('export default { verifyToken: async (token) => { throw new RangeError(`cannot read ${token}`) } }')
    const { exitCode, stdout, stderr } = await bearer(['explain', '--config', config], [token])
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: 'bearer: the provider failed with RangeError: that is a bug of it, and a 500 to clients\n' })
  })

  test.each([
    ['when it is closed', 'let seen; export default { verifyToken: async (token) => { seen = token; return null }, close: async () => { throw new RangeError(seen) } }'],
    ['before it is there', 'export default { get provider() { throw new RangeError("opaque-0123456789abcdef") } }'],
  ])('says nothing of what a config throws %s, and not that the token is refused', async (_, code) => {
    const { exitCode, stderr } = await bearer(['explain', '--config', configWith(code)], ['opaque-0123456789abcdef'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'bearer: RangeError was thrown, and nobody caught it: a bug of your config, or of this command; its words may hold a token, and are not shown\n' })
  })

  test.each([
    ['a token as an argument', ['explain', 'eyJhbGciOiJub25lIn0.e30.c2ln'], /remembered by the shell/],
    ['no token', ['explain', '--issuer', 'https://id.example.com', '--audience', 'a'], /the token is empty/],
    ['a preset that does not exist', ['explain', '--preset', 'nobody', '--token-env', 'T'], /--preset must be one of auth0, /],
    ['an option that the preset has not', ['explain', '--preset', 'auth0', '--realm', 'acme', '--token-env', 'T'], /realm/],
    ['an option that is missing', ['explain', '--preset', 'keycloak', '--url', 'https://id.example.com', '--realm', 'a', '--token-env', 'T'], /give --audience, or --clients/],
    ['an issuer on plain http', ['explain', '--issuer', 'http://id.example.com', '--audience', 'a', '--token-env', 'T'], /--issuer must be an https URL/],
    ['an issuer without an audience', ['explain', '--issuer', 'https://id.example.com', '--token-env', 'T'], /--audience must name this server/],
    ['options of a preset without one', ['explain', '--realm', 'acme', '--token-env', 'T'], /--realm goes with --preset or --issuer/],
    ['two sources', ['explain', '--config', 'a.mjs', '--preset', 'auth0', '--token-env', 'T'], /give --config, or --preset/],
    ['a client without its secret', ['explain', '--issuer', 'https://id.example.com', '--client-id', 'a', '--token-env', 'T'], /--client-secret-env must name the variable/],
    ['keys without --offline', ['explain', '--jwks', 'a.json', '--token-env', 'T'], /--jwks goes with --offline/],
    ['a file that is not there', ['explain', '--offline', '--jwks', 'no-such.json', '--token-env', 'T'], /--jwks must name a file/],
    ['no time', ['explain', '--at', 'yesterday', '--token-env', 'T'], /--at must be a time/],
    ['no config', ['explain', '--config', 'no-such.mjs', '--token-env', 'T'], /no-such\.mjs is not there/],
    ['a resource that is no URL', ['explain', '--issuer', 'https://id.example.com', '--audience', 'a', '--resource', 'mcp', '--token-env', 'T'], /the options of the gate are wrong: "resource"/],
  ])('called with %s is called wrongly, which it says without repeating a token', async (_, args, message) => {
    vi.stubEnv('T', 'opaque-0123456789abcdef')
    const { exitCode, stdout, stderr } = await bearer(args)
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
    expect(stderr).not.toMatch(/eyJ|opaque-/)
  })

  test('knows every option of every preset that is a word', () => {
    const sources = readdirSync('providers/presets').map((name) => readFileSync(join('providers/presets', name), 'utf8'))
    const lists = sources.flatMap((text) => [...text.matchAll(/checkPreset\('\w+', options, \[([^\]]*)\]/g)].map(([, list = '']) => list))
    const names = lists.flatMap((list) => [...list.matchAll(/'(\w+)'/g)].map(([, name = '']) => name))
    expect(names.length).toBeGreaterThan(100)
    const inModules = ['anonymous', 'bundle', 'bundleFile', 'clientAuth', 'clientRoles', 'groups', 'inCluster', 'issuerType', 'jwks', 'permissions', 'refProtected', 'roles']
    // `issuer`, `resource` and `client` have a meaning of their own in the command.
    const known = new Set<string>([...PRESET_OPTIONS, ...inModules, 'issuer', 'resource'])
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })
})
