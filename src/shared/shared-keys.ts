/** Keeps key sets in a shared store, sealed: a cold start asks the issuer for nothing, and who can write there cannot sign tokens. */
import { Seal } from './seal.js'
import type { Secret, SharedStore } from './shared-store.js'

export interface SharedKeysOptions {
  /** Where they are kept: `redisStore(client)` of `bearer-auth-providers/redis`, or your own. */
  store: Pick<SharedStore, 'get' | 'set'>
  /** At least 32 random characters (`openssl rand -base64 32`); several for a rotation, the newest first. */
  secret: Secret
}

/** A store as `keys.store` of a provider takes it. */
export interface SharedKeys {
  get(name: string): Promise<string | undefined>
  set(name: string, text: string, seconds: number): Promise<unknown>
}

/**
 * Makes a store for `keys: { store }` of a `JwksProvider`. Entries that were not sealed with this secret are not there.
 * Does NOT hold a slow store to its time: the provider does.
 *
 * @throws TypeError for a secret that is missing or short.
 */
export function sharedKeys({ store, secret }: SharedKeysOptions): SharedKeys {
  if (typeof store?.get !== 'function' || typeof store.set !== 'function') {
    throw new TypeError('"store" must have get and set: redisStore(client) of bearer-auth-providers/redis, or your own')
  }
  const seal = new Seal(secret)
  return {
    async get(name) {
      const sealed = await store.get(name)
      return typeof sealed === 'string' ? seal.open(name, sealed) : undefined
    },
    async set(name, text, seconds) {
      return store.set(name, await seal.close(name, text), seconds)
    },
  }
}
