/** Puts tables and picture into docs/scale.md, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs'
/** @import { TableData } from './tables.js' */

const PAGE = new URL('../../docs/scale.md', import.meta.url)
const PICTURE = new URL('../../docs/scale.svg', import.meta.url)

/** @param {Record<string, string>} parts by the name of their marks @param {string} picture */
export function writeDocument(parts, picture) {
  const page = Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part), readFileSync(PAGE, 'utf8'))
  writeFileSync(PAGE, page)
  writeFileSync(PICTURE, `${picture}\n`)
}

/** @param {TableData} table */
export function markdownOf({ head, rows }) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** @param {string} page @param {string} name @param {string} part */
function withPart(page, name, part) {
  const [begin, end] = [`<!-- ${name}: by npm run bench:fleet -- --docs -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/scale.md has no marks for "${name}"`)
  return `${page.slice(0, from + begin.length)}\n${part}\n${page.slice(to)}`
}
