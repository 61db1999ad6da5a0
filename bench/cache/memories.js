/** The memories alone, without a check: a key and a verdict in, the verdict out. */
import { lruCache } from './candidates.js'
import { MapMemory } from './by-hand.js'
/** @import { Start } from './candidates.js' */

/** `put` says whether it was put, `get` whether it is there. @typedef {{ put: (key: string) => boolean, get: (key: string) => boolean }} Subject */

/** @typedef {{ name: string, start: (options: Start) => Promise<Subject> }} Memory */

/** Seconds, as in the candidates. */
const TTL = 3600

/** @type {readonly Memory[]} */
export const MEMORIES = [
  { name: 'VerdictCache (ours)', start: verdictCache },
  { name: 'lru-cache', start: async (options) => subject(await lruCache(options)) },
  { name: 'Map used as an LRU', start: async ({ max }) => subject(new MapMemory(max)) },
]

/** @param {Start} options @returns {Promise<Subject>} */
async function verdictCache({ library, max }) {
  const { VerdictCache } = await import(new URL('src/cache/verdict-cache.js', library).href)
  const now = () => Date.now() / 1000
  const cache = new VerdictCache({
    ...{ ttl: TTL, rejectedTtl: 10, maxEntries: max, maxRejectedEntries: 2000, maxBytes: 2 ** 40, maxRejectedBytes: 2 ** 22, refreshAhead: 0 },
    ...{ sizeOf: () => 500, tell: () => undefined, now },
  })
  return {
    put: (key) => cache.ask(key, () => ({ accepted: true, claims: {}, expiresAt: undefined })).accepted,
    get: (key) => cache.recall(key, now()) !== undefined,
  }
}

/** @param {import('./by-hand.js').Memory<any>} memory @returns {Subject} */
function subject(memory) {
  return {
    put: (key) => memory.set(key, { verdict: { accepted: true, claims: {}, expiresAt: undefined }, until: Date.now() / 1000 + TTL }) !== null,
    get: (key) => (memory.get(key)?.until ?? 0) > Date.now() / 1000,
  }
}
