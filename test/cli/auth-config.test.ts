/** The module with a provider is found, run, and told from what is none. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished, test, expect, describe } from 'vitest'
import { loadAuthConfig } from '../../src/cli/auth-config.js'

const PROVIDER = '{ verifyToken: async () => null }'

/** A folder of a user's with these files in it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'auth-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('the config module', () => {
  test('is found in the folder, .mjs first, or by its name', async () => {
    const folder = folderWith({
      'auth.config.mjs': `export default { provider: ${PROVIDER}, gate: { resource: 'https://a.example.com' } }`,
      'auth.config.js': `export default ${PROVIDER}`,
      'package.json': '{ "type": "module" }',
    })
    expect(await loadAuthConfig(undefined, folder)).toEqual({ provider: { verifyToken: expect.any(Function) }, gate: { resource: 'https://a.example.com' } })
    expect(await loadAuthConfig('auth.config.js', folder)).toEqual({ provider: { verifyToken: expect.any(Function) } })
  })

  test('may be TypeScript, where Node or jiti reads that', async () => {
    const folder = folderWith({ 'auth.config.ts': `const token: string | null = null\nexport default { verifyToken: async () => token }` })
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    expect(await loadAuthConfig(undefined, folder)).toEqual({ provider: { verifyToken: expect.any(Function) } })
  })

  test.runIf(!('typescript' in process.features))('says what to install where nothing reads TypeScript', async () => {
    const folder = folderWith({ 'auth.config.ts': `export default ${PROVIDER}` })
    await expect(loadAuthConfig(undefined, folder)).rejects.toMatchObject({ exitCode: 64, message: expect.stringMatching(/npm install --save-dev jiti/) })
  })

  test.each([
    ['nothing is there', {}, undefined, 64, /there is no auth\.config\.mjs.* --config/],
    ['the one that is named is not there', {}, 'mine.mjs', 64, /mine\.mjs is not there/],
    ['it exports no provider', { 'a.mjs': 'export default {}' }, 'a.mjs', 64, /must have a provider as its default export/],
    ['it has no default', { 'a.mjs': `export const provider = ${PROVIDER}` }, 'a.mjs', 64, /must have a provider as its default export/],
    ['its gate is a gate', { 'a.mjs': `export default { provider: ${PROVIDER}, gate: () => undefined }` }, 'a.mjs', 64, /the options of the gate, and not a gate/],
    ['it throws', { 'a.mjs': 'throw new TypeError(\'"audience" must name this server\')' }, 'a.mjs', 2, /a\.mjs could not be loaded: "audience" must name/],
    ['it has a fault of its own', { 'a.mjs': 'export default {' }, 'a.mjs', 2, /could not be loaded: [^;]+$/],
    ['it throws no error', { 'a.mjs': 'throw 7' }, 'a.mjs', 2, /could not be loaded/],
  ])('is refused where %s', async (_, files, path, exitCode, message) => {
    await expect(loadAuthConfig(path, folderWith(files))).rejects.toMatchObject({ exitCode, message: expect.stringMatching(message) })
  })
})
