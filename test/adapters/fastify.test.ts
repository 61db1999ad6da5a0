import { describe } from 'vitest'
import { keepsTheGateContract } from './gate-contract.js'
import { SERVERS } from './servers.js'

describe('the gate for fastify', () => {
  keepsTheGateContract(SERVERS.fastify, { reads: [], setsHeadersFirst: true, authKnowsResource: true, wordsOfThrown: 'ours' })
})
