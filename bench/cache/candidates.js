/** Who remembers tokens, each as its documentation says: this library, fast-jwt, and jose with a memory by hand. */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { createVerifier } from 'fast-jwt'
import { digest, MapMemory, remembering } from './by-hand.js'
import { AUDIENCE, ISSUER, SECRET } from './tokens.js'

/**
 * @typedef {object} Start
 * @property {URL} library the folder of the library as built
 * @property {number} max tokens to remember; 0 for a verifier without memory
 */

/** @typedef {(token: string) => unknown} Verify null or a throw is a no */

/** `most`: where it is not worth the minutes to measure more. @typedef {{ name: string, most?: number, start: (options: Start) => Promise<Verify> }} Candidate */

/** Seconds. As long for everybody, and longer than the benchmark takes. */
const TTL = 3600

/** @type {readonly Candidate[]} */
export const CANDIDATES = [
  { name: 'ours', start: (options) => ours(options, {}) },
  { name: 'fast-jwt, cache on', start: async ({ max }) => fastJwt(max) },
  { name: 'jose + lru-cache by hand', start: (options) => jose(options, lruCache, digest) },
  { name: 'jose + lru-cache by hand, the token as key', most: 100_000, start: (options) => jose(options, lruCache, (token) => token) },
  { name: 'jose + Map by hand', most: 100_000, start: (options) => jose(options, async ({ max }) => new MapMemory(max), digest) },
]

/** With fewer claims; for the bytes. @type {Candidate} */
export const oursSlim = { name: 'ours, claims: { keep: [email] }', start: (options) => ours(options, { claims: { keep: ['email'] } }) }

/**
 * A check of one's own around the memory of this library: the one for HS256, which its own providers never take.
 * @param {Start} options
 * @param {object} cache
 */
async function ours({ library, max }, cache) {
  const { accept, reject, StandardProvider } = await import(new URL('src/index.js', library).href)
  class Hs256Provider extends StandardProvider {
    check(/** @type {string} */ token) {
      const [header, payload = '', signature = ''] = token.split('.')
      const expected = createHmac('sha256', SECRET).update(`${header}.${payload}`).digest()
      const given = Buffer.from(signature, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return reject('bad_signature')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      if (claims.iss !== ISSUER) return reject('wrong_issuer')
      return claims.aud.includes(AUDIENCE) ? accept(claims) : reject('wrong_audience')
    }
  }
  const options = { ttl: TTL, maxEntries: max, maxBytes: 2 ** 40, ...cache }
  const provider = new (/** @type {any} */ (Hs256Provider))({ cache: max === 0 ? false : options, clockTolerance: 0 })
  return (/** @type {string} */ token) => provider.verifyToken(token)
}

/** @param {number} max */
function fastJwt(max) {
  const cache = max === 0 ? false : max
  return createVerifier({ key: SECRET, algorithms: ['HS256'], allowedIss: ISSUER, allowedAud: AUDIENCE, requiredClaims: ['exp'], cache, cacheTTL: TTL * 1000 })
}

/**
 * jose and lru-cache are the very copies that the library uses.
 *
 * @param {Start} options
 * @param {(options: Start) => Promise<import('./by-hand.js').Memory<import('./by-hand.js').Entry>>} memoryOf
 * @param {(token: string) => string} keyOf
 */
async function jose(options, memoryOf, keyOf) {
  const { jwtVerify } = await copyOf('jose', options.library)
  const key = createSecretKey(SECRET)
  const expected = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'], requiredClaims: ['exp'] }
  const verify = async (/** @type {string} */ token) => (await jwtVerify(token, key, expected)).payload
  return options.max === 0 ? verify : remembering(verify, { memory: await memoryOf(options), keyOf, ttl: TTL })
}

/** @param {Start} options */
export async function lruCache({ library, max }) {
  const { LRUCache } = await copyOf('lru-cache', library)
  return new LRUCache({ max })
}

/** @param {string} name @param {URL} library */
function copyOf(name, library) {
  return import(pathToFileURL(createRequire(library).resolve(name)).href)
}
