/** Starts the servers whose packages `npm test` has installed, and asks each: no load, and no figures. */
import { serveKeys } from '../lib/issuer.js'
import { Clients } from './clients.js'
import { assertAnswers } from './correctness.js'
import { listening } from './listening.js'
import { PLATFORMS } from './servers/index.js'

const NONE = { remembered: 0, unseen: 0, refused: 0 }

const library = new URL('../../dist/', import.meta.url)
const clients = await Clients.start({ rounds: 0, warmUp: NONE, turn: NONE, connections: 1, floodRounds: 0, floodSeconds: 0, starts: 0 }, library)
const world = { ...clients.issuer, jwksUri: await serveKeys(clients.issuer), library: library.href }
const samples = clients.samples()
for (const { name, candidates } of PLATFORMS) {
  for (const candidate of candidates.filter(({ role }) => role !== 'peer')) {
    await assertAnswers(candidate, await listening(await candidate.start(world)), samples)
    console.log(`${name}: ${candidate.name}`)
  }
}
process.exit() // all of them would serve for ever
