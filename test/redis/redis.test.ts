/** The store and the log in a real Redis, through both clients. */
import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { redisRevocationLog, redisStore } from '../../src/redis/index.js'
import { until } from '../until.js'
import { CLIENTS, redisIsThere, startRedis } from './redis-server.js'
import type { RedisClient } from '../../src/redis/index.js'
import type { RedisServer } from './redis-server.js'

describe.runIf(redisIsThere).each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])('with %s', (kind) => {
  let server: RedisServer
  let client: RedisClient
  let end: () => void

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.kill())
  beforeEach(async () => {
    const made = await CLIENTS[kind](server.port)
    client = made.client
    end = made.end
  })
  afterEach(() => end())

  /** A command as its words, to look behind the scenes. */
  const redis = (...words: [string, ...string[]]): Promise<unknown> =>
    'call' in client ? client.call(...words) : client.sendCommand(words)

  test('the store keeps, ends, adds once and forgets', async () => {
    const store = redisStore(client, { prefix: `${kind}:` })
    expect(await store.get('a')).toBeNull()
    await store.set('a', 'one', 60)
    expect(await store.get('a')).toBe('one')
    expect(await redis('GET', `${kind}:a`)).toBe('one')
    expect(Number(await redis('PTTL', `${kind}:a`))).toBeGreaterThan(59_000)
    expect(await store.add('a', 'two', 60)).toBe(false)
    expect(await store.add('b', 'two', 60)).toBe(true)
    await store.delete('a')
    expect(await store.get('a')).toBeNull()
    await store.set('brief', 'x', 0.02)
    await until(async () => (await store.get('brief')) === null)
  })

  test('the store reads no more of a text than ours can have, and writes over one that is longer', async () => {
    const store = redisStore(client, { prefix: `${kind}:long:` })
    const sent = async (): Promise<number> => Number(/total_net_output_bytes:(\d+)/.exec(String(await redis('INFO', 'stats')))?.[1] ?? Number.NaN)
    await store.set('a', 'x'.repeat(1_048_576), 60)
    expect((await store.get('a'))?.length).toBe(1_048_576)
    await redis('SETRANGE', `${kind}:long:a`, String(16 * 1_048_576), 'x')
    const before = await sent()
    expect(await store.get('a')).toBe('')
    expect((await sent()) - before).toBeLessThan(2 * 1_048_576)
    expect(await store.swap('a', '', 'ours', 60)).toBe(true)
    expect(await store.get('a')).toBe('ours')
  })

  test('a prefix that is no text is refused', () => {
    const prefix = 7 as unknown as string // what JavaScript may hand in
    expect(() => redisStore(client, { prefix })).toThrow('"prefix" must be a text')
  })

  test('the log gives what was added, in order, and then only what is new', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:order:` })
    expect(await log.read(undefined)).toEqual({ entries: [], position: undefined })
    await log.append('one', 60)
    await log.append('two', 60)
    const { entries, position } = await log.read(undefined)
    expect(entries).toEqual(['one', 'two'])
    expect(await log.read(position)).toEqual({ entries: [], position })
    await log.append('three', 60)
    expect((await log.read(position)).entries).toEqual(['three'])
  })

  test('a command that is sent at once leaves no timer of the client behind', async () => {
    const timers = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => timers.mockRestore())
    const log = redisRevocationLog(client, { prefix: `${kind}:timers:` })
    await log.append('one', 60)
    await log.read(undefined)
    await redisStore(client, { prefix: `${kind}:timers:` }).set('a', 'one', 60)
    expect(timers.mock.calls).toEqual([])
  })

  test('many entries at once are written with few bells', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:many:` })
    const rung = async (): Promise<number> => Number(/cmdstat_publish:calls=(\d+)/.exec(String(await redis('INFO', 'commandstats')))?.[1] ?? 0)
    const before = await rung()
    await log.appendAll?.(Array.from({ length: 100 }, (_, n) => ({ entry: `entry ${n}`, seconds: 60 })))
    expect((await rung()) - before).toBe(1)
    await Promise.all(Array.from({ length: 500 }, (_, n) => log.append(`another ${n}`, 60)))
    expect((await rung()) - before).toBeLessThan(50)
    const read: string[] = []
    for (let position: string | undefined; ; ) {
      const page = await log.read(position)
      if (page.position === position) break
      position = page.position
      read.push(...page.entries)
    }
    expect([read.length, read[0], read[99], new Set(read).size]).toEqual([600, 'entry 0', 'entry 99', 600])
  })

  test('the log is read in pages, all of them', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:pages:` })
    const key = `${kind}:pages:bearer-auth-providers:revocations`
    for (let n = 0; n < 2500; n += 1) await redis('XADD', key, '*', 'entry', String(n), 'seconds', '60')
    const pages: string[][] = []
    for (let position: string | undefined; ; ) {
      const page = await log.read(position)
      if (page.position === position) break
      position = page.position
      pages.push([...page.entries])
    }
    expect(pages.flat()).toEqual(Array.from({ length: 2500 }, (_, n) => String(n)))
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(1000)
  })

  test('entries that are longer than any of ours come ten at a time', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:long:` })
    const key = `${kind}:long:bearer-auth-providers:revocations`
    for (let n = 0; n < 300; n += 1) await redis('XADD', key, '*', 'entry', 'x'.repeat(10_000), 'seconds', '60')
    const first = await log.read(undefined)
    expect([first.entries.length, (await log.read(first.position)).entries.length]).toEqual([100, 10])
  })

  test('entries go when their seconds are over, and not a moment before', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:sweep:` })
    const key = `${kind}:sweep:bearer-auth-providers:revocations`
    const [seconds] = (await redis('TIME')) as [string] // which answers seconds and microseconds
    // Three hundred that ended a minute ago, between others that are still in force.
    for (let n = 0; n < 300; n += 1) await redis('XADD', key, `${Number(seconds) - 1000 + n}000-0`, 'entry', `${n}`, 'seconds', n % 100 === 0 ? '9000' : '60')
    for (let n = 0; n < 4; n += 1) {
      await log.append(`new-${n}`, 5)
      await log.sweep?.(() => undefined)
    }
    expect((await log.read(undefined)).entries).toEqual(['0', '100', '200', 'new-0', 'new-1', 'new-2', 'new-3'])
  })

  test('whoever can open an entry says when it has expired, whatever its id says', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:future:` })
    const key = `${kind}:future:bearer-auth-providers:revocations`
    await log.append('in force', 60)
    await log.append('expired', 60)
    await redis('XADD', key, '9999999999999-0', 'entry', 'by anybody', 'seconds', '1')
    await log.append('after it', 60)
    const asked: number[] = []
    await log.sweep?.((text, at) => {
      asked.push(at)
      return { 'in force': false, expired: true, 'after it': false }[text]
    })
    expect((await log.read(undefined)).entries).toEqual(['in force', 'by anybody', 'after it'])
    const [seconds] = (await redis('TIME')) as [string]
    expect(Math.abs(Number(seconds) - (asked[0] ?? 0)), 'by the clock of Redis, and not by the newest id').toBeLessThan(100)
  })

  test("somebody else's entries in the stream are passed over, and swept", async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:foreign:` })
    const key = `${kind}:foreign:bearer-auth-providers:revocations`
    await redis('XADD', key, '*', 'something', 'else')
    await redis('XADD', key, '*', 'entry', 'x', 'seconds', 'many')
    await log.append('ours', 60)
    await log.append('ours too', 60)
    await log.sweep?.(() => undefined)
    expect((await log.read(undefined)).entries).toEqual(['ours', 'ours too'])
    expect(Number(await redis('XLEN', key))).toBe(2)
  })

  test('something that is no stream is an error and not "nothing revoked"', async () => {
    await redis('SET', `${kind}:wrong:bearer-auth-providers:revocations`, 'nonsense')
    const log = redisRevocationLog(client, { prefix: `${kind}:wrong:` })
    await expect(log.read(undefined)).rejects.toThrow('WRONGTYPE')
    await expect(log.append('a', 60)).rejects.toThrow('WRONGTYPE')
  })

  test('an entry by the last of all ids, which somebody else wrote, stops nobody from reading on once it is gone', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:last:` })
    await log.append('one', 60)
    await redis('XADD', `${kind}:last:bearer-auth-providers:revocations`, '18446744073709551615-18446744073709551615', 'entry', 'junk', 'seconds', '60')
    const { position } = await log.read(undefined)
    expect(await log.read(position)).toEqual({ entries: [], position })
    await expect(log.append('two', 60), 'nothing comes after it').rejects.toThrow('ID')
    await redis('DEL', `${kind}:last:bearer-auth-providers:revocations`)
    await log.append('three', 60)
    expect(await log.read(position)).toMatchObject({ entries: ['three'], isAnew: true })
  })

  test('when the log began anew with an earlier clock, it is read from its beginning', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:anew:` })
    await log.append('one', 60)
    const future = '9999999999999-0'
    const { entries, position, isAnew } = await log.read(future)
    expect([entries, isAnew]).toEqual([['one'], true])
    expect((await log.read(position)).entries).toEqual([])
  })

  test('a log that was swept empty is no log that lost its entries; one that is gone is', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:gone:` })
    const key = `${kind}:gone:bearer-auth-providers:revocations`
    await log.append('one', 60)
    const { position } = await log.read(undefined)
    await log.sweep?.(() => true)
    expect(await log.read(position)).toEqual({ entries: [], position })
    await redis('DEL', key)
    expect(await log.read(position)).toEqual({ entries: [], position: undefined, isAnew: true })
  })

  test('a span that is none is refused', async () => {
    const log = redisRevocationLog(client)
    await expect(log.append('a', Number.POSITIVE_INFINITY)).rejects.toThrow('"seconds" must be a number of seconds')
  })

  test('the bell rings in another process’s stead, and again when Redis was away', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:bell:` })
    let rings = 0
    const stop = await log.listen(() => void (rings += 1))
    const listeners = async (): Promise<number> => {
      const reply = (await redis('PUBSUB', 'NUMSUB', `${kind}:bell:bearer-auth-providers:revocations:bell`)) as unknown[] // a name and a count
      return Number(reply[1])
    }
    /** A connection that is lost and found again rings too, when the machine likes. */
    const rung = async (act: () => unknown): Promise<void> => {
      const before = rings
      await act()
      await until(() => rings > before)
    }
    await until(() => rings > 0)
    await rung(() => log.append('one', 60))

    await rung(() => server.kill().then(() => server.startAgain()))
    await until(async () => (await listeners().catch(() => 0)) === 1)
    await rung(() => log.append('two', 60))

    await stop()
    await until(async () => (await listeners()) === 0)
  })

  test('listening begins, and can be ended, while Redis is away', async () => {
    const log = redisRevocationLog(client, { prefix: `${kind}:early:` })
    await server.kill()
    let rings = 0
    const stop = await log.listen(() => void (rings += 1))
    let neverRings = 0
    const stopAtOnce = await log.listen(() => void (neverRings += 1))
    await stopAtOnce()
    await server.startAgain()
    await until(() => rings > 0)
    expect(neverRings).toBe(0)
    await stop()
  })
})

describe.runIf(redisIsThere)('with a client that speaks or maps otherwise', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.kill())

  const dialects = {
    'redis with RESP2': (url: string) => createClient({ url, RESP: 2 }),
    'redis that gives bytes': (url: string) => createClient({ url, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }),
    'ioredis with RESP2': (url: string) => new Redis(url, { protocol: 2 }),
    'ioredis that gives objects': (url: string) => new Redis(url, { replyMapping: 'resp3' }),
    'ioredis with a prefix of its own': (url: string) => new Redis(url, { keyPrefix: 'mine:' }),
  }
  test.each(Object.entries(dialects))('%s, store and log work', async (kind, make) => {
    const client = make(`redis://127.0.0.1:${server.port}`)
    if (!(client instanceof Redis)) await client.connect()
    const store = redisStore(client as RedisClient, { prefix: kind }) // one type out of two
    expect(await store.add('a', 'one', 60)).toBe(true)
    expect(await store.add('a', 'two', 60)).toBe(false)
    expect(await store.get('a')).toBe('one')
    const log = redisRevocationLog(client as RedisClient, { prefix: kind })
    let rings = 0
    const stop = await log.listen(() => void (rings += 1))
    await until(() => rings > 0)
    const before = rings
    await log.append('one', 60)
    await until(() => rings > before)
    const { entries, position } = await log.read(undefined)
    expect(entries).toEqual(['one'])
    expect((await log.read(position)).entries).toEqual([])
    await stop()
    if (client instanceof Redis) client.disconnect()
    else client.destroy()
  })
})

describe('what is no client', () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true })
  const others: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['a URL', 'redis://127.0.0.1'],
    ['a function', () => undefined],
    ['an empty object', {}],
    ['a cluster of redis', createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] })],
    ['a sentinel of redis', createSentinel({ name: 'a', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })],
    ['a pool of redis', createClientPool()],
    ['the old face of redis', createClient().legacy()],
    ['a cluster of ioredis', cluster],
  ]
  test.each(others)('%s is refused, with advice', (_, client) => {
    expect(() => redisStore(client as RedisClient)).toThrow('"client" must be a client of redis (createClient) or ioredis (new Redis)')
    expect(() => redisRevocationLog(client as RedisClient)).toThrow(TypeError)
  })
})
