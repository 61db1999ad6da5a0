/** One part of the run, in a process of its own: one algorithm, one number of tokens in flight. Sends its samples to its parent. */
import { CANDIDATES } from './candidates/index.js'
import { Issuer, serveKeys } from './issuer.js'
import { assertCorrect } from './correctness.js'
import { measure } from './measure.js'

process.once('message', async (/** @type {import('./run.js').Part} */ { algorithm, inFlight, size, library }) => {
  const issuer = new Issuer(algorithm)
  const world = { issuer, jwksUri: await serveKeys(issuer), library: new URL(library) }
  const candidates = CANDIDATES.filter(({ algorithms }) => algorithms.includes(algorithm))
  await assertCorrect(candidates, world)
  const samples = await measure(candidates, world, { inFlight, size })
  process.send?.(samples, () => process.exit()) // peers keep sockets and timers
})
