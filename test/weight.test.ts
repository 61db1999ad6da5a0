/** What a bundle weighs that holds one thing of this package, minified and compressed as for the web. Needs `npm run build` before. */
import { resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, test } from 'vitest'

const index = resolve('dist/src/index.js')
const adapter = (name: string): string => resolve(`dist/src/adapters/${name}.js`)

/**
 * What somebody imports, the most that it may weigh in kB (1 000 bytes), and packages that are no part of it. What checks a
 * proof of possession (DPoP) is loaded apart, by the gates that take proofs.
 */
const BUDGETS: Readonly<Record<string, { readonly code: string; readonly most: number; readonly without: readonly string[] }>> = {
  'the gate for fetch': { code: `export { bearerAuth } from '${adapter('fetch')}'`, most: 28.5, without: ['openid-client', 'jose', 'lru-cache'] },
  'the gate for Express': { code: `export { bearerAuth } from '${adapter('express')}'`, most: 28, without: ['openid-client', 'jose', 'lru-cache'] },
  'StaticProvider with a gate': { code: `export { gate, StaticProvider } from '${index}'`, most: 47, without: ['openid-client', 'jose'] },
  'JwksProvider with the gate for Express': {
    code: `export { JwksProvider } from '${index}'; export { bearerAuth } from '${adapter('express')}'`,
    most: 75,
    without: ['openid-client'],
  },
}

describe.each(Object.entries(BUDGETS))('a bundle of %s', (_, { code, most, without }) => {
  test('stays within its weight, and has no package in it that it does not need', async () => {
    const { bytes, modules } = await bundled(code)
    expect(modules.length).toBeGreaterThan(20)
    for (const name of without) expect(modules.filter((path) => path.includes(`/node_modules/${name}/`))).toEqual([])
    expect(bytes / 1_000).toBeLessThan(most)
  })
})

/** What is there when the program starts: the entry, and whatever that imports without being asked. */
async function bundled(code: string): Promise<{ readonly bytes: number; readonly modules: readonly string[] }> {
  const entry = 'entry.js'
  const build = await rolldown({
    input: entry,
    platform: 'node',
    checks: { ineffectiveDynamicImport: false },
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? entry : null), load: (id) => (id === entry ? code : null) }],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const chunks = new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one]] : [])))
  const needed = new Set(output.flatMap((one) => (one.type === 'chunk' && one.isEntry ? [one.fileName] : [])))
  for (const name of needed) for (const imported of chunks.get(name)?.imports ?? []) if (chunks.has(imported)) needed.add(imported)
  const present = [...needed].flatMap((name) => chunks.get(name) ?? [])
  return {
    bytes: present.reduce((sum, chunk) => sum + brotliCompressSync(chunk.code).length, 0),
    modules: present.flatMap(({ modules }) => Object.entries(modules).flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []))),
  }
}
