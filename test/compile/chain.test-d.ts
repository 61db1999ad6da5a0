/** Holds what a chain is made of. */
import { ChainProvider, JwksProvider } from '../../src/index.js'
import { audience, issuer, structural } from './given.js'

const chain = new ChainProvider([new JwksProvider({ issuer, audience }), structural])
new ChainProvider([chain, new ChainProvider([chain])])

// @ts-expect-error TS2345 an empty chain refuses everybody
new ChainProvider([])
// @ts-expect-error TS2345 a list that may be empty
new ChainProvider([structural].filter(Boolean))
// @ts-expect-error TS2353 no provider: it verifies nothing
new ChainProvider([{ verify: async () => null }])
// @ts-expect-error TS2741 a class is not yet a provider
new ChainProvider([JwksProvider])
// @ts-expect-error TS2345 a list, not one after the other
new ChainProvider(structural, structural)
