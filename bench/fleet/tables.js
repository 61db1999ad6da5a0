/** The tables of the console and of docs/scale.md: titles, heads and rows. */
import { TRIAL_FIRST } from './trial.js'
import { spansOf } from './phases.js'
import { TRIAL } from './assumptions.js'
/** @import { FleetFigure } from './simulate.js' */
/** @import { Phases } from './phases.js' */
/** @import { TrialFigure } from './trial.js' */

/** @typedef {{ title: string, head: string[], rows: string[][] }} TableData */

/** @type {Record<keyof Phases, string>} */
const NAMES = { coldStart: 'cold start', ordinary: 'ordinary', deployment: 'deployment', rotation: 'rotation', outage: 'outage', recovery: 'after it' }

const SHOWN = /** @type {const} */ ({
  introspection: { title: 'introspection calls a minute', phases: ['coldStart', 'ordinary', 'deployment', 'outage', 'recovery'] },
  keys: { title: 'calls for keys a minute', phases: ['coldStart', 'ordinary', 'deployment', 'rotation', 'outage', 'recovery'] },
})

/** Without and with the second level, side by side. @param {readonly FleetFigure[]} figures @param {'introspection' | 'keys'} kind @returns {TableData} */
export function fleetTable(figures, kind) {
  const { title, phases } = SHOWN[kind]
  const of = (/** @type {number} */ replicas, /** @type {boolean} */ shared) =>
    figures.find((one) => one.kind === kind && one.replicas === replicas && one.shared === shared)
  const sizes = [...new Set(figures.map(({ replicas }) => replicas))]
  const rows = sizes.map((replicas) => [
    grouped(replicas),
    ...phases.map((phase) => [false, true].map((shared) => grouped(of(replicas, shared)?.phases[phase])).join(' → ')),
  ])
  return { title: `${title}, without → with the second level`, head: ['replicas', ...phases.map((phase) => NAMES[phase])], rows }
}

/** Calls within each part of the timeline. @param {readonly TrialFigure[]} figures @returns {TableData} */
export function trialTable(figures) {
  const spans = spansOf(TRIAL.timeline, TRIAL_FIRST)
  const rows = figures.flatMap(({ kind, shared, model, real }) =>
    SHOWN[kind].phases.map((phase) => {
      const [from, to] = spans[phase]
      const calls = (/** @type {Phases} */ phases) => Math.round((phases[phase] * (to - from)) / 60)
      return [kind, shared ? 'with' : 'without', NAMES[phase], grouped(calls(model)), grouped(calls(real)), difference(calls(model), calls(real))]
    }),
  )
  return { title: 'four real processes, calls', head: ['calls for', 'second level', 'part', 'model', 'real', 'difference'], rows }
}

/** In a hundred; of a handful, in calls. @param {number} model @param {number} real */
function difference(model, real) {
  const isHandful = Math.max(model, real) < 30
  const apart = isHandful ? real - model : Math.round((real / model - 1) * 100)
  const sign = apart > 0 ? '+' : apart < 0 ? '−' : ''
  return `${sign}${Math.abs(apart)}${isHandful ? '' : ' %'}`
}

/** @param {number | undefined} number */
function grouped(number = Number.NaN) {
  return Math.round(number).toLocaleString('en').replaceAll(',', ' ')
}
