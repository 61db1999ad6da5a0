/** Measures candidates side by side: a slice of tokens for each in turn, so that a slow moment of the machine hits all. */
import { Verifier } from './verifier.js'
import { NOT_SEEN, WORKLOADS } from './workloads.js'
/** @import { Candidate, World } from './candidates/index.js' */
/** @import { Workload } from './workloads.js' */

/**
 * @typedef {object} Size
 * @property {number} warmUp seconds for each candidate with tokens not seen before, and with tokens remembered, before anything counts; a tenth with others
 * @property {number} rounds in each, every verifier starts as new
 * @property {number} notSeen tokens of a round that were not seen before
 * @property {number} others tokens of a round of every other kind
 * @property {number} slice tokens between one candidate's turn and the next one's
 */

/**
 * One turn of one candidate, in microseconds per token. Samples of one turn stand next to each other in time.
 * @typedef {{ workload: string, candidate: string, turn: number, microseconds: number }} Sample
 */

/**
 * @param {readonly Candidate[]} candidates
 * @param {World} world
 * @param {{ inFlight: number, size: Size }} options
 * @returns {Promise<Sample[]>}
 */
export async function measure(candidates, world, { inFlight, size }) {
  const goodTokens = tokensOf(NOT_SEEN, world, size.notSeen)
  const samples = []
  for (const workload of WORKLOADS) {
    const taking = candidates.filter(({ remembers = false, onlyRemembers = false }) => (workload.remembered ? remembers : !onlyRemembers))
    const tokens = workload === NOT_SEEN ? goodTokens : tokensOf(workload, world, size.others)
    const start = (/** @type {Candidate} */ candidate) => Verifier.start(candidate, world, workload, { tokens, goodTokens })
    const slices = slicesOf(tokens.length, Math.max(size.slice, inFlight * 4)) // or the crowd is gone before it has gathered
    // Most of the way is the same for all tokens, but what is remembered goes another, a hundred times shorter.
    const warmUp = workload === NOT_SEEN || workload.remembered ? size.warmUp : size.warmUp / 10
    for (const candidate of taking) await warmedUp(() => start(candidate), slices, { inFlight, seconds: warmUp })
    for (let round = 0; round < size.rounds; round += 1) {
      samples.push(...(await measureRound(await Promise.all(taking.map(start)), slices, { inFlight, round })))
    }
  }
  return samples
}

/** @typedef {readonly [start: number, end: number]} Slice */

/**
 * @param {readonly Verifier[]} verifiers
 * @param {readonly Slice[]} slices
 * @param {{ inFlight: number, round: number }} options
 */
async function measureRound(verifiers, slices, { inFlight, round }) {
  /** @type {Sample[]} */
  const samples = []
  for (const [index, [start, end]] of slices.entries()) {
    const turn = round * slices.length + index
    for (const verifier of rotated(verifiers, turn)) {
      const { workload, candidate } = verifier
      samples.push({ workload, candidate, turn, microseconds: await verifier.time(start, end, inFlight) })
    }
  }
  return samples
}

/**
 * Some thousand tokens that do not count, until the compiler has seen enough.
 *
 * @param {() => Promise<Verifier>} start
 * @param {readonly Slice[]} slices
 * @param {{ inFlight: number, seconds: number }} options
 */
async function warmedUp(start, slices, { inFlight, seconds }) {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) await measureRound([await start()], slices, { inFlight, round: 0 })
}

/** @param {Workload} workload @param {World} world @param {number} count */
function tokensOf(workload, { issuer }, count) {
  return Array.from({ length: count }, () => Buffer.from(workload.make(issuer), 'latin1'))
}

/** @param {number} count @param {number} length @returns {Slice[]} */
function slicesOf(count, length) {
  return Array.from({ length: Math.ceil(count / length) }, (_, index) => [index * length, Math.min((index + 1) * length, count)])
}

/** Nobody always comes after the same neighbour, and its garbage. @template T @param {readonly T[]} list @param {number} by */
function rotated(list, by) {
  const start = by % list.length
  return [...list.slice(start), ...list.slice(0, start)]
}
