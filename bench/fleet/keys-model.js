/** Replicas that verify JWTs, on a simulated clock: how often the issuer is asked for its keys. */
import { Clock } from './clock.js'
import { hasNewKey, replicaOf } from './requests.js'
import { Tally } from './tally.js'
/** @import { World } from './assumptions.js' */
/** @import { Policy } from './policy.js' */
/** @import { Requests } from './requests.js' */

const [OLD, NEW] = ['old', 'new']

/** Names of keys in place of a set of them. */
class Names {
  /** @param {readonly string[]} names */
  constructor(names) {
    this.names = names
  }

  /** @param {string} _alg @param {string} name */
  candidates(_alg, name) {
    return this.names.includes(name) ? [name] : []
  }

  /** @param {Names} other */
  equals(other) {
    return this === other
  }
}

const BEFORE = new Names([OLD])
const AFTER = new Names([OLD, NEW])

/**
 * Each replica holds its keys by the library's own `KeySource`.
 *
 * @param {{ world: World, policy: Policy, requests: Requests, replicas: number, shared: boolean, random: () => number }} options `shared`: with the second level
 * @returns {Promise<Tally>} of `calls` to the issuer, `requests`, and those `unanswered`
 */
export async function simulateKeys({ world, policy, requests, replicas, shared, random }) {
  const clock = new Clock()
  const tally = new Tally(world.bucket)
  const load = loader({ clock, tally, world, policy, shared })
  const options = { load, now: () => clock.now, random, ...policy.keys, ...world.keys, tell: () => undefined }
  const start = () => Array.from({ length: replicas }, () => new policy.KeySource(options))
  let fleet = start()
  let deployed = false
  for (let index = 0; index < requests.length; index += 1) {
    const time = /** @type {number} */ (requests.at[index])
    if (!deployed && time >= world.timeline.deployment) {
      fleet = start()
      deployed = true
    }
    if (clock.next <= time) await clock.advanceSlowly(time)
    else clock.now = time
    const name = hasNewKey(/** @type {number} */ (requests.token[index]), time, world) ? NEW : OLD
    tally.count('requests', time)
    const found = keysOf(fleet[replicaOf(requests, index, replicas)], name)
    if (!(found instanceof Promise)) continue
    found.catch(() => tally.count('unanswered', clock.now))
    // What was asked for begins before the clock goes on.
    await new Promise(setImmediate)
  }
  return tally
}

/**
 * What a `KeySource` throws at once, and what it rejects, is one thing here.
 * @param {any} source
 * @param {string} name
 * @returns {readonly string[] | Promise<unknown>}
 */
function keysOf(source, name) {
  try {
    return source.candidates('RS256', name)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** @param {{ clock: Clock, tally: Tally, world: World, policy: Policy, shared: boolean }} options */
function loader({ clock, tally, world: { latency, keys = {}, timeline: { rotation, outage: [from, to] } }, policy, shared }) {
  const maxAge = keys.maxAge ?? policy.keys.maxAge
  /** As `fromStore` has it: read where nothing is at hand, written after each fetch. @type {{ set: Names, fetchedAt: number, maxAge: number } | undefined} */
  let stored
  return async (/** @type {{ held: Names | undefined }} */ { held }) => {
    if (held === undefined && stored !== undefined && clock.now < stored.fetchedAt + maxAge) return stored
    const asked = clock.now
    tally.count('calls', asked)
    await new Promise((resolve) => clock.after(latency, () => resolve(undefined)))
    if (asked >= from && asked < to) throw new policy.AuthUnavailableError('the issuer answers 503')
    const set = asked < rotation ? BEFORE : AFTER
    if (shared) stored = { set, fetchedAt: clock.now, maxAge }
    return { set }
  }
}
