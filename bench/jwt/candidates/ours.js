/** The library as it is built, with its default options. */
import { ALGORITHMS, AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

export const ours = candidate('ours', 'auto')
export const oursByJose = candidate('ours, engine jose', 'jose')

/** @param {string} name @param {'auto' | 'jose'} engine @returns {Candidate} */
function candidate(name, engine) {
  return {
    name,
    algorithms: ALGORITHMS,
    remembers: engine === 'auto', // what is remembered needs no engine
    start: async ({ issuer, library }) => {
      const { JwksProvider } = await import(new URL('src/index.js', library).href)
      const fetch = async () => Response.json(issuer.jwks)
      const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch, engine })
      await provider.keys.warm()
      return (token) => provider.verifyToken(token)
    },
  }
}
