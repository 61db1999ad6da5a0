/** The kinds of requests that are measured, by the tokens that they carry. */
import { randomBytes, randomUUID } from 'node:crypto'
/** @import { Issuer } from '../lib/issuer.js' */

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {keyof import('./options.js').Counts} count which of the sizes says how many
 * @property {readonly number[]} statuses that the answers may have
 * @property {(good: string, issuer: Issuer) => string} make one more token, from a good one that nobody has seen
 */

/** @type {Workload} */
export const REMEMBERED = { name: 'remembered', title: 'remembered', count: 'remembered', statuses: [200], make: (good) => good }
/** @type {Workload} */
export const NOT_SEEN = { name: 'not-seen', title: 'never seen', count: 'unseen', statuses: [200], make: (good) => good }

/** @type {readonly Workload[]} */
export const WORKLOADS = [
  REMEMBERED,
  NOT_SEEN,
  { name: 'expired', title: 'refused: expired', count: 'refused', statuses: [401], make: (_good, issuer) => issuer.token({ claims: { exp: Math.floor(Date.now() / 1000) - 600 } }) },
  { name: 'garbage', title: 'refused: garbage', count: 'refused', statuses: [401], make: () => randomBytes(825).toString('base64url') },
  { name: 'bad-signature', title: 'refused: bad signature', count: 'refused', statuses: [401], make: withBrokenSignature },
  // 429 while the key set may not be asked for again: the key may be the first of a rotation.
  { name: 'invented-key', title: 'refused: invented key', count: 'refused', statuses: [401, 429], make: withInventedKey },
]

/** @param {string} token */
function withBrokenSignature(token) {
  const [header, payload, signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  return `${header}.${payload}.${bytes.toString('base64url')}`
}

/** The signature fits no more, and nobody has the key to find out. @param {string} token @param {Issuer} issuer */
function withInventedKey(token, { algorithm }) {
  const [, payload, signature] = token.split('.')
  const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'at+jwt', kid: randomUUID() })).toString('base64url')
  return `${header}.${payload}.${signature}`
}
