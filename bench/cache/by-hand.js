/** The forty lines that careful people write themselves around a verifier: memory, an end, one check at a time. */
import { hash } from 'node:crypto'

/**
 * @template T
 * @typedef {{ get(key: string): T | undefined, set(key: string, value: T): unknown, delete(key: string): unknown }} Memory
 */

/** @typedef {{ claims: { exp?: number | undefined }, until: number }} Entry */

/**
 * @param {(token: string) => Promise<{ exp?: number | undefined }>} verify gives the claims of a good token, throws for others
 * @param {{ memory: Memory<Entry>, keyOf: (token: string) => string, ttl: number }} options `ttl`: in seconds
 */
export function remembering(verify, { memory, keyOf, ttl }) {
  /** @type {Map<string, Promise<{ exp?: number | undefined }>>} */
  const underWay = new Map()
  return async (/** @type {string} */ token) => {
    const key = keyOf(token)
    const known = memory.get(key)
    if (known !== undefined && Date.now() < known.until) return known.claims
    if (known !== undefined) memory.delete(key)
    let asked = underWay.get(key)
    if (asked === undefined) {
      asked = check(token, key).finally(() => underWay.delete(key))
      underWay.set(key, asked)
    }
    return asked
  }

  /** @param {string} token @param {string} key */
  async function check(token, key) {
    const claims = await verify(token)
    const until = Math.min(Date.now() + ttl * 1000, (claims.exp ?? Number.POSITIVE_INFINITY) * 1000)
    memory.set(key, { claims, until })
    return claims
  }
}

/** A key of 43 letters in place of the token. @param {string} token */
export function digest(token) {
  return hash('sha256', token, 'base64url')
}

/**
 * The oldest goes first: a `Map` keeps its order, and what is used moves to the end.
 *
 * @template T
 * @implements {Memory<T>}
 */
export class MapMemory {
  /** @type {Map<string, T>} */
  #entries = new Map()
  #max

  /** @param {number} max */
  constructor(max) {
    this.#max = max
  }

  /** @param {string} key */
  get(key) {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** @param {string} key @param {T} value */
  set(key, value) {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#max) this.delete(/** @type {string} */ (this.#entries.keys().next().value))
  }

  /** @param {string} key */
  delete(key) {
    this.#entries.delete(key)
  }
}
