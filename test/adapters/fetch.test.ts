import { describe } from 'vitest'
import { keepsTheGateContract } from './gate-contract.js'
import { SERVERS } from './servers.js'

describe('the gate for fetch', () => {
  keepsTheGateContract(SERVERS.fetch, { reads: [], setsHeadersFirst: false, authKnowsResource: false, wordsOfThrown: 'ours' })
})
