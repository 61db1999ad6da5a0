/** Prints figures as a table for people. */
import { plainTable } from '../lib/report.js'
import { bestPeer } from './figures.js'
import { WORKLOADS } from './workloads.js'
/** @import { Figure } from './figures.js' */
/** @import { Platform } from './servers/index.js' */

/** One platform. @param {readonly Figure[]} figures @param {Platform} platform */
export function tableOf(figures, platform) {
  const table = plainTable([`${platform.name}, µs of CPU per request`, 'median', 'mean', '+ bare', '× bare', '× best peer'])
  for (const { name, title } of WORKLOADS) {
    const peer = bestPeer(figures, platform, name)
    table.push([{ content: title, colSpan: 6 }])
    for (const { candidate, microseconds, mean, added, timesBare } of figures.filter(({ workload }) => workload === name)) {
      const timesPeer = microseconds / (peer?.microseconds ?? Number.NaN)
      table.push([`  ${candidate}`, microseconds.toFixed(0), mean.toFixed(0), added.toFixed(0), timesBare.toFixed(2), timesPeer.toFixed(2)])
    }
  }
  return `${table}\n`
}
