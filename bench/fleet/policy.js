/** What the library does, taken from the library: its own parts and its own figures, and nothing written down again. */

/** @typedef {Awaited<ReturnType<typeof loadPolicy>>} Policy */

/** @param {URL} library the folder of the library as built */
export async function loadPolicy(library) {
  const load = (/** @type {string} */ file) => import(new URL(`src/${file}.js`, library).href)
  const { cachePlan } = await load('cache/cache-options')
  const { VerdictCache } = await load('cache/verdict-cache')
  const { LOCK, LOOKS } = await load('shared/shared-verdicts')
  const { CircuitBreaker } = await load('lib/circuit-breaker')
  const { MOST_CALLS } = await load('upstream/guarded-calls')
  const { TIMEOUT } = await load('introspection/introspection-options')
  const { MAX_AGE, MAX_STALE } = await load('jwt/keys/issuer-keys')
  const { KeySearch: KeySource } = await load('jwt/keys/key-search')
  const { AuthUnavailableError } = await load('errors')
  const policy = {
    ...{ VerdictCache, CircuitBreaker, KeySource, AuthUnavailableError },
    /** @type {{ ttl: number, maxEntries: number } & Record<string, unknown>} */
    cache: cachePlan({}),
    keys: { maxAge: /** @type {number} */ (MAX_AGE), maxStale: /** @type {number} */ (MAX_STALE) },
    lock: /** @type {number} */ (LOCK),
    looks: /** @type {readonly number[]} */ (LOOKS),
    mostCalls: /** @type {number} */ (MOST_CALLS),
    timeout: /** @type {number} */ (TIMEOUT),
  }
  const missing = Object.entries({ ...policy, ...policy.keys }).filter(([, value]) => value === undefined)
  if (missing.length > 0) throw new Error(`the library has no ${missing.map(([name]) => name).join(', ')} where the model looks for it`)
  return policy
}
