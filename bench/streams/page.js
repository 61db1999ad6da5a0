/** Puts the table into bench/README.md, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs'

const PAGE = new URL('../README.md', import.meta.url)
const [BEGIN, END] = ['<!-- streams: by npm run bench:streams -- --docs -->', '<!-- /streams -->']

/** @param {string} text */
export function putIntoPage(text) {
  const page = readFileSync(PAGE, 'utf8')
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error('bench/README.md has no marks for the streams')
  writeFileSync(PAGE, `${page.slice(0, from)}${BEGIN}\n${text}\n${page.slice(to)}`)
}
