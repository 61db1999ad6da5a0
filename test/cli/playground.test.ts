/** `bearer scopes` and `bearer plan`: what a config does, without a token. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/cli/run.js'
import { arriving, bearer, configWith, fileWith } from './bearer-kit.js'
import type { Terminal } from '../../src/cli/command.js'

const EDITORS = `new lib.JwksProvider({ name: 'people', issuer: 'https://id.example.com', audience: 'notes', implies: { 'notes:write': 'notes:read' },
  scopes: [lib.fromClaim('roles', { editor: 'notes:write' })] })`
const KEYS = `new lib.StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } })`
const CLAIMS = { iss: 'https://id.example.com', sub: 'ada', roles: ['editor', 'guest'] }

describe('bearer scopes', () => {
  test('says which rule made each scope, and what stands for none', async () => {
    const config = configWith(`export default ${EDITORS}`)
    const { exitCode, stdout, stderr } = await bearer(['scopes', '--config', config, '--claims', fileWith('claims.json', JSON.stringify(CLAIMS))])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe('by people:\n  notes:write: "editor" in roles\n  notes:read: implied by notes:write\n  "guest" in roles stands for no scope\n')
  })

  test('writes nothing to the terminal that it would obey, in words and in JSON', async () => {
    const args = ['scopes', '--config', configWith(`export default ${EDITORS}`)]
    const claims = JSON.stringify({ roles: ['\u009b2J\u202e'] })
    expect((await bearer(args, [claims])).stdout).toBe('by people:\n  "\\u{9b}2J\\u{202e}" in roles stands for no scope\n')
    expect((await bearer([...args, '--json'], [claims])).stdout).toContain('"\\u009b2J\\u202e"')
  })

  test('says 1 where a wanted scope is missing, with what it would take', async () => {
    const config = configWith(`export default ${EDITORS}`)
    const { exitCode, stdout, stderr } = await bearer(['scopes', '--config', config, '--want', 'notes:write'], ['{"sub":"bob"}'])
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: 'by people:\n  notes:write is missing; it takes "editor" in roles\n',
      stderr: 'bearer: missing: notes:write\n',
    })
  })

  test('asks the member of a chain that the issuer names, or the one that was named, and prints JSON', async () => {
    const config = configWith(`export default { provider: new lib.ChainProvider([${KEYS}, ${EDITORS}]) }`)
    const { stdout } = await bearer(['scopes', '--config', config, '--json'], [JSON.stringify(CLAIMS)])
    expect(JSON.parse(stdout)).toMatchObject({ provider: 'people', granted: [{ scope: 'notes:write' }, { scope: 'notes:read', impliedBy: ['notes:write'] }], missing: [] })
    expect(await bearer(['scopes', '--config', config, '--provider', 'static'], ['{"scope":"a"}'])).toMatchObject({ stdout: 'by static:\n  a: "a" in scope\n' })
    expect(await bearer(['scopes', '--config', config], ['{}'])).toMatchObject({ exitCode: 64, stderr: 'bearer: name one by --provider: static, people\n' })
  })

  test('looks again when the claims or the mapping change, and over half a file', async () => {
    const claims = fileWith('claims.json', '{"roles":["editor"]}')
    const config = configWith(`export default ${EDITORS}`)
    const printed: string[] = []
    let told = (): void => undefined
    const next = (): Promise<void> => new Promise((resolve) => (told = resolve))
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    const write = (text: string): void => {
      printed.push(text)
      told()
    }
    const terminal: Terminal = { stdin: arriving([]), stdout: { write }, stderr: { write }, interrupted: () => ended }
    let arrived = next()
    const exit = run(['scopes', '--config', config, '--claims', claims, '--watch'], terminal, '1.2.3')
    await arrived
    for (const [file, text] of [[claims, '{"roles":'], [claims, '{"roles":["guest"]}'], [config, configText('guest')]] as const) {
      arrived = next()
      writeFileSync(file, text)
      await arrived
    }
    end()
    expect(await exit).toBe(0)
    expect(printed[0]).toMatch(/notes:write: "editor" in roles/)
    expect(printed.join('')).toMatch(/bearer: the claims must be a JSON object/)
    expect(printed.join('')).toMatch(/"guest" in roles stands for no scope/)
    expect(printed.at(-1)).toMatch(/notes:write: "guest" in roles/)
  })

  const configText = (role: string): string => configCode.replace('editor', role)
  const configCode = `import * as lib from '${process.cwd()}/src/index.ts'\nexport default ${EDITORS}`

  test.each([
    ['no claims that are an object', ['[]'], [], /must be a JSON object/],
    ['a token', ['eyJhbGciOiJub25lIn0.e30.c2ln'], [], /must be a JSON object.*not a token/],
    ['a file that is not there', [], ['--claims', 'no-such.json'], /--claims must name a file/],
    ['nothing to watch', ['{}'], ['--watch'], /--watch needs --claims/],
  ])('called with %s is called wrongly', async (_, input, args, message) => {
    const config = configWith(`export default ${EDITORS}`)
    const { exitCode, stdout, stderr } = await bearer(['scopes', '--config', config, ...args], input)
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 64, stdout: '', stderr: expect.stringMatching(message) })
    expect(stderr).not.toContain('eyJ')
  })
})

describe('bearer plan', () => {
  const chain = (): string => configWith(`export default { provider: new lib.ChainProvider([${KEYS}, ${EDITORS}]) }`)

  test('says who decides, as text, as a picture and as JSON', async () => {
    const config = chain()
    expect(await bearer(['plan', '--config', config])).toEqual({
      ...{ exitCode: 0, stderr: '', raw: [] },
      stdout: '1 listed token                  →  static\nJWTs of https://id.example.com  →  people\nall others                      →  refused\n',
    })
    expect((await bearer(['plan', '--config', config, '--mermaid'])).stdout).toMatch(/^flowchart LR\n[^]*r1 --> p1\n/)
    const data = JSON.parse((await bearer(['plan', '--config', config, '--json'])).stdout) as unknown // what it prints
    expect(data).toMatchObject({ ask: 'in order', routes: [{ kind: 'tokens' }, { kind: 'issuer', providers: ['people'] }, { kind: 'others' }] })
  })

  test('says it of a provider alone, and of a preset', async () => {
    expect((await bearer(['plan', '--config', configWith(`export default ${KEYS}`)])).stdout).toMatch(/^1 listed token +→ {2}static\n/)
    expect((await bearer(['plan', '--preset', 'auth0', '--domain', 'acme.eu.auth0.com', '--audience', 'a'])).stdout).toMatch(/^JWTs of https:\/\/acme\.eu\.auth0\.com\/ +→ {2}auth0\n/)
  })
})
