/** Prints figures as a table for people, and says whether what was to be reached was. */
import { goalOf, plainTable } from '../lib/report.js'
/** @import { StreamFigures } from './measure.js' */

/** @param {readonly StreamFigures[]} all */
export function tableOf(all) {
  const table = plainTable(['', ...all.map(({ platform }) => platform)])
  const row = (/** @type {string} */ title, /** @type {(one: StreamFigures) => string} */ cell) => void table.push([title, ...all.map(cell)])
  row('KB for each stream, bare', ({ bare }) => kilobytes(bare.bytes))
  row('  on top with the gate', ({ bare, ours }) => kilobytes(ours.bytes - bare.bytes))
  row('  grown while idle, bare / gate', ({ bare, ours }) => `${kilobytes(bare.growth)} / ${kilobytes(ours.growth)}`)
  row('  left when all are closed, bare / gate', ({ bare, ours }) => `${kilobytes(bare.left)} / ${kilobytes(ours.left)}`)
  row('timers while open / left', ({ ours }) => `${ours.timers} / ${ours.timersLeft}`)
  row('idle, % of a core, bare / gate', ({ bare, ours }) => `${percent(bare.idle)} / ${percent(ours.idle)}`)
  row('strangers revoked: ms of CPU / longest', ({ strangers }) => `${strangers.cpu.toFixed(0)} / ${strangers.longest.toFixed(0)}`)
  row('100 revoked: last stream ended after s', ({ own }) => own.within.toFixed(2))
  row('all expire: still open / last after s', ({ expiry }) => `${expiry.open} / ${expiry.within.toFixed(2)}`)
  row('issuer away: % of a core / questions', ({ away }) => `${percent(away.idle)} / ${away.calls}`)
  row('  streams that went on, %', ({ away }) => (away.open * 100).toFixed(0))
  return String(table)
}

/** @param {readonly StreamFigures[]} all */
export function goalsOf(all) {
  return all.flatMap(({ platform, bare, ours, own, expiry, away }) => [
    goalOf(`${platform}: KB on top for each stream`, 5, (ours.bytes - bare.bytes) / 1000),
    goalOf(`${platform}: % of a core while idle, on top`, 1, (ours.idle - bare.idle) * 100),
    goalOf(`${platform}: KB grown for each stream while idle`, 0.2, ours.growth / 1000),
    goalOf(`${platform}: timers left`, 0, ours.timersLeft),
    goalOf(`${platform}: s until what was revoked has ended`, 1, own.within),
    goalOf(`${platform}: streams open after their token`, 0, expiry.open),
    goalOf(`${platform}: streams lost to an issuer that is away, %`, 0, (1 - away.open) * 100),
  ])
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return (bytes / 1000).toFixed(2)
}

/** @param {number} part */
function percent(part) {
  return (part * 100).toFixed(2)
}
