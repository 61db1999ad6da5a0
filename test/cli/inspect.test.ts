/** `bearer inspect` as a command: it prints a link that works once, and ends when it is told to. */
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import type { Terminal } from '../../src/cli/command.js'

const KEY = 'the-key-of-a-machine'

describe('bearer inspect', () => {
  let folder: string
  let config: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bearer-inspect-'))
    config = join(folder, 'auth.config.mjs')
    const library = JSON.stringify(resolve('dist/src/index.js'))
    await writeFile(config, `import { StaticProvider } from ${library}\nexport default { provider: new StaticProvider({ '${KEY}': { claims: { sub: 'ci' }, scopes: ['deploy'] } }), gate: { requiredScopes: ['deploy'] } }\n`)
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** Runs it until `use` has used the link. */
  async function inspecting(args: readonly string[], use: (link: URL) => Promise<void>, person = false) {
    const written = { stdout: '', stderr: '' }
    async function* nothing(): AsyncGenerator<string> {}
    const terminal: Terminal = {
      stdin: nothing(),
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { isTTY: person, write: (text) => (written.stderr += text) },
      interrupted: () => use(new URL(linkIn(written.stdout))),
    }
    return { exitCode: await run(['inspect', ...args], terminal, '1.2.3'), ...written }
  }

  test('prints a link alone, by which a token is explained with the config, and is gone afterwards', async () => {
    let place = ''
    const { exitCode, stdout, stderr } = await inspecting(['--config', config], async (link) => {
      place = link.href.replace(/#.*/, '')
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      const signedIn = await fetch(`${place}session`, { method: 'POST', headers, body: JSON.stringify({ key: link.hash.slice(1) }) })
      const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
      const report = await fetch(`${place}api/report`, { method: 'POST', headers: { ...headers, cookie }, body: JSON.stringify({ token: KEY }) })
      expect(await report.json()).toMatchObject({ verdict: 'accepted', client: { passed: true }, scopes: [{ scope: 'deploy' }] })
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{16}\/#[\w-]{43}\n$/)
    await expect(fetch(place)).rejects.toThrow()
  })

  test('tells a person what to do with it', async () => {
    const { stderr } = await inspecting(['--config', config], async () => undefined, true)
    expect(stderr).toBe('\nOpen it within ten minutes, once. Ctrl-C ends it.\n')
  })

  test('prints the link as JSON', async () => {
    const { stdout } = await inspecting(['--config', config, '--json'], async () => undefined)
    expect(JSON.parse(stdout)).toEqual({ link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/) })
  })

  test('takes a preset in the place of a config', async () => {
    const preset = ['--preset', 'keycloak', '--url', 'https://id.example.com', '--realm', 'acme', '--audience', 'https://mcp.example.com/mcp']
    expect(await inspecting(preset, async () => undefined)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test.each([
    ['a port that is none', ['--port', '70000'], 64, /--port must be a whole number/],
    ['a config that is not there', ['--config', 'nowhere.mjs'], 64, /nowhere\.mjs is not there/],
    ['an argument', ['eyJhbGciOi.a.b'], 64, /a token is pasted on the page/],
  ])('called with %s says so', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await inspecting(args, async () => undefined)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('eyJ')
  })

  test('whose port is taken says so', async () => {
    const { origin } = closing(await listen(createServer()))
    const { exitCode, stderr } = await inspecting(['--config', config, '--port', new URL(origin).port], async () => undefined)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^bearer: port \d+ is taken/) })
  })
})

function linkIn(stdout: string): string {
  return stdout.startsWith('{') ? (JSON.parse(stdout) as { link: string }).link : stdout.trim() // of our own
}
