/** A shared store in Redis or Valkey, through the client that you have. */
import { prefixOf } from './prefix.js'
import { redisLine } from './redis-client.js'
import type { SharedStore } from '../shared/shared-store.js'
import type { RedisClient } from './redis-client.js'

export interface RedisStoreOptions {
  /** Stands before every name. Default none: the names begin with `bearer-auth-providers:`. */
  prefix?: string | undefined
}

/**
 * For `sharedKeys` and for what providers share. One command for each verb, nothing else: entries end by themselves.
 * Does NOT connect or end the client, and does not hold it to any time: who uses the store does.
 *
 * @throws TypeError for a client that is none, or one of a cluster.
 */
export function redisStore(client: RedisClient, { prefix }: RedisStoreOptions = {}): SharedStore {
  const { command } = redisLine(client)
  const key = prefixOf(prefix)
  return {
    async get(name) {
      const text = await command('GET', key(name))
      return typeof text === 'string' ? text : null
    },
    async set(name, text, seconds) {
      await command('SET', key(name), text, 'PX', milliseconds(seconds))
    },
    async add(name, text, seconds) {
      return (await command('SET', key(name), text, 'PX', milliseconds(seconds), 'NX')) === 'OK'
    },
    async delete(name) {
      await command('DEL', key(name))
    },
  }
}

function milliseconds(seconds: number): string {
  return String(Math.max(1, Math.floor(seconds * 1000)))
}
