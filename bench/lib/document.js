/** Puts tables and a picture into a page of docs, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs'

/** @typedef {{ name: string, command: string }} Page `name`: of docs/NAME.md and docs/NAME.svg; `command`: what writes it, as the marks say */

/** @param {Page} page @param {Record<string, string>} parts by the name of their marks @param {string} picture */
export function writeDocument(page, parts, picture) {
  const file = new URL(`../../docs/${page.name}.md`, import.meta.url)
  const text = Object.entries(parts).reduce((before, [name, part]) => withPart(before, page, name, part), readFileSync(file, 'utf8'))
  writeFileSync(file, text)
  writeFileSync(new URL(`../../docs/${page.name}.svg`, import.meta.url), `${picture}\n`)
}

/** @param {{ head: readonly string[], rows: readonly (readonly string[])[] }} table */
export function markdownOf({ head, rows }) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** @param {string} text @param {Page} page @param {string} name @param {string} part */
function withPart(text, page, name, part) {
  const [begin, end] = [`<!-- ${name}: by ${page.command} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/${page.name}.md has no marks for "${name}"`)
  return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`
}
