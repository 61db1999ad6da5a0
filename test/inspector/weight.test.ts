/** What the inspector weighs in the package, and that nobody loads it who does not mount it. Needs `npm run build` before. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { StaticProvider } from '../../src/index.js'

const FOLDER = resolve('dist/src/inspector')
const { exports: paths } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, string | { default: string }> }

/** Every file that a module loads, now or later. */
function loadedBy(entry: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const [, specifier = ''] of readFileSync(entry, 'utf8').matchAll(/(?:from|import\(|import)\s*'(\.[^']+)'/g)) loadedBy(join(dirname(entry), specifier), seen)
  return seen
}

const ofInspector = (files: ReadonlySet<string>): string[] => [...files].filter((file) => file.startsWith(FOLDER) || file.startsWith(resolve('dist/src/inspect')))

test('it weighs less than 60 kB in the package, the page and its server together', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:js|d\.ts)$/.test(name))
  expect(files).toContain(join('page', 'main.js'))
  const bytes = files.reduce((sum, name) => sum + brotliCompressSync(readFileSync(join(FOLDER, name))).length, 0)
  expect(bytes).toBeLessThan(60_000)
})

describe('a server', () => {
  test.each(Object.entries(paths).flatMap(([path, to]) => (typeof to === 'string' || path === './inspector' ? [] : [[path, to.default] as const])))('that imports %s loads nothing of it', (_, file) => {
    expect(ofInspector(loadedBy(resolve(file)))).toEqual([])
  })

  test('that mounts it loads nothing that looks at tokens, and nothing of the page before somebody looks', () => {
    const files = loadedBy(resolve('dist/src/inspector/index.js'))
    expect(ofInspector(files).length).toBeGreaterThan(5)
    const names = [...files].map((file) => relative(resolve('dist/src'), file))
    expect(names.filter((name) => /^inspect\/|^inspector\/(?:local|mapping|page\/)/.test(name))).toEqual([])
  })
})

test('as built, it finds the code of its page, whose modules are all there, and gives no other file', async () => {
  const { inspector } = (await import(join(FOLDER, 'index.js'))) as typeof import('../../src/inspector/index.js')
  const key = 'the-key-of-an-operator'
  const inspect = inspector(new StaticProvider({ 'a-long-enough-key': { claims: { sub: 'ci' } } }), { access: new StaticProvider({ [key]: { claims: { sub: 'op' } } }) })
  const get = (path: string): Promise<Response> => inspect(new Request(`https://mcp.example.com/inspector/page/${path}`, { headers: { authorization: `Bearer ${key}` } }))
  const modules = readdirSync(join(FOLDER, 'page')).filter((name) => name.endsWith('.js'))
  expect(modules.length).toBeGreaterThan(8)
  for (const name of modules) {
    const response = await get(name)
    expect([name, response.status, response.headers.get('content-type')]).toEqual([name, 200, 'text/javascript; charset=utf-8'])
  }
  for (const other of ['main.d.ts', '../inspector.js', '..%2finspector.js', 'tsconfig.json', 'constructor.js', '', 'main.js/', '%6dain.js']) expect((await get(other)).status).toBe(404)
})
