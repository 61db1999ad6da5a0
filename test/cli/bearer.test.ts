/** The command `bearer`, on streams of a test. That it runs as a program is in `test/package.test.ts`. */
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'
import { generateToken, hashToken, StaticProvider } from '../../src/index.js'
import type { Terminal } from '../../src/cli/command.js'

const KEY = 'ci-0123456789abcdef'

interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** What the terminal was told about raw mode. */
  readonly raw: readonly boolean[]
}

/** Runs it with these pieces of input: typed by a person, or coming through a pipe. */
async function bearer(args: readonly string[], input: readonly (string | Uint8Array)[] = [], person = false): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const raw: boolean[] = []
  const stdin = Object.assign(arriving(input), { isTTY: person, setRawMode: (on: boolean) => raw.push(on) })
  const terminal: Terminal = {
    stdin,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { isTTY: person, write: (text) => (written.stderr += text) },
  }
  return { exitCode: await run(args, terminal, '1.2.3'), ...written, raw }
}

async function* arriving(input: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* input
}

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
    expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/remembered by the shell/) })
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
    expect(await bearer(['generate', ...args])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) })
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
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain(KEY)
  })

  test('every line of help fits a narrow terminal', async () => {
    for (const args of [['--help'], ['hash', '--help'], ['generate', '--help']]) {
      for (const line of (await bearer(args)).stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(84)
    }
  })
})
