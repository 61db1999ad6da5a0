/** The kinds of tokens that are measured, each token different from every other. */
import { randomBytes, randomUUID } from 'node:crypto'
/** @import { Issuer } from '../lib/issuer.js' */

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {boolean} good whether the tokens are to be accepted
 * @property {boolean} [remembered] each token was seen a moment before it is measured; only who remembers takes part
 * @property {(issuer: Issuer) => string} make one more token
 */

/** @type {Workload} */
export const NOT_SEEN = { name: 'not-seen', title: 'not seen before', good: true, make: (issuer) => issuer.token() }

/** @type {readonly Workload[]} */
export const WORKLOADS = [
  NOT_SEEN,
  { name: 'remembered', title: 'remembered', good: true, remembered: true, make: (issuer) => issuer.token() },
  { name: 'bad-signature', title: 'bad signature', good: false, make: (issuer) => withBrokenSignature(issuer.token()) },
  { name: 'expired', title: 'expired', good: false, make: (issuer) => issuer.token({ claims: { exp: now() - 600 } }) },
  { name: 'unknown-kid', title: 'unknown kid, always the same', good: false, make: (issuer) => issuer.token({ header: { kid: '2026-01' } }) },
  { name: 'unknown-kids', title: 'unknown kid, always another', good: false, make: (issuer) => issuer.token({ header: { kid: randomUUID() } }) },
  { name: 'garbage-text', title: 'garbage: random text', good: false, make: () => randomPart(825) },
  { name: 'garbage-parts', title: 'garbage: three random parts', good: false, make: () => [60, 480, 256].map(randomPart).join('.') },
  { name: 'garbage-json', title: 'garbage: braces around no JSON', good: false, make: () => [60, 480].map(bracesAroundNothing).concat(randomPart(256)).join('.') },
]

/** What every candidate must refuse beside the bad workloads, or its figures mean nothing. @type {Record<string, (issuer: Issuer) => string>} */
export const MORE_BAD_TOKENS = {
  'another audience': (issuer) => issuer.token({ claims: { aud: 'https://api.example.com/invoices' } }),
  'another issuer': (issuer) => issuer.token({ claims: { iss: 'https://login.example.org/' } }),
  'not yet valid': (issuer) => issuer.token({ claims: { nbf: now() + 600 } }),
  'no signature': (issuer) => issuer.token({ header: { alg: 'none' } }).replace(/[^.]+$/, ''),
  'changed claims': (issuer) => spliced(issuer.token(), issuer.token()),
}

function now() {
  return Math.floor(Date.now() / 1000)
}

/** @param {string} token */
function withBrokenSignature(token) {
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  const middle = signature.length >> 1
  signature.writeUInt8(signature.readUInt8(middle) ^ 1, middle)
  return `${token.slice(0, dot)}.${signature.toString('base64url')}`
}

/** @param {string} one @param {string} other */
function spliced(one, other) {
  const [header, payload] = one.split('.')
  return `${header}.${payload}.${other.split('.')[2]}`
}

/** @param {number} bytes */
function randomPart(bytes) {
  return randomBytes(bytes).toString('base64url')
}

/** @param {number} bytes */
function bracesAroundNothing(bytes) {
  return Buffer.from(`{"${randomPart(bytes)}`.slice(0, bytes - 1) + '}').toString('base64url')
}
