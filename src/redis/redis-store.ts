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
 * For `sharedKeys` and for what providers share. One command for each verb (`swap` is an `EVAL`,
 * and an `add` that finds something there makes one as well), nothing else: entries end by themselves.
 * Does NOT connect or end the client, and does not hold it to any time: who uses the store does.
 *
 * @throws TypeError for a client that is none, or one of a cluster.
 */
export function redisStore(client: RedisClient, { prefix }: RedisStoreOptions = {}): SharedStore {
  const { command } = redisLine(client)
  const key = prefixOf(prefix)
  return {
    async get(name) {
      // Of a text that somebody else wrote no more is read than ours can have: the client would read nothing else meanwhile.
      const text = await command('GETRANGE', key(name), '0', String(LONGEST)).catch(otherKind)
      if (text === undefined) return ''
      if (typeof text !== 'string' || text === '') return null
      return text.length > LONGEST ? '' : text
    },
    async set(name, text, seconds) {
      await command('SET', key(name), text, 'PX', milliseconds(seconds))
    },
    async add(name, text, seconds) {
      if ((await command('SET', key(name), text, 'PX', milliseconds(seconds), 'NX')) === 'OK') return true
      // An empty text, which nobody of ours wrote, reads as nothing: it must not stand in the way.
      return (await command('EVAL', SWAP, '1', key(name), '', text, milliseconds(seconds))) === 1
    },
    async delete(name) {
      await command('DEL', key(name))
    },
    async swap(name, before, text, seconds) {
      return (await command('EVAL', SWAP, '1', key(name), before, text ?? '', milliseconds(seconds))) === 1
    },
  }
}

/** In bytes: what `Seal` opens. */
const LONGEST = 1_048_576

/** A list or a set stands there, which somebody else made: as text it is empty, and nothing of ours is. */
function otherKind(error: unknown): undefined {
  if (error instanceof Error && error.message.includes('WRONGTYPE')) return undefined
  throw error
}

const SWAP = `
local kind = redis.call('TYPE', KEYS[1]).ok
local there = ''
if kind == 'none' or (kind == 'string' and redis.call('STRLEN', KEYS[1]) <= ${LONGEST}) then there = redis.call('GET', KEYS[1]) end
if there ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`

function milliseconds(seconds: number): string {
  return String(Math.max(1, Math.floor(seconds * 1000)))
}
