/** The command `bearer`, on streams of a test. That it runs as a program is in `test/package.test.ts`. */
import { decodeJwt } from 'jose'
import { createServer } from 'node:http'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/node.js'
import { run } from '../../src/cli/run.js'
import { readSecret } from '../../src/cli/secret-input.js'
import { generateToken, hashToken, JwksProvider, StaticProvider } from '../../src/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { arriving, bearer } from './bearer-kit.js'
import { freePort } from '../free-port.js'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Terminal } from '../../src/cli/command.js'
import type { TestIssuer } from '../../src/testing/index.js'
import type { Ran } from './bearer-kit.js'

const KEY = 'ci-0123456789abcdef'

describe('bearer hash', () => {
  test.each([
    ['as it is', [KEY]],
    ['with a line end', [`${KEY}\n`]],
    ['with that of Windows', [`${KEY}\r\n`]],
    ['in pieces of bytes', [new TextEncoder().encode(KEY.slice(0, 5)), new TextEncoder().encode(`${KEY.slice(5)}\n`)]],
  ])('prints the digest of a token that comes through a pipe, %s, and nothing else', async (_, input) => {
    expect(await bearer(['hash'], input)).toEqual({ exitCode: 0, stdout: `${hashToken(KEY)}\n`, stderr: '', raw: [] })
  })

  test.each([
    ['typed key by key', [...KEY, '\r']],
    ['pasted, between the brackets of the terminal', [`\u001b[200~${KEY}\u001b[201~`, '\n']],
    ['mistyped, and mended', ['wrong', '\u0015', KEY, 'xy', '\u001b[D', '\u007f', '\b', '\r']],
    ['and ended with Ctrl-D', [KEY, '\u0004']],
  ])('asks a person without showing it: %s', async (_, input) => {
    expect(await bearer(['hash'], input, true)).toEqual({
      exitCode: 0,
      stdout: `${hashToken(KEY)}\n`,
      stderr: 'Token (it is not shown): \n',
      raw: [true, false],
    })
  })

  test('is broken off by Ctrl-C, and gives the terminal back', async () => {
    const { exitCode, stdout, raw } = await bearer(['hash'], [KEY, '\u0003', '\r'], true)
    expect({ exitCode, stdout, raw }).toEqual({ exitCode: 130, stdout: '', raw: [true, false] })
  })

  test('a person is asked only once the terminal shows nothing of what is typed', async () => {
    const order: unknown[] = []
    const stdin = Object.assign(arriving([`${KEY}\r`]), { isTTY: true, setRawMode: (on: boolean) => order.push(on) })
    const stderr = { isTTY: true, write: (text: string) => order.push(text) }
    expect(await readSecret({ stdin, stdout: stderr, stderr, interrupted: async () => undefined }, 'Token: ')).toBe(KEY)
    expect(order).toEqual([true, 'Token: ', false, '\n'])
  })

  test.each([
    ['is empty', [''], /the token is empty/],
    ['is too short', ['short77'], /shorter than 8 characters/],
    ['has its scheme before it', [`Bearer ${KEY}`], /begins with "Bearer "/],
    ['is in two lines', [`${KEY}\n${KEY}\n`], /has a character that no bearer token may have/],
    ['is a digest', [hashToken(KEY)], /is a digest already/],
    ['is the word for a missing value', ['undefined'], /environment variable/],
    ['is a film', Array.from({ length: 70 }, () => 'x'.repeat(1000)), /too long for a token/],
  ])('a token that %s is an error that does not show it', async (_, input, message) => {
    const { exitCode, stdout, stderr } = await bearer(['hash'], input)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain(KEY)
  })

  test('is hashed as JSON, which holds the digest alone', async () => {
    const { exitCode, stdout } = await bearer(['hash', '--json'], [`${KEY}\n`])
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { digest: hashToken(KEY) }])
  })

  test.each([
    ['can be guessed', 'password1', /shorter than 16/],
    ['was mistyped', `${generateToken().slice(0, -1)}-`.replace(/.-$/, (end) => (end.startsWith('a') ? 'b0' : 'a0')), /checksum does not fit/],
  ])('a token that %s is hashed, with a warning', async (_, token, warning) => {
    const { exitCode, stdout, stderr } = await bearer(['hash'], [token])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${hashToken(token)}\n` })
    expect(stderr).toMatch(warning)
    expect(stderr).not.toContain(token)
  })

  test('takes no token from the command line, unless it is told to', async () => {
    const refused = await bearer(['hash', KEY], ['another-0123456789'])
    expect(refused).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(/remembered by the shell/) })
    expect(refused.stderr).not.toContain(KEY)
    expect(await bearer(['hash', '--insecure-token', KEY])).toMatchObject({ exitCode: 0, stdout: `${hashToken(KEY)}\n`, stderr: '' })
  })
})

describe('bearer generate', () => {
  test('prints a token, and its digest where it is not taken for the token', async () => {
    const { exitCode, stdout, stderr } = await bearer(['generate', '--prefix', 'acme'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^acme_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toBe(`${hashToken(stdout.trim())}\n`)
    const provider = new StaticProvider({ [stderr.trim()]: { claims: { sub: 'ci' } } }, { prefix: 'acme' })
    expect(await provider.verifyToken(stdout.trim())).toMatchObject({ subject: 'ci' })
  })

  test('prints both as JSON', async () => {
    const { stdout, stderr } = await bearer(['generate', '--json'])
    const { token, digest } = JSON.parse(stdout) as { token: string; digest: string }
    expect(token).toMatch(/^bearer_/)
    expect({ digest, stderr }).toEqual({ digest: hashToken(token), stderr: '' })
  })

  test('tells a person which is which', async () => {
    expect((await bearer(['generate'], [], true)).stderr).toMatch(/^sha256:\S+\n\nThe first is the token/)
  })

  test.each([
    [['--prefix', 'acme_'], /--prefix must be given without the underscore/],
    [['--prefix', 'a-b'], /--prefix must be 2 to 32/],
    [['--prefix'], /argument missing/],
    [['acme'], /--prefix acme/],
  ])('called with %j is a mistake that says what to write', async (args, message) => {
    expect(await bearer(['generate', ...args])).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
  })
})

describe('bearer', () => {
  test('tells what it can do, on standard output', async () => {
    for (const args of [['--help'], ['-h']]) {
      const { exitCode, stdout, stderr } = await bearer(args)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(stdout).toMatch(/^ {2}generate .*\n {2}hash /m)
    }
    for (const args of [['hash', '--help'], ['generate', '--prefix', 'acme', '-h']]) {
      expect(await bearer(args)).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(`^Usage: bearer ${args[0]}`) })
    }
  })

  test.each(['doctor https://id.example.com', 'probe http://127.0.0.1:1/mcp', 'dev', 'init', 'scopes', 'plan'])('%s takes no argument more, and does not repeat it', async (command) => {
    const { exitCode, stdout, stderr } = await bearer([...command.split(' '), KEY])
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 64, stdout: '', stderr: 'bearer: that is one argument too many; see --help\n' })
  })

  test('tells its version', async () => {
    expect(await bearer(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n', stderr: '' })
  })

  test.each([
    ['nothing', [], /a command is missing\n\nUsage:/],
    ['a command that does not exist', [KEY], /there is no such command; see bearer --help/],
    ['a command that every object has', ['constructor'], /there is no such command/],
    ['an option that does not exist', ['hash', `--${KEY}`], /there is no such option; see --help/],
  ])('called with %s is called wrongly, which it says without repeating it', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await bearer(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain(KEY)
  })

  test.each(['init', 'explain', 'inspect', 'doctor', 'scopes', 'plan', 'generate', 'hash', 'dev', 'probe'])('%s prints JSON where it is told to', async (command) => {
    expect((await bearer([command, '--help'])).stdout).toMatch(/^ +--json +prints/m)
  })

  test('every line of help fits a narrow terminal', async () => {
    for (const args of [['--help'], ...['init', 'explain', 'inspect', 'doctor', 'scopes', 'plan', 'generate', 'hash', 'dev', 'probe'].map((name) => [name, '--help'])]) {
      for (const line of (await bearer(args)).stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(84)
    }
  })
})

describe('bearer dev', () => {
  /** Runs it until the test has asked what it wants to know. */
  async function whileRunning<T>(args: readonly string[], ask: (facts: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    let printed = (_: string): void => undefined
    const output = new Promise<string>((resolve) => (printed = resolve))
    const terminal: Terminal = { stdin: arriving([]), stdout: { write: printed }, stderr: { write: printed }, interrupted: () => ended }
    const exit = run(['dev', '--port', '0', '--json', ...args], terminal, '1.2.3')
    try {
      return await ask(JSON.parse(await output) as Record<string, string>) // its own JSON
    } finally {
      end()
      expect(await exit).toBe(0)
    }
  }

  test('is an issuer that a provider finds, and prints a token that it takes', async () => {
    const args = ['--audience', 'https://mcp.test/mcp', '--scope', 'notes:read', '--scope', 'a b', '--claim', 'org_id=acme', '--claim', 'roles=["editor"]', '--ttl', '60']
    await whileRunning(args, async ({ issuer = '', audience = '', token = '' }) => {
      const provider = new JwksProvider({ issuer, audience })
      const verified = await provider.verifyToken(token)
      expect(verified?.scopes).toEqual(['notes:read', 'a', 'b'])
      expect(verified?.claims).toMatchObject({ aud: 'https://mcp.test/mcp', org_id: 'acme', roles: ['editor'] })
      expect(Number(verified?.claims['exp']) - Number(verified?.claims['iat'])).toBe(60)
    })
  })

  test('prints a token that has expired, or one for introspection', async () => {
    await whileRunning(['--expired'], async ({ token = '' }) => {
      expect(decodeJwt(token).exp).toBeLessThan(Date.now() / 1000)
    })
    await whileRunning(['--opaque', '--sub', 'bob'], async ({ token = '', introspection = '', client_id = '', client_secret = '' }) => {
      const response = await fetch(introspection, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
        body: new URLSearchParams({ token }),
      })
      expect(await response.json()).toMatchObject({ active: true, sub: 'bob' })
    })
  })

  test('looks like a vendor', async () => {
    await whileRunning(['--like', 'entra'], async ({ token = '' }) => {
      expect(decodeJwt(token)).toMatchObject({ ver: '2.0', tid: expect.any(String) })
    })
  })

  test('lets a real MCP client sign in that has nothing but a URL', async () => {
    const resource = 'https://mcp.example.com/mcp'
    await whileRunning(['--audience', resource], async ({ issuer = '' }) => {
      const config = await openid.dynamicClientRegistration(new URL(issuer), { redirect_uris: ['http://127.0.0.1:1/cb'] }, undefined, { execute: [openid.allowInsecureRequests] })
      const verifier = openid.randomPKCECodeVerifier()
      const url = openid.buildAuthorizationUrl(config, {
        ...{ redirect_uri: 'http://127.0.0.1:1/cb', scope: 'notes:read', code_challenge_method: 'S256', resource },
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      })
      const { headers } = await fetch(url, { redirect: 'manual' })
      const tokens = await openid.authorizationCodeGrant(config, new URL(headers.get('Location') ?? ''), { pkceCodeVerifier: verifier })
      expect((await new JwksProvider({ issuer, audience: resource }).verifyToken(tokens.access_token))?.scopes).toEqual(['notes:read'])
    })
  })

  test.each([
    [['--like', 'nobody'], /--like must be one of auth0, /],
    [['--claim', 'org'], /name=value/],
    [['--ttl', '0'], /--ttl must be a whole number from 1/],
    [['--port', 'x'], /--port must be a whole number/],
  ])('called with %j is called wrongly', async (args, message) => {
    expect(await bearer(['dev', ...args])).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
  })
})

test('a port that is taken is said to be', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const port = String((server.address() as AddressInfo).port) // of TCP
  for (const args of [['dev', '--port', port], ['probe', 'http://127.0.0.1:9/', '--issuer-port', port]]) {
    expect(await bearer(args)).toMatchObject({ exitCode: 1, stdout: '', stderr: `bearer: port ${port} is taken, or may not be used; choose another\n` })
  }
  server.close()
})

describe('bearer probe', () => {
  const RESOURCE = 'https://mcp.example.com/mcp'

  /** A server on this machine, while the test asks. */
  async function probing(app: RequestListener, args: readonly string[], input: readonly string[] = []): Promise<Ran> {
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      return await bearer(['probe', `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, ...args], input) // of TCP
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }
  const answering: RequestListener = (req, res) => void (req.url === '/mcp' ? res.end('in') : res.writeHead(404).end())
  const guarded = (issuer: TestIssuer): RequestListener => bearerAuth(new JwksProvider(issuer.options), { resource: RESOURCE })(answering)

  test('says 0 where all holds that a good token can show', async () => {
    const issuer = createTestIssuer({ audience: RESOURCE })
    const { exitCode, stdout, stderr } = await probing(guarded(issuer), ['--token'], [await issuer.mint()])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/holds *│ alg-none/)
  })

  test('brings proofs to a server that requires DPoP', async () => {
    const port = await freePort()
    const auth = new JwksProvider({ issuer: `http://127.0.0.1:${port}`, audience: RESOURCE })
    const app = bearerAuth(auth, { resource: RESOURCE, proof: { dpop: 'required', nonce: true } })(answering)
    const { exitCode, stdout } = await probing(app, ['--issuer-port', String(port), '--audience', RESOURCE, '--dpop'])
    // It may wait before it asks its issuer again, and then nobody can tell of an outage.
    expect([0, 2], stdout).toContain(exitCode)
    for (const check of ['expired', 'bound-token', 'dpop-proof', 'dpop-replay']) expect(stdout).toMatch(new RegExp(`holds *│ ${check}`))
  })

  test('says 1 where something is open', async () => {
    const { exitCode, stdout, stderr } = await probing(answering, ['--route', 'GET /mcp', '--json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^bearer: the server is open in \d+ of \d+ checks\n$/) })
    expect(JSON.parse(stdout)).toMatchObject({ routes: ['GET /mcp'], checks: expect.arrayContaining([expect.objectContaining({ check: 'no-token', verdict: 'open' })]) })
  })

  test('says 2 where nobody can tell: the server trusts somebody else', async () => {
    const { exitCode, stdout, stderr } = await probing(guarded(createTestIssuer({ audience: RESOURCE })), [])
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/no good token was let in/) })
    expect(stdout).toMatch(/cannot tell *│ expired/)
    expect(stdout).toMatch(/holds *│ no-token/)
  })

  test.each([
    ['another machine', ['https://mcp.example.com/mcp'], /with --this-server-is-mine/],
    ['an address of another machine', ['http://192.168.0.1/'], /with --this-server-is-mine/],
    ['a name that begins as this machine', ['http://127.0.0.1.example.com/'], /with --this-server-is-mine/],
    ['no URL', ['mcp'], /must be one of http or https/],
    ['a file', ['file:///etc/passwd'], /must be one of http or https/],
    ['a proof for a token whose key nobody has', ['http://127.0.0.1:1/', '--token', '--dpop'], /--dpop needs --issuer-port/],
    ['no route', ['http://127.0.0.1:1/', '--route', 'notes'], /--routes must be an array/],
  ])('says 64 and asks nobody: %s', async (_, args, message) => {
    expect(await bearer(['probe', ...args])).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
  })
})
