/** Runs the command as a process of its own, with configs that fail where nobody catches it. */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileWith, folderFor } from './bearer-kit.js'

const BIN = resolve('dist/src/cli/bin.js')
const TOKEN = 'opaque-0123456789abcdef'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function ended(args: readonly string[], input: string, cwd = process.cwd()): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (part) => (written.stdout += part))
  child.stderr.on('data', (part) => (written.stderr += part))
  child.stdin.on('error', () => undefined).end(input)
  return new Promise((done) => child.once('close', (exitCode) => done({ exitCode, ...written })))
}

describe('a config that fails where nobody catches it', () => {
  const LATER = 'await new Promise((resolve) => setTimeout(resolve, 60_000))'

  test.runIf(existsSync(BIN)).each([
    ['a promise', `void Promise.reject(new RangeError('cannot read ' + token)); ${LATER}`, /^bearer: RangeError was thrown, and nobody caught it/],
    ['a timer', `setTimeout(() => { throw new RangeError(token) }); ${LATER}`, /^bearer: RangeError was thrown, and nobody caught it/],
    ['no error at all', `setTimeout(() => { throw token }); ${LATER}`, /^bearer: something that is no error was thrown/],
    ['an end of the process', 'process.exit(0)', /^bearer: something in your config ended the process/],
    ['an answer that never comes', 'await new Promise(() => {})', /^bearer: no answer ever came/],
  ])('by %s is what nobody can tell, and shows no token', async (_, code, message) => {
    const config = fileWith('auth.config.mjs', `export default { async verifyToken(token) { ${code}; return null } }`)
    const { exitCode, stdout, stderr } = await ended(['explain', '--config', config], TOKEN)
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) })
    expect(stderr).not.toContain(TOKEN)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('a config in a folder of CommonJS, as `npm init` makes it', () => {
  test.runIf(existsSync(BIN)).each([
    ['exports', "export default { verifyToken: async () => null }"],
    ['imports', "import 'node:fs'\nexport default { verifyToken: async () => null }"],
  ])('that %s as an ES module is told what to call it', async (_, code) => {
    const folder = folderFor()
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    writeFileSync(join(folder, 'auth.config.js'), code)
    const { exitCode, stderr } = await ended(['plan'], '', folder)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/; by its package\.json it is no ES module: call it auth\.config\.mjs, or write "type": "module" there\n$/)
  })
})
