/** The limit: one `crypto.verify` with everything at hand, and nothing read or checked beside. */
import { verify } from 'node:crypto'
import { ALGORITHMS, SIGNATURES } from '../../lib/issuer.js'
/** @import { Candidate } from './index.js' */

/** @type {Candidate} */
export const bareVerify = {
  name: 'bare crypto.verify',
  algorithms: ALGORITHMS,
  remembers: true,
  prepare: (token) => {
    const dot = token.lastIndexOf('.')
    return { data: Buffer.from(token.slice(0, dot)), signature: Buffer.from(token.slice(dot + 1), 'base64url') }
  },
  start: ({ issuer }) => {
    const { hash, parameters } = SIGNATURES[issuer.algorithm]
    const key = { key: issuer.publicKey, ...parameters }
    return ({ data, signature }) => verify(hash, data, key, signature)
  },
}
