/** Shows what a look at a server found, to people. */
import { plainText } from './plain-text.js'
import type { Finding } from '../doctor/finding.js'

/** A table, and under it what to do where something is not well. */
export async function findingTable(findings: readonly Finding[], colours: boolean): Promise<string> {
  const [{ default: Table }, { default: picocolors }] = await Promise.all([import('cli-table3'), import('picocolors')])
  const { red, yellow, green, dim } = picocolors.createColors(colours)
  const paint: Readonly<Record<Finding['verdict'], (text: string) => string>> = { wrong: red, warning: yellow, 'cannot tell': dim, ok: green }
  const table = new Table({
    ...{ head: ['', 'check', 'found', 'clause'], style: { head: [], border: [], compact: true } },
    ...{ colWidths: [null, CHECK + 2, FOUND + 2, CLAUSE + 2], wordWrap: true },
  })
  for (const { verdict, check, found, clause = '' } of findings) {
    table.push([paint[verdict](verdict), plainText(check), breakable(plainText(found, 300)), clause])
  }
  const advice = findings.flatMap(({ verdict, check, advice: what }) => (verdict === 'ok' || what === undefined ? [] : [`${paint[verdict](plainText(check))}: ${plainText(what)}`]))
  return [table.toString(), ...(advice.length === 0 ? [] : ['', ...advice]), ''].join('\n')
}

/** Characters of the columns. */
const [CHECK, FOUND, CLAUSE] = [24, 50, 28]

/** Words that fit the column: a URL would be cut off. */
function breakable(text: string): string {
  return text.replaceAll(new RegExp(`\\S{${FOUND}}(?=\\S)`, 'g'), '$& ')
}
