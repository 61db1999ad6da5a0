/** jose, with its key set at hand: the very copy that the library uses. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { ALGORITHMS, AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

/** @type {Candidate} */
export const jose = {
  name: 'jose',
  algorithms: ALGORITHMS,
  remembers: true, // it does not, but the ratios are to it
  start: async ({ issuer, library }) => {
    const { createLocalJWKSet, jwtVerify } = await import(pathToFileURL(createRequire(library).resolve('jose')).href)
    const keys = createLocalJWKSet(issuer.jwks)
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [issuer.algorithm], requiredClaims: ['exp'], clockTolerance: 5 }
    return (token) => jwtVerify(token, keys, options)
  },
}
