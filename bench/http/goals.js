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

/** @param {readonly Figure[]} figures @param {readonly Platform[]} platforms those that were measured @returns {Goal[]} */
export function goalsOf(figures, platforms) {
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
  ]
}

/** @param {number} [own] @param {number} [other] */
function ratio(own = Number.NaN, other = Number.NaN) {
  return own / other
}
