/** What theory says of an ordinary minute, to check the model by: a memory with an end, asked at random. */
import { cumulativeShares, requestsOf } from './requests.js'
import { simulateIntrospection } from './introspection-model.js'
/** @import { World } from './assumptions.js' */
/** @import { Policy } from './policy.js' */

/**
 * Calls a second. A token that is used `rate` times a second in one process is asked about once in `ttl + 1 / rate` seconds.
 * With the second level, the fleet has one memory.
 *
 * @param {World} world
 * @param {{ ttl: number, memories: number }} fleet
 */
function expectedCalls({ tokens, skew, rate }, { ttl, memories }) {
  const shares = cumulativeShares(tokens, skew)
  return shares.reduce((total, share, rank) => {
    const own = ((share - (shares[rank - 1] ?? 0)) * rate) / memories
    return total + (memories * own) / (1 + own * ttl)
  }, 0)
}

/** @param {Policy} policy @throws Error where model and theory differ by more than three in a hundred. */
export function assertModel(policy) {
  const ttl = 10
  for (const shared of [false, true]) {
    const timeline = { deployment: 1e6, rotation: 1e6, outage: /** @type {const} */ ([1e6, 1e6]), end: 120 }
    const world = {
      tokens: 3000,
      skew: 0.8,
      session: { requests: 1, gap: 1 },
      rate: 1000,
      latency: 0.001,
      tokenLife: 3600,
      bucket: 10,
      timeline,
      cache: { ttl },
    }
    const requests = requestsOf(world, 7)
    const calls = simulateIntrospection({ world, policy, requests, replicas: 4, shared }).between('calls', 20, 120) / 100
    const expected = expectedCalls(world, { ttl, memories: shared ? 1 : 4 })
    if (Math.abs(calls / expected - 1) > 0.03) throw new Error(`the model is wrong: ${calls} calls a second, and theory says ${expected}`)
  }
}
