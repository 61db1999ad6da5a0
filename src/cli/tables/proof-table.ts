/** Shows a proof to people. */
import type { Proof, Verdict } from '../../testing/index.js'

/** A table, and under it what was sent and what came where something does not hold. */
export async function proofTable(proof: Proof, colours: boolean): Promise<string> {
  const [{ default: Table }, { default: picocolors }] = await Promise.all([import('cli-table3'), import('picocolors')])
  const { red, yellow, green, dim } = picocolors.createColors(colours)
  const paint: Readonly<Record<Verdict, (text: string) => string>> = { open: red, 'cannot tell': yellow, holds: green }
  const table = new Table({ head: ['', 'check', 'what must hold', 'clause'], style: { head: [], border: [], compact: true } })
  for (const { verdict, check, promise, clause } of proof.checks) table.push([paint[verdict](verdict), check, promise, clause])
  const details = [...proof.open, ...proof.untold].flatMap(({ check, verdict, trials }) => [
    '',
    paint[verdict](`${check}: ${verdict}`),
    ...trials.filter((trial) => trial.verdict === verdict).map(({ sent, came, why }) => `  ${sent} → ${came}${why === '' ? '' : `: ${why}`}`),
  ])
  const left = proof.notTried.map(({ check, wants }) => dim(`not tried: ${check}, which wants ${wants}`))
  return [`tried: ${proof.routes.join(', ') || 'nothing'}`, table.toString(), ...details, '', ...left, ''].join('\n')
}
