/** Measures the servers of one platform side by side: a burst of requests for each in turn, so that a slow moment of the machine hits all. */
import { startChild } from './child.js'
import { assertAnswers } from './correctness.js'
import { NOT_SEEN, REMEMBERED, WORKLOADS } from './workloads.js'
/** @import { Child } from './child.js' */
/** @import { Size } from './options.js' */
/** @import { Candidate, Platform } from './servers/index.js' */
/** @import { Workload } from './workloads.js' */
/** @import { World } from './world.js' */

/**
 * One turn of one server: CPU time of all its threads, in microseconds.
 * @typedef {{ platform: string, workload: string, candidate: string, round: number, requests: number, microseconds: number }} Turn
 */

/** @typedef {Candidate & { port: number, child: Child }} Running */

/**
 * @param {Platform} platform
 * @param {{ load: Child, world: World, size: Size, node: string }} setup `node`: the one that the servers run on
 * @returns {Promise<Turn[]>}
 * @throws Error for a wrong answer.
 */
export async function measure(platform, { load, world, size, node }) {
  const servers = await Promise.all(platform.candidates.map((candidate) => listeningServer(platform, candidate, { world, node })))
  try {
    for (const server of servers) await assertAnswers(server, server.port, load.first.samples)
    const turns = []
    // One workload after the other: tokens that come once would be remembered, and collected, beside those that come again.
    for (const workload of WORKLOADS) {
      for (const server of takingPart(servers, workload)) await send(server, workload, { load, size, from: 1, count: size.warmUp[workload.count] })
      for (let round = 0; round < size.rounds; round += 1) turns.push(...(await turnsOf(platform, servers, workload, { load, size, round })))
    }
    return turns
  } finally {
    for (const { child } of servers) child.end()
  }
}

/** @param {Platform} platform @param {Candidate} candidate @param {{ world: World, node: string }} where @returns {Promise<Running>} */
export async function listeningServer({ name }, candidate, { world, node }) {
  const order = { platform: name, candidate: candidate.name, world }
  const child = await startChild(new URL('server.js', import.meta.url), order, { NODE_ENV: 'production' }, node)
  return { ...candidate, port: child.first, child }
}

/** @param {Platform} platform @param {readonly Running[]} servers @param {Workload} workload @param {{ load: Child, size: Size, round: number }} options */
async function turnsOf({ name: platform }, servers, workload, { load, size, round }) {
  const requests = size.turn[workload.count]
  const from = 1 + size.warmUp[workload.count] + round * requests
  const turns = []
  for (const server of rotated(takingPart(servers, workload), round)) {
    const before = await server.child.ask({})
    await send(server, workload, { load, size, from, count: requests })
    const microseconds = (await server.child.ask({})) - before
    turns.push({ platform, workload: workload.name, candidate: server.name, round, requests, microseconds })
  }
  return turns
}

/** Who lets everybody in refuses nothing. @param {readonly Running[]} servers @param {Workload} workload */
function takingPart(servers, workload) {
  if (workload === REMEMBERED) return servers
  return servers.filter(({ role, onlyRemembered = false }) => !onlyRemembered && (role !== 'bare' || workload === NOT_SEEN))
}

/**
 * The first of all tokens is the sample, so the next is number 1.
 *
 * @param {Running} server
 * @param {Workload} workload
 * @param {{ load: Child, size: Size, from: number, count: number }} options
 * @throws Error for a wrong answer.
 */
async function send({ name, role, port, sessions = false }, workload, { load, size: { connections }, from, count }) {
  /** @type {Record<string, number>} */
  const found = await load.ask({ port, workload: workload.name, from, count, connections, sessions })
  const expected = role === 'bare' ? [200] : workload.statuses
  const right = expected.reduce((sum, status) => sum + (found[status] ?? 0), 0)
  if (right !== count) throw new Error(`${name} answers wrongly (${workload.title}): ${JSON.stringify(found)} of ${count}`)
}

/** Nobody always comes after the same neighbour. @template T @param {readonly T[]} list @param {number} by */
function rotated(list, by) {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
