/** What is to be reached, one at a time on one core, and whether it was. */
import { goalOf } from '../lib/report.js'
import { CANDIDATES } from './candidates/index.js'
import { bareVerify } from './candidates/bare-verify.js'
import { fastJwtRemembering } from './candidates/fast-jwt.js'
import { jose } from './candidates/jose.js'
import { ours, oursByJose, oursForgetting } from './candidates/ours.js'
import { WORKLOADS } from './workloads.js'
import { figureOf } from './figures.js'
/** @import { Figure } from './figures.js' */

/** @typedef {import('../lib/report.js').Goal & { algorithm: string }} Goal */

/** Not remembered, times the bare check: by the check alone, and by a provider that then remembers the token. */
const NOT_SEEN = { RS256: 1.4, PS256: 1.4, ES256: 1.15, EdDSA: 1.1 }

/** Refused tokens, times jose. */
const REFUSED = {
  'bad-signature': 1.15,
  expired: 0.35,
  'unknown-kid': 0.6,
  'unknown-kids': 0.6,
  'garbage-text': 0.6,
  'garbage-parts': 0.6,
  'garbage-json': 0.6,
}

const PEERS = CANDIDATES.filter((candidate) => ![bareVerify, ours, oursForgetting, oursByJose].includes(candidate))

/** @param {readonly Figure[]} figures @returns {Goal[]} */
export function goalsOf(figures) {
  const alone = figures.filter(({ inFlight }) => inFlight === 1)
  const algorithms = [...new Set(alone.map(({ algorithm }) => algorithm))]
  return algorithms.flatMap((algorithm) => goalsOfOne(alone, algorithm))
}

/** @param {readonly Figure[]} figures @param {string} algorithm */
function goalsOfOne(figures, algorithm) {
  const at = (/** @type {string} */ workload, { name: candidate } = ours) => figureOf(figures, { algorithm, workload, candidate })
  const times = (/** @type {string} */ workload, candidate = ours) => at(workload, candidate)?.timesLimit ?? Number.NaN
  const fastest = PEERS.filter((peer) => at('not-seen', peer) !== undefined).sort((a, b) => times('not-seen', a) - times('not-seen', b))[0] ?? jose
  const goal = (/** @type {Parameters<typeof goalOf>} */ ...parts) => ({ algorithm, ...goalOf(...parts) })
  const notSeen = NOT_SEEN[/** @type {keyof typeof NOT_SEEN} */ (algorithm)]
  return [
    goal('not seen before, memory off, times the limit', notSeen, times('not-seen', oursForgetting)),
    goal('not seen before, times the limit', notSeen, times('not-seen')),
    goal(`not seen before, times the fastest peer (${fastest.name})`, 1, times('not-seen') / times('not-seen', fastest)),
    goal('not seen before, engine jose, times jose', 1.15, at('not-seen', oursByJose)?.timesJose),
    goal('remembered, times fast-jwt with its cache', 0.5, times('remembered') / times('remembered', fastJwtRemembering)),
    ...Object.entries(REFUSED).map(([workload, atMost]) => {
      const title = WORKLOADS.find(({ name }) => name === workload)?.title ?? workload
      return goal(`${title}, times jose`, atMost, at(workload)?.timesJose)
    }),
    goal('bad signature, engine jose, times jose', REFUSED['bad-signature'], at('bad-signature', oursByJose)?.timesJose),
  ]
}
