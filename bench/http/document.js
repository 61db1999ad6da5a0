/** Makes the tables of docs/benchmarks.md of the figures of two runs. */
import { markdownOf } from '../lib/document.js'
import { sum } from '../lib/statistics.js'
import { bestPeer, figureOf } from './figures.js'
import { PLATFORMS } from './servers/index.js'
import { WORKLOADS } from './workloads.js'
/** @import { Goal } from '../lib/report.js' */
/** @import { Figure } from './figures.js' */
/** @import { FirstTokenFigure } from './first-token.js' */
/** @import { FloodFigure } from './flood.js' */
/** @import { Platform } from './servers/index.js' */

/**
 * What `--json` wrote.
 * @typedef {object} Run
 * @property {string} date
 * @property {string} cpu
 * @property {number} cores
 * @property {string} system
 * @property {string} node
 * @property {Record<string, string>} packages
 * @property {import('./options.js').Size} size
 * @property {Figure[]} figures
 * @property {FloodFigure[]} floods
 * @property {FirstTokenFigure[]} starts
 * @property {Goal[]} goals
 */

/** By the names of their marks. @param {readonly [Run, Run]} runs @param {boolean} isQuick */
export function partsOf(runs, isQuick) {
  const platforms = measured(runs)
  return {
    machine: machineOf(runs, isQuick),
    servers: platforms.map((platform) => `### ${platform.name}\n\n${markdownOf(tableOf(runs, platform))}`).join('\n\n'),
    behind: behindOf(runs, platforms),
    flood: markdownOf(floodsOf(runs)),
    start: markdownOf(startsOf(runs)),
    goals: goalsOf(runs),
  }
}

/** Those that both have figures of. @param {readonly Run[]} runs @returns {readonly Platform[]} */
export function measured(runs) {
  return PLATFORMS.filter(({ name }) => runs.every(({ figures }) => figures.some(({ platform }) => platform === name)))
}

/** The mean of what the runs found, for the plot. @param {readonly Run[]} runs @returns {Figure[]} */
export function meanFigures(runs) {
  return (runs[0]?.figures ?? []).map((one) => {
    const all = runs.flatMap(({ figures }) => figureOf(figures, one) ?? [])
    return { ...one, microseconds: sum(all.map(({ microseconds }) => microseconds)) / all.length }
  })
}

/** @param {readonly [Run, Run]} runs @param {boolean} isQuick */
function machineOf(runs, isQuick) {
  const [{ cpu, cores, system, node, packages, size }] = runs
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  const what = isQuick ? '**Two runs with `--quick`: an impression, and no figures.**' : 'Two full runs.'
  return [
    `${what} Begun ${runs.map(({ date }) => date.slice(0, 16).replace('T', ' ')).join(' and ')} UTC; Node ${node}; ${cpu}, ${cores} cores, ${system}; ${size.rounds} rounds, ${size.connections} connections.`,
    `Packages: ${versions.join(', ')}.`,
  ].join('\n\n')
}

/** @param {readonly Run[]} runs @param {Platform} platform */
function tableOf(runs, { name: platform, candidates }) {
  const cell = (/** @type {string} */ candidate, /** @type {string} */ workload) =>
    each(runs, ({ figures }) => figureOf(figures, { platform, workload, candidate })?.microseconds, 0)
  return {
    head: ['µs of CPU per request', ...WORKLOADS.map(({ title }) => title)],
    rows: candidates.map(({ name }) => [name, ...WORKLOADS.map((workload) => cell(name, workload.name))]),
  }
}

/** Where a peer takes less than ours in the mean of the runs. @param {readonly Run[]} runs @param {readonly Platform[]} platforms */
function behindOf(runs, platforms) {
  const means = meanFigures(runs)
  const lines = platforms.flatMap((platform) => WORKLOADS.flatMap(({ name: workload, title }) => {
    const own = figureOf(means, { platform: platform.name, workload, candidate: 'ours' })
    const peer = bestPeer(means, platform, workload)
    if (own === undefined || peer === undefined || peer.microseconds >= own.microseconds) return []
    return [`- ${platform.name}, ${title}: ${peer.candidate} takes ${peer.microseconds.toFixed(0)} µs, and ours ${own.microseconds.toFixed(0)} (× ${(own.microseconds / peer.microseconds).toFixed(2)})`]
  }))
  return lines.length === 0 ? 'Nowhere, in these runs.' : lines.join('\n')
}

/** @param {readonly [Run, Run]} runs */
function floodsOf(runs) {
  const [{ floods }] = runs
  const cell = (/** @type {FloodFigure} */ { platform, candidate }, /** @type {'perSecond' | 'p99' | 'unloaded'} */ what, digits = 1) =>
    each(runs, (run) => run.floods.find((one) => one.platform === platform && one.candidate === candidate)?.[what], digits)
  return {
    head: ['', 'good requests per second', 'their p99, ms', 'p99 where all are good, ms'],
    rows: floods.map((one) => [`${one.platform}, ${one.candidate}`, cell(one, 'perSecond', 0), cell(one, 'p99'), cell(one, 'unloaded')]),
  }
}

/** @param {readonly [Run, Run]} runs */
function startsOf(runs) {
  const [{ starts }] = runs
  const cell = (/** @type {string} */ name, /** @type {'milliseconds' | 'requests'} */ what) =>
    each(runs, (run) => run.starts.find(({ candidate }) => candidate === name)?.[what], 0)
  return { head: ['', 'ms', 'requests to the issuer'], rows: starts.map(({ candidate }) => [candidate, cell(candidate, 'milliseconds'), cell(candidate, 'requests')]) }
}

/** By their numbers: the best peer, whom a goal's text names, may be another in each run. @param {readonly [Run, Run]} runs */
function goalsOf(runs) {
  const [first, second] = runs
  const rows = first.goals.map(({ goal, atMost, figure, reached }, index) => {
    const other = second.goals[index]
    const times = [reached, other?.reached].filter(Boolean).length
    const verdict = times === 2 ? 'reached' : times === 1 ? 'in one run' : '**missed**'
    return [goal, String(Number(atMost.toFixed(2))), `${figure.toFixed(2)}, ${other?.figure.toFixed(2)}`, verdict]
  })
  const reached = rows.filter(([, , , verdict]) => verdict === 'reached').length
  return `${markdownOf({ head: ['goal', 'at most', 'figures', ''], rows })}\n\n${reached} of ${rows.length} goals are reached in both runs.`
}

/** What each run found, and once where they agree. @param {readonly Run[]} runs @param {(run: Run) => number | undefined} of @param {number} digits */
function each(runs, of, digits) {
  const found = runs.flatMap((run) => of(run)?.toFixed(digits) ?? [])
  return found.length === 0 ? '' : [...new Set(found)].join(', ')
}
