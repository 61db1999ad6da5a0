/** Whose bytes are counted: everybody of the tables, and this library as it is mostly used. */
import { AUDIENCE, Issuer, ISSUER } from '../lib/issuer.js'
import { CANDIDATES, oursSlim } from './candidates.js'
import { token } from './tokens.js'
/** @import { Candidate } from './candidates.js' */

/** @typedef {Candidate & { make: (number: number) => string }} Subject `make`: a token of this number */

const issuer = new Issuer('EdDSA')

/** With real signatures. @type {Subject} */
const jwksProvider = {
  name: 'ours, JwksProvider',
  make: () => issuer.token(),
  async start({ library, max }) {
    const { JwksProvider } = await import(new URL('src/index.js', library).href)
    const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: issuer.jwks, cache: { ttl: 3600, maxEntries: max, maxBytes: 2 ** 40 } })
    return (text) => provider.verifyToken(text)
  },
}

/** @type {readonly Subject[]} */
export const SUBJECTS = [
  jwksProvider,
  ...[oursSlim, ...CANDIDATES].map((candidate) => ({ ...candidate, make: (/** @type {number} */ number) => token(number) })),
]
