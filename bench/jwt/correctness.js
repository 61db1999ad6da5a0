/** Accepts the good and refuses the bad: whoever does not, has no business in the tables. */
import { acceptedOf } from './verifier.js'
import { MORE_BAD_TOKENS, WORKLOADS } from './workloads.js'
/** @import { Candidate, World } from './candidates/index.js' */

/**
 * @param {readonly Candidate[]} candidates
 * @param {World} world
 * @throws Error for a candidate that answers wrongly, the first or the second time it sees a token.
 */
export async function assertCorrect(candidates, world) {
  const cases = [...WORKLOADS, ...Object.entries(MORE_BAD_TOKENS).map(([name, make]) => ({ name, make, good: false }))]
  for (const candidate of candidates.filter(({ prepare }) => prepare === undefined)) {
    const verify = await candidate.start(world)
    for (const { name, good, make } of cases) {
      const token = make(world.issuer)
      const accepted = await acceptedOf([token, token], verify, 1)
      if (accepted !== (good ? 2 : 0)) throw new Error(`${candidate.name} ${good ? 'refuses' : 'accepts'} a token (${name}, ${world.issuer.algorithm})`)
    }
  }
}
