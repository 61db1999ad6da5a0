/** What an operator asks about: a cold start, an ordinary minute, a deployment, a rotation, an outage and its end. */
/** @import { Tally } from './tally.js' */
/** @import { Timeline } from './assumptions.js' */

/** Calls a minute. @typedef {{ coldStart: number, ordinary: number, deployment: number, rotation: number, outage: number, recovery: number }} Phases */

/**
 * For each its part of the timeline. `first`: seconds that count as the beginning of something.
 * @param {Timeline} timeline
 * @param {number} first
 * @returns {Record<keyof Phases, [from: number, to: number]>}
 */
export function spansOf({ deployment, rotation, outage: [from, to] }, first) {
  return {
    coldStart: [0, first],
    ordinary: [from - 2 * first, from],
    deployment: [deployment, deployment + first],
    rotation: [rotation, rotation + first],
    outage: [from, to],
    recovery: [to, to + first],
  }
}

/** @param {Tally} tally @param {Timeline} timeline @param {number} first @param {string} [what] @returns {Phases} */
export function phasesOf(tally, timeline, first, what = 'calls') {
  const figures = Object.entries(spansOf(timeline, first)).map(([name, [from, to]]) => [name, (tally.between(what, from, to) * 60) / (to - from)])
  return Object.fromEntries(figures)
}
