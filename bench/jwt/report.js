/** Prints figures as tables for people. */
import Table from 'cli-table3'
import { CANDIDATES } from './candidates/index.js'
import { WORKLOADS } from './workloads.js'
/** @import { Figure } from './figures.js' */
/** @import { Goal } from './goals.js' */
/** @import { machine } from './machine.js' */

const PLAIN = { compact: true, head: [], border: [] } // no colours: figures are copied and piped

/**
 * @param {ReturnType<typeof machine>} where
 * @param {{ date: string, pinned: boolean }} when
 */
export function heading({ cpu, cores, system, node, openssl, packages }, { date, pinned }) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  const part = pinned ? 'one at a time: on one core' : 'one at a time: not pinned to a core, taskset is not there'
  return [`${date}  node ${node}, OpenSSL ${openssl}`, `${cpu}, ${cores} cores, ${system}; ${part}`, versions.join(', '), ''].join('\n')
}

/** One algorithm and number in flight. @param {readonly Figure[]} figures @param {{ algorithm: string, inFlight: number }} part */
export function tableOf(figures, { algorithm, inFlight }) {
  const title = `${algorithm}, ${inFlight === 1 ? 'one at a time' : `${inFlight} in flight`}`
  const table = new Table({ head: [title, 'µs', '× limit', '× jose'], colAligns: ['left', 'right', 'right', 'right'], style: PLAIN })
  for (const { name, title: kind } of WORKLOADS) {
    table.push([{ content: kind, colSpan: 4 }])
    for (const { candidate, microseconds, timesLimit, timesJose } of figures.filter(({ workload }) => workload === name)) {
      table.push([`  ${candidate}`, microseconds.toFixed(1), timesLimit.toFixed(2), timesJose.toFixed(2)])
    }
  }
  const left = CANDIDATES.filter(({ algorithms }) => !algorithms.some((one) => one === algorithm)).map(({ name }) => name)
  return `${table}\n${left.length > 0 ? `left out, has no ${algorithm}: ${left.join(', ')}\n` : ''}`
}

/** @param {readonly Goal[]} goals */
export function goalsTable(goals) {
  const table = new Table({ head: ['goal, one at a time', '', 'at most', 'figure', ''], colAligns: ['left', 'left', 'right', 'right', 'left'], style: PLAIN })
  for (const { algorithm, goal, atMost, figure, reached } of goals) {
    table.push([algorithm, goal, atMost.toFixed(2), figure.toFixed(2), reached ? 'reached' : 'NOT REACHED'])
  }
  return `${table}\n${goals.filter(({ reached }) => reached).length} of ${goals.length} goals reached`
}
