/** What is public of `bearer-auth-providers/redis`; nothing else. */
export { redisRevocationLog } from './redis-revocation-log.js'
export { redisStore } from './redis-store.js'

export type { LoggedEntries, RevocationLog } from '../revocations/revocation-log.js'
export type { SharedStore } from '../shared/shared-store.js'
export type { IoredisClient, IoredisLine, NodeRedisClient, NodeRedisLine, RedisClient } from './redis-client.js'
export type { RedisRevocationLogOptions } from './redis-revocation-log.js'
export type { RedisStoreOptions } from './redis-store.js'
