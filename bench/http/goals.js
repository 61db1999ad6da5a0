/** What is to be reached, and whether it was. */
import { goalOf } from '../lib/report.js'
import { bestPeer, figureOf } from './figures.js'
import { expressPlatform } from './servers/express.js'
import { fastify } from './servers/fastify.js'
import { hono } from './servers/hono.js'
import { mcp1 } from './servers/mcp-1.js'
import { mcp2 } from './servers/mcp-2.js'
import { node } from './servers/node.js'
import { NOT_SEEN, REMEMBERED } from './workloads.js'
/** @import { Figure } from './figures.js' */
/** @import { Platform } from './servers/index.js' */

/** @typedef {import('../lib/report.js').Goal} Goal */

/**
 * @param {readonly Figure[]} figures
 * @param {readonly Platform[]} platforms those that were measured
 * @param {{ floods: readonly import('./flood.js').FloodFigure[], starts: readonly import('./first-token.js').FirstTokenFigure[] }} others
 * @returns {Goal[]}
 */
export function goalsOf(figures, platforms, { floods, starts }) {
  const at = (/** @type {Platform} */ { name: platform }, workload = REMEMBERED.name, candidate = 'ours') => figureOf(figures, { platform, workload, candidate })
  const measured = (/** @type {readonly Platform[]} */ ...wanted) => wanted.filter((one) => platforms.includes(one))
  return [
    ...measured(node, fastify).map((one) => {
      const peer = bestPeer(figures, one, REMEMBERED.name, ({ remembers = false }) => remembers)
      return goalOf(`${one.name}, remembered: what it adds, times ${peer?.candidate}`, 1, ratio(at(one)?.added, peer?.added))
    }),
    ...measured(expressPlatform, hono).map((one) => {
      const peer = bestPeer(figures, one, REMEMBERED.name)
      return goalOf(`${one.name}, remembered: what it adds, times ${peer?.candidate}`, 0.6, ratio(at(one)?.added, peer?.added))
    }),
    ...measured(mcp1, mcp2).map((one) => goalOf(`${one.name}, remembered: what it adds, part of the bare request`, 0.05, (at(one)?.timesBare ?? Number.NaN) - 1)),
    ...measured(expressPlatform, mcp1, mcp2).map((one) => {
      const peer = at(one, NOT_SEEN.name, 'requireBearerAuth + jose')
      return goalOf(`${one.name}, never seen: the request, times requireBearerAuth + jose`, 1, ratio(at(one, NOT_SEEN.name)?.microseconds, peer?.microseconds))
    }),
    ...platforms.map((one) => {
      const more = (at(one, REMEMBERED.name, 'ours, operations')?.added ?? Number.NaN) - (at(one)?.added ?? Number.NaN)
      return goalOf(`${one.name}, remembered: µs that operations add`, 15, more)
    }),
    ...floods.filter(({ candidate }) => candidate === 'ours').flatMap((own) => {
      const peer = floods.find(({ platform, candidate }) => platform === own.platform && candidate !== 'ours')
      return [
        goalOf(`${own.platform}, in a flood: good requests of ${peer?.candidate}, times ours`, 1 / 1.5, ratio(peer?.perSecond, own.perSecond)),
        goalOf(`${own.platform}, in a flood: p99 of good requests, times the p99 where all are good`, 2, ratio(own.p99, own.unloaded)),
      ]
    }),
    goalOf('the first token: ms, times jose with discovery by hand', 1, ratio(starts[0]?.milliseconds, starts[1]?.milliseconds)),
  ]
}

/** @param {number} [own] @param {number} [other] */
function ratio(own = Number.NaN, other = Number.NaN) {
  return own / other
}
