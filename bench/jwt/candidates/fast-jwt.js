/** fast-jwt, with a function that finds the key by its `kid`; once without and once with its memory. */
import { createVerifier } from 'fast-jwt'
import { ALGORITHMS, AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

export const fastJwt = candidate({ name: 'fast-jwt', cache: false })
export const fastJwtRemembering = candidate({ name: 'fast-jwt, cache on', cache: true })

/** @param {{ name: string, cache: boolean }} options @returns {Candidate} */
function candidate({ name, cache }) {
  return {
    name,
    algorithms: ALGORITHMS,
    remembers: cache,
    onlyRemembers: cache,
    start: ({ issuer }) => {
      /** @param {any} token */
      const key = async ({ header }) => /** @type {string} */ (issuer.pems.get(header.kid)) // undefined is refused there
      return createVerifier({
        key,
        cache,
        algorithms: [issuer.algorithm],
        allowedIss: ISSUER,
        allowedAud: AUDIENCE,
        requiredClaims: ['exp', 'iss', 'aud'],
        clockTolerance: 5000,
      })
    },
  }
}
