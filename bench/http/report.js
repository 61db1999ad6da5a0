/** Prints figures as a table for people. */
import { plainTable } from '../lib/report.js'
import { bestPeer } from './figures.js'
import { WORKLOADS } from './workloads.js'
/** @import { Figure } from './figures.js' */
/** @import { FirstTokenFigure } from './first-token.js' */
/** @import { FloodFigure } from './flood.js' */
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

/** @param {readonly FloodFigure[]} floods */
export function floodTable(floods) {
  const table = plainTable(['nine of ten connections are bad: the good ones', 'per second', 'p99, ms', 'p99 where all are good'])
  for (const { platform, candidate, perSecond, p99, unloaded } of floods) table.push([`${platform}, ${candidate}`, perSecond.toFixed(0), p99.toFixed(1), unloaded.toFixed(1)])
  return `${table}\n`
}

/** @param {readonly FirstTokenFigure[]} starts */
export function firstTokenTable(starts) {
  const table = plainTable(['the first token, where the issuer takes 50 ms to answer', 'ms', 'requests'])
  for (const { candidate, milliseconds, requests } of starts) table.push([candidate, milliseconds.toFixed(0), String(requests)])
  return `${table}\n`
}
