/** aws-jwt-verify, with the key set in its cache. It has no PS256. */
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

/** @type {Candidate} */
export const awsJwtVerify = {
  name: 'aws-jwt-verify',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  start: ({ issuer, jwksUri }) => {
    const keys = Buffer.from(JSON.stringify(issuer.jwks))
    const jwksCache = new SimpleJwksCache({ fetcher: { fetch: async () => keys.buffer.slice(keys.byteOffset, keys.byteOffset + keys.length) } })
    const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri, graceSeconds: 5 }, { jwksCache })
    verifier.cacheJwks(issuer.jwks)
    return (token) => verifier.verify(token)
  },
}
