import { describe } from 'vitest'
import { keepsTheGateContract } from './gate-contract.js'
import { SERVERS } from './servers.js'

describe('the gate for node', () => {
  keepsTheGateContract(SERVERS.node, { reads: [], setsHeadersFirst: true, authKnowsResource: true, wordsOfThrown: 'ours' })
})
