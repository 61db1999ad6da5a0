/** Shows a report about a token to people. */
import type { TokenReport } from '../inspect/token-report.js'

/** A table of the checks; under it the advice, the scopes and what a client gets. */
export async function reportText(report: TokenReport, colours: boolean): Promise<string> {
  const [{ default: Table }, { default: picocolors }] = await Promise.all([import('cli-table3'), import('picocolors')])
  const { red, green } = picocolors.createColors(colours)
  const table = new Table({ head: ['', 'check', 'found', 'wanted', 'clause'], style: { head: [], border: [], compact: true } })
  for (const { passed, check, actual, expected, clause = '' } of report.steps) {
    table.push([passed ? green('ok') : red('no'), check, shown(actual), shown(expected), clause])
  }
  const advice = report.steps.flatMap(({ passed, check, hint }) => (passed || hint === undefined ? [] : [`${check}: ${hint}`]))
  const { request, status } = report.client
  return [report.verdict, table.toString(), ...advice, ...report.scopes.map(({ scope, from }) => `${scope}: ${from.join(', ')}`), `${request} → ${status}`, ''].join('\n')
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
