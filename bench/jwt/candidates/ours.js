/** The library as it is built, with its default options but for one. */
import { ALGORITHMS, AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

export const ours = { ...candidate('ours', {}), remembers: true }
/** What a memory costs a token that it has not seen: none of the peers that have a key set has one. */
export const oursForgetting = candidate('ours, memory off', { cache: false })
export const oursByJose = candidate('ours, engine jose', { engine: 'jose' })

/** @param {string} name @param {{ engine?: 'jose', cache?: false }} options @returns {Candidate} */
function candidate(name, options) {
  return {
    name,
    algorithms: ALGORITHMS,
    start: async ({ issuer, library }) => {
      const { JwksProvider } = await import(new URL('src/index.js', library).href)
      const fetch = async () => Response.json(issuer.jwks)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch, ...options })
      await provider.keys.warm()
      return (token) => provider.verifyToken(token)
    },
  }
}
