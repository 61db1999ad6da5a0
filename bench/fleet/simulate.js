/** One fleet through everything that happens to it, in the model. */
import { SEED } from './assumptions.js'
import { simulateIntrospection } from './introspection-model.js'
import { simulateKeys } from './keys-model.js'
import { phasesOf } from './phases.js'
import { randomOf } from './random.js'
/** @import { World } from './assumptions.js' */
/** @import { Phases } from './phases.js' */
/** @import { Policy } from './policy.js' */
/** @import { Requests } from './requests.js' */

/**
 * `timeline`: calls a minute, bucket by bucket. `unanswered`: requests that nobody could answer, a minute.
 * @typedef {{ kind: 'introspection' | 'keys', replicas: number, shared: boolean, phases: Phases, unanswered: Phases, commands: Phases, timeline: number[] }} FleetFigure
 */

/** Seconds that count as the beginning of something. */
const FIRST = 60

/** @param {{ world: World, policy: Policy, requests: Requests, replicas: number, shared: boolean }} options @returns {Promise<FleetFigure[]>} */
export async function simulate(options) {
  const { world, replicas, shared } = options
  const tallies = { introspection: simulateIntrospection(options), keys: await simulateKeys({ ...options, random: randomOf(SEED) }) }
  return /** @type {const} */ (['introspection', 'keys']).map((kind) => {
    const phases = (/** @type {string} */ what) => phasesOf(tallies[kind], world.timeline, FIRST, what)
    const timeline = tallies[kind].perMinute('calls', world.timeline.end)
    return { kind, replicas, shared, phases: phases('calls'), unanswered: phases('unanswered'), commands: phases('commands'), timeline }
  })
}
