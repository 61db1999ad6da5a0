/** What docs/command.md shows is what the command prints. `…` alone on a line stands for lines that differ each time. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keycloak } from '../../providers/presets/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { bearer } from '../cli/bearer-kit.js'
import { blocksOf } from './markdown-blocks.js'
import type { TestIssuer } from '../../src/testing/index.js'

const PAGE = readFileSync('docs/command.md', 'utf8')
const CALL = '$ npx bearer-auth-providers '
const shown = blocksOf(PAGE).filter(({ language, code }) => language === 'console' && code.startsWith(CALL))

/** Where the page has its Keycloak, and its files. */
const ORIGIN = 'http://127.0.0.1:38080'
const RESOURCE = 'https://mcp.example.com/mcp'

let realm: TestIssuer
let folder: string
const tokens = new Map<string, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'command-page-'))
  realm = await createTestIssuer({ like: keycloak({ url: 'https://id.example.com', realm: 'acme', audience: RESOURCE }) }).listen(0)
  tokens.set('bad.token', await realm.mint({ audience: 'account' }))
  tokens.set('good.token', await realm.mint({ roles: ['editor'], claims: { realm_access: { roles: ['editor'] } } }))
  const files = blocksOf(PAGE).flatMap(({ note, code }) => (/^\w[\w.]+$/.test(note) ? [[note, code] as const] : []))
  for (const [name, code] of files) writeFileSync(join(folder, name), here(code).replaceAll("'bearer-auth-providers'", `'${resolve('src/index.ts')}'`).replaceAll("'bearer-auth-providers/presets'", `'${resolve('providers/presets/index.ts')}'`))
})
afterAll(async () => {
  await realm.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The page's words in this test's, and back. */
const here = (text: string): string => text.replaceAll(ORIGIN, new URL(realm.issuer).origin)
const there = (text: string): string => text.replaceAll(new URL(realm.issuer).origin, ORIGIN).replaceAll(new URL(realm.issuer).host, new URL(ORIGIN).host)

describe('docs/command.md', () => {
  test('shows every command', () => {
    for (const name of ['init', 'explain', 'doctor', 'scopes', 'plan', 'generate', 'hash', 'dev', 'probe']) expect(PAGE).toMatch(new RegExp(`^## (\\w+ and )?${name}\\b`, 'm'))
    expect(shown.length).toBeGreaterThan(4)
  })

  test.each(shown.map(({ code, line }) => [code.split('\n')[0]?.slice(CALL.length) ?? '', line, code] as const))('%s (line %i)', async (typed, _, code) => {
    const [words = '', file = ''] = typed.split(' < ')
    const args = words.split(' ').map((word) => (/^(auth\.config\.mjs|claims\.json|\.)$/.test(word) ? join(folder, word) : here(word)))
    const { stdout, stderr } = await bearer(args, [tokens.get(file) ?? ''])
    const [, ...expected] = code.trimEnd().split('\n')
    expect(squeezed(there(stdout + stderr))).toMatch(patternOf(expected))
  })
})

function squeezed(text: string): string {
  return text.trimEnd().replaceAll(/[ ─]+/g, (run) => run.charAt(0)).replaceAll(/ +$/gm, '')
}

function patternOf(lines: readonly string[]): RegExp {
  const escaped = lines.map((line) => (line.trim() === '…' ? '[^]*?' : squeezed(line).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${escaped.join('\n')}$`)
}
