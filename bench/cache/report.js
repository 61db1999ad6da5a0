/** Prints figures as tables for people. */
import { goalOf, plainTable } from '../lib/report.js'
/** @import { Bytes } from './bytes.js' */
/** @import { HeapFinding } from './heap.js' */
/** @import { Herd } from './herd.js' */
/** @import { Times } from './measure.js' */

/** @typedef {{ live: number, name: string } & Times & { check?: number }} TimesFigure */

/** @param {string} title @param {readonly TimesFigure[]} figures of one size */
export function timesTable(title, figures) {
  const [first] = figures
  const hasCheck = first?.check !== undefined
  const head = [`${title}, ${grouped(first?.live ?? 0)} live, µs`, 'hit', 'insert', 'evict', ...(hasCheck ? ['check alone'] : [])]
  const table = plainTable(head)
  for (const { name, hit, insert, evict, check } of figures)
    table.push([name, ...[hit, insert, evict, ...(check === undefined ? [] : [check])].map((one) => one.toFixed(2))])
  return `${table}\n`
}

/** @param {readonly ({ name: string } & Bytes)[]} figures @param {number} count */
export function bytesTable(figures, count) {
  const table = plainTable([`bytes per remembered token, ${grouped(count)} of them`, 'heap', 'claims as JSON', 'beyond these', 'outside the heap'])
  for (const { name, heap, json, beyond, elsewhere } of figures) table.push([name, ...[heap, json, beyond, elsewhere].map((one) => one.toFixed(0))])
  return `${table}\n`
}

/** @param {HeapFinding} finding @param {Herd} herd */
export function sentences({ remembered, found, control }, { requests, calls, milliseconds }) {
  return [
    `A heap snapshot of a process that remembers ${remembered} tokens has the text of ${found} of them` + (control ? ', and finds the one that was kept on purpose.' : '; BUT DOES NOT FIND the one that was kept on purpose.'),
    `A herd of ${grouped(requests)} with the same unseen opaque token: ${calls} upstream call${calls === 1 ? '' : 's'}, all answered in ${milliseconds.toFixed(0)} ms.`,
    '',
  ].join('\n')
}

/**
 * @param {{ times: readonly TimesFigure[], bytes: readonly ({ name: string } & Bytes)[], heap: HeapFinding, herd: Herd }} figures
 */
export function goalsOf({ times, bytes, heap, herd }) {
  const ours = times.filter(({ name }) => name === 'ours')
  const peer = (/** @type {number} */ live) => times.find((one) => one.live === live && one.name === 'fast-jwt, cache on')?.hit
  return [
    ...ours.map(({ live, hit }) => goalOf(`hit, ${grouped(live)} live, µs`, 2, hit)),
    ...ours.map(({ live, hit }) => goalOf(`hit, ${grouped(live)} live, times fast-jwt with its cache`, 0.5, hit / (peer(live) ?? Number.NaN))),
    ...bytes.filter(({ name }) => name.startsWith('ours')).map(({ name, beyond }) => goalOf(`bytes beyond the claims' JSON, ${name}`, 700, beyond)),
    goalOf('tokens whose text is in the heap', 0, heap.control ? heap.found : Number.NaN),
    goalOf('upstream calls for a herd', 1, herd.calls),
  ]
}

/** @param {number} number */
function grouped(number) {
  return number.toLocaleString('en').replaceAll(',', ' ')
}
