/** Bundles of this package, and what they may weigh. */
import { resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const index = resolve('dist/src/index.js')
const adapter = (name: string): string => resolve(`dist/src/adapters/${name}.js`)

/**
 * What somebody imports, the most that it may weigh in kB (1 000 bytes), and packages that are no part of it. Loaded apart,
 * by those who use them: proofs of possession (DPoP), events, what reads operations, what processes share.
 */
export const BUDGETS: Readonly<Record<string, { readonly code: string; readonly most: number; readonly without: readonly string[] }>> = {
  'the gate for fetch': { code: `export { bearerAuth } from '${adapter('fetch')}'`, most: 20.8, without: ['openid-client', 'jose', 'lru-cache'] },
  'the gate for Express': { code: `export { bearerAuth } from '${adapter('express')}'`, most: 22.3, without: ['openid-client', 'jose', 'lru-cache'] },
  'StaticProvider with a gate': { code: `export { gate, StaticProvider } from '${index}'`, most: 27.6, without: ['openid-client', 'jose', 'lru-cache'] },
  'JwksProvider with the gate for Express': {
    code: `export { JwksProvider } from '${index}'; export { bearerAuth } from '${adapter('express')}'`,
    most: 51.9,
    without: ['openid-client', 'jose'],
  },
}

/** What is there when the program starts: the entry, and whatever that imports without being asked; `outside`: files to leave out. */
export async function bundled(code: string, outside?: RegExp): Promise<{ readonly bytes: number; readonly modules: readonly string[] }> {
  const entry = 'entry.js'
  const build = await rolldown({
    input: entry,
    platform: 'node',
    external: (id, _from, isResolved) => isResolved && outside?.test(id) === true,
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
    // In one piece: into how many it is cut is the bundler's matter.
    bytes: brotliCompressSync(present.map(({ code }) => code).join('')).length,
    modules: present.flatMap(({ modules }) => Object.entries(modules).flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []))),
  }
}
