/** `docs/static-keys.md`, done as it is told: each block in one folder, one after the other. Needs `npm run build` before. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateToken, StaticProvider } from '../../src/index.js'
import { blocksOf } from './markdown-blocks.js'

const document = readFileSync('docs/static-keys.md', 'utf8')
const blocks = blocksOf(document)
const folder = mkdtempSync(join(tmpdir(), 'static-keys-'))
const bin = join(folder, 'bin')

beforeAll(() => {
  mkdirSync(bin)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/bearer-auth-providers'))
  // That npx finds the command by the name of the package is shown in package.test.ts.
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = bearer-auth-providers ] || exit 99\nshift\nexec '${process.execPath}' '${resolve('dist/src/cli/bin.js')}' "$@"\n`)
  chmodSync(join(bin, 'npx'), 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, args: readonly string[]): { stdout: string; stderr: string; status: number | null } => {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env: { PATH: `${bin}:${process.env.PATH}` }, timeout: 100_000 })
  return { stdout, stderr, status }
}

for (const { language, line, note, code } of blocks) {
  if (language === 'sh' && note === 'runs') {
    test(`line ${line}: the command does what it should`, () => {
      expect(run('sh', ['-euc', code])).toMatchObject({ stderr: '', status: 0 })
    })
  }
  if (note === 'tokens.json' || note === '.env') {
    test(`line ${line}: ${note} is one that is taken`, async () => {
      writeFileSync(join(folder, note), code)
      if (note === 'tokens.json') await (await StaticProvider.fromFile(join(folder, note))).close()
    })
  }
  if (language === 'ts') {
    test(`line ${line}: the program runs, has nothing to complain of, and ends`, () => {
      writeFileSync(join(folder, 'server.mjs'), code)
      const args = code.includes('fromEnv') ? ['--env-file=.env', 'server.mjs'] : ['server.mjs']
      expect(run(process.execPath, args)).toEqual({ stdout: '', stderr: '', status: 0 })
    })
  }
}

test('the document has all kinds of blocks, and says of each how it is tried', () => {
  const ts = 'ts runs beside tokens.json and .env'
  expect(blocks.map(({ language, note }) => `${language} ${note}`.trim())).toEqual([
    'sh runs', 'sh runs', 'json tokens.json', ts, 'json tokens.json', 'ini .env', ts, ts, 'sh', 'yaml', 'text',
  ])
})

test('hashing the token that was made gives the digest that was made with it, by Node and by sha256sum', () => {
  const digest = readFileSync(join(folder, 'ci.digest'), 'utf8')
  expect(run('sh', ['-euc', blocks[1]?.code ?? '']).stdout).toBe(digest)
  const hex = run('sh', ['-euc', 'printf %s "$(cat ci.token)" | sha256sum | cut -d " " -f 1']).stdout.trim()
  expect(Buffer.from(hex, 'hex').toString('base64url')).toBe(digest.trim().slice('sha256:'.length))
})

test('the path that it tells is where the volume is mounted', () => {
  const mount = /mountPath: ([^,\s]+)/.exec(document)?.[1]
  expect(document).toContain(`\`${mount}/tokens.json\``)
})

test('the expression for scanners finds what is made', () => {
  const [expression = ''] = blocks.filter(({ language }) => language === 'text').map(({ code }) => code.trim())
  expect(`key: ${generateToken({ prefix: 'acme' })}`).toMatch(new RegExp(expression))
})
