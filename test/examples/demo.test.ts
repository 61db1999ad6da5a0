/** The demo says what it claims to say, judged by its real output and by calling the servers it leaves running. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { greet } from '../../examples/demo/mcp-client.js'
import { newcomer2 } from '../../examples/demo/newcomer.js'
import { yes } from '../../examples/demo/person.js'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { IncomingMessage } from 'node:http'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const HAS_CURL = spawnSync('curl', ['--version']).status === 0
const MAIN = 'build/demo/main.js'

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

beforeAll(async () => {
  await promisify(execFile)('npx', ['tsc', '-p', 'examples'], { cwd: ROOT })
})

describe('npm run demo', () => {
  let demo: Outcome
  beforeAll(async () => {
    demo = await node(MAIN)
  })

  it('exits 0 and prints nothing but its own', () => {
    expect(demo).toMatchObject({ code: 0, stderr: '' })
  })

  it('shows every situation with its status and answer', () => {
    expect(rowsOf(demo.stdout)).toEqual([
      ['✓', 'no token', '401', 'unauthorized: Authentication required'],
      ['✓', 'an expired token, good a moment ago', '401', 'invalid_token: Token is invalid or expired'],
      ['✓', 'a token for another server', '401', 'invalid_token: Token is invalid or expired'],
      ['✓', 'a client that knows only the URL', '200', 'Noted for Ada: buy milk'],
      ['✓', 'the same, made with SDK 1.x', '200', 'Noted for Ada: buy milk'],
      ['✓', 'the same, but Ada allows no more', '403', 'insufficient_scope: notes:read notes:write'],
      ['✓', 'a program that signs in for itself', '200', 'Hello Ada, you may: notes:read'],
      ['✓', 'a tool that needs more scope', '403', 'insufficient_scope: notes:read notes:write'],
      ['✓', 'the same tool with a static key', '200', 'Noted for Robot: buy milk'],
      ['✓', 'an opaque token', '200', 'Hello Ada, you may: notes:read'],
      ['✓', 'the same, revoked 30 seconds ago', '401', 'invalid_token: Token is invalid or expired'],
      ['✓', 'a bound token, by its holder', '200', 'Hello Ada, you may: notes:read'],
      ['✓', 'the same token, stolen', '401', 'invalid_token: Token is invalid or expired'],
      ['✓', 'a GitHub token', '200', 'Hello The Octocat, you may: notes:read'],
      ['✓', 'a GitHub token of another app', '401', 'invalid_token: Token is invalid or expired'],
      ['✓', 'issuer down, a new token', '200', 'Hello Ada, you may: notes:read'],
      ['✓', 'issuer down, a new server', '503', 'temporarily_unavailable: retry after 5 s'],
    ])
  })

  it('is the picture in the README, and goes on in the page about the gate', () => {
    const pictures = ['README.md', 'docs/gate.md'].map(
      (path) => /<!-- demo -->\n```text\n([\s\S]*?)\n```/.exec(readFileSync(`${ROOT}${path}`, 'utf8'))?.[1],
    )
    expect(pictures.join('\n\n')).toBe(demo.stdout.replace(/^\n+|\n+$/g, ''))
  })

  it('shows the way from the 401 to a token, and from the 403 to a better one', () => {
    const [, way = ''] = /The way of a client that knows only the URL:\n((?: {3}.*\n)+)/.exec(demo.stdout) ?? []
    expect(way.match(/\b\d{3} \/\S+|\u201C.+?\u201D/g)).toEqual([
      ...['401 /mcp', '200 /.well-known/oauth-protected-resource/mcp', '200 /.well-known/oauth-authorization-server', '201 /reg'],
      ...['303 /auth', '200 /interaction', '\u201CSign in as Ada and allow: notes:read offline_access\u201D', '303 /interaction', '303 /auth'],
      ...['200 /token', '200 /mcp', '200 /mcp', '403 /mcp'],
      ...['303 /auth', '200 /interaction', '\u201CSign in as Ada and allow: notes:read notes:write offline_access\u201D', '303 /interaction', '303 /auth'],
      ...['200 /token', '200 /mcp'],
    ])
  })

  it('shows why in the server\u2019s log, and not to the client', () => {
    const [, log = ''] = /The server\u2019s log about a GitHub token of another app:\n((?: {3}.*\n)+)/.exec(demo.stdout) ?? []
    expect(log).toContain('another app\u2019s')
    expect(rowsOf(demo.stdout).flat().join()).not.toContain('another app\u2019s')
  })

  it('prints the same every time: no ports, no colours where nobody looks, no line over 90 columns', async () => {
    expect(demo.stdout).not.toMatch(/127\.0\.0\.1|localhost|\u001b/)
    expect(Math.max(...demo.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90)
    expect((await node(MAIN)).stdout).toBe(demo.stdout)
  })

  it('exits 1 and names the row that came out otherwise', async () => {
    const scenarios = new URL('../../build/demo/scenarios.js', import.meta.url)
    const tampering = `import { SCENARIOS } from '${scenarios}'; SCENARIOS[7].expected.status = 200`
    const preload = `data:text/javascript,${encodeURIComponent(tampering)}`
    const { code, stdout, stderr } = await node('--import', preload, MAIN)
    expect(code).toBe(1)
    expect(rowsOf(stdout).filter(([mark]) => mark === '✗')).toEqual([
      ['✗', 'a tool that needs more scope', '403', 'insufficient_scope: notes:read notes:write'],
    ])
    expect(stderr).toMatch(/^row 8, a tool that needs more scope: must be .*200.* and was .*403/)
  })

  it('exits 2 for a flag that there is not, and says which', async () => {
    const { code, stdout, stderr } = await node(MAIN, '--sevre')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain("Unknown option '--sevre'")
    expect(stderr).toContain('usage: npm run demo')
  })
})

describe('npm run demo -- --serve', () => {
  let server: ChildProcess
  let url: string
  let commands: readonly string[]
  beforeAll(async () => {
    const options: SpawnOptions = { cwd: ROOT, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] }
    server = spawn(process.execPath, [MAIN, '--serve'], options)
    const printed = await outputUntil(server, 'Ctrl-C ends it')
    url = /^MCP server +(\S+)$/m.exec(printed)?.[1] ?? ''
    commands = printed.match(/^(?:curl|npx) (?:.*\\\n)*.*$/gm) ?? []
  })
  afterAll(() => void server.kill('SIGKILL'))

  it('prints a command with a token, one with the static key and one for the Inspector', () => {
    const programs = commands.map((command) => command.split(' ', 2).join(' '))
    expect(programs).toEqual(['curl -i', 'curl -i', 'npx @modelcontextprotocol/inspector'])
  })

  it.each([
    [0, 'Hello Ada, you may: notes:read'],
    [1, 'Noted for Robot: buy milk'],
  ])('the request of curl command %i is answered with 200', async (index, said) => {
    const response = await requestOf(commands[index] ?? '')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(said)
  })

  it.each<[string, object, number]>([
    ['a program that asks for its host', {}, 401],
    ['a page of its own', { origin: 'own' }, 401],
    ['a page elsewhere', { origin: 'https://evil.example' }, 403],
    ['a page whose name was pointed here', { host: 'evil.example' }, 403],
  ])('%s is answered as it should be', async (_, { origin, host }: { origin?: string; host?: string }, status) => {
    const { hostname, port, pathname } = new URL(url)
    const headers = { ...(origin && { origin: origin === 'own' ? new URL(url).origin : origin }), ...(host && { host }) }
    const asked = request({ hostname, port, path: pathname, method: 'POST', headers }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(status)
  })

  it('a client gets in that has nothing but the URL', async () => {
    const newcomer = newcomer2(url)
    expect(await newcomer.callTool(greet, yes)).toBe('Hello Ada, you may: notes:read')
    await newcomer.close()
  })

  it('the same request with a token that lacks its last character is answered with 401', async () => {
    expect((await requestOf((commands[0] ?? '').replace(/.'/, "'"))).status).toBe(401)
  })

  if (HAS_CURL) it('the real curl takes the command as it is', async () => {
    const env = { ...environment(), NO_PROXY: '127.0.0.1' }
    const { stdout } = await promisify(execFile)('sh', ['-c', commands[0] ?? ''], { env })
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(stdout).toContain('Hello Ada')
  })

  it('ends on Ctrl-C, with exit code 0', async () => {
    const ended = once(server, 'exit')
    server.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })
})

async function node(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

async function outputUntil(child: ChildProcess, mark: string): Promise<string> {
  let output = ''
  for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
    output += text
    if (output.includes(mark)) return output
  }
  throw new Error(`ended before it printed "${mark}": ${output}`)
}

/** Sends what a curl command would send. */
function requestOf(command: string): Promise<Response> {
  const [url = ''] = command.match(/http:\S+/) ?? []
  const headers = new Headers()
  for (const [, name = '', value = ''] of command.matchAll(/-H '(.+?): (.+)'/g)) headers.set(name, value)
  const [, body = ''] = command.match(/-d '(.+)'/) ?? []
  return fetch(url, { method: 'POST', headers, body })
}

/** Mark, what was tried, status, answer. */
function rowsOf(output: string): readonly string[][] {
  return [...output.matchAll(/^ ([✓✗]) (.+?) {2,}(\d+) +(.+)$/gm)].map(([, ...cells]) => cells)
}

/** Ours, without what the test runner says about colours. */
function environment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = process.env
  return rest
}
