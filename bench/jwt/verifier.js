/** One candidate's verifier as new, with its keys at hand, and the tokens that it is asked about. */
/** @import { Candidate, World } from './candidates/index.js' */
/** @import { Workload } from './workloads.js' */

export class Verifier {
  /**
   * @param {Candidate} candidate
   * @param {World} world
   * @param {Workload} workload
   * @param {{ tokens: Buffer[], goodTokens: Buffer[] }} input
   */
  static async start(candidate, world, workload, input) {
    const verify = await candidate.start(world)
    if (candidate.prepare === undefined) await verify(world.issuer.token()) // has it fetch its keys
    return new Verifier(candidate, verify, workload, input)
  }

  /**
   * @private
   * @param {Candidate} candidate
   * @param {import('./candidates/index.js').Verify} verify
   * @param {Workload} workload
   * @param {{ tokens: Buffer[], goodTokens: Buffer[] }} input
   */
  constructor({ name, prepare }, verify, { name: workload, good, remembered = false }, { tokens, goodTokens }) {
    this.candidate = name
    this.verify = verify
    this.workload = workload
    this.accepts = good || prepare !== undefined
    this.remembered = remembered
    const prepared = prepare && goodTokens.map((token) => prepare(fresh(token)))
    this.items = (/** @type {number} */ start, /** @type {number} */ end) => prepared?.slice(start, end) ?? tokens.slice(start, end).map(fresh)
  }

  /**
   * Microseconds per token for those from start to end, with so many asked about at a time.
   *
   * @param {number} start
   * @param {number} end
   * @param {number} inFlight
   * @throws Error for an answer that is wrong.
   */
  async time(start, end, inFlight) {
    if (this.remembered) await acceptedOf(this.items(start, end), this.verify, inFlight)
    const items = this.items(start, end)
    const before = performance.now()
    const accepted = await acceptedOf(items, this.verify, inFlight)
    const milliseconds = performance.now() - before
    if (accepted !== (this.accepts ? items.length : 0)) throw new Error(`${this.candidate} answers wrongly (${this.workload})`)
    return (milliseconds * 1000) / items.length
  }
}

/**
 * How many are accepted.
 *
 * @param {readonly unknown[]} items
 * @param {import('./candidates/index.js').Verify} verify
 * @param {number} inFlight
 */
export async function acceptedOf(items, verify, inFlight) {
  let next = 0
  let accepted = 0
  const work = async () => {
    while (next < items.length) {
      try {
        const asked = verify(items[next++])
        // The bare check answers at once, and waiting costs as well.
        const answer = typeof asked === 'boolean' ? asked : await asked
        if (answer !== false && answer !== null) accepted += 1
      } catch {
        // a no, like any other
      }
    }
  }
  if (inFlight === 1) await work()
  else await Promise.all(Array.from({ length: inFlight }, work))
  return accepted
}

/** A string that nobody has seen, hashed or flattened yet, as from a socket. @param {Buffer} token */
function fresh(token) {
  return token.toString('latin1')
}
