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
    ...{ colWidths: [null, 26, 52, 34], wordWrap: true, wrapOnWordBoundary: false },
  })
  for (const { verdict, check, found, clause = '' } of findings) table.push([paint[verdict](verdict), plainText(check), plainText(found, 300), clause])
  const advice = findings.flatMap(({ verdict, check, advice: what }) => (verdict === 'ok' || what === undefined ? [] : [`${paint[verdict](plainText(check))}: ${plainText(what)}`]))
  return [table.toString(), ...(advice.length === 0 ? [] : ['', ...advice]), ''].join('\n')
}
