/** Prints figures as a table for people, and says whether what was to be reached was. */
import { goalOf, plainTable } from '../lib/report.js'
/** @import { StreamFigures } from './measure.js' */

/** @type {readonly (readonly [string, (one: StreamFigures) => string])[]} */
const ROWS = [
  ['KB for each stream, bare', ({ bare }) => kilobytes(bare.bytes)],
  ['on top with the gate', ({ bare, ours }) => kilobytes(ours.bytes - bare.bytes)],
  ['grown while idle, bare / gate', ({ bare, ours }) => `${kilobytes(bare.growth)} / ${kilobytes(ours.growth)}`],
  ['left when all are closed, bare / gate', ({ bare, ours }) => `${kilobytes(bare.left)} / ${kilobytes(ours.left)}`],
  ['timers while open / left, on top', ({ bare, ours }) => `${ours.timers - bare.timers} / ${ours.timersLeft - bare.timersLeft}`],
  ['idle, % of a core, bare / gate', ({ bare, ours }) => `${percent(bare.idle.idle)} / ${percent(ours.idle.idle)}`],
  ['the same with garbage collections', ({ bare, ours }) => `${percent(bare.idle.all)} / ${percent(ours.idle.all)}`],
  ['strangers revoked: ms of CPU / longest', ({ strangers }) => `${strangers.cpu.toFixed(0)} / ${strangers.longest.toFixed(0)}`],
  ['100 revoked: last stream ended after s', ({ own }) => own.within.toFixed(2)],
  ['all expire: still open / last after s', ({ expiry }) => `${expiry.open} / ${expiry.within.toFixed(2)}`],
  ['issuer away: % of a core / questions', ({ away }) => `${percent(away.idle.idle)} / ${away.calls}`],
  ['streams that went on, %', ({ away }) => (away.open * 100).toFixed(0)],
]

/** @param {readonly StreamFigures[]} all */
export function tableOf(all) {
  const table = plainTable(['', ...all.map(({ platform }) => platform)])
  for (const [title, cell] of ROWS) table.push([title, ...all.map(cell)])
  return String(table)
}

/** The same for a page. @param {readonly StreamFigures[]} all */
export function markdownOf(all) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  const rows = ROWS.map(([title, cell]) => line([title, ...all.map(cell)]))
  return [line(['', ...all.map(({ platform }) => platform)]), line(['---', ...all.map(() => '---:')]), ...rows].join('\n')
}

/** @param {readonly StreamFigures[]} all */
export function goalsOf(all) {
  return all.flatMap(({ platform, bare, ours, strangers, own, expiry, away }) => [
    goalOf(`${platform}: KB on top for each stream`, 5, (ours.bytes - bare.bytes) / 1000),
    goalOf(`${platform}: % of a core while idle, on top`, 1, (ours.idle.idle - bare.idle.idle) * 100),
    goalOf(`${platform}: KB grown for each stream while idle`, 0.2, ours.growth / 1000),
    goalOf(`${platform}: timers left, on top`, 0, ours.timersLeft - bare.timersLeft),
    goalOf(`${platform}: ms that a burst of revocations held the loop`, 20, strangers.longest),
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
