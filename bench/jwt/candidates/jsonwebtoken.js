/** jsonwebtoken with jwks-rsa, as the documentation of jwks-rsa joins them. It has no EdDSA. */
import jwt from 'jsonwebtoken'
import jwksRsa from 'jwks-rsa'
import { AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

/** @type {Candidate} */
export const jsonwebtoken = {
  name: 'jsonwebtoken + jwks-rsa',
  algorithms: ['RS256', 'PS256', 'ES256'],
  start: ({ issuer, jwksUri }) => {
    const client = jwksRsa({ jwksUri, fetcher: async () => issuer.jwks })
    /** @type {import('jsonwebtoken').GetPublicKeyOrSecret} */
    const findKey = (header, done) => {
      client.getSigningKey(header.kid, (error, key) => done(error, key?.getPublicKey()))
    }
    /** @type {any} */
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [issuer.algorithm], clockTolerance: 5 }
    return (token) => new Promise((resolve) => jwt.verify(token, findKey, options, (/** @type {unknown} */ error) => resolve(error === null)))
  },
}
