/** The model against the real thing: four processes, a real Redis and a real authorization server, and the same requests in the model. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SEED, TRIAL, TRIAL_REPLICAS } from './assumptions.js'
import { startIdentityProvider } from './identity-provider.js'
import { simulateIntrospection } from './introspection-model.js'
import { simulateKeys } from './keys-model.js'
import { phasesOf } from './phases.js'
import { randomOf } from './random.js'
import { startRedis } from './redis-server.js'
import { requestsOf } from './requests.js'
/** @import { Phases } from './phases.js' */
/** @import { Policy } from './policy.js' */

/** Calls a minute. @typedef {{ kind: 'introspection' | 'keys', shared: boolean, model: Phases, real: Phases }} TrialFigure */

/** Seconds that count as the beginning of something. */
export const TRIAL_FIRST = 4

/**
 * @param {Policy} policy
 * @param {URL} library
 * @param {boolean} shared
 * @returns {Promise<{ figures: TrialFigure[], late: number }>} `late`: seconds by which the worst request began too late
 */
export async function trial(policy, library, shared) {
  const model = await modelled(policy, shared)
  const { real, late } = await happened(library, shared)
  const kinds = /** @type {const} */ (['introspection', 'keys'])
  const phases = (/** @type {import('./tally.js').Tally} */ tally) => phasesOf(tally, TRIAL.timeline, TRIAL_FIRST)
  return { late, figures: kinds.map((kind) => ({ kind, shared, model: phases(model[kind]), real: phases(real[kind]) })) }
}

/** @param {Policy} policy @param {boolean} shared */
async function modelled(policy, shared) {
  const options = { world: TRIAL, policy, requests: requestsOf(TRIAL, SEED), replicas: TRIAL_REPLICAS, shared }
  return { introspection: simulateIntrospection(options), keys: await simulateKeys({ ...options, random: randomOf(SEED) }) }
}

/** @param {URL} library @param {boolean} shared */
async function happened(library, shared) {
  const idp = await startIdentityProvider(TRIAL)
  const redis = shared ? await startRedis() : undefined
  try {
    const order = {
      world: TRIAL,
      seed: SEED,
      replicas: TRIAL_REPLICAS,
      url: idp.url,
      signingKeys: idp.signingKeys,
      redisPort: redis?.port,
      library: library.href,
    }
    const replicas = await Promise.all(Array.from({ length: TRIAL_REPLICAS }, (_, replica) => startReplica({ ...order, replica })))
    const start = Date.now() + 100
    idp.begin(start)
    const reports = await Promise.all(replicas.map((replica) => replica.report(start)))
    return { real: idp.tallies, late: Math.max(...reports.map(({ latest }) => latest)) }
  } finally {
    idp.end()
    redis?.end()
  }
}

/** Ready when it is connected and has its requests at hand. @param {import('./replica.js').ReplicaOrder} order */
async function startReplica(order) {
  const child = fork(fileURLToPath(new URL('replica.js', import.meta.url)))
  child.send(order)
  await message(child)
  return {
    /** @param {number} start @returns {Promise<import('./replica.js').ReplicaReport>} */
    report(start) {
      child.send(start)
      return message(child)
    },
  }
}

/** @param {import('node:child_process').ChildProcess} child @throws Error when it ends without one. */
async function message(child) {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a replica ended (exit ${code})`)))
  const [found] = await Promise.race([once(child, 'message'), ended])
  return found
}
