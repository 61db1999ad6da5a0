/** Prints figures as tables for people, and writes them for programs. */
import { writeFileSync } from 'node:fs'
import Table from 'cli-table3'
/** @import { machine } from './machine.js' */

const PLAIN = { compact: true, head: [], border: [] } // no colours: figures are copied and piped

/** The first column is text and the others are numbers, if not said otherwise. @param {readonly string[]} head @param {readonly ('left' | 'right')[]} [colAligns] */
export function plainTable(head, colAligns = head.map((_, index) => (index === 0 ? 'left' : 'right'))) {
  return new Table({ head: [...head], colAligns: [...colAligns], style: PLAIN })
}

/**
 * @param {ReturnType<typeof machine>} where
 * @param {{ date: string, note: string }} when
 */
export function heading({ cpu, cores, system, node, openssl, packages }, { date, note }) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  return [`${date}  node ${node}, OpenSSL ${openssl}`, `${cpu}, ${cores} cores, ${system}; ${note}`, versions.join(', '), ''].join('\n')
}

/**
 * A goal and the figure that was measured.
 * @typedef {{ goal: string, atMost: number, figure: number, reached: boolean }} Goal
 */

/** @param {string} text @param {number} atMost @param {number} [figure] @returns {Goal} */
export function goalOf(text, atMost, figure = Number.NaN) {
  return { goal: text, atMost, figure, reached: figure <= atMost }
}

/** @param {readonly (Goal & { algorithm?: string })[]} goals @param {string} title */
export function goalsTable(goals, title) {
  const table = plainTable([title, '', 'at most', 'figure', ''], ['left', 'left', 'right', 'right', 'left'])
  for (const { algorithm = '', goal, atMost, figure, reached } of goals) {
    table.push([algorithm, goal, atMost.toFixed(2), figure.toFixed(2), reached ? 'reached' : 'NOT REACHED'])
  }
  return `${table}\n${goals.filter(({ reached }) => reached).length} of ${goals.length} goals reached`
}

/** @param {number | undefined} file @param {object} figures */
export function writeJson(file, figures) {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`)
}
