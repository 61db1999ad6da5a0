/** express-oauth2-jwt-bearer: its middleware, which is all that it exports, with a request made of what it reads. */
import { auth } from 'express-oauth2-jwt-bearer'
import { ALGORITHMS, AUDIENCE, ISSUER } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

/** @type {Candidate} */
export const expressOauth2JwtBearer = {
  name: 'express-oauth2-jwt-bearer',
  algorithms: ALGORITHMS,
  start: ({ jwksUri }) => {
    // A day without a second look for a key: the clock must not measure the network.
    const middleware = auth({ issuer: ISSUER, audience: AUDIENCE, jwksUri, cooldownDuration: 86_400_000 })
    return (token) => new Promise((resolve) => middleware(requestWith(token), RESPONSE, (error) => resolve(error === undefined)))
  },
}

/** @type {any} */
const RESPONSE = {}

/** @param {string} token @returns {any} */
function requestWith(token) {
  const headers = { host: 'api.example.com', authorization: `Bearer ${token}` }
  const url = '/orders'
  return {
    method: 'GET',
    protocol: 'https',
    host: headers.host,
    hostname: headers.host,
    url,
    originalUrl: url,
    headers,
    query: {},
    body: undefined,
    is: () => false,
    get: () => headers.host,
  }
}
