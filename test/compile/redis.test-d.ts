/** Holds that `./redis` takes both clients as they are, whatever their generics say, and nothing that is more than one server. */
import { Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { sharedKeys } from '../../src/index.js'
import { redisRevocationLog, redisStore } from '../../src/redis/index.js'
import type { RedisClientType } from 'redis'
import type { KeyStore, RevocationLog, SharedStore } from '../../src/index.js'

redisStore(createClient()) satisfies SharedStore
redisStore(createClient({ RESP: 2, disableOfflineQueue: true })) satisfies SharedStore
redisStore(createClient().withTypeMapping({})) satisfies SharedStore
redisStore(new Redis(), { prefix: 'staging:' }) satisfies SharedStore
redisStore(new Redis({ replyMapping: 'resp3' })) satisfies SharedStore
redisRevocationLog(createClient()) satisfies RevocationLog
redisRevocationLog(new Redis(6379)) satisfies RevocationLog
declare const someClient: RedisClientType
redisStore(someClient) satisfies SharedStore
sharedKeys({ store: redisStore(someClient), secret: ['a', 'b'] }) satisfies KeyStore
// @ts-expect-error TS2345 the client of a cluster, whose commands want a key of their own
redisStore(createCluster({ rootNodes: [] }))
// @ts-expect-error TS2345 the client of a sentinel, whose commands want to know whether they only read
redisStore(createSentinel({ name: 'a', sentinelRootNodes: [] }))
// @ts-expect-error TS2345 a pool has no connection to subscribe on
redisStore(createClientPool())
// @ts-expect-error TS2345 a client and no URL
redisStore('redis://localhost')
// @ts-expect-error TS2741 no secret, no sharing
sharedKeys({ store: redisStore(someClient) })
