/** The requests that clients make: the same for every fleet, whatever its size, and for the model and the real processes. */
import { randomOf } from './random.js'
/** @import { World } from './assumptions.js' */

/**
 * One index for one request.
 * @typedef {object} Requests
 * @property {number} length
 * @property {Float64Array} at seconds since the cold start
 * @property {Uint32Array} token its rank
 * @property {Float64Array} place from 0 to 1: which replica the load balancer takes
 */

/**
 * Sessions begin independently of each other (Poisson), and some clients more often than others (Zipf).
 * @param {World} world
 * @param {number} seed
 * @returns {Requests}
 */
export function requestsOf({ tokens, skew, session, rate, timeline: { end } }, seed) {
  const random = randomOf(seed)
  const shares = cumulativeShares(tokens, skew)
  const [at, token, place] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([]), /** @type {number[]} */ ([])]
  const sessions = rate / session.requests // a second
  // Some are in the middle of a session when everything begins.
  for (let begin = -10 * session.requests * session.gap; begin < end; begin += exponential(random, 1 / sessions)) {
    const rank = rankOf(shares, random())
    let time = begin
    do {
      if (time >= 0 && time < end) {
        at.push(time)
        token.push(rank)
        place.push(random())
      }
      time += exponential(random, session.gap)
    } while (random() >= 1 / session.requests)
  }
  const order = Uint32Array.from(at.keys()).sort((one, other) => (at[one] ?? 0) - (at[other] ?? 0))
  return {
    length: at.length,
    at: Float64Array.from(order, (index) => at[index] ?? 0),
    token: Uint32Array.from(order, (index) => token[index] ?? 0),
    place: Float64Array.from(order, (index) => place[index] ?? 0),
  }
}

/** @param {Requests} requests @param {number} index @param {number} replicas */
export function replicaOf({ place }, index, replicas) {
  return Math.floor((place[index] ?? 0) * replicas)
}

/** Whether this client's token was signed by the new key at this time. @param {number} token @param {number} time @param {World} world */
export function hasNewKey(token, time, { timeline, tokenLife }) {
  const share = (Math.imul(token + 1, 2_654_435_761) >>> 0) / 2 ** 32 // of its life that the client's token had left at the rotation
  return time >= timeline.rotation + share * tokenLife
}

/** @param {() => number} random @param {number} mean */
function exponential(random, mean) {
  return -Math.log(1 - random()) * mean
}

/** @param {number} tokens @param {number} skew */
export function cumulativeShares(tokens, skew) {
  const shares = new Float64Array(tokens)
  let total = 0
  for (let rank = 0; rank < tokens; rank += 1) shares[rank] = total += 1 / (rank + 1) ** skew
  return shares.map((share) => share / total)
}

/** The first whose cumulative share is above. @param {Float64Array} shares @param {number} random */
function rankOf(shares, random) {
  let [low, high] = [0, shares.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((shares[middle] ?? 1) > random) high = middle
    else low = middle + 1
  }
  return low
}
