/** Sharing through a real Redis that dies, hangs, comes back, is full and talks nonsense, with both clients. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SharedVerdicts } from '../../src/shared/shared-verdicts.js'
import { redisStore } from '../../src/redis/index.js'
import { accept } from '../../src/verdict.js'
import { CLIENTS, redisIsThere, startRedis } from './redis-server.js'
import { SECRET } from '../shared/shared-kit.js'
import { after } from '../../src/lib/timer.js'
import { until } from '../until.js'
import type { After } from '../../src/lib/timer.js'
import type { SharedNews } from '../../src/shared/shared-verdicts.js'
import type { RedisClient } from '../../src/redis/index.js'
import type { RedisServer } from './redis-server.js'

const now = (): number => Date.now() / 1000
/** For what must be heard of Redis, however busy this machine is: longer than the library waits. */
const patiently: After = (seconds, work) => after(seconds * 100, work)

describe.runIf(redisIsThere).each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])('with %s', (kind) => {
  let server: RedisServer
  let ends: (() => void)[]

  beforeEach(async () => {
    server = await startRedis()
    ends = []
  })
  afterEach(async () => {
    ends.forEach((end) => end())
    await server.kill()
  })

  /** One replica with a connection of its own, and an upstream that always says yes. */
  async function replica(timer?: After) {
    const { client, end } = await CLIENTS[kind](server.port)
    ends.push(end)
    const news: SharedNews['type'][] = []
    const verdicts = new SharedVerdicts({ store: redisStore(client), secret: SECRET, policy: () => 'p', now, after: timer, tell: ({ type }) => news.push(type) })
    const upstream = { asked: 0, answers: Promise.resolve() }
    const check = async () => {
      upstream.asked += 1
      await upstream.answers
      return accept({ sub: 'ada' })
    }
    return {
      upstream,
      news,
      client: client as RedisClient,
      ask: (digest: string) => verdicts.ask(digest, check, () => now() + 30),
    }
  }

  type Replica = Awaited<ReturnType<typeof replica>>

  /** Asks about ever new tokens, four at a time, until told to stop. Fails at the first error. */
  function load(one: Replica) {
    const state = { stopped: false, answers: 0 }
    const worker = async (id: number): Promise<void> => {
      for (let n = 0; !state.stopped; n += 1) {
        await one.ask(`load-${id}-${n}`)
        state.answers += 1
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const done = Promise.all([0, 1, 2, 3].map(worker))
    return {
      state,
      async stop() {
        state.stopped = true
        await done
      },
    }
  }

  async function sharesAgain(one: Replica, other: Replica): Promise<void> {
    let n = 0
    await until(async () => {
      n += 1
      await one.ask(`again-${n}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
      return (await other.ask(`again-${n}`)).shared
    })
  }

  test('one asks, the others know, even at the same moment', async () => {
    const [one, other] = [await replica(), await replica()]
    let release: () => void = () => undefined
    one.upstream.answers = other.upstream.answers = new Promise((resolve) => void (release = resolve))
    const asked = [one.ask('a'), other.ask('a'), ...Array.from({ length: 20 }, () => other.ask('a'))]
    await until(() => one.upstream.asked + other.upstream.asked > 0)
    release()
    const answers = await Promise.all(asked)
    expect(answers.filter(({ shared }) => !shared)).toHaveLength(1)
    expect(one.upstream.asked + other.upstream.asked).toBe(1)
    expect((await (await replica()).ask('a')).shared).toBe(true)
  })

  test('killed in mid-load: no error, no wait for it, and shared again when it is back', async () => {
    const [one, other] = [await replica(), await replica()]
    const loaded = load(one)
    await until(() => loaded.state.answers > 50)
    await server.kill()
    await until(() => one.news.includes('store_away'))
    const { answers } = loaded.state
    await until(() => loaded.state.answers > answers + 200)
    await loaded.stop()
    await server.startAgain()
    await sharesAgain(one, other)
    expect(one.news).toContain('store_back')
  })

  test('hanging in mid-load: no error, no wait for it, and shared again when it goes on', async () => {
    const [one, other] = [await replica(), await replica()]
    const loaded = load(one)
    await until(() => loaded.state.answers > 50)
    server.freeze()
    await until(() => one.news.includes('store_away'))
    const { answers } = loaded.state
    await until(() => loaded.state.answers > answers + 200)
    await loaded.stop()
    server.thaw()
    await sharesAgain(one, other)
  })

  test('full: no error, no wait, and what is there is shared', async () => {
    const [one, other] = [await replica(), await replica()]
    await one.ask('before')
    await until(async () => (await other.ask('before')).shared)
    const redis = (...words: [string, ...string[]]): Promise<unknown> => ('call' in one.client ? one.client.call(...words) : one.client.sendCommand(words))
    await redis('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await redis('CONFIG', 'SET', 'maxmemory', '1')
    for (let n = 0; n < 20; n += 1) expect(await other.ask(`full-${n}`)).toMatchObject({ shared: false })
    expect((await other.ask('before')).shared).toBe(true)
    expect(other.news).toContain('store_failed')
    await redis('CONFIG', 'SET', 'maxmemory', '0')
    await sharesAgain(one, other)
  })

  test('nonsense and another kind of value are misses, and are written over', async () => {
    const [one, other] = [await replica(patiently), await replica(patiently)]
    const redis = (...words: [string, ...string[]]): Promise<unknown> => ('call' in one.client ? one.client.call(...words) : one.client.sendCommand(words))
    let swaps = 0
    /** An answer is written after it was given: nothing else is on its way then. */
    const written = (more: number): Promise<void> => {
      swaps += more
      return until(async () => (await server.calls('eval')) === swaps)
    }
    await one.ask('a')
    await written(1)
    const [name = ''] = (await redis('KEYS', '*')) as string[] // the one entry
    const nonsense: readonly (readonly [number, ...[string, ...string[]]])[] = [[1, 'SET', name, 'nonsense'], [2, 'SET', name, ''], [1, 'HSET', name, 'a', 'b']]
    for (const [more, ...write] of nonsense) {
      await redis('DEL', name)
      await redis(...write)
      expect((await other.ask('a')).shared).toBe(false)
      await written(more)
      expect((await one.ask('a')).shared).toBe(true)
    }
  })
})
