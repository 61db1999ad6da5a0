/** Who answers wrongly, forgets what it should know or knows what it should have forgotten, has no business in the tables. */
import { setTimeout } from 'node:timers/promises'
import { AUDIENCE, BAD_TOKENS, token } from './tokens.js'
/** @import { Candidate, Verify } from './candidates.js' */
/** @import { Memory } from './memories.js' */

/** @param {readonly Candidate[]} candidates @param {URL} library @throws Error for a wrong answer. */
export async function assertCandidates(candidates, library) {
  const soon = token(1, { exp: Math.floor(Date.now() / 1000) + 2 })
  const verifiers = await Promise.all(candidates.map(async ({ name, start }) => ({ name, verify: await start({ library, max: 10 }) })))
  for (const { name, verify } of verifiers) {
    for (const time of ['first', 'second']) {
      for (const good of [token(0), soon]) if (!(await accepts(verify, good))) throw new Error(`${name} refuses a good token the ${time} time`)
      for (const [kind, make] of Object.entries(BAD_TOKENS)) if (await accepts(verify, make(2))) throw new Error(`${name} accepts a token ${kind} the ${time} time`)
    }
  }
  await setTimeout(2100)
  for (const { name, verify } of verifiers) if (await accepts(verify, soon)) throw new Error(`${name} remembers a token beyond its end`)
}

/** @param {readonly Memory[]} memories @param {URL} library @throws Error for what is no LRU. */
export async function assertMemories(memories, library) {
  for (const { name, start } of memories) {
    const { put, get } = await start({ library, max: 2 })
    put('one')
    put('two')
    put('two') // at capacity, and nobody has to go
    if (!get('one')) throw new Error(`${name} forgets one entry for another that it has`)
    put('three')
    if (!get('one') || get('two') || !get('three')) throw new Error(`${name} does not forget what was used last the longest ago`)
  }
}

/** @param {Verify} verify @param {string} text */
async function accepts(verify, text) {
  try {
    const answer = /** @type {any} */ (await verify(text))
    return answer !== null && (answer.claims ?? answer).aud.includes(AUDIENCE)
  } catch {
    return false // a no, like any other
  }
}
