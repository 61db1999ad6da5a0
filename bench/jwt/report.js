/** Prints figures as a table for people. */
import { plainTable } from '../lib/report.js'
import { CANDIDATES } from './candidates/index.js'
import { WORKLOADS } from './workloads.js'
/** @import { Figure } from './figures.js' */

/** One algorithm and number in flight. @param {readonly Figure[]} figures @param {{ algorithm: string, inFlight: number }} part */
export function tableOf(figures, { algorithm, inFlight }) {
  const title = `${algorithm}, ${inFlight === 1 ? 'one at a time' : `${inFlight} in flight`}`
  const table = plainTable([title, 'µs', '× limit', '× jose'])
  for (const { name, title: kind } of WORKLOADS) {
    table.push([{ content: kind, colSpan: 4 }])
    for (const { candidate, microseconds, timesLimit, timesJose } of figures.filter(({ workload }) => workload === name)) {
      table.push([`  ${candidate}`, microseconds.toFixed(1), timesLimit.toFixed(2), timesJose.toFixed(2)])
    }
  }
  const left = CANDIDATES.filter(({ algorithms }) => !algorithms.some((one) => one === algorithm)).map(({ name }) => name)
  return `${table}\n${left.length > 0 ? `left out, has no ${algorithm}: ${left.join(', ')}\n` : ''}`
}
