/** One part of the run, in a process of its own: one algorithm, one number of tokens in flight. */
import { CANDIDATES } from './candidates/index.js'
import { Issuer, serveKeys } from '../lib/issuer.js'
import { answer } from '../lib/part.js'
import { assertCorrect } from './correctness.js'
import { measure } from './measure.js'

/** @typedef {{ algorithm: import('../lib/issuer.js').Algorithm, inFlight: number, size: import('./measure.js').Size, library: string }} Part */

answer(async (/** @type {Part} */ { algorithm, inFlight, size, library }) => {
  const issuer = new Issuer(algorithm)
  const world = { issuer, jwksUri: await serveKeys(issuer), library: new URL(library) }
  const candidates = CANDIDATES.filter(({ algorithms }) => algorithms.includes(algorithm))
  await assertCorrect(candidates, world)
  return measure(candidates, world, { inFlight, size })
})
