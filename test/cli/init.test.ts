/** `bearer init`: what it writes runs, and needs a token. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTestIssuer } from '../../src/testing/index.js'
import { FRAMEWORKS, writtenFiles } from '../../src/cli/init/written-files.js'
import { closing } from '../closing.js'
import { bearer, folderFor } from './bearer-kit.js'
import { freePort } from '../free-port.js'
import type { Framework } from '../../src/cli/init/written-files.js'

const isBuilt = existsSync('dist/src/index.js')

/** A folder in which the package is installed, and what servers need. */
function project(): string {
  const folder = folderFor()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/bearer-auth-providers'))
  for (const name of ['express', 'fastify', 'hono', '@hono', '@modelcontextprotocol']) symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name))
  return folder
}

describe('the server that it writes', () => {
  test.runIf(isBuilt).each(Object.keys(FRAMEWORKS) as Framework[])('for %s runs, and answers who has a token', async (framework) => {
    const folder = project()
    const issuer = closing(await createTestIssuer().listen(0))
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/mcp`
    const args = ['init', '--issuer', issuer.issuer, '--server', url, '--framework', framework, '--directory', folder]
    expect(await bearer(args)).toEqual({ exitCode: 0, stdout: 'auth.config.mjs\nserver.mjs\n', stderr: '', raw: [] })
    const server = spawn(process.execPath, ['server.mjs'], { cwd: folder, env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] })
    closing({ close: () => void server.kill() })
    await new Promise((started, failed) => {
      server.stdout.once('data', started)
      server.stderr.once('data', (text) => failed(new Error(String(text))))
    })
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }
    const json = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
    const ask = (headers: Record<string, string>): Promise<Response> =>
      framework === 'mcp' ? fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(call) }) : fetch(url, { headers })
    const refused = await ask({})
    expect({ status: refused.status, challenge: refused.headers.get('www-authenticate') }).toEqual({ status: 401, challenge: expect.stringMatching(/resource_metadata=/) })
    const taken = await ask({ Authorization: `Bearer ${await issuer.mint({ audience: url, sub: 'ada' })}` })
    expect({ status: taken.status, body: await taken.text() }).toEqual({ status: 200, body: expect.stringMatching(/ada/) })
  })
})

test.runIf(isBuilt)('what it writes for any of them has no fault that the compiler finds', { timeout: 60_000 }, () => {
  const folder = project()
  symlinkSync(resolve('node_modules/@types'), join(folder, 'node_modules/@types'))
  for (const framework of Object.keys(FRAMEWORKS) as Framework[]) {
    mkdirSync(join(folder, framework))
    const files = writtenFiles({ issuer: 'https://id.example.com/realms/acme', server: 'https://mcp.example.com/mcp', audience: "it's ours", framework })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, framework, name), text)
  }
  const strictly = { allowJs: true, checkJs: true, noEmit: true, strict: true, skipLibCheck: true, module: 'nodenext', target: 'es2023', types: ['node'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strictly, include: ['*/*.mjs'] }))
  const { status, stdout } = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
})

describe('bearer init', () => {
  const given = ['init', '--issuer', 'https://id.example.com/realms/acme', '--server', 'https://mcp.example.com/mcp']

  test('writes the preset of a vendor that it knows, and an audience of its own', async () => {
    const folder = folderFor()
    const { stdout } = await bearer([...given, '--audience', 'notes', '--framework', 'hono', '--directory', folder, '--json'])
    expect(JSON.parse(stdout)).toEqual({ files: ['auth.config.mjs', 'server.mjs'], install: 'npm install bearer-auth-providers hono @hono/node-server', run: 'node server.mjs' })
    const config = readFileSync(join(folder, 'auth.config.mjs'), 'utf8')
    expect(config).toContain("new JwksProvider(keycloak({ url: 'https://id.example.com', realm: 'acme', audience: 'notes' }))")
    expect(config).toContain("gate = { resource: 'https://mcp.example.com/mcp' }")
  })

  test('writes over nothing, unless it is told to, and then nothing at all', async () => {
    const folder = folderFor()
    writeFileSync(join(folder, 'server.mjs'), 'mine')
    expect(await bearer([...given, '--directory', folder])).toMatchObject({ exitCode: 1, stdout: '', stderr: 'bearer: server.mjs is there already; --force writes over it\n' })
    expect({ files: readdirSync(folder), server: readFileSync(join(folder, 'server.mjs'), 'utf8') }).toEqual({ files: ['server.mjs'], server: 'mine' })
    expect(await bearer([...given, '--directory', folder, '--force'])).toMatchObject({ exitCode: 0 })
  })

  test('prints a command for the next step that a shell reads as it was meant', async () => {
    const issuer = 'https://id.example.com/$(id)/acme'
    const args = ['init', '--issuer', issuer, '--server', 'https://mcp.example.com/mcp', '--audience', "my 'notes'", '--framework', 'node', '--directory', folderFor()]
    const command = (await bearer(args, [], true)).stderr.trim().split('\n').at(-1) ?? ''
    const read = execFileSync('sh', ['-c', `npx() { printf '%s|' "$@"; }; ${command}`], { encoding: 'utf8' })
    expect(read).toBe(`bearer-auth-providers|doctor|${issuer}|--audience|my 'notes'|`)
  })

  test('lets no answer become code', () => {
    const nasty = `a'); process.exit(1); ('\\'\\"\n\u2028`
    const files = writtenFiles({ issuer: 'https://id.example.com', server: 'https://mcp.example.com/mcp', audience: nasty, framework: 'node' })
    const [, literal = ''] = /audience: ('[^]*?') \}\)\n/.exec(files['auth.config.mjs']) ?? []
    // oxlint-disable-next-line no-eval -- what the module would read
    expect((0, eval)(literal)).toBe(nasty)
  })

  test.each([
    ['no issuer', ['--server', 'https://mcp.example.com/mcp'], /give --issuer and --server/],
    ['plain http elsewhere', ['--issuer', 'http://id.example.com', '--server', 'https://a.example.com'], /--issuer: must be an https URL/],
    ['a server with a password', ['--issuer', 'https://id.example.com', '--server', 'https://a:b@mcp.example.com'], /--server: must have no user name/],
    ['an empty audience', ['--issuer', 'https://id.example.com', '--server', 'https://a.example.com', '--audience', ''], /--audience must not be empty/],
    ['an odd framework', ['--issuer', 'https://id.example.com', '--server', 'https://a.example.com', '--framework', 'constructor'], /--framework must be one of node, express/],
  ])('called with %s is called wrongly', async (_, args, message) => {
    expect(await bearer(['init', '--directory', folderFor(), ...args])).toMatchObject({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
  })

  test('that cannot write says so', async () => {
    expect(await bearer([...given, '--directory', join(folderFor(), 'no-such')])).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/cannot be written/) })
  })
})
