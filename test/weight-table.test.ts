/** The table in bench/README.md of what bundles of this package hold. Needs `npm run build` before. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BUDGETS, bundled } from './bundled.js'

/** What there is in them, and why it is there from the start. */
const PARTS: Readonly<Record<string, { readonly files: RegExp; readonly why: string }>> = {
  'options of the gate': {
    files: /\/src\/(gate\/(policy|gate-options|paths|proof|operations|dpop|request\/token)|lib\/(options|[a-z]+-name|plain-table|report-only|net\/web-url))/,
    why: 'a wrong option is a `TypeError` where the server starts, which says what to write instead',
  },
  'of them, proofs and `operations`': { files: /\/src\/gate\/(operations|dpop|proof)/, why: 'as above; what does the work is loaded by the gates that have them' },
  'deciding': { files: /\/src\/(gate\/(decide|caller|permission)|access-token|binding)/, why: 'each request' },
  'denials and challenges': { files: /\/src\/(gate\/challenge|answer|errors|authentication)/, why: 'each denial, those of handlers too' },
  'metadata (RFC 9728)': { files: /\/src\/gate\/metadata/, why: 'clients of MCP ask for it first' },
  'requests and answers of the server': { files: /\/src\/(gate\/request|http\/(?!event-stream|node-stream|upgraded|unguarded))/, why: 'each request' },
  'following open streams': { files: /\/src\/(gate\/life|http\/(event-stream|node-stream|upgraded|unguarded))/, why: 'finding them; what follows is loaded by the first that goes on for a second' },
  'verdicts that are remembered': { files: /\/src\/(cache|lib\/ordered-questions)/, why: 'on by default where a check costs something' },
  'lru-cache': { files: /node_modules\/lru-cache/, why: 'verdicts, and names of keys that nobody has' },
  'scopes and claims': { files: /\/src\/(scopes|claim-pipeline)/, why: 'each token' },
  'the list of keys': { files: /\/(src\/static|providers\/static)/, why: 'its checks, and looking up; files are read by code that is loaded for them' },
  'keys of the issuer': { files: /\/src\/jwt\/(keys|key-origin|keys-of)/, why: 'finding them, keeping them, outliving outages' },
  'signatures': { files: /\/src\/jwt\/signature/, why: 'the engine, and known answers that try it before it is trusted' },
  'rules for claims': { files: /\/src\/jwt\/(rules|expectations)/, why: 'each token, with what is almost right about it' },
}

test('the table of what is in them says what is there', async () => {
  const names = Object.keys(BUDGETS).filter((name) => name !== 'the gate for Express')
  const whole = await Promise.all(names.map(async (name) => (await bundled(BUDGETS[name]?.code ?? '')).bytes))
  const without = async (name: string, index: number, files: RegExp): Promise<number> =>
    Math.max(0, (whole[index] ?? 0) - (await bundled(BUDGETS[name]?.code ?? '', files)).bytes)
  const lighter = await Promise.all(Object.values(PARTS).map(({ files }) => Promise.all(names.map((name, index) => without(name, index, files)))))
  const rows = [['all', whole, ''] as const, ...Object.entries(PARTS).map(([name, { why }], row) => [name, lighter[row] ?? [], why] as const)]
  const file = 'bench/README.md'
  const text = readFileSync(file, 'utf8')
  const [, before = '', table = '', after = ''] = /^([^]*<!-- weight: [^\n]*-->\n)([^]*?)(<!-- \/weight -->[^]*)$/.exec(text) ?? []
  if (process.env['WRITE'] !== undefined) {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
    const kB = (bytes: number): string => (bytes / 1_000).toFixed(1)
    const head = line(['kB, brotli', ...names, 'there because of']) + line(['---', ...names.map(() => '---:'), '---'])
    writeFileSync(file, before + head + rows.map(([name, bytes, why]) => line([name, ...bytes.map(kB), why])).join('') + after)
    return
  }
  const written = table.split('\n').slice(2).map((line) => line.split('|').map((cell) => cell.trim()))
  expect(written.map(([, name]) => name).filter(Boolean)).toEqual(rows.map(([name]) => name))
  // Run with WRITE=1 where it does not say so any more.
  rows.forEach(([, bytes], row) => bytes.forEach((one, column) => expect(Math.abs(Number(written[row]?.[column + 2]) - one / 1_000)).toBeLessThan(1)))
}, 600_000)
